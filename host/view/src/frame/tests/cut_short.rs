//! A frame of the largest rows is the frame of the whole result.

use proptest::collection::btree_map;
use proptest::prelude::*;
use streamgauge_plugin::{Largest, Role};

use super::panel;
use crate::frame::*;
use crate::rows_max::{Cut, Rows};
use crate::testing::output;

/// A key, a count and a mean.
fn outputs() -> Vec<Output> {
    vec![
        output("key", Role::Dimension, false),
        output("events", Role::Measure, true),
        output("mean", Role::Measure, false),
    ]
}

fn table(rows: impl Iterator<Item = (String, i64)>) -> ResultTable {
    let row = |(key, n)| vec![Cell::Text(key), Cell::Integer(n), Cell::Float(n as f64)];
    ResultTable::of_rows(rows.map(row))
}

/// What a plugin gives that cuts its results.
fn cut(whole: &MetricResult, rows: Rows) -> Option<MetricResult> {
    let outputs = outputs();
    let mut tables = [&whole.total, &whole.on_time, &whole.late].map(Clone::clone);
    let (cut, left_out, sums) = Cut::of(&outputs, &mut tables[0], rows.most() as usize)?;
    let mut sums = vec![sums];
    sums.extend(tables[1..].iter_mut().map(|table| cut.apply(&outputs, table)));
    let largest = Largest { tables: tables.into(), left_out, sums };
    Some(MetricResult::of_largest(&outputs, largest))
}

proptest! {
    #[test]
    fn frames_of_the_largest_rows_are_those_of_all(
        counts in btree_map("[a-d]{1,2}", (0..4_i64, 0..4_i64), 1..20),
        top in 1..8_u32,
        has_dimension in any::<bool>(),
    ) {
        let mut panel = panel(&["b"], true);
        panel.top = top;
        if !has_dimension {
            panel.dimension = None;
            panel.measures.truncate(1);
        }
        let of = |part: fn((i64, i64)) -> i64| {
            let rows = counts.iter().map(move |(key, n)| (key.clone(), part(*n)));
            table(rows.filter(|(_, n)| *n > 0))
        };
        let whole = MetricResult {
            total: of(|(on_time, late)| on_time + late),
            on_time: of(|(on_time, _)| on_time),
            late: of(|(_, late)| late),
            other: None,
        };
        let rows = Rows::of(&outputs(), &panel);
        prop_assert!(matches!(rows, Rows::Largest(_)));
        if let Some(cut) = cut(&whole, rows) {
            prop_assert!(cut.total.len() < whole.total.len());
            let [cut, whole] = [&cut, &whole].map(|result| draw(&outputs(), &panel, result, None));
            prop_assert_eq!(cut, whole);
        }
    }
}

#[test]
fn panels_that_show_more_than_the_largest_take_the_whole_result() {
    let mut sorted = panel(&[], true);
    sorted.top = 10;
    assert_eq!(Rows::of(&outputs(), &sorted), Rows::Largest(12));
    let all = Panel { top: 0, ..sorted.clone() };
    let by_label = Panel { sorted: false, ..sorted.clone() };
    let pairs = Panel { across: sorted.dimension.clone(), ..sorted.clone() };
    let mut by_mean = sorted.clone();
    by_mean.measures.reverse();
    for panel in [all, by_label, pairs, by_mean] {
        assert_eq!(Rows::of(&outputs(), &panel), Rows::All, "{panel:?}");
    }
    // The rows of another dimension too add up to those of a key.
    let mut outputs = outputs();
    outputs.push(output("second", Role::Dimension, false));
    assert_eq!(Rows::of(&outputs, &sorted), Rows::All);
    let mut sum = Panel { dimension: None, ..sorted };
    assert_eq!(Rows::of(&outputs, &sum), Rows::All, "a mean of one key is shown as it is");
    sum.measures.truncate(1);
    assert_eq!(Rows::of(&outputs, &sum), Rows::Largest(0));
    assert_eq!(Rows::Largest(3).or(Rows::Largest(12)), Rows::Largest(12));
    assert_eq!(Rows::Largest(3).or(Rows::All).most(), crate::RESULT_ROWS_MAX as u32);
}
