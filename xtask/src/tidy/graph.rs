//! Arrows from each file of a crate to the files that define the names it uses.
//!
//! A name is followed through imports and re-exports to the file that defines it. So an arrow
//! ends at a definition: to declare `mod child;` or to re-export a name of a child is no arrow,
//! while a child that uses a name of its parent makes one. Tests are left out.
//!
//! Deliberately absent: types. A method is an arrow only where its type or trait is named.

mod names;
mod reader;

use std::collections::{BTreeMap, BTreeSet};

use self::{
    names::{Names, Target},
    reader::Use,
};
use super::{
    finding::Finding,
    source::{Source, module_folder},
};

/// The arrows between the files of one crate.
#[derive(Debug, Default)]
pub(super) struct Graph {
    /// By the files at both ends.
    pub(super) arrows: BTreeMap<(String, String), Cause>,
    /// Modules without a file.
    pub(super) findings: Vec<Finding>,
}

/// The reason of an arrow.
#[derive(Debug)]
pub(super) struct Cause {
    /// The first of its places.
    pub(super) line: usize,
    /// All names that are used.
    pub(super) names: BTreeSet<String>,
}

/// A module in its crate; the ones in braces share the file of the module around them.
pub(super) struct Module<'a> {
    source: &'a Source,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    /// The names that are defined here.
    items: BTreeSet<String>,
    /// Names by the paths that they stand for.
    imports: BTreeMap<String, Vec<String>>,
    /// Paths whose names are all imported.
    globs: Vec<Vec<String>>,
    uses: Vec<Use>,
}

impl Graph {
    /// The graph of the crate whose sources are below `folder`, such as `core/src/`.
    pub(super) fn of_crate(sources: &[Source], folder: &str) -> Self {
        let mut graph = Self::default();
        let own: Vec<&Source> = sources
            .iter()
            .filter(|source| !source.is_test && source.path.starts_with(folder))
            .collect();
        for root in ["lib.rs", "main.rs"] {
            let path = format!("{folder}{root}");
            if let Some(root) = own.iter().find(|source| source.path == path) {
                let (modules, findings) = reader::modules(root, &own);
                graph.findings.extend(findings);
                graph.add(&modules);
            }
        }
        graph
    }

    fn add(&mut self, modules: &[Module<'_>]) {
        let names = Names::new(modules);
        for (number, module) in modules.iter().enumerate() {
            for each in &module.uses {
                if let Some((Target::Item(to), name)) = names.resolve(number, &each.path) {
                    self.arrow(module.source, modules[to].source, each, name);
                }
            }
        }
    }

    fn arrow(&mut self, from: &Source, to: &Source, each: &Use, name: &str) {
        let is_below = to.path.starts_with(&format!("{}/", module_folder(&from.path)));
        if from.path == to.path || (each.is_export && is_below) {
            return;
        }
        let arrow = self.arrows.entry((from.path.clone(), to.path.clone()));
        let cause = arrow.or_insert(Cause { line: each.line, names: BTreeSet::new() });
        cause.line = cause.line.min(each.line);
        cause.names.insert(name.to_owned());
    }
}

#[cfg(test)]
mod tests;
