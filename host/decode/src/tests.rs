//! Every kind of dirt that real records bring, in both formats, and what becomes of it.

mod batches;
mod csv;
mod escapes;
mod json;
mod laws;

use std::fmt::Write as _;

use expect_test::Expect;
use streamgauge_core::{
    CsvColumns, Field, FieldType, Projection, RECORD_BYTES_MAX, Row, Schema, TEXT_BYTES_MAX, Value,
};

use super::Decoder;

const FIELDS: [(&str, FieldType, Option<u32>); 6] = [
    ("t", FieldType::Text, None),
    ("u", FieldType::Unsigned, Some(12)),
    ("i", FieldType::Integer, None),
    ("f", FieldType::Float, None),
    ("b", FieldType::Boolean, None),
    ("at", FieldType::Timestamp, None),
];

pub(super) fn schema() -> Schema {
    let field = |(name, field_type, max): (&str, _, _)| Field {
        name: name.to_owned(),
        field_type,
        max,
        required: false,
    };
    Schema::new(FIELDS.map(field).to_vec()).expect("the fields make a schema")
}

pub(super) fn everything() -> Projection {
    Projection::new(&schema(), &FIELDS.map(|(name, ..)| name))
}

/// The verdict on a record: its rejection, or its values by name, without the missing ones.
fn verdict(decoder: &mut Decoder, projection: &Projection, bytes: &[u8]) -> String {
    let mut row = Row::default();
    match decoder.decode(bytes, &mut row) {
        Err(rejection) => format!("rejected: {rejection:?}"),
        Ok(()) => show(&row, projection),
    }
}

pub(super) fn show(row: &Row, projection: &Projection) -> String {
    let show = |(field, value): (&Field, &Value)| match *value {
        Value::Missing => None,
        Value::Invalid(flaw) => Some(format!("{}:{flaw}", field.name)),
        Value::Boolean(boolean) => Some(format!("{}={boolean}", field.name)),
        Value::Unsigned(number) => Some(format!("{}={number}", field.name)),
        Value::Integer(number) => Some(format!("{}={number}", field.name)),
        Value::Float(number) => Some(format!("{}={number:?}", field.name)),
        Value::Text(range) => Some(format!("{}={:?}", field.name, row.text(range))),
    };
    let shown: Vec<_> = projection.fields().iter().zip(row.values()).filter_map(show).collect();
    if shown.is_empty() { "all missing".to_owned() } else { shown.join(" ") }
}

fn check(records: &[&[u8]], expected: &Expect, mut verdict: impl FnMut(&[u8]) -> String) {
    let mut table = String::new();
    for record in records {
        let shown = record.escape_ascii().to_string().replace("\\\"", "\"");
        writeln!(table, "{shown:<44} {}", verdict(record)).expect("a string takes any text");
    }
    expected.assert_eq(&table);
}

#[test]
fn limits() {
    let projection = everything();
    let mut json = Decoder::json(&projection);
    let columns = CsvColumns::in_schema_order(&schema());
    let mut csv = Decoder::csv(&projection, &columns);
    let mut check = |text_bytes: usize, expected: &str| {
        let text = "x".repeat(text_bytes);
        let json = verdict(&mut json, &projection, format!("{{\"t\":\"{text}\"}}").as_bytes());
        let escaped = format!("{{\"t\":\"\\u0078{}\"}}", &text[1..]);
        let mut thorough = Decoder::json(&projection);
        let escaped = verdict(&mut thorough, &projection, escaped.as_bytes());
        let csv = verdict(&mut csv, &projection, format!("{text},,,,,").as_bytes());
        for verdict in [json, escaped, csv] {
            assert_eq!(verdict.replace(&text, "…"), expected);
        }
    };
    check(TEXT_BYTES_MAX, "t=\"…\"");
    check(TEXT_BYTES_MAX + 1, "t:too_long");
    check(RECORD_BYTES_MAX, "rejected: TooLarge");
    let exactly = format!("{{\"extra\":\"{}\"}}", "x".repeat(RECORD_BYTES_MAX - 12));
    assert_eq!(exactly.len(), RECORD_BYTES_MAX);
    assert_eq!(verdict(&mut json, &projection, exactly.as_bytes()), "all missing");
}

#[test]
fn deep_nesting_is_no_flaw_of_a_record() {
    let depth = RECORD_BYTES_MAX / 4;
    let record = format!("{{\"u\":8,\"extra\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    let projection = everything();
    let verdict = verdict(&mut Decoder::json(&projection), &projection, record.as_bytes());
    assert_eq!(verdict, "u=8");
}

/// The choice of columns, and so of loaded metrics, never changes a record's verdict.
#[test]
fn unwanted_columns_are_scanned_all_the_same() {
    let nothing = Projection::new(&schema(), &[]);
    let mut json = Decoder::json(&nothing);
    for record in [
        &br#"{"t":"\ud83d"}"#[..],
        br#"{"t":"\q"}"#,
        br#"{"t":[01]}"#,
        br#"{"t":1.}"#,
        br#"{"t":[1}"#,
        br#"{"t":{"a":"\udead"}}"#,
    ] {
        assert_eq!(verdict(&mut json, &nothing, record), "rejected: NotJson");
    }
    let mut csv = Decoder::csv(&nothing, &CsvColumns::in_schema_order(&schema()));
    assert_eq!(verdict(&mut csv, &nothing, b"\"x,8,,,,"), "rejected: NotCsv");
}
