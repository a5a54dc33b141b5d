//! Frames and their parts: order, series, sums. Frames of a real plugin are drawn in the tests of
//! the sandbox.

mod cut_short;
mod whole;

use serde_json::json;

use super::*;
use streamgauge_wire::{Label, Localized, Measure};

/// A panel by a dimension with these labels, of an additive measure and one that is not.
fn panel(labels: &[&str], sorted: bool) -> Panel {
    let label = |key: &&str| Label { key: (*key).to_owned(), text: Localized::new() };
    let measure = |name: &str, additive| Measure {
        name: name.to_owned(),
        title: Localized::new(),
        unit: None,
        additive,
        error_of: None,
    };
    Panel {
        id: "panel".to_owned(),
        metric: "metric".to_owned(),
        view: "view".to_owned(),
        windows: vec!["cumulative".to_owned()],
        title: Localized::new(),
        chart: "bar".to_owned(),
        dimension: Some(Dimension {
            name: "key".to_owned(),
            title: Localized::new(),
            labels: labels.iter().map(label).collect(),
        }),
        across: None,
        measures: vec![measure("events", true), measure("mean", false)],
        top: 0,
        sorted,
        size: None,
        order: None,
        over: None,
        layout: None,
        thresholds: Vec::new(),
    }
}

/// The values of keys: a count and a mean.
fn table(rows: &[(&str, Cell, Cell)]) -> BTreeMap<Key, Values> {
    let row = |(key, count, mean): &(&str, Cell, Cell)| {
        (((*key).to_owned(), String::new()), vec![count.clone(), mean.clone()])
    };
    rows.iter().map(row).collect()
}

fn counts(rows: &[(&str, i64)]) -> BTreeMap<Key, Values> {
    let rows: Vec<_> =
        rows.iter().map(|(k, n)| (*k, Cell::Integer(*n), Cell::Float(0.5))).collect();
    table(&rows)
}

fn keys(keys: &[&str]) -> Vec<Key> {
    keys.iter().map(|key| ((*key).to_owned(), String::new())).collect()
}

#[test]
fn unsorted_keys_come_by_label_and_the_rest_by_key() {
    let total = counts(&[("0", 1), ("1", 9), ("2", 5), ("x", 7), ("", 3)]);
    let order = display_order(&panel(&["2", "5", "0"], false), &total);
    assert_eq!(order, keys(&["2", "0", "", "1", "x"]));
}

#[test]
fn sorted_keys_come_by_the_first_measure_whatever_the_labels() {
    let total = counts(&[("0", 1), ("1", 9), ("2", 5), ("3", 9)]);
    assert_eq!(display_order(&panel(&["0"], true), &total), keys(&["1", "3", "2", "0"]));
    let mixed = table(&[
        ("null", Cell::Null, Cell::Null),
        ("float", Cell::Float(1.5), Cell::Null),
        ("low", Cell::Integer(-2), Cell::Null),
        ("high", Cell::Integer(2), Cell::Null),
    ]);
    let order = keys(&["high", "float", "low", "null"]);
    assert_eq!(display_order(&panel(&[], true), &mixed), order);
}

/// Counts of pairs of keys.
fn pairs(rows: &[(&str, &str, i64)]) -> BTreeMap<Key, Values> {
    let row = |(key, across, n): &(&str, &str, i64)| {
        let key = ((*key).to_owned(), (*across).to_owned());
        (key, vec![Cell::Integer(*n), Cell::Null])
    };
    rows.iter().map(row).collect()
}

fn pair_panel(labels: &[&str], sorted: bool, top: u32) -> Panel {
    let plain = panel(labels, sorted);
    let across = Dimension { labels: Vec::new(), ..plain.dimension.clone().expect("there is one") };
    Panel { across: Some(across), top, ..plain }
}

