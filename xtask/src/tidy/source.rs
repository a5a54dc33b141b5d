//! A Rust file: its text, its syntax, its words without comments, and which of its lines are tests.

use std::{collections::BTreeSet, ops::RangeInclusive};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{
    Attribute, Meta, Token,
    punctuated::Punctuated,
    spanned::Spanned as _,
    visit::{self, Visit},
};

use super::finding::Finding;

/// A file that is Rust.
pub(super) struct Source {
    /// Below the root, with `/` between folders.
    pub(super) path: String,
    pub(super) lines: usize,
    pub(super) syntax: syn::File,
    /// All words, in the order of the text.
    pub(super) words: Vec<Word>,
    /// True if the whole file is tests.
    pub(super) is_test: bool,
    /// The lines of the items that are compiled for tests alone.
    test_items: Vec<RangeInclusive<usize>>,
    /// The modules in files of their own that are compiled for tests alone.
    test_modules: Vec<String>,
}

/// A name, a literal, or one character of punctuation.
#[derive(Clone, Debug)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) line: usize,
}

impl Source {
    pub(super) fn parse(path: &str, text: &str) -> Result<Self, Finding> {
        let unreadable = |line, error: String| {
            let remedy = "`cargo check` says more; this program must be able to read the file";
            Finding::new(path, line, format!("this is not Rust: {error}"), remedy)
        };
        let tokens: TokenStream = text.parse().map_err(|error: proc_macro2::LexError| {
            unreadable(error.span().start().line, error.to_string())
        })?;
        let mut words = Vec::new();
        flatten(tokens.clone(), &mut words);
        let syntax: syn::File = syn::parse2(tokens)
            .map_err(|error| unreadable(error.span().start().line, error.to_string()))?;
        let mut tests = TestItems { lines: Vec::new(), modules: Vec::new() };
        tests.visit_file(&syntax);
        Ok(Self {
            path: path.to_owned(),
            lines: text.lines().count(),
            syntax,
            words,
            is_test: is_test_path(path),
            test_items: tests.lines,
            test_modules: tests.modules,
        })
    }

    /// True for a line of a test.
    pub(super) fn is_test_line(&self, line: usize) -> bool {
        self.is_test || self.test_items.iter().any(|lines| lines.contains(&line))
    }

    /// The number of lines that are tests.
    pub(super) fn test_lines(&self) -> usize {
        (1..=self.lines).filter(|&line| self.is_test_line(line)).count()
    }

    /// The words outside of tests.
    pub(super) fn product_words(&self) -> Vec<Word> {
        self.words.iter().filter(|word| !self.is_test_line(word.line)).cloned().collect()
    }
}

/// Marks the files of modules that another file declares for tests alone, and the files below.
pub(super) fn mark_tests(sources: &mut [Source]) {
    let modules: BTreeSet<String> = sources
        .iter()
        .flat_map(|source| {
            let folder = module_folder(&source.path);
            source.test_modules.iter().map(move |name| format!("{folder}/{name}"))
        })
        .collect();
    for source in sources {
        let path = source.path.clone();
        let is_below = |module: &String| {
            let rest = path.strip_prefix(module.as_str());
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        source.is_test |= modules.iter().any(is_below);
    }
}

/// The folder with the modules that a file declares.
pub(super) fn module_folder(path: &str) -> &str {
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    let (folder, name) = stem.rsplit_once('/').unwrap_or(("", stem));
    if ["lib", "main", "mod"].contains(&name) { folder } else { stem }
}

/// True for an item that is compiled for tests alone.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<Meta>().is_ok_and(|condition| needs_test(&condition))
    };
    attributes.iter().any(is_test)
}

/// True for a condition that can hold in tests only.
fn needs_test(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|all| all.iter().any(needs_test)),
        _ => false,
    }
}

/// A file in a folder of tests, or with their name.
fn is_test_path(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    path.split('/').any(|part| part == "tests") || name == "tests.rs" || name.ends_with("_tests.rs")
}

