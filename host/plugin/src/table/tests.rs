//! A result is taken as its plugin described it, or refused; rows come out in one order.

use super::*;
use crate::testing::{dimension, measure, output};

fn descriptor(outputs: Vec<super::super::descriptor::Output>) -> Descriptor {
    Descriptor { outputs, ..Descriptor::default() }
}

fn integers(values: &[i64]) -> ColumnResult {
    ColumnResult { values: ValuesResult::S64s(values.to_vec()), valid: Vec::new() }
}

fn strings(texts: &[&str]) -> ColumnResult {
    let (mut offsets, mut utf8) = (vec![0], Vec::new());
    for text in texts {
        utf8.extend_from_slice(text.as_bytes());
        offsets.push(utf8.len() as u32);
    }
    column(ValuesResult::Strings(StringsResult { offsets, utf8 }))
}

fn column(values: ValuesResult) -> ColumnResult {
    ColumnResult { values, valid: Vec::new() }
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

/// The cells of a result of one column, or why it is refused.
fn one(type_: FieldType, rows: u32, column: ColumnResult) -> Result<Vec<Cell>, String> {
    let descriptor = descriptor(vec![output("it", type_, Role::Measure)]);
    let table = Table { rows, columns: vec![column] };
    let read = read(&descriptor, table).map_err(|error| error.to_string())?;
    Ok(read.rows().flatten().collect())
}

const WRONG: &str = "column `it` is not of its described type, or not one value a row";

#[test]
fn each_type_crosses_in_its_own_layout() {
    use FieldType::{Boolean, Float, Integer, Text, Timestamp, Unsigned};
    let booleans = || column(ValuesResult::Booleans(vec![0, 1, 7]));
    let floats = || column(ValuesResult::F64s(vec![0.5]));
    let cells = [false, true, true].map(Cell::Boolean);
    assert_eq!(one(Boolean, 3, booleans()), Ok(cells.into()));
    for kind in [Unsigned, Integer, Timestamp] {
        assert_eq!(one(kind, 1, integers(&[-7])), Ok(vec![Cell::Integer(-7)]));
        assert_eq!(one(kind, 1, floats()), Err(WRONG.into()));
    }
    assert_eq!(one(Float, 1, floats()), Ok(vec![Cell::Float(0.5)]));
    assert_eq!(one(Text, 1, strings(&["省"])), Ok(vec![text("省")]));
    let small = || column(ValuesResult::U32s(vec![1]));
    for kind in [Boolean, Unsigned, Integer, Float, Text, Timestamp] {
        assert_eq!(one(kind, 1, small()), Err(WRONG.into()), "u32s are for the way in");
    }
}

#[test]
fn a_float_that_is_no_number_is_no_value() {
    let floats = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0];
    let cells = one(FieldType::Float, 4, column(ValuesResult::F64s(floats.to_vec())));
    assert_eq!(cells, Ok(vec![Cell::Null, Cell::Null, Cell::Null, Cell::Float(-0.0)]));
}

#[test]
fn a_column_has_one_value_a_row_and_says_which_are_null_for_all_or_none() {
    let with = |values: &[i64], valid: &[u8]| {
        let column = ColumnResult { valid: valid.to_vec(), ..integers(values) };
        one(FieldType::Integer, 2, column)
    };
    assert_eq!(with(&[1, 2], &[]), Ok(vec![Cell::Integer(1), Cell::Integer(2)]));
    assert_eq!(with(&[1, 2], &[0, 1]), Ok(vec![Cell::Null, Cell::Integer(2)]));
    assert_eq!(with(&[1, 2], &[0, 0]), Ok(vec![Cell::Null, Cell::Null]));
    for (values, valid) in [(&[1][..], &[][..]), (&[1, 2, 3], &[]), (&[1, 2], &[1]), (&[], &[0, 0])]
    {
        assert_eq!(with(values, valid), Err(WRONG.into()), "{values:?} {valid:?}");
    }
}

#[test]
fn texts_lie_end_to_end_and_are_utf8() {
    let with = |rows, offsets: &[u32], utf8: &[u8]| {
        let strings = StringsResult { offsets: offsets.to_vec(), utf8: utf8.to_vec() };
        one(FieldType::Text, rows, column(ValuesResult::Strings(strings)))
    };
    assert_eq!(with(2, &[0, 0, 3], "省".as_bytes()), Ok(vec![text(""), text("省")]));
    assert_eq!(with(0, &[0], b""), Ok(vec![]));
    assert_eq!(with(0, &[], b""), Ok(vec![]), "no row, no end of one");
    let damaged: [(&[u32], &[u8]); 5] = [
        (&[0, 1, 3], "省".as_bytes()),
        (&[0, 2, 9], b"abc"),
        (&[0, 2, 1], b"abc"),
        (&[0, 1], b"abc"),
        (&[0, u32::MAX, u32::MAX], b"abc"),
    ];
    for (offsets, utf8) in damaged {
        assert_eq!(with(2, offsets, utf8), Err(WRONG.into()), "{offsets:?}");
    }
}

#[test]
fn a_result_has_a_column_for_each_output() {
    let two = descriptor(vec![dimension("city"), measure("events")]);
    for found in [0, 1, 3] {
        let table = Table { rows: 0, columns: vec![integers(&[]); found] };
        let error = read(&two, table).expect_err("two columns are described");
        assert_eq!(error.to_string(), format!("the number of columns is {found} instead of 2"));
    }
}

