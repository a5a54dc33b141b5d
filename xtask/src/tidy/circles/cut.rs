//! The arrows to mend: a few without which there is no circle.
//!
//! Arrows from a child to the file above come first, as their end is mostly a type that can have a
//! file of its own. The files of all other arrows are put in an order, and the arrows against that
//! order are the ones to mend (the heuristic of Eades, Lin and Smyth, without a promise that the
//! arrows are the fewest).

use std::collections::BTreeSet;

use super::{Arrow, circles};
use crate::tidy::source::module_folder;

/// The arrows without which no circle is left.
pub(super) fn arrows<'a>(all: &BTreeSet<Arrow<'a>>) -> Vec<Arrow<'a>> {
    let (mut cut, mut rest): (BTreeSet<Arrow<'a>>, BTreeSet<Arrow<'a>>) =
        all.iter().copied().partition(leads_to_parent);
    let order = order(&rest);
    let place = |file: &str| order.iter().position(|other| *other == file);
    cut.extend(rest.iter().copied().filter(|(from, to)| place(from) > place(to)));
    rest.retain(|arrow| !cut.contains(arrow));
    // An arrow that opens no circle stays.
    let mut needed = Vec::new();
    for arrow in cut {
        rest.insert(arrow);
        if !circles(&rest).is_empty() {
            rest.remove(&arrow);
            needed.push(arrow);
        }
    }
    needed
}

fn leads_to_parent((from, to): &Arrow<'_>) -> bool {
    from.strip_prefix(module_folder(to)).is_some_and(|below| below.starts_with('/'))
}

/// The files so that few arrows lead back: those that nobody uses first, those that use nobody
/// last, and between them always the one that uses the most others and is used by the fewest.
fn order<'a>(arrows: &BTreeSet<Arrow<'a>>) -> Vec<&'a str> {
    let mut rest: BTreeSet<&str> = arrows.iter().flat_map(|(from, to)| [*from, *to]).collect();
    let (mut first, mut last) = (Vec::new(), Vec::new());
    while !rest.is_empty() {
        let between =
            || arrows.iter().filter(|(from, to)| rest.contains(from) && rest.contains(to));
        let needs = |file: &str| between().filter(|(from, _)| *from == file).count();
        let users = |file: &str| between().filter(|(_, to)| *to == file).count();
        let sink = rest.iter().copied().find(|file| needs(file) == 0);
        let weight = |file: &&&str| needs(file).cast_signed() - users(file).cast_signed();
        let file = sink.or_else(|| rest.iter().rev().max_by_key(weight).copied());
        let Some(file) = file else { break };
        let end = if sink.is_some() { &mut last } else { &mut first };
        end.push(file);
        rest.remove(file);
    }
    last.reverse();
    first.extend(last);
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(all: &[Arrow<'_>], expected: &[Arrow<'_>]) {
        let all: BTreeSet<Arrow<'_>> = all.iter().copied().collect();
        let cut = arrows(&all);
        assert_eq!(cut, expected);
        let rest: BTreeSet<Arrow<'_>> = all.into_iter().filter(|a| !cut.contains(a)).collect();
        assert!(circles(&rest).is_empty());
    }

    #[test]
    fn what_a_child_takes_from_its_parent_is_mended_first() {
        check(
            &[("a.rs", "a/b.rs"), ("a/b.rs", "a.rs"), ("a.rs", "a/c.rs"), ("a/c.rs", "a.rs")],
            &[("a/b.rs", "a.rs"), ("a/c.rs", "a.rs")],
        );
    }

    #[test]
    fn one_arrow_against_many_is_mended() {
        check(
            &[("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("d", "a"), ("b", "d")],
            &[("d", "a")],
        );
    }
}
