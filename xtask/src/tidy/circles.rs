//! Files that can only be understood together: circles in the graph of a crate.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{finding::Finding, graph::Graph};

/// The circles of one crate, one finding each.
pub(super) fn check(graph: &Graph) -> Vec<Finding> {
    let next = next(graph);
    circles(&next).iter().map(|files| finding(graph, &next, files)).collect()
}

/// The ends of the arrows of each file.
type Next<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

fn next(graph: &Graph) -> Next<'_> {
    let mut next = Next::new();
    for (from, to) in graph.arrows.keys() {
        next.entry(from).or_default().insert(to);
    }
    next
}

/// Sets of files that reach each other.
fn circles<'a>(next: &Next<'a>) -> BTreeSet<BTreeSet<&'a str>> {
    let reached: BTreeMap<&str, BTreeSet<&str>> =
        next.keys().map(|&file| (file, reached(next, file))).collect();
    let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|all| all.contains(to));
    let together = |file: &'a str| -> BTreeSet<&'a str> {
        next.keys().copied().filter(|other| reaches(file, other) && reaches(other, file)).collect()
    };
    next.keys().copied().map(together).filter(|files| files.len() > 1).collect()
}

fn reached<'a>(next: &Next<'a>, file: &'a str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open = vec![file];
    while let Some(file) = open.pop() {
        for &to in next.get(file).into_iter().flatten() {
            if reached.insert(to) {
                open.push(to);
            }
        }
    }
    reached
}

/// The shortest way from a file back to it; it is part of a circle.
fn way_back<'a>(next: &Next<'a>, file: &'a str) -> Vec<&'a str> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut open = VecDeque::from([file]);
    while let Some(at) = open.pop_front() {
        for &to in next.get(at).into_iter().flatten() {
            if came_from.contains_key(to) {
                continue;
            }
            came_from.insert(to, at);
            open.push_back(to);
        }
    }
    let mut way = vec![file];
    while let Some(&before) = came_from.get(way[way.len() - 1]) {
        way.push(before);
        if before == file {
            break;
        }
    }
    way.reverse();
    way
}

fn finding(graph: &Graph, next: &Next<'_>, files: &BTreeSet<&str>) -> Finding {
    let ways = files.iter().map(|file| way_back(next, file));
    let shortest = ways.min_by_key(Vec::len).expect("a circle has files");
    let arrow = |pair: &[&str]| {
        let cause = &graph.arrows[&(pair[0].to_owned(), pair[1].to_owned())];
        format!("{}:{} uses `{}` of {}", pair[0], cause.line, cause.path, pair[1])
    };
    let arrows: Vec<String> = shortest.windows(2).map(arrow).collect();
    let names: Vec<&str> = files.iter().copied().collect();
    let fault =
        format!("circle of {} files ({}): {}", files.len(), names.join(", "), arrows.join(", "));
    let first = &graph.arrows[&(shortest[0].to_owned(), shortest[1].to_owned())];
    let remedy = "move what both need into a file below both, or hand it over as an argument";
    Finding::new(shortest[0], first.line, fault, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{finding::lines, source};

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        lines(&check(&Graph::of_crate(&source::of(files), "core/src/")))
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
    fn each_circle_is_a_finding_with_its_shortest_way() {
        let files = [
            ("core/src/lib.rs", "mod a; mod b; mod c; mod d;"),
            ("core/src/a.rs", "\nuse crate::b::B; pub struct A;"),
            ("core/src/b.rs", "use crate::c::C; pub struct B;"),
            ("core/src/c.rs", "\n\nuse crate::a::A; use crate::b::B; pub struct C;"),
            ("core/src/d.rs", "mod e; use crate::a::A; use e::E; pub struct D;"),
            ("core/src/d/e.rs", "use super::D; pub struct E;"),
        ];
        assert_eq!(
            found(&files),
            [
                "core/src/b.rs:1: circle of 3 files (core/src/a.rs, core/src/b.rs, core/src/c.rs): \
                 core/src/b.rs:1 uses `crate::c::C` of core/src/c.rs, \
                 core/src/c.rs:3 uses `crate::b::B` of core/src/b.rs",
                "core/src/d.rs:1: circle of 2 files (core/src/d.rs, core/src/d/e.rs): \
                 core/src/d.rs:1 uses `e::E` of core/src/d/e.rs, \
                 core/src/d/e.rs:1 uses `super::D` of core/src/d.rs",
            ]
        );
    }
}
