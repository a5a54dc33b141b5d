//! Whole frames from tables of results: nothing that was counted is lost by order, cut and sums.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use streamgauge_plugin::Role;

use super::{pair_panel, panel};
use crate::ReadAt;
use crate::frame::*;
use crate::testing::output;

/// The columns of the results: two dimensions, a count and a mean.
fn outputs() -> Vec<Output> {
    vec![
        output("second", Role::Dimension, false),
        output("mean", Role::Measure, false),
        output("key", Role::Dimension, false),
        output("events", Role::Measure, true),
    ]
}

/// A panel by `key` and, if `across`, by `second`.
fn shown(across: bool, sorted: bool, top: u32) -> Panel {
    let mut pairs = pair_panel(&["2", "7"], sorted, top);
    pairs.across = pairs.across.filter(|_| across);
    if let Some(across) = &mut pairs.across {
        "second".clone_into(&mut across.name);
    }
    pairs
}

/// Rows of both keys and a count.
type Rows = Vec<(u8, u8, i64)>;

fn result(on_time: &Rows, late: &Rows) -> MetricResult {
    let table = |rows: &[&Rows]| {
        let mut sums: BTreeMap<(u8, u8), i64> = BTreeMap::new();
        for (key, second, n) in rows.iter().copied().flatten() {
            *sums.entry((*key, *second)).or_default() += n;
        }
        let row = |((key, second), n): ((u8, u8), i64)| {
            let [second, key] = [second, key].map(|n| Cell::Integer(i64::from(n)));
            vec![second, Cell::Float(0.5), key, Cell::Integer(n)]
        };
        ResultTable::of_rows(sums.into_iter().map(row))
    };
    MetricResult {
        on_time: table(&[on_time]),
        late: table(&[late]),
        total: table(&[on_time, late]),
        other: None,
    }
}

fn frame(panel: &Panel, result: &MetricResult) -> Frame {
    draw(&outputs(), panel, result, None)
}

#[test]
fn a_metric_that_stands_still_says_so_with_and_without_rows() {
    let rows = result(&vec![(1, 1, 5)], &Vec::new());
    let panel = panel(&[], false);
    let read = ReadAt { time: 7, at: vec![(2, 9)] };
    let trap = Trouble::Unreadable { reason: "trap".to_owned(), last: Some(read) };
    for (result, trouble, state, keys) in [
        (&rows, None, "ok", 1),
        (&rows, Some(&trap), "unreadable", 1),
        (&MetricResult::default(), None, "empty", 0),
        (&MetricResult::default(), Some(&trap), "unreadable", 0),
    ] {
        let frame = draw(&outputs(), &panel, result, trouble);
        assert_eq!((frame.state, frame.reason), (state, trouble.map(Trouble::reason)));
        assert_eq!(frame.keys.len(), keys);
        assert_eq!(frame.stale.and_then(|stale| stale.since), trouble.map(|_| 7));
    }
}

/// What is compared has the rows of the other side, whatever the panel would choose.
#[test]
fn rows_that_are_named_stand_in_their_order_and_all_others_in_the_rest() {
    let result = result(&vec![(1, 1, 5), (2, 1, 9), (3, 1, 1)], &Vec::new());
    let named = |keys: &[&str]| {
        let keys: Vec<Key> = keys.iter().map(|key| ((*key).to_owned(), String::new())).collect();
        draw_rows(&outputs(), &shown(false, true, 1), &result, None, Some(&keys))
    };
    let two = named(&["3", "8", "1"]);
    assert_eq!(two.keys, ["3", "8", "1"]);
    assert_eq!(two.total["events"], [json!(1), json!(0), json!(5)], "nothing was counted of 8");
    let other = two.other.expect("a rest");
    assert_eq!((other.keys, &other.total["events"]), (1, &vec![json!(9)]));
    assert_eq!(named(&["1", "2", "3"]).other, None);
    let none = named(&[]);
    assert_eq!((none.state, none.other.map(|other| other.keys)), ("ok", Some(3)));
    let cells = draw(&outputs(), &shown(true, true, 0), &result, None);
    assert_eq!(places(&cells)[0], ("2".to_owned(), "1".to_owned()));
}

/// Rows that were cut before the panel saw them are part of its rest, or of its only number.
#[test]
fn rows_beyond_the_bound_of_a_result_are_in_the_rest_of_a_frame() {
    let mut result = result(&vec![(1, 8, 5), (3, 8, 4)], &Vec::new());
    let cut = |n| vec![Cell::Null, Cell::Null, Cell::Null, Cell::Integer(n)];
    let (total, on_time, late) = (cut(70), cut(60), cut(10));
    result.other = Some(OtherRows { keys: 9, total, on_time, late });
    let frame = frame(&shown(false, true, 0), &result);
    let other = frame.other.expect("a rest");
    assert_eq!((other.keys, &other.total["events"]), (9, &vec![json!(70)]));
    assert_eq!(
        (&other.on_time["events"], &other.late["events"]),
        (&vec![json!(60)], &vec![json!(10)])
    );
    assert_eq!(other.total["mean"], [json!(null)]);
    let number = Panel { dimension: None, ..shown(false, false, 0) };
    let frame = draw(&outputs(), &number, &result, None);
    assert_eq!((frame.total["events"].clone(), frame.other), (vec![json!(79)], None));
    assert_eq!(frame.late["events"], [json!(10)]);
}

