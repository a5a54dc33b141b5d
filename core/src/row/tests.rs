//! A row is written from left to right and used again: nothing of the record before stays.

use super::*;

#[test]
fn a_repeated_key_leaves_its_last_value() {
    let mut row = Row::default();
    row.reset(2);
    row.set_text(0, "first");
    row.set(1, Value::Unsigned(1));
    row.set_text(0, "second");
    row.set(1, Value::Invalid(Flaw::Fraction));
    assert_eq!(texts(&row), [Some("second"), None]);
    assert_eq!(row.values()[1], Value::Invalid(Flaw::Fraction));
    // A missing value that comes last replaces a value too.
    row.set_text(0, "");
    row.set(1, Value::Missing);
    assert_eq!(row.values(), [Value::Missing, Value::Missing]);
}

#[test]
fn a_text_stays_readable_while_others_are_added() {
    let mut row = Row::default();
    row.reset(3);
    row.set_text(2, "购买");
    row.set_text(0, "a");
    row.set_text(1, "购买");
    assert_eq!(texts(&row), [Some("a"), Some("购买"), Some("购买")]);
}

#[test]
fn a_reset_row_has_nothing_of_the_record_before() {
    let mut row = Row::default();
    row.reset(2);
    row.set_text(0, "before");
    row.set(1, Value::Boolean(true));
    row.reset(3);
    assert_eq!(row.values(), [Value::Missing; 3]);
    assert_eq!(row.text, "", "texts do not pile up");
    row.set_text(1, "after");
    assert_eq!(texts(&row), [None, Some("after"), None]);
}

fn texts(row: &Row) -> Vec<Option<&str>> {
    let text = |value: &Value| match value {
        Value::Text(range) => Some(row.text(*range)),
        _ => None,
    };
    row.values().iter().map(text).collect()
}
