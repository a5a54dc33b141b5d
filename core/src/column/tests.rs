//! Columns as they cross to a plugin: one entry per row whatever is wrong with the row, and texts
//! as codes into the distinct values.

use super::*;

/// A column of `values`; texts are given beside it.
fn column(field_type: FieldType, values: &[Value]) -> Column {
    let row = Row::default();
    let mut column = Column::new(field_type);
    for (number, value) in (0..).zip(values) {
        column.push(number, *value, &row);
    }
    column
}

/// A text column; `None` is a missing value.
fn texts(values: &[Option<&str>]) -> Column {
    let mut column = Column::new(FieldType::Text);
    for (number, value) in (0..).zip(values) {
        let mut row = Row::default();
        row.reset(1);
        row.set_text(0, value.unwrap_or_default());
        column.push(number, row.values()[0], &row);
    }
    column
}

fn dictionary(column: &Column) -> &Dictionary {
    match column.values() {
        ColumnValues::Dictionary(dictionary) => dictionary,
        other => panic!("not a text column: {other:?}"),
    }
}

#[test]
fn a_row_without_a_value_holds_a_zero_and_is_listed() {
    let bad = Value::Invalid(Flaw::OutOfRange);
    let u32s = column(FieldType::Unsigned, &[Value::Unsigned(7), Value::Missing, bad]);
    assert!(matches!(u32s.values(), ColumnValues::U32s(v) if v[..] == [7, 0, 0]));
    assert_eq!(u32s.gaps(), [(1, Gap::Missing), (2, Gap::Invalid(Flaw::OutOfRange))]);
    assert_eq!(u32s.validity(3), [1, 0, 0]);

    let booleans = column(FieldType::Boolean, &[Value::Boolean(true), Value::Missing]);
    assert!(matches!(booleans.values(), ColumnValues::Booleans(v) if v[..] == [1, 0]));
    for wide in [FieldType::Integer, FieldType::Timestamp] {
        let s64s = column(wide, &[bad, Value::Integer(-7)]);
        assert!(matches!(s64s.values(), ColumnValues::S64s(v) if v[..] == [0, -7]));
    }
    let floats = column(FieldType::Float, &[Value::Missing, Value::Float(0.5)]);
    assert!(matches!(floats.values(), ColumnValues::F64s(v) if v[..] == [0.0, 0.5]));
}

#[test]
fn a_column_without_gaps_needs_no_validity() {
    let column = column(FieldType::Unsigned, &[Value::Unsigned(1); 3]);
    assert!(column.validity(3).is_empty());
}

#[test]
fn equal_texts_share_a_code_in_order_of_appearance() {
    let column = texts(&[Some("广东"), Some("a"), Some("广东"), None, Some("a"), Some("广")]);
    let dictionary = dictionary(&column);
    assert_eq!(dictionary.codes(), [0, 1, 0, 2, 1, 3]);
    assert_eq!(dictionary.offsets(), [0, 6, 7, 7, 10]);
    assert_eq!(dictionary.utf8(), "广东a广".as_bytes());
    let values: Vec<&str> = (0..4).map(|code| dictionary.value(code)).collect();
    assert_eq!(values, ["广东", "a", "", "广"]);
    assert_eq!(column.gaps(), [(3, Gap::Missing)]);
}

#[test]
fn many_texts_keep_their_codes() {
    let names: Vec<String> = (0..1000).map(|n| format!("user {n}")).collect();
    let twice: Vec<Option<&str>> = names.iter().chain(&names).map(|n| Some(n.as_str())).collect();
    let column = texts(&twice);
    let codes: Vec<u32> = (0..1000).chain(0..1000).collect();
    assert_eq!(dictionary(&column).codes(), codes);
}

