//! The oracle's readers of JSON, CSV and numbers against the writers of other libraries.

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use streamgauge_core::{Field, FieldType};

use crate::semantics::Value;
use crate::semantics::csv::cells;
use crate::semantics::json::{JsonError, read_object};
use crate::semantics::value::Token;

/// Any JSON, a few levels deep.
fn any_json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_filter("JSON has finite ones", |x| x.is_finite()).prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    })
}

fn token(value: &Json) -> Token {
    match value {
        Json::Null => Token::Null,
        Json::Bool(truth) => Token::Boolean(*truth),
        Json::Number(number) => Token::Number(number.to_string()),
        Json::String(text) => Token::Text(text.clone()),
        Json::Array(_) | Json::Object(_) => Token::Nested,
    }
}

fn field(field_type: FieldType) -> Field {
    Field { name: "x".to_owned(), field_type, max: None, required: false }
}

fn read(field_type: FieldType, text: &str) -> Value {
    Value::read(&field(field_type), &Token::Text(text.to_owned()))
}

proptest! {
    #[test]
    fn what_serde_json_writes_is_read_member_by_member(value in any_json(), pretty in any::<bool>()) {
        let written = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        let read = read_object(&written.expect("it can be written"));
        match value.as_object() {
            None => prop_assert_eq!(read, Err(JsonError::NotAnObject)),
            Some(members) => {
                let expected = members.iter().map(|(key, value)| (key.clone(), token(value)));
                prop_assert_eq!(read, Ok(expected.collect()));
            }
        }
    }

    #[test]
    fn what_serde_json_does_not_read_is_no_json(text in "[{}\\[\\]:,\"a\\\\u0-9 .eE+-]{0,12}") {
        let by_serde = serde_json::from_str::<Json>(&text);
        match (read_object(&text), by_serde) {
            (Err(JsonError::NotJson), Err(_)) => {}
            (Err(JsonError::NotAnObject), Ok(value)) => prop_assert!(!value.is_object()),
            (Ok(members), Ok(value)) => prop_assert_eq!(members.len(), value.as_object().map_or(99, serde_json::Map::len)),
            // serde refuses numbers that a float cannot hold, which are numbers nevertheless.
            (_, Err(error)) if error.to_string().starts_with("number out of range") => {}
            (read, by_serde) => prop_assert!(false, "{text}: {read:?} {by_serde:?}"),
        }
    }

    #[test]
    fn what_the_csv_library_writes_is_read_cell_by_cell(row in prop::collection::vec("[a,\"\r\n é;]{0,5}", 1..5), quoted in any::<bool>()) {
        let style = if quoted { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
        let mut writer = csv::WriterBuilder::new().quote_style(style).from_writer(Vec::new());
        writer.write_record(&row).expect("memory takes every row");
        let written = String::from_utf8(writer.into_inner().expect("it is memory")).expect("UTF-8");
        prop_assert_eq!(cells(&written), Some(row));
    }

    #[test]
    fn a_whole_number_is_exact_in_every_writing(number in any::<i64>(), zeros in 0..4_usize, shift in 0..25_i64) {
        let padded = format!("{}{}{}", if number < 0 { "-" } else { "" }, "0".repeat(zeros), number.unsigned_abs());
        prop_assert_eq!(read(FieldType::Integer, &padded), Value::Integer(number));
        let point = format!("{padded}.{}", "0".repeat(zeros));
        prop_assert_eq!(read(FieldType::Integer, &point), Value::Integer(number));
        // As many zeros behind the digits as the exponent takes away.
        let shifted = format!("{padded}{}e-{shift}", "0".repeat(shift as usize));
        prop_assert_eq!(read(FieldType::Integer, &shifted), Value::Integer(number));
    }
}

#[test]
fn of_a_repeated_key_the_last_value_counts() {
    let members =
        read_object(r#"{"a":1,"\u0061":[{"a":2}],"b":null,"a":true}"#).expect("an object");
    assert_eq!(members["a"], Token::Boolean(true));
    assert_eq!((members.len(), &members["b"]), (2, &Token::Null));
    assert_eq!(read_object("{}").expect("an object").len(), 0);
    let text = json!({"": "\u{10ffff}\0"}).to_string();
    assert_eq!(read_object(&text).expect("an object")[""], Token::Text("\u{10ffff}\0".into()));
}

#[test]
fn numbers_end_at_their_bounds() {
    let integer = |text: &str| read(FieldType::Integer, text);
    let out = Value::Invalid("out_of_range");
    assert_eq!(integer("9223372036854775807"), Value::Integer(i64::MAX));
    assert_eq!(integer("-9223372036854775808"), Value::Integer(i64::MIN));
    for text in ["9223372036854775808", "-9223372036854775809", "1e19", "1e99999999999999999999"] {
        assert_eq!(integer(text), out, "{text}");
    }
    assert_eq!(integer("0e99999999999999999999"), Value::Integer(0));
    let fraction = Value::Invalid("fraction");
    assert_eq!((integer("1e-1"), integer("9223372036854775807.5")), (fraction.clone(), fraction));
    let unsigned = |max, text: &str| {
        let field = Field { max, ..field(FieldType::Unsigned) };
        Value::read(&field, &Token::Number(text.to_owned()))
    };
    assert_eq!(unsigned(None, "4294967295"), Value::Unsigned(u32::MAX));
    assert_eq!((unsigned(None, "4294967296"), unsigned(None, "-1")), (out.clone(), out.clone()));
    assert_eq!((unsigned(Some(3), "3"), unsigned(Some(3), "4")), (Value::Unsigned(3), out));
    assert_eq!(unsigned(Some(0), "-0"), Value::Unsigned(0));
}
