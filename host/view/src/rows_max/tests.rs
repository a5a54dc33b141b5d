//! What stays of a result that is too large, and that nothing is lost by the cut.

use proptest::collection::btree_map;
use proptest::prelude::*;

use super::*;
use crate::testing::output;

/// A key, a count and a mean.
fn outputs() -> Vec<Output> {
    vec![
        output("key", Role::Dimension, false),
        output("events", Role::Measure, true),
        output("mean", Role::Measure, false),
    ]
}

fn table(rows: &[(&str, i64)]) -> ResultTable {
    let row = |(key, events): &(&str, i64)| {
        vec![Cell::Text((*key).to_owned()), Cell::Integer(*events), Cell::Float(0.5)]
    };
    ResultTable::of_rows(rows.iter().map(row))
}

fn shown(table: &ResultTable) -> Vec<(String, i64)> {
    let row = |row: Vec<Cell>| match (&row[0], &row[1]) {
        (Cell::Text(key), Cell::Integer(events)) => (key.clone(), *events),
        other => panic!("{other:?}"),
    };
    table.rows().map(row).collect()
}

#[test]
fn the_largest_stay_in_the_order_of_their_keys_and_equal_ones_by_key() {
    let mut total = table(&[("a", 2), ("b", 5), ("c", 2), ("d", 9), ("e", 2)]);
    let (cut, keys, rest) = Cut::of(&outputs(), &mut total, 3).expect("it is too large");
    assert_eq!(shown(&total), [("a".into(), 2), ("b".into(), 5), ("d".into(), 9)]);
    assert_eq!((keys, rest), (2, vec![Cell::Null, Cell::Integer(4), Cell::Null]));
    // The tables of the same result are cut at the same keys, though `c` is the largest here.
    let mut late = table(&[("a", 1), ("c", 2), ("d", 1)]);
    let rest = cut.apply(&outputs(), &mut late);
    assert_eq!(shown(&late), [("a".into(), 1), ("d".into(), 1)]);
    assert_eq!(rest[1], Cell::Integer(2));
}

#[test]
fn a_result_within_the_bound_is_whole() {
    let mut total = table(&[("a", 1), ("b", 2)]);
    assert!(Cut::of(&outputs(), &mut total, 2).is_none());
    assert_eq!(total.len(), 2);
}

#[test]
fn a_result_of_long_keys_is_cut_by_its_bytes() {
    let keys: Vec<String> = (0..3000).map(|n| format!("{n:01000}")).collect();
    let rows: Vec<(&str, i64)> = (0..).zip(&keys).map(|(n, key)| (key.as_str(), n)).collect();
    let mut total = table(&rows);
    // No key of this table lies in a column of texts, so a row has the size of its cells.
    assert!(Cut::of(&outputs(), &mut total, 3000).is_none());
    let column = |row: Vec<Cell>| (0..1000).flat_map(move |_| row.clone()).collect::<Vec<_>>();
    let mut wide = ResultTable::of_rows(total.rows().take(60).map(column));
    let (_, keys, _) = Cut::of(&outputs(), &mut wide, 3000).expect("it is too large");
    assert_eq!((wide.len() + keys, wide.bytes() <= TABLE_BYTES_MAX), (60, true));
    assert!(wide.len() > 30, "{}", wide.len());
}

#[test]
fn where_measures_do_not_add_up_the_rest_is_only_counted() {
    let outputs: Vec<Output> =
        outputs().into_iter().map(|output| Output { additive: false, ..output }).collect();
    let mut total = table(&[("a", 1), ("b", 3), ("c", 2)]);
    let (_, keys, rest) = Cut::of(&outputs, &mut total, 1).expect("it is too large");
    assert_eq!(shown(&total), [("b".into(), 3)]);
    assert_eq!((keys, rest), (2, vec![Cell::Null; 3]));
}

proptest! {
    #[test]
    fn rows_and_rest_together_are_all_that_was_counted(
        rows in btree_map("[a-f]{1,3}", (0..5_i64, 0..5_i64), 0..40),
        rows_max in 0..20_usize,
    ) {
        let of = |part: fn(&(i64, i64)) -> i64| {
            let rows: Vec<_> = rows.iter().map(|(key, n)| (key.as_str(), part(n))).collect();
            table(&rows)
        };
        let sum = |table: &ResultTable| shown(table).iter().map(|(_, n)| n).sum::<i64>();
        let mut tables = [of(|(a, b)| a + b), of(|(a, _)| *a), of(|(_, b)| *b)];
        let before = tables.each_ref().map(sum);
        let Some((cut, keys, total)) = Cut::of(&outputs(), &mut tables[0], rows_max) else {
            prop_assert!(rows.len() <= rows_max);
            return Ok(());
        };
        let rest = [total, cut.apply(&outputs(), &mut tables[1]), cut.apply(&outputs(), &mut tables[2])];
        prop_assert_eq!((tables[0].len(), keys), (rows_max, rows.len() - rows_max));
        for ((table, rest), before) in tables.iter().zip(&rest).zip(before) {
            prop_assert_eq!(&rest[1], &Cell::Integer(before - sum(table)));
        }
    }
}
