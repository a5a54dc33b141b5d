//! Crates know only crates of lower floors, and of those only the ones that the table names.

use super::{
    architecture::{Architecture, FILE, Floor, MayKnow},
    finding::Finding,
    packages::{Crate, Dependency},
};

/// The findings about the dependencies between the crates, and two numbers.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) findings: Vec<Finding>,
    /// Dependencies on the same floor or a higher one.
    pub(super) back_up: usize,
    /// Dependencies that only tests have and the table does not name.
    pub(super) for_tests: usize,
}

/// Holds the crates against the table, both ways.
pub(super) fn check(architecture: &Architecture, crates: &[Crate]) -> Checked {
    let mut checked = Checked::default();
    for floor in &architecture.floors {
        checked.findings.extend(absent(floor, crates));
        checked.findings.extend(unsound(floor, architecture));
    }
    for each in crates {
        match architecture.floor_of(&each.folder) {
            Some(floor) => checked.check(architecture, each, floor),
            None => checked.findings.push(unnamed(each)),
        }
    }
    checked
}

fn absent(floor: &Floor, crates: &[Crate]) -> Option<Finding> {
    let is_there = crates.iter().any(|each| each.folder == floor.folder);
    let fault = format!("there is no crate `{}`", floor.folder);
    let remedy = "add it to `members` of the workspace, or take it out of the table";
    (!is_there).then(|| Finding::new(FILE, floor.line, fault, remedy))
}

/// Names in a row that belong to no crate, or to a crate that is not below.
fn unsound(floor: &Floor, architecture: &Architecture) -> Vec<Finding> {
    let MayKnow::Only(names) = &floor.may_know else { return Vec::new() };
    let fault = |name: &String| {
        let known = architecture.floors.iter().find(|other| other.name() == name);
        match known {
            None => Some(format!("`{name}` is the name of no crate in the table")),
            Some(known) if known.number >= floor.number => Some(format!(
                "`{}` on floor {} may not know `{name}` on floor {}",
                floor.folder, floor.number, known.number
            )),
            Some(_) => None,
        }
    };
    let remedy = "`may know` names crates of lower floors by the last part of their folders";
    names.iter().filter_map(fault).map(|f| Finding::new(FILE, floor.line, f, remedy)).collect()
}

fn unnamed(each: &Crate) -> Finding {
    let fault = format!("`{}` is not in the table of crates", each.folder);
    Finding::new(each.manifest_path(), 1, fault, format!("give it a row in {FILE}"))
}

/// How a dependency stands to the table.
enum Standing {
    Allowed,
    /// On a lower floor, and not named.
    NotNamed,
    BackUp(u32),
    OfNoFloor,
}

fn standing(architecture: &Architecture, from: &Floor, to: &str) -> Standing {
    let Some(to) = architecture.floor_of(to) else { return Standing::OfNoFloor };
    let is_named = match &from.may_know {
        MayKnow::Everything => true,
        MayKnow::Only(names) => names.iter().any(|name| name == to.name()),
    };
    match to.number {
        number if number >= from.number => Standing::BackUp(number),
        _ if is_named => Standing::Allowed,
        _ => Standing::NotNamed,
    }
}

impl Checked {
    fn check(&mut self, architecture: &Architecture, each: &Crate, floor: &Floor) {
        for dependency in &each.dependencies {
            if let Some(to) = &dependency.folder {
                let standing = standing(architecture, floor, to);
                let fault = if dependency.is_for_tests {
                    self.of_tests(&standing, floor, to)
                } else {
                    self.of_library(&standing, floor, to)
                };
                self.findings.extend(fault.map(|fault| at(each, dependency, fault)));
            }
        }
    }

    fn of_library(&mut self, standing: &Standing, floor: &Floor, to: &str) -> Option<String> {
        let from = &floor.folder;
        match standing {
            Standing::Allowed => None,
            Standing::NotNamed => Some(format!("`{from}` may not know `{to}`")),
            Standing::OfNoFloor => Some(format!("`{to}` is on no floor")),
            Standing::BackUp(number) => {
                self.back_up += 1;
                let own = floor.number;
                Some(format!("`{from}` on floor {own} depends on `{to}` on floor {number}"))
            }
        }
    }

