//! Comments on fields, variants and functions that are too short to say anything.
//!
//! Texts that the program shows are no comments: clap makes the help of commands from them, and
//! utoipa the description of the API.

use std::collections::BTreeSet;

use syn::{
    Attribute, Expr, Lit, Meta,
    spanned::Spanned as _,
    visit::{self, Visit},
};

use super::{
    finding::Finding,
    source::{Source, flatten},
};

/// The most words of a comment that says no more than the name does.
const PADDING_WORDS_MAX: usize = 3;

/// The derives that make the comments of a type, its fields and its variants into texts of the
/// program.
const SHOWN_BY: [&str; 5] = ["Args", "Parser", "Subcommand", "ToSchema", "ValueEnum"];

/// The attribute that makes the comment of a function into a text of the API.
const SHOWN_FUNCTION: &str = "utoipa";

/// Comments that are padding.
pub(super) fn check(sources: &[Source]) -> Vec<Finding> {
    sources.iter().flat_map(in_source).collect()
}

fn in_source(source: &Source) -> Vec<Finding> {
    let mut comments = Comments::default();
    comments.visit_file(&source.syntax);
    let finding = |(line, text): (usize, String)| {
        let remedy = "say unit, bound, owner or reason, or leave it out";
        Finding::new(&source.path, line, format!("`/// {text}` is padding"), remedy)
    };
    comments.found.into_iter().map(finding).collect()
}

/// The documentation of an item, its lines joined.
pub(super) fn documentation(attributes: &[Attribute]) -> Option<String> {
    let lines: Vec<String> = attributes.iter().filter_map(line).collect();
    let words: Vec<&str> = lines.iter().flat_map(|line| line.split_whitespace()).collect();
    (!lines.is_empty()).then(|| words.join(" "))
}

fn line(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    match &pair.value {
        Expr::Lit(literal) if pair.path.is_ident("doc") => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}

/// True if the program shows the comments of a type with these attributes.
fn is_shown(attributes: &[Attribute]) -> bool {
    let mut words = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("derive") || list.path.is_ident("cfg_attr") => {
            Some(list.tokens.clone())
        }
        _ => None,
    });
    words.any(|tokens| {
        let mut names = Vec::new();
        flatten(tokens, &mut names);
        names.iter().any(|name| SHOWN_BY.contains(&name.text.as_str()))
    })
}

#[derive(Default)]
struct Comments {
    found: BTreeSet<(usize, String)>,
}

impl Comments {
    fn take(&mut self, attributes: &[Attribute]) {
        let text = documentation(attributes).unwrap_or_default();
        let first = attributes.iter().find(|attribute| attribute.path().is_ident("doc"));
        let words = text.split_whitespace().count();
        if let Some(first) = first.filter(|_| (1..=PADDING_WORDS_MAX).contains(&words)) {
            self.found.insert((first.span().start().line, text));
        }
    }

    fn take_function(&mut self, attributes: &[Attribute]) {
        let is_shown = attributes.iter().any(|attribute| {
            attribute.path().segments.first().is_some_and(|first| first.ident == SHOWN_FUNCTION)
        });
        if !is_shown {
            self.take(attributes);
        }
    }
}

impl<'a> Visit<'a> for Comments {
    fn visit_item_struct(&mut self, item: &'a syn::ItemStruct) {
        if !is_shown(&item.attrs) {
            visit::visit_item_struct(self, item);
        }
    }

    fn visit_item_enum(&mut self, item: &'a syn::ItemEnum) {
        if !is_shown(&item.attrs) {
            visit::visit_item_enum(self, item);
        }
    }

    fn visit_field(&mut self, field: &'a syn::Field) {
        self.take(&field.attrs);
        visit::visit_field(self, field);
    }

    fn visit_variant(&mut self, variant: &'a syn::Variant) {
        self.take(&variant.attrs);
        visit::visit_variant(self, variant);
    }

    fn visit_item_fn(&mut self, function: &'a syn::ItemFn) {
        self.take_function(&function.attrs);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'a syn::ImplItemFn) {
        self.take_function(&function.attrs);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'a syn::TraitItemFn) {
        self.take_function(&function.attrs);
        visit::visit_trait_item_fn(self, function);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{finding::lines, source};

    fn found(text: &str) -> Vec<String> {
        lines(&check(&source::of(&[("core/src/a.rs", text)])))
    }

    #[test]
    fn a_comment_that_says_something_passes() {
        let text = "/// Type.\nstruct A {\n    /// In bytes,\n    /// at most 8192.\n    \
            a: u32,\n    b: u32,\n}\n";
        assert_eq!(found(text), Vec::<String>::new());
    }

    #[test]
    fn short_comments_on_fields_variants_and_functions_are_findings() {
        let text = "struct A {\n    /// Its number.\n    a: u32,\n}\nenum B {\n    /// The\n    /// \
            first one.\n    One,\n}\n/// Runs.\nfn c() {}\nimpl A {\n    /// The number.\n    \
            fn d() {}\n}\ntrait T {\n    /// Its name.\n    fn e();\n}\n";
        assert_eq!(
            found(text),
            [
                "core/src/a.rs:2: `/// Its number.` is padding",
                "core/src/a.rs:6: `/// The first one.` is padding",
                "core/src/a.rs:10: `/// Runs.` is padding",
                "core/src/a.rs:13: `/// The number.` is padding",
                "core/src/a.rs:17: `/// Its name.` is padding",
            ]
        );
    }

    #[test]
    fn texts_that_the_program_shows_are_no_comments() {
        let text = "#[derive(clap::Args)]\nstruct A {\n    /// The port.\n    port: u16,\n}\n\
            #[derive(Serialize, ToSchema)]\nstruct B {\n    /// The title.\n    title: String,\n}\n\
            /// The status.\n#[utoipa::path(get)]\nfn status() {}\n";
        assert_eq!(found(text), Vec::<String>::new());
    }
}
