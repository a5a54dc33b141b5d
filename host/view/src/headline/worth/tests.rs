//! The value of a figure over a result, cut or whole.

use streamgauge_core::WindowSpec;
use streamgauge_plugin::ResultTable;
use streamgauge_wire::Headline;

use super::*;
use crate::OtherRows;

/// A figure of the second column of a table of keys.
fn figure(is_additive: bool) -> Figure {
    let headline = Headline {
        id: "h".to_owned(),
        title: [].into(),
        unit: None,
        metric: "age".to_owned(),
        view: "share".to_owned(),
        measure: "events".to_owned(),
        key: None,
        per: None,
        window: "cumulative".to_owned(),
        target: None,
        giant: false,
        compare: Vec::new(),
    };
    Figure {
        headline,
        window: WindowSpec::Cumulative,
        compare: Vec::new(),
        of: HeadlineOf::Sum,
        per: None,
        measure: 1,
        is_additive,
        dimension: Some(0),
    }
}

fn result(rows: &[(&str, Cell)], other: Option<Cell>) -> MetricResult {
    let row = |(key, value): &(&str, Cell)| vec![Cell::Text((*key).to_owned()), value.clone()];
    let other = other.map(|sum| {
        let total = vec![Cell::Null, sum];
        OtherRows { keys: 7, total, ..OtherRows::default() }
    });
    MetricResult {
        total: ResultTable::of_rows(rows.iter().map(row)),
        other,
        ..MetricResult::default()
    }
}

#[test]
fn what_adds_up_is_summed_over_all_rows_those_that_were_cut_among_them() {
    let value = |rows: &[(&str, Cell)], other| figure(true).value(&result(rows, other));
    let rows = [("0", Cell::Integer(40)), ("2", Cell::Integer(2))];
    assert_eq!(value(&rows, None), Some(42.0));
    assert_eq!(value(&rows, Some(Cell::Integer(100))), Some(142.0));
    assert_eq!(value(&[], None), Some(0.0), "nothing was counted");
    assert_eq!(value(&[("0", Cell::Float(0.5)), ("1", Cell::Integer(1))], None), Some(1.5));
    assert_eq!(value(&[("0", Cell::Float(f64::NAN))], None), None);
}

#[test]
fn what_does_not_add_up_is_the_value_of_the_only_row() {
    let value = |rows: &[(&str, Cell)]| figure(false).value(&result(rows, None));
    assert_eq!(value(&[("2", Cell::Float(0.25))]), Some(0.25));
    assert_eq!(value(&[]), None, "no row is no value");
    assert_eq!(value(&[("1", Cell::Integer(1)), ("2", Cell::Integer(2))]), None);
    assert_eq!(value(&[("2", Cell::Null)]), None);
}

#[test]
fn the_rows_of_a_key_are_found_by_its_text() {
    let rows = [("0", Cell::Integer(40)), ("2", Cell::Integer(2)), ("20", Cell::Integer(5))];
    let whole = result(&rows, Some(Cell::Integer(9)));
    let found = whole.with_key((0, "2"));
    assert_eq!((found.total.len(), &found.other), (1, &None));
    assert_eq!(figure(true).value(&found), Some(2.0));
    assert_eq!(figure(true).value(&whole.with_key((0, "3"))), Some(0.0));
    let numbers = MetricResult {
        total: ResultTable::of_rows([vec![Cell::Integer(-3), Cell::Integer(1)]]),
        ..MetricResult::default()
    };
    assert_eq!(figure(true).value(&numbers.with_key((0, "-3"))), Some(1.0));
}