    /// Tests may have what the table does not name, but nothing from above.
    fn of_tests(&mut self, standing: &Standing, floor: &Floor, to: &str) -> Option<String> {
        match standing {
            Standing::BackUp(number) if *number > floor.number => {
                Some(format!("tests of `{}` depend on `{to}` on floor {number}", floor.folder))
            }
            Standing::BackUp(_) | Standing::NotNamed => {
                self.for_tests += 1;
                None
            }
            Standing::Allowed | Standing::OfNoFloor => None,
        }
    }
}

fn at(each: &Crate, dependency: &Dependency, fault: String) -> Finding {
    let remedy = if dependency.is_for_tests {
        "move these tests to the crate above".to_owned()
    } else {
        format!(
            "move what is needed down, or hand it in; the table in {FILE} says who may know whom"
        )
    };
    Finding::new(each.manifest_path(), each.line_of(&dependency.name), fault, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{
        architecture,
        finding::lines,
        packages::{self, of},
    };

    const FLOORS: &str = "| 3 | `host/top` | x | everything |\n\
        | 2 | `host/mid`, `host/side` | x | `core` |\n\
        | 1 | `core`, `host/wire` | x | nothing |";

    fn architecture() -> Architecture {
        architecture::of(FLOORS, "", "", "")
    }

    fn checked(mid: &[&str]) -> Checked {
        let mut crates: Vec<_> =
            ["core", "host/side", "host/top", "host/wire"].map(|f| packages::of(f, &[])).into();
        crates.push(of("host/mid", mid));
        check(&architecture(), &crates)
    }

    #[test]
    fn dependencies_that_the_table_names_pass() {
        let crates = [
            of("core", &[]),
            of("host/mid", &["core", "dev:host/side", "dev:host/wire", "serde"]),
            of("host/side", &["core"]),
            of("host/top", &["core", "host/mid", "host/side", "host/wire"]),
            of("host/wire", &[]),
        ];
        let checked = check(&architecture(), &crates);
        assert_eq!(checked.findings, []);
        assert_eq!((checked.back_up, checked.for_tests), (0, 2));
    }

    #[test]
    fn a_crate_that_is_not_named_is_a_finding() {
        let checked = checked(&["core", "host/wire"]);
        assert_eq!(
            lines(&checked.findings),
            ["host/mid/Cargo.toml:3: `host/mid` may not know `host/wire`"]
        );
        assert_eq!(checked.back_up, 0);
    }

    #[test]
    fn an_arrow_back_up_or_sideways_is_counted() {
        let checked = checked(&["host/top", "host/side", "plugins/sdk"]);
        assert_eq!(
            lines(&checked.findings),
            [
                "host/mid/Cargo.toml:2: `host/mid` on floor 2 depends on `host/top` on floor 3",
                "host/mid/Cargo.toml:3: `host/mid` on floor 2 depends on `host/side` on floor 2",
                "host/mid/Cargo.toml:4: `plugins/sdk` is on no floor",
            ]
        );
        assert_eq!(checked.back_up, 2);
    }

    #[test]
    fn tests_depend_on_nothing_above() {
        let findings = checked(&["dev:host/top"]).findings;
        assert_eq!(
            lines(&findings),
            ["host/mid/Cargo.toml:2: tests of `host/mid` depend on `host/top` on floor 3"]
        );
    }

    #[test]
    fn table_and_workspace_have_the_same_crates() {
        let crates = ["core", "host/mid", "host/side", "host/top", "host/new"];
        let found = check(&architecture(), &crates.map(|folder| of(folder, &[]))).findings;
        assert_eq!(
            lines(&found),
            [
                "ARCHITECTURE.md:6: there is no crate `host/wire`",
                "host/new/Cargo.toml:1: `host/new` is not in the table of crates",
            ]
        );
    }

    #[test]
    fn a_table_that_contradicts_itself_is_a_finding() {
        let floors = "| 2 | `host/mid` | x | `core`, `none` |\n| 2 | `core` | x | nothing |";
        let crates = ["core", "host/mid"].map(|folder| of(folder, &[]));
        let found = check(&architecture::of(floors, "", "", ""), &crates).findings;
        assert_eq!(
            lines(&found),
            [
                "ARCHITECTURE.md:4: `host/mid` on floor 2 may not know `core` on floor 2",
                "ARCHITECTURE.md:4: `none` is the name of no crate in the table",
            ]
        );
    }
}