#[test]
fn rows_are_sorted_by_their_dimensions_alone_with_null_first() {
    let descriptor = descriptor(vec![
        measure("events"),
        dimension("city"),
        output("age", FieldType::Integer, Role::Dimension),
    ]);
    let city = ColumnResult { valid: vec![1, 1, 1, 0, 1], ..strings(&["b", "a", "b", "z", "é"]) };
    let columns = vec![integers(&[5, 4, 9, 2, 1]), city, integers(&[10, 7, -3, 0, 0])];
    let table = read(&descriptor, Table { rows: 5, columns }).expect("it is as described");
    let rows: Vec<Vec<Cell>> = table.rows().collect();
    let keys: Vec<(Cell, Cell)> = rows.iter().map(|row| (row[1].clone(), row[2].clone())).collect();
    let key = |city: Cell, age| (city, Cell::Integer(age));
    assert_eq!(
        keys,
        [
            key(Cell::Null, 0),
            key(text("a"), 7),
            key(text("b"), -3),
            key(text("b"), 10),
            key(text("é"), 0)
        ]
    );
    let measures: Vec<&Cell> = rows.iter().map(|row| &row[0]).collect();
    assert_eq!(measures, [&2, &4, &9, &5, &1].map(|n| Cell::Integer(*n)).each_ref());
}

#[test]
fn the_order_of_the_values_of_each_type_is_total() {
    let null_first = |count: usize| (0..count).map(|row| row == 0).collect::<Vec<_>>();
    let ends = vec![0, 0, 1, 2, 5];
    for (values, count) in [
        (Values::Booleans(vec![true, false, true]), 3),
        (Values::Integers(vec![7, i64::MIN, -1, i64::MAX]), 4),
        (Values::Floats(vec![9.0, -1.5, -0.0, 0.0, 2.0]), 5),
        (Values::Texts("Aa山".to_owned(), ends), 5),
    ] {
        let column = Column::new(values, null_first(count));
        for a in 0..count {
            for b in 0..count {
                assert_eq!(column.compare(a, b), a.cmp(&b), "{column:?} {a} {b}");
            }
        }
    }
}

#[test]
fn a_table_of_many_keys_takes_a_few_bytes_a_row() {
    let keys: Vec<String> = (0..1000).map(|n| format!("key-{:06}", 1000 - n)).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let columns = vec![strings(&keys), integers(&(0..1000).collect::<Vec<_>>())];
    let descriptor = descriptor(vec![dimension("key"), measure("events")]);
    let table = read(&descriptor, Table { rows: 1000, columns }).expect("it is as described");
    assert_eq!((table.len(), table.bytes()), (1000, 1000 * (10 + 4 + 8)));
    assert_eq!(table.rows().next(), Some(vec![text("key-000001"), Cell::Integer(999)]));
    let some = table.at(&[999, 0]);
    let of_rows = ResultTable::of_rows([
        vec![text("key-001000"), Cell::Integer(0)],
        vec![text("key-000001"), Cell::Integer(999)],
    ]);
    assert_eq!(some, of_rows);
}

#[test]
fn rows_have_the_same_key_where_their_cells_are_the_same() {
    let cells = [
        Cell::Null,
        Cell::Boolean(false),
        Cell::Boolean(true),
        Cell::Integer(0),
        Cell::Integer(256),
        Cell::Float(0.0),
        Cell::Float(-0.0),
        text(""),
        text("a"),
        text("ab"),
        text("\u{0}"),
    ];
    let pairs = cells.iter().flat_map(|a| cells.iter().map(move |b| vec![a.clone(), b.clone()]));
    let table = ResultTable::of_rows(pairs.chain([vec![text("a"), text("ab")]]));
    let key = |row: usize, columns: &[usize]| {
        let mut key = Vec::new();
        table.write_key(row, columns, &mut key);
        key
    };
    let rows = cells.len() * cells.len();
    let keys: std::collections::BTreeSet<_> = (0..rows).map(|row| key(row, &[0, 1])).collect();
    assert_eq!(keys.len(), rows, "each pair has a key of its own");
    assert!(keys.contains(&key(rows, &[0, 1])), "an equal pair has an equal key");
    assert_eq!(key(0, &[0]), key(1, &[0]), "other columns are left out");
}

#[test]
fn values_are_written_as_json_whatever_they_are() {
    let row = [
        (Cell::Null, "null"),
        (Cell::Boolean(true), "true"),
        (Cell::Integer(i64::MIN), "-9223372036854775808"),
        (Cell::Float(0.5), "0.5"),
        (Cell::Float(f64::INFINITY), "null"),
        (text("\"广东\"\n"), r#""\"广东\"\n""#),
    ];
    let table = ResultTable::of_rows([row.iter().map(|(cell, _)| cell.clone()).collect()]);
    for (column, (cell, expected)) in row.iter().enumerate() {
        let mut json = b"[".to_vec();
        table.write_json(0, column, &mut json);
        assert_eq!(String::from_utf8_lossy(&json), format!("[{expected}"), "{cell:?}");
    }
}