#[test]
fn a_cell_of_two_dimensions_has_a_key_of_each_and_its_own_late_rows() {
    let result = result(&vec![(1, 8, 5), (1, 9, 2), (7, 8, 4)], &vec![(1, 9, 3)]);
    let frame = frame(&shown(true, false, 0), &result);
    assert_eq!((frame.keys.join(" "), frame.across.join(" ")), ("7 1 1".into(), "8 8 9".into()));
    assert_eq!(frame.total["events"], [json!(4), json!(5), json!(5)]);
    assert_eq!(frame.on_time["events"], [json!(4), json!(5), json!(2)]);
    assert_eq!(frame.late["events"], [json!(0), json!(0), json!(3)]);
    assert_eq!(frame.late["mean"], [json!(null), json!(null), json!(0.5)]);
    assert_eq!(frame.other, None);
}

#[test]
fn a_dimension_that_is_not_shown_is_summed_over() {
    let result = result(&vec![(1, 8, 5), (1, 9, 2), (3, 8, 4)], &Vec::new());
    let frame = frame(&shown(false, false, 0), &result);
    assert_eq!(frame.keys, ["1", "3"]);
    assert!(frame.across.is_empty());
    assert_eq!(frame.total["events"], [json!(7), json!(4)]);
    assert_eq!(frame.total["mean"], [json!(null), json!(0.5)], "a mean of means is no mean");
}

/// The sum of a count over what is shown and over the rest.
fn all(series: &Series, other: Option<&Series>) -> i64 {
    let values = [Some(series), other].into_iter().flatten().flat_map(|series| &series["events"]);
    values.map(|value| value.as_i64().expect("a count")).sum()
}

fn rows() -> impl Strategy<Value = Rows> {
    vec((0..12_u8, 0..4_u8, 0..100_i64), 0..40)
}

proptest! {
    #[test]
    fn what_is_shown_and_the_rest_are_all_that_was_counted(
        on_time in rows(),
        late in rows(),
        (across, sorted, top) in (any::<bool>(), any::<bool>(), 0..6_u32),
    ) {
        let result = result(&on_time, &late);
        let frame = frame(&shown(across, sorted, top), &result);
        let other = frame.other.as_ref();
        let sum = |rows: &Rows| rows.iter().map(|(.., n)| n).sum::<i64>();
        prop_assert_eq!(all(&frame.on_time, other.map(|o| &o.on_time)), sum(&on_time));
        prop_assert_eq!(all(&frame.late, other.map(|o| &o.late)), sum(&late));
        prop_assert_eq!(all(&frame.total, other.map(|o| &o.total)), sum(&on_time) + sum(&late));
        let mut cells: Vec<(u8, u8)> =
            on_time.iter().chain(&late).map(|(k, s, _)| (*k, if across { *s } else { 0 })).collect();
        cells.sort_unstable();
        cells.dedup();
        prop_assert_eq!(frame.keys.len() + other.map_or(0, |other| other.keys), cells.len());
        for series in [&frame.total, &frame.on_time, &frame.late] {
            prop_assert!(series.values().all(|values| values.len() == frame.keys.len()));
        }
    }

    #[test]
    fn a_key_is_one_run_of_rows_and_sorted_runs_never_rise(
        rows in rows(),
        (across, top) in (any::<bool>(), 0..6_u32),
    ) {
        let frame = frame(&shown(across, true, top), &result(&rows, &Vec::new()));
        let mut runs: Vec<(&str, i64)> = Vec::new();
        for (key, count) in frame.keys.iter().zip(&frame.total["events"]) {
            let count = count.as_i64().expect("a count");
            match runs.last_mut() {
                Some((last, sum)) if last == key => *sum += count,
                _ => runs.push((key, count)),
            }
        }
        prop_assert!(runs.is_sorted_by(|a, b| a.1 >= b.1), "{:?}", runs);
        let distinct: std::collections::BTreeSet<_> = runs.iter().map(|(key, _)| key).collect();
        prop_assert_eq!(distinct.len(), runs.len(), "a key comes twice");
        let top = top as usize;
        let allowed = if frame.other.is_some() { runs.len() == top } else { top == 0 || runs.len() <= top + 1 };
        prop_assert!(allowed, "{} rows of {top}, other: {}", runs.len(), frame.other.is_some());
    }
}
