//! Files that can only be understood together: circles in the graph of a crate.

mod cut;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    finding::Finding,
    graph::{Cause, Graph},
};

/// The most arrows that a finding lists.
const ARROWS_SHOWN_MAX: usize = 12;

/// From a file to another one.
type Arrow<'a> = (&'a str, &'a str);

/// The circles of one crate, one finding each.
pub(super) fn check(graph: &Graph) -> Vec<Finding> {
    let arrows: BTreeSet<Arrow<'_>> =
        graph.arrows.keys().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    circles(&arrows).iter().map(|files| finding(graph, &arrows, files)).collect()
}

/// Sets of files that reach each other.
fn circles<'a>(arrows: &BTreeSet<Arrow<'a>>) -> BTreeSet<BTreeSet<&'a str>> {
    let files: BTreeSet<&str> = arrows.iter().map(|(from, _)| *from).collect();
    let ends: BTreeMap<&str, BTreeSet<&str>> =
        files.iter().map(|file| (*file, ends(arrows, file))).collect();
    let is_way = |from: &str, to: &str| ends.get(from).is_some_and(|ends| ends.contains(to));
    let together = |file: &&'a str| -> BTreeSet<&'a str> {
        files.iter().copied().filter(|other| is_way(file, other) && is_way(other, file)).collect()
    };
    files.iter().map(together).filter(|files| files.len() > 1).collect()
}

/// All files that a file leads to.
fn ends<'a>(arrows: &BTreeSet<Arrow<'a>>, file: &'a str) -> BTreeSet<&'a str> {
    let mut ends = BTreeSet::new();
    let mut open = vec![file];
    while let Some(file) = open.pop() {
        let next = arrows.range((file, "")..).take_while(|(from, _)| *from == file);
        open.extend(next.map(|(_, to)| *to).filter(|to| ends.insert(*to)));
    }
    ends
}

fn finding(graph: &Graph, arrows: &BTreeSet<Arrow<'_>>, files: &BTreeSet<&str>) -> Finding {
    let inside: BTreeSet<Arrow<'_>> = arrows
        .iter()
        .copied()
        .filter(|(from, to)| files.contains(from) && files.contains(to))
        .collect();
    let cut = cut::arrows(&inside);
    let cause = |arrow: &Arrow<'_>| &graph.arrows[&(arrow.0.to_owned(), arrow.1.to_owned())];
    let line = |arrow: &Arrow<'_>| {
        let Cause { line, names } = cause(arrow);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        format!("\n    {}:{line} uses `{}` of {}", arrow.0, names.join("`, `"), arrow.1)
    };
    let names: Vec<&str> = files.iter().copied().collect();
    let mut fault = format!("circle of {} files: {}", files.len(), names.join(", "));
    fault += "\n  it is open without";
    fault.extend(cut.iter().take(ARROWS_SHOWN_MAX).map(line));
    let more = cut.len().saturating_sub(ARROWS_SHOWN_MAX);
    fault.extend((more > 0).then(|| format!("\n    … and {more} more")));
    let remedy = "move what is used into a file of its own below both, or hand it over as an \
        argument";
    Finding::new(cut[0].0, cause(&cut[0]).line, fault, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::source;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let findings = check(&Graph::of_crate(&source::of(files), "core/src/"));
        findings.iter().map(|finding| format!("{}: {}", finding.line, finding.fault)).collect()
    }

    #[test]
    fn arrows_that_all_lead_down_pass() {
        let files = [
            ("core/src/lib.rs", "mod a; mod b; mod c; pub use a::A;"),
            ("core/src/a.rs", "use crate::b::B; use crate::c::C; pub struct A;"),
            ("core/src/b.rs", "use crate::c::C; pub struct B;"),
            ("core/src/c.rs", "pub struct C; #[cfg(test)] mod tests { use crate::a::A; }"),
        ];
        assert_eq!(found(&files), Vec::<String>::new());
    }

    #[test]
    fn each_circle_is_a_finding_with_what_would_open_it() {
        let files = [
            ("core/src/lib.rs", "mod a; mod b; mod c; mod d;"),
            ("core/src/a.rs", "use crate::b::B; pub struct A;"),
            ("core/src/b.rs", "use crate::c::C; pub struct B;"),
            ("core/src/c.rs", "\n\nuse crate::a::A; pub struct C;"),
            ("core/src/d.rs", "mod e; use crate::a::A; use e::E; pub struct D; fn f() {}"),
            (
                "core/src/d/e.rs",
                "\nuse super::{self, D}; pub struct E; fn g() { super::f(); D::x(); }",
            ),
        ];
        assert_eq!(
            found(&files),
            [
                "3: circle of 3 files: core/src/a.rs, core/src/b.rs, core/src/c.rs\n  \
                 it is open without\n    core/src/c.rs:3 uses `A` of core/src/a.rs",
                "2: circle of 2 files: core/src/d.rs, core/src/d/e.rs\n  \
                 it is open without\n    core/src/d/e.rs:2 uses `D`, `f` of core/src/d.rs",
            ]
        );
    }
}
