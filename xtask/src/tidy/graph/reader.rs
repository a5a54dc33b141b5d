//! The modules of a crate, with the names that each defines, imports and uses.

use std::collections::BTreeMap;

use syn::{
    Attribute, Item, UseTree, Visibility,
    spanned::Spanned as _,
    visit::{self, Visit},
};

use super::Module;
use crate::tidy::{
    finding::Finding,
    source::{Source, Word, attributes, flatten, is_for_tests, module_folder},
};

/// A path that a module uses.
#[derive(Clone, Debug)]
pub(super) struct Use {
    pub(super) path: Vec<String>,
    pub(super) line: usize,
    /// True for a path that `pub use` exports.
    pub(super) is_export: bool,
}

/// All modules of the crate with this root, the root first; and a finding for each without a file.
pub(super) fn modules<'a>(
    root: &'a Source,
    sources: &[&'a Source],
) -> (Vec<Module<'a>>, Vec<Finding>) {
    let mut reader =
        Reader { sources, modules: Vec::new(), findings: Vec::new(), at: 0, folder: String::new() };
    reader.read_file(root, None);
    (reader.modules, reader.findings)
}

struct Reader<'a, 's> {
    sources: &'s [&'a Source],
    modules: Vec<Module<'a>>,
    findings: Vec<Finding>,
    /// The module that is read.
    at: usize,
    /// Where the files of its children are.
    folder: String,
}

impl<'a> Reader<'a, '_> {
    fn read_file(&mut self, source: &'a Source, parent: Option<usize>) -> usize {
        let folder = module_folder(&source.path).to_owned();
        self.read_module(source, parent, &source.syntax.items, folder)
    }

    /// Reads items as those of a new module.
    fn read_module(
        &mut self,
        source: &'a Source,
        parent: Option<usize>,
        items: &'a [Item],
        folder: String,
    ) -> usize {
        let number = self.modules.len();
        self.modules.push(Module {
            source,
            parent,
            children: BTreeMap::new(),
            items: items.iter().filter_map(defined).collect(),
            imports: BTreeMap::new(),
            globs: Vec::new(),
            uses: Vec::new(),
        });
        let around =
            (std::mem::replace(&mut self.at, number), std::mem::replace(&mut self.folder, folder));
        for item in items {
            self.visit_item(item);
        }
        (self.at, self.folder) = around;
        number
    }

    fn read_child(&mut self, module: &'a syn::ItemMod) {
        let name = module.ident.to_string();
        let folder = format!("{}/{name}", self.folder);
        let source = self.modules[self.at].source;
        let child = if let Some((_, items)) = &module.content {
            Some(self.read_module(source, Some(self.at), items, folder))
        } else {
            let paths = [format!("{folder}.rs"), format!("{folder}/mod.rs")];
            let file = self.sources.iter().find(|file| paths.contains(&file.path)).copied();
            if file.is_none() {
                let fault = format!("`mod {name};` has no file");
                let remedy = format!("put the module into {folder}.rs");
                let line = module.span().start().line;
                self.findings.push(Finding::new(&source.path, line, fault, remedy));
            }
            file.map(|file| self.read_file(file, Some(self.at)))
        };
        if let Some(child) = child {
            self.modules[self.at].children.insert(name, child);
        }
    }

    fn take(&mut self, path: Vec<String>, line: usize) {
        self.modules[self.at].uses.push(Use { path, line, is_export: false });
    }

    /// The paths among words that are no syntax yet, with at least so many parts.
    fn take_words(&mut self, tokens: proc_macro2::TokenStream, parts_min: usize) {
        let mut words = Vec::new();
        flatten(tokens, &mut words);
        for (path, line) in paths(&words) {
            if path.len() >= parts_min {
                self.take(path, line);
            }
        }
    }

    fn import(&mut self, tree: &UseTree, mut path: Vec<String>, is_export: bool) {
        let (last, name) = match tree {
            UseTree::Path(tree) => {
                path.push(tree.ident.to_string());
                return self.import(&tree.tree, path, is_export);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|t| self.import(t, path.clone(), is_export));
            }
            UseTree::Glob(_) => {
                self.modules[self.at].globs.push(path.clone());
                return self.take_import(path, tree.span().start().line, is_export);
            }
            UseTree::Name(tree) => (tree.ident.to_string(), tree.ident.to_string()),
            UseTree::Rename(tree) => (tree.ident.to_string(), tree.rename.to_string()),
        };
        // `use a::{self}` imports `a`.
        let name = match (last.as_str(), path.last()) {
            ("self", Some(module)) if name == "self" => module.clone(),
            _ => name,
        };
        if last != "self" || path.is_empty() {
            path.push(last);
        }
        self.modules[self.at].imports.entry(name).or_insert_with(|| path.clone());
        self.take_import(path, tree.span().start().line, is_export);
    }

    fn take_import(&mut self, path: Vec<String>, line: usize, is_export: bool) {
        self.modules[self.at].uses.push(Use { path, line, is_export });
    }
}

impl<'a> Visit<'a> for Reader<'a, '_> {
    fn visit_item(&mut self, item: &'a Item) {
        match item {
            _ if is_for_tests(attributes(item)) => {}
            Item::Mod(module) => self.read_child(module),
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'a syn::ImplItemFn) {
        if !is_for_tests(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        if item.leading_colon.is_none() {
            let is_export = !matches!(item.vis, Visibility::Inherited);
            self.import(&item.tree, Vec::new(), is_export);
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        if path.leading_colon.is_none() {
            let parts = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
            self.take(parts, path.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        self.visit_path(&call.path);
        self.take_words(call.tokens.clone(), 1);
    }

    /// In attributes, one word alone is mostly a key.
    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.take_words(list.tokens.clone(), 2);
        }
    }

    /// `pub(in path)` uses nothing of that path.
    fn visit_visibility(&mut self, _: &'a Visibility) {}
}

/// The name that an item defines in its module.
fn defined(item: &Item) -> Option<String> {
    let name = match item {
        _ if is_for_tests(attributes(item)) => return None,
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

/// Paths among words, such as `a::b` in `f(a::b, x.c)`; a name after a dot is none. A literal that
/// is written as a path, as serde wants it, is one too.
fn paths(words: &[Word]) -> Vec<(Vec<String>, usize)> {
    let mut paths: Vec<(Vec<String>, usize)> = Vec::new();
    let is = |place: usize, text: &str| words.get(place).is_some_and(|word| word.text == text);
    let mut place = 0;
    while let Some(word) = words.get(place) {
        let is_free =
            place == 0 || !(is(place - 1, ".") || is(place - 1, ":") && is_path(words, place));
        if let Some(path) = literal_path(&word.text) {
            paths.push((path, word.line));
        } else if is_name(&word.text) && is_free {
            let mut path = vec![word.text.clone()];
            while is(place + 1, ":") && is(place + 2, ":") {
                let Some(next) = words.get(place + 3).filter(|next| is_name(&next.text)) else {
                    break;
                };
                path.push(next.text.clone());
                place += 3;
            }
            paths.push((path, word.line));
        }
        place += 1;
    }
    paths
}

/// True for a name at `place` that stands after `::`.
fn is_path(words: &[Word], place: usize) -> bool {
    place >= 2 && words[place - 2].text == ":"
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn literal_path(text: &str) -> Option<Vec<String>> {
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let parts: Vec<String> = inner.split("::").map(str::to_owned).collect();
    (parts.len() > 1 && parts.iter().all(|part| is_name(part))).then_some(parts)
}