#[test]
fn pairs_come_row_after_row_each_row_by_its_sum_or_label() {
    let total = pairs(&[("a", "x", 1), ("a", "y", 8), ("b", "x", 5), ("c", "y", 5), ("c", "z", 6)]);
    let shown = |panel: &Panel| {
        let keys = display_order(panel, &total).into_iter().map(|(key, across)| key + &across);
        keys.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(shown(&pair_panel(&["b"], false, 0)), "bx ax ay cy cz");
    assert_eq!(shown(&pair_panel(&[], true, 0)), "cy cz ay ax bx");
}

#[test]
fn top_cuts_whole_rows_of_pairs_off_and_never_a_single_one() {
    let total = pairs(&[("a", "x", 1), ("a", "y", 8), ("b", "x", 5), ("c", "z", 6), ("d", "z", 2)]);
    let cut_at = |top: u32| {
        let panel = pair_panel(&[], false, top);
        let (shown, rest) = cut(&panel, display_order(&panel, &total));
        (shown.len(), rest.len(), sums(&panel, &total, &rest, None)["events"][0].clone())
    };
    assert_eq!(cut_at(0), (5, 0, json!(0)));
    assert_eq!(cut_at(1), (2, 3, json!(13)));
    assert_eq!(cut_at(3), (5, 0, json!(0)));
}

#[test]
fn a_frame_never_shows_more_cells_than_its_limit() {
    let many: Vec<(String, i64)> = (0..1003).map(|n| (format!("{n:04}"), n)).collect();
    let many: Vec<(&str, i64)> = many.iter().map(|(key, n)| (key.as_str(), *n)).collect();
    let panel = panel(&[], false);
    let (shown, rest) = cut(&panel, display_order(&panel, &counts(&many)));
    assert_eq!((shown.len(), rest), (KEYS_MAX, keys(&["1000", "1001", "1002"])));
}

#[test]
fn a_key_without_a_row_is_zero_where_counts_add_up_and_unknown_elsewhere() {
    let late = table(&[("a", Cell::Integer(2), Cell::Float(0.25))]);
    let found = series(&panel(&[], false), &late, &keys(&["b", "a"]));
    assert_eq!(found["events"], [json!(0), json!(2)]);
    assert_eq!(found["mean"], [json!(null), json!(0.25)]);
    assert!(series(&panel(&[], false), &late, &[])["events"].is_empty());
}

#[test]
fn only_what_adds_up_is_summed() {
    let total = table(&[
        ("a", Cell::Integer(2), Cell::Float(0.25)),
        ("b", Cell::Null, Cell::Float(0.25)),
        ("c", Cell::Integer(40), Cell::Float(0.5)),
        ("left", Cell::Integer(7), Cell::Float(0.5)),
    ]);
    let found = sums(&panel(&[], false), &total, &keys(&["a", "b", "c", "nowhere"]), None);
    assert_eq!(found["events"], [json!(42)]);
    assert_eq!(found["mean"], [json!(null)]);
}

#[test]
fn a_sum_beyond_64_bits_becomes_a_float() {
    let sum = add(&Cell::Integer(i64::MAX), &Cell::Integer(i64::MAX));
    assert_eq!(sum, Cell::Float(2.0 * i64::MAX as f64));
    assert_eq!(add(&Cell::Integer(1), &Cell::Float(0.5)), Cell::Float(1.5));
    assert_eq!(add(&Cell::Null, &Cell::Integer(3)), Cell::Integer(3));
    assert_eq!(add(&Cell::Null, &Cell::Null), Cell::Null);
}

#[test]
fn cells_are_keys_and_values_as_the_page_expects_them() {
    let cells = [
        (Cell::Null, "", json!(null)),
        (Cell::Boolean(true), "true", json!(true)),
        (Cell::Integer(-3), "-3", json!(-3)),
        (Cell::Float(0.5), "0.5", json!(0.5)),
        (Cell::Text("广东".to_owned()), "广东", json!("广东")),
    ];
    for (cell, key, value) in cells {
        assert_eq!((key_text(&cell).as_str(), to_json(&cell)), (key, value));
    }
    assert_eq!(to_json(&Cell::Float(f64::NAN)), Value::Null);
}

/// Sums of floats may be beyond a float on both sides, and their sum then is no number. It was as
/// large as any other, so that no order was left among the others.
#[test]
fn a_sum_that_is_no_number_comes_last_and_leaves_the_others_in_order() {
    let value = |n: u64| if n.is_multiple_of(3) { f64::NAN } else { (n * n % 1009) as f64 };
    let rows: Vec<(String, f64)> = (0..300).map(|n| (format!("{n:03}"), value(n))).collect();
    let rows: Vec<_> =
        rows.iter().map(|(key, x)| (key.as_str(), Cell::Float(*x), Cell::Null)).collect();
    let order = display_order(&panel(&[], true), &table(&rows));
    let found: Vec<f64> =
        order.iter().map(|(key, _)| value(key.parse().expect("a number"))).collect();
    assert!(found[..200].is_sorted_by(|a, b| a >= b), "{found:?}");
    assert!(found[200..].iter().all(|value| value.is_nan()), "{found:?}");
}