pub(super) fn flatten(tokens: TokenStream, words: &mut Vec<Word>) {
    for token in tokens {
        let line = token.span().start().line;
        let mut push = |text: String, line| words.push(Word { text, line });
        match token {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => ("", ""),
                };
                push(open.to_owned(), line);
                flatten(group.stream(), words);
                let end = group.span_close().end().line;
                words.push(Word { text: close.to_owned(), line: end });
            }
            other => push(other.to_string(), line),
        }
    }
}

/// Collects the items that are compiled for tests alone.
struct TestItems {
    lines: Vec<RangeInclusive<usize>>,
    modules: Vec<String>,
}

impl TestItems {
    fn take(&mut self, attributes: &[Attribute], span: proc_macro2::Span) -> bool {
        let is_for_tests = is_for_tests(attributes);
        if is_for_tests {
            self.lines.push(span.start().line..=span.end().line);
        }
        is_for_tests
    }
}

impl<'a> Visit<'a> for TestItems {
    fn visit_item(&mut self, item: &'a syn::Item) {
        let is_taken = self.take(attributes(item), item.span());
        match item {
            syn::Item::Mod(module) if is_taken && module.content.is_none() => {
                self.modules.push(module.ident.to_string());
            }
            _ if is_taken => {}
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'a syn::ImplItemFn) {
        self.take(&function.attrs, function.span());
    }
}

/// The attributes of an item of any kind.
pub(super) fn attributes(item: &syn::Item) -> &[Attribute] {
    use syn::Item;
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The files of a test.
#[cfg(test)]
pub(super) fn of(files: &[(&str, &str)]) -> Vec<Source> {
    let parse = |(path, text): &(&str, &str)| Source::parse(path, text).expect("it is Rust");
    let mut sources: Vec<Source> = files.iter().map(parse).collect();
    mark_tests(&mut sources);
    sources
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_tests_are_told_from_others() {
        let text = "fn a() {}\n\n#[cfg(test)]\nmod x {\n    fn b() {}\n}\n\
            #[cfg(not(test))]\nfn c() {}\n#[cfg(all(test, unix))]\nfn d() {}\n";
        let source = Source::parse("core/src/a.rs", text).expect("it is Rust");
        let tests: Vec<usize> = (1..=10).filter(|&line| source.is_test_line(line)).collect();
        assert_eq!(tests, [3, 4, 5, 6, 9, 10]);
        assert_eq!(source.test_lines(), 6);
    }

    #[test]
    fn files_are_tests_by_their_name_or_by_their_declaration() {
        let sources = of(&[
            ("core/tests/laws.rs", ""),
            ("core/src/a.rs", "#[cfg(test)]\nmod reference;\nmod b;"),
            ("core/src/a/reference.rs", ""),
            ("core/src/a/reference/c.rs", ""),
            ("core/src/a/b.rs", ""),
            ("core/src/a/b/tests.rs", ""),
            ("core/src/b_tests.rs", ""),
            ("host/x/tests/plugins/y/src/lib.rs", ""),
        ]);
        let product: Vec<&str> =
            sources.iter().filter(|source| !source.is_test).map(|s| s.path.as_str()).collect();
        assert_eq!(product, ["core/src/a.rs", "core/src/a/b.rs"]);
    }

    #[test]
    fn words_leave_comments_out() {
        let text = "// unsafe\nfn a() { f(\"unsafe\") }\n";
        let source = Source::parse("core/src/a.rs", text).expect("it is Rust");
        let words: Vec<String> = source.words.into_iter().map(|word| word.text).collect();
        assert_eq!(words.join(" "), "fn a ( ) { f ( \"unsafe\" ) }");
    }

    #[test]
    fn what_is_not_rust_is_a_finding() {
        let fault = Source::parse("core/src/a.rs", "fn a() {}\nfn {}\n").err().expect("no name");
        assert_eq!((fault.file.as_str(), fault.line), ("core/src/a.rs", 2));
    }
}
