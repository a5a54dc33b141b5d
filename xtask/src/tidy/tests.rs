//! All rules together over a small project.

use super::*;
use crate::tidy::{finding::lines, tree::Page};

const ARCHITECTURE: &str = "# A\n\n## Crates\n\n| floor | crate | holds | may know |\n|---|---|---|---|\n\
    | 2 | `host/view` | x | `core` |\n| 1 | `core` | x | nothing |\n\n\
    ## Only in one place\n\n| dependency | only in |\n|---|---|\n| `redb` | `host/view` |\n\n\
    ## Unsafe\n\n| file | reason |\n|---|---|\n\n\
    ## Clocks\n\n| crate | why |\n|---|---|\n| `core` | x |\n";

const OPENING: &str = "//! What it is for. May know: x. Must not know: y.\n";

fn report(view: &str, its: &[&str]) -> Report {
    let crates = [packages::of("core", &[]), packages::of("host/view", its)];
    let text = format!("{OPENING}{view}");
    let sources = source::of(&[
        ("core/src/lib.rs", OPENING),
        ("host/view/src/lib.rs", &text),
        ("host/view/src/a.rs", "pub struct A;\n"),
    ]);
    let pages = vec![Page { is_test: false, lines: 2 }];
    check(
        ARCHITECTURE,
        &crates,
        Tree { sources, pages, documents: Vec::new(), findings: Vec::new() },
    )
}

#[test]
fn a_tidy_project_has_no_findings() {
    let report = report("mod a;\npub use a::A;\n", &["core", "redb"]);
    assert_eq!(report.findings, []);
    assert_eq!((report.arrows_back_up, report.circles), (0, 0));
    assert_eq!(report.sources, Share { tests: 0, all: 5 });
}

#[test]
fn every_rule_is_asked() {
    let view =
        "mod a;\nmod b;\nstruct X {\n    /// Its name.\n    name: u8,\n}\nfn f() { unsafe {} }\n";
    assert_eq!(
        lines(&report(view, &["dev:core"]).findings),
        [
            "ARCHITECTURE.md:14: `host/view` does not depend on `redb`",
            "host/view/src/lib.rs:8: this is `unsafe`",
            "host/view/src/lib.rs:3: `mod b;` has no file",
            "host/view/src/lib.rs:5: `/// Its name.` is padding",
        ]
    );
}