#[test]
fn picked_rows_are_as_if_the_others_had_never_come() {
    let all = texts(&[Some("x"), None, Some("y"), Some("x"), None, Some("z")]);
    let picked = all.pick(&[1, 2, 5]);
    let alone = texts(&[None, Some("y"), Some("z")]);
    assert_eq!(dictionary(&picked).codes(), dictionary(&alone).codes());
    assert_eq!(dictionary(&picked).offsets(), dictionary(&alone).offsets());
    assert_eq!(dictionary(&picked).utf8(), dictionary(&alone).utf8());
    assert_eq!(picked.gaps(), alone.gaps());

    let numbers = [Value::Unsigned(4), Value::Missing, Value::Unsigned(6), Value::Missing];
    let picked = column(FieldType::Unsigned, &numbers).pick(&[2, 3]);
    assert!(matches!(picked.values(), ColumnValues::U32s(v) if v[..] == [6, 0]));
    assert_eq!(picked.gaps(), [(1, Gap::Missing)]);
    assert_eq!(dictionary(&all.pick(&[])).codes(), [0_u32; 0]);
}

#[test]
fn a_text_that_comes_after_picked_rows_finds_its_code() {
    let all = texts(&[Some("x"), Some("y"), Some("z"), Some("y")]);
    let mut picked = dictionary(&all.pick(&[1, 2, 3])).clone();
    for text in ["z", "x", "y", "x"] {
        picked.push(text);
    }
    assert_eq!(picked.codes(), [0, 1, 0, 1, 2, 0, 2]);
    assert_eq!(picked.utf8(), b"yzx");
}

/// Codes of three batches one after the other, of the same texts.
fn codes_of_batches(texts: &[String]) -> [Vec<u32>; 3] {
    let mut column = Column::new(FieldType::Text);
    [(); 3].map(|()| {
        let mut row = Row::default();
        for (number, text) in (0..).zip(texts) {
            row.reset(1);
            row.set_text(0, text);
            column.push(number, row.values()[0], &row);
        }
        let codes = dictionary(&column).codes().to_vec();
        let read: Vec<&str> = codes.iter().map(|&code| dictionary(&column).value(code)).collect();
        assert_eq!(read, texts);
        column.clear();
        codes
    })
}

#[test]
fn equal_texts_are_looked_for_where_there_are_some() {
    let cycle = |values: u32| (0..1100).map(move |n| n % values);
    let texts = |values| cycle(values).map(|n| n.to_string()).collect::<Vec<_>>();
    let own: Vec<u32> = (0..1100).collect();
    for values in [1000, 276] {
        let shared = cycle(values).collect();
        assert_eq!(codes_of_batches(&texts(values)), [shared, own.clone(), own.clone()]);
    }
    // A new one in four rows is few enough.
    let shared: Vec<u32> = cycle(275).collect();
    assert_eq!(codes_of_batches(&texts(275)), [shared.clone(), shared.clone(), shared]);
    let few: Vec<String> = (0..1000).map(|n| (n % 999).to_string()).collect();
    let shared: Vec<u32> = (0..999).chain(0..1).collect();
    assert_eq!(codes_of_batches(&few), [shared.clone(), shared.clone(), shared]);
}

#[test]
fn a_column_of_ids_that_became_words_shares_again() {
    let mut column = Column::new(FieldType::Text);
    let mut fill = |value: &dyn Fn(u32) -> u32| {
        for number in 0..1024 {
            let mut row = Row::default();
            row.reset(1);
            row.set_text(0, &value(number).to_string());
            column.push(number, row.values()[0], &row);
        }
        let values = dictionary(&column).offsets().len() - 1;
        column.clear();
        values
    };
    assert_eq!(fill(&|number| number), 1024);
    let apart: Vec<usize> = (0..15).map(|_| fill(&|_| 7)).collect();
    assert_eq!(apart, [1024; 15]);
    assert_eq!(fill(&|_| 7), 1);
}

#[test]
fn a_cleared_column_starts_anew() {
    let mut column = texts(&[Some("old"), None]);
    column.clear();
    assert!(column.gaps().is_empty());
    let mut row = Row::default();
    row.reset(1);
    row.set_text(0, "new");
    column.push(0, row.values()[0], &row);
    let dictionary = dictionary(&column);
    assert_eq!((dictionary.codes(), dictionary.value(0)), ([0].as_slice(), "new"));
    assert_eq!(dictionary.offsets(), [0, 3]);
}
