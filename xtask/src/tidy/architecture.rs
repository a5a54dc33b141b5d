//! The structure that ARCHITECTURE.md states, as values. The file is the only place where a rule
//! can be changed.

use super::{
    finding::Finding,
    markdown::{self, Row},
};

/// The file with the tables, below the root.
pub(super) const FILE: &str = "ARCHITECTURE.md";

/// Every table of the file.
#[derive(Debug, Default)]
pub(super) struct Architecture {
    pub(super) floors: Vec<Floor>,
    pub(super) only_in: Vec<OnlyIn>,
    pub(super) with_unsafe: Vec<Named>,
    pub(super) without_clock: Vec<Named>,
}

/// A crate on its floor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Floor {
    pub(super) line: usize,
    pub(super) number: u32,
    pub(super) folder: String,
    pub(super) may_know: MayKnow,
}

/// The crates that a crate may depend on, all of them on lower floors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum MayKnow {
    Everything,
    /// By the last component of their folders.
    Only(Vec<String>),
}

/// A dependency from outside, and the folders of the crates that may have it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OnlyIn {
    pub(super) line: usize,
    pub(super) dependency: String,
    pub(super) folders: Vec<String>,
}

/// A file or folder that a table names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) line: usize,
    pub(super) path: String,
}

impl Architecture {
    /// Reads all tables; a table or row that cannot be read is a finding.
    pub(super) fn read(text: &str) -> (Self, Vec<Finding>) {
        let mut findings = Vec::new();
        let mut read = |heading: &str, columns: &[&str]| {
            markdown::table(FILE, text, heading, columns).unwrap_or_else(|finding| {
                findings.push(finding);
                Vec::new()
            })
        };
        let floors = read("Crates", &["floor", "crate", "holds", "may know"]);
        let only_in = read("Only in one place", &["dependency", "only in"]);
        let with_unsafe = read("Unsafe", &["file", "reason"]);
        let without_clock = read("Clocks", &["crate", "why"]);
        let mut good = |parsed: Option<Vec<Floor>>, row: &Row| {
            parsed.unwrap_or_else(|| {
                findings.push(unreadable(row));
                Vec::new()
            })
        };
        let floors = floors.iter().flat_map(|row| good(self::floors(row), row)).collect();
        let architecture = Self {
            floors,
            only_in: only_in.iter().flat_map(self::only_in).collect(),
            with_unsafe: with_unsafe.iter().flat_map(named).collect(),
            without_clock: without_clock.iter().flat_map(named).collect(),
        };
        (architecture, findings)
    }

    /// The row of a crate.
    pub(super) fn floor_of(&self, folder: &str) -> Option<&Floor> {
        self.floors.iter().find(|floor| floor.folder == folder)
    }
}

impl Floor {
    /// The last component of the folder, by which other rows name the crate.
    pub(super) fn name(&self) -> &str {
        self.folder.rsplit('/').next().unwrap_or(&self.folder)
    }
}

fn unreadable(row: &Row) -> Finding {
    let remedy = "a floor is a number, a crate its folder in backticks, and `may know` is \
        `everything`, `nothing`, or names in backticks with commas between them";
    Finding::new(FILE, row.line, "a row of the crates cannot be read", remedy)
}

/// A row may hold several crates.
fn floors(row: &Row) -> Option<Vec<Floor>> {
    let number = row.cells[0].parse().ok()?;
    let may_know = match row.cells[3].trim_matches('`') {
        "everything" => MayKnow::Everything,
        "nothing" => MayKnow::Only(Vec::new()),
        _ => MayKnow::Only(markdown::quoted_list(&row.cells[3])?),
    };
    let folders = markdown::quoted(&row.cells[1]);
    let floor = |folder| Floor { line: row.line, number, folder, may_know: may_know.clone() };
    (!folders.is_empty()).then(|| folders.into_iter().map(floor).collect())
}

fn only_in(row: &Row) -> Vec<OnlyIn> {
    let folders = markdown::quoted(&row.cells[1]);
    let dependencies = markdown::quoted(&row.cells[0]).into_iter();
    dependencies
        .map(|dependency| OnlyIn { line: row.line, dependency, folders: folders.clone() })
        .collect()
}

fn named(row: &Row) -> Vec<Named> {
    let paths = markdown::quoted(&row.cells[0]).into_iter();
    paths.map(|path| Named { line: row.line, path }).collect()
}

/// The tables of a test: floors, and what else is wanted.
#[cfg(test)]
pub(super) fn of(floors: &str, only_in: &str, with_unsafe: &str, clocks: &str) -> Architecture {
    let text = format!(
        "## Crates\n| floor | crate | holds | may know |\n|---|---|---|---|\n{floors}\n\
         ## Only in one place\n| dependency | only in |\n|---|---|\n{only_in}\n\
         ## Unsafe\n| file | reason |\n|---|---|\n{with_unsafe}\n\
         ## Clocks\n| crate | why |\n|---|---|\n{clocks}\n"
    );
    let (architecture, findings) = Architecture::read(&text);
    assert_eq!(findings, []);
    architecture
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_read() {
        let read = of(
            "| 2 | `host/a` (the binary) | x | everything |\n| 1 | `core`, `host/b` | x | nothing |",
            "| `redb` | `host/a` |",
            "| `host/a/src/x.rs` | why |",
            "| `core`, `host/b` | why |",
        );
        let floor = |line, number, folder: &str, may_know| Floor {
            line,
            number,
            folder: folder.to_owned(),
            may_know,
        };
        let nothing = MayKnow::Only(Vec::new());
        assert_eq!(
            read.floors,
            [
                floor(4, 2, "host/a", MayKnow::Everything),
                floor(5, 1, "core", nothing.clone()),
                floor(5, 1, "host/b", nothing),
            ]
        );
        assert_eq!(read.only_in[0].folders, ["host/a"]);
        assert_eq!(read.with_unsafe[0].path, "host/a/src/x.rs");
        assert_eq!(read.without_clock.len(), 2);
    }

    #[test]
    fn a_missing_table_is_a_finding() {
        let (_, findings) = Architecture::read("# Architecture\n");
        assert_eq!(findings.len(), 4);
    }

    #[test]
    fn a_row_with_other_words_is_a_finding() {
        let text = "## Crates\n| floor | crate | holds | may know |\n|---|---|---|---|\n\
            | 2 | `host/a` | x | `core`; never `view` |\n";
        let (architecture, findings) = Architecture::read(text);
        assert!(architecture.floors.is_empty());
        assert!(findings.iter().any(|finding| finding.line == 4), "{findings:?}");
    }
}
