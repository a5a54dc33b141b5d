//! Some dependencies, and `unsafe`, have one place.

use super::{
    architecture::{Architecture, FILE, Named},
    finding::Finding,
    packages::Crate,
    source::Source,
};

/// The word that the table of unsafe files is about.
const UNSAFE: &str = "unsafe";

/// Dependencies outside of the crate that the table names for them.
pub(super) fn dependencies(architecture: &Architecture, crates: &[Crate]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for only in &architecture.only_in {
        let has = |each: &&Crate| {
            let mut dependencies = each.dependencies.iter();
            dependencies.any(|one| one.name == only.dependency && !one.is_for_tests)
        };
        let (inside, outside): (Vec<&Crate>, Vec<&Crate>) =
            crates.iter().filter(has).partition(|each| only.folders.contains(&each.folder));
        let (name, places) = (&only.dependency, only.folders.join("`, `"));
        findings.extend(outside.into_iter().map(|each| {
            let fault = format!("`{name}` belongs only in `{places}`");
            let remedy = format!("call `{places}` instead");
            Finding::new(each.manifest_path(), each.line_of(name), fault, remedy)
        }));
        if inside.is_empty() {
            let fault = format!("`{places}` does not depend on `{name}`");
            findings.push(Finding::new(FILE, only.line, fault, "take the row out"));
        }
    }
    findings
}

/// Unsafe code in other files than those of the table, and rows without any.
pub(super) fn unsafe_code(architecture: &Architecture, sources: &[Source]) -> Vec<Finding> {
    let listed = &architecture.with_unsafe;
    let mut findings = Vec::new();
    for source in sources {
        let is_listed = listed.iter().any(|named| named.path == source.path);
        if let Some(line) = first_unsafe(source).filter(|_| !is_listed) {
            let remedy = format!("write it without, or list the file with its reason in {FILE}");
            findings.push(Finding::new(&source.path, line, "this is `unsafe`", remedy));
        }
    }
    let is_stale = |named: &&Named| {
        let source = sources.iter().find(|source| source.path == named.path);
        source.and_then(first_unsafe).is_none()
    };
    findings.extend(listed.iter().filter(is_stale).map(|named| {
        let fault = format!("there is no `unsafe` in `{}`", named.path);
        Finding::new(FILE, named.line, fault, "take the row out, or correct the path")
    }));
    findings
}

fn first_unsafe(source: &Source) -> Option<usize> {
    source.words.iter().find(|word| word.text == UNSAFE).map(|word| word.line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{architecture, finding::lines, packages, source};

    #[test]
    fn a_dependency_in_its_crate_passes() {
        let architecture = architecture::of("", "| `redb` | `host/checkpoint` |", "", "");
        let crates = [
            packages::of("host/checkpoint", &["redb"]),
            packages::of("host/view", &["dev:redb", "serde"]),
        ];
        assert_eq!(dependencies(&architecture, &crates), []);
    }

    #[test]
    fn a_dependency_elsewhere_is_a_finding() {
        let architecture = architecture::of("", "| `redb` | `host/checkpoint` |", "", "");
        let crates =
            [packages::of("host/checkpoint", &[]), packages::of("host/view", &["serde", "redb"])];
        assert_eq!(
            lines(&dependencies(&architecture, &crates)),
            [
                "host/view/Cargo.toml:3: `redb` belongs only in `host/checkpoint`",
                "ARCHITECTURE.md:8: `host/checkpoint` does not depend on `redb`",
            ]
        );
    }

    const SAFE: &str = "#![expect(unsafe_code)]\n// unsafe\nfn a() { f(\"unsafe\") }\n";

    #[test]
    fn unsafe_code_in_a_listed_file_passes() {
        let architecture = architecture::of("", "", "| `host/kafka/src/id.rs` | why |", "");
        let sources = source::of(&[
            ("host/kafka/src/id.rs", "fn a() {\n    unsafe { f() }\n}\n"),
            ("core/src/lib.rs", SAFE),
        ]);
        assert_eq!(unsafe_code(&architecture, &sources), []);
    }

    #[test]
    fn unsafe_code_elsewhere_is_a_finding() {
        let architecture = architecture::of("", "", "| `host/kafka/src/id.rs` | why |", "");
        let sources = source::of(&[
            ("host/kafka/src/id.rs", SAFE),
            ("core/src/lib.rs", "fn a() {\n    unsafe { f() }\n}\n"),
            ("core/src/m.rs", "fn a() {\n    m!(unsafe { f() })\n}\n"),
        ]);
        assert_eq!(
            lines(&unsafe_code(&architecture, &sources)),
            [
                "core/src/lib.rs:2: this is `unsafe`",
                "core/src/m.rs:2: this is `unsafe`",
                "ARCHITECTURE.md:12: there is no `unsafe` in `host/kafka/src/id.rs`",
            ]
        );
    }
}
