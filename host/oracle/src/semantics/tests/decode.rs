//! The oracle reads values as the engine's decoder does, which is held against a golden table in
//! host/src/decode/tests.rs.

use proptest::prelude::*;
use streamgauge_core::{Field, Projection, Row};

use super::pipeline;
use crate::semantics::Value;
use crate::semantics::decode::decode;
use crate::semantics::rules::Rules;
use streamgauge_core::CsvColumns;
use streamgauge_decode::Decoder;
use streamgauge_pipeline::Pipeline;

const SCHEMA: &str = r#"
[schema]
t = "text"
u = { type = "unsigned", max = 12 }
i = "integer"
f = "float"
b = "boolean"
at = "timestamp"
[event_time]
field = "i"
unit = "ms"
"#;

fn read_as(extension: &str) -> Pipeline {
    pipeline(&format!("[source.file]\npath = \"x.{extension}\"\n{SCHEMA}"))
}

/// The engine's reading of `bytes`: values, or the name of the reason.
fn engine(pipeline: &Pipeline, json: bool, bytes: &[u8]) -> Result<Vec<Value>, &'static str> {
    let fields: Vec<&str> = pipeline.schema.fields().iter().map(|f: &Field| &*f.name).collect();
    let projection = Projection::new(&pipeline.schema, &fields);
    let mut decoder = if json {
        Decoder::json(&projection)
    } else {
        Decoder::csv(&projection, &CsvColumns::in_schema_order(&pipeline.schema))
    };
    let mut row = Row::default();
    decoder.decode(bytes, &mut row).map_err(|rejection| rejection.name())?;
    let value = |value: &streamgauge_core::Value| match *value {
        streamgauge_core::Value::Missing => Value::Missing,
        streamgauge_core::Value::Invalid(flaw) => Value::Invalid(flaw.name()),
        streamgauge_core::Value::Boolean(truth) => Value::Boolean(truth),
        streamgauge_core::Value::Unsigned(number) => Value::Unsigned(number),
        streamgauge_core::Value::Integer(number) => Value::Integer(number),
        streamgauge_core::Value::Float(number) => Value::Float(number),
        streamgauge_core::Value::Text(range) => Value::Text(row.text(range).to_owned()),
    };
    Ok(row.values().iter().map(value).collect())
}

fn oracle(pipeline: &Pipeline, bytes: &[u8]) -> Result<Vec<Value>, &'static str> {
    decode(&Rules::new(pipeline), bytes).map_err(|rejection| rejection.name())
}

fn check_json(bytes: &[u8]) {
    let pipeline = read_as("jsonl");
    let shown = || String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    assert_eq!(oracle(&pipeline, bytes), engine(&pipeline, true, bytes), "{:?}", shown());
}

fn check_csv(bytes: &[u8]) {
    let pipeline = read_as("csv");
    let shown = || String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    assert_eq!(oracle(&pipeline, bytes), engine(&pipeline, false, bytes), "{:?}", shown());
}

/// Everything that a value is written as.
const VALUES: [&str; 62] = [
    "null",
    "true",
    "false",
    "NaN",
    "-NaN",
    "nan",
    "Infinity",
    "-Infinity",
    "- Infinity",
    "nul",
    "[]",
    "{}",
    "{\"u\":[1]}",
    "[1,]",
    "[1 2]",
    "{\"u\" 1}",
    "{u:1}",
    "[[[{\"a\":[NaN]}]]]",
    "\"\"",
    "\" \"",
    "\" 08 \"",
    "\"NaN\"",
    "\"NULL\"",
    "\"TRUE\"",
    "\"t\"",
    "\"inf\"",
    "\"-infinity\"",
    "\"2015-11-11T00:00:00Z\"",
    "\" 2015-11-11 00:00:00+08:00\"",
    "\"\\u0041\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud83d\"",
    "\"\\ude00\"",
    "\"\\ud83dx\"",
    "\"\\x\"",
    "\"\\\\ud83d\"",
    "\"\\u00zz\"",
    "\"a\tb\"",
    "\"a\\tb\\/\"",
    "0",
    "-0",
    "00",
    "08",
    "8",
    "12",
    "13",
    "-1",
    "+1",
    "1.",
    ".5",
    "\"1.\"",
    "\".5\"",
    "8.0",
    "8.5",
    "1e1",
    "1E+1",
    "150e-1",
    "1e",
    "1e400",
    "9223372036854775808",
    "4294967296",
    "1e99999999999999999999",
];

#[test]
fn every_writing_of_a_value_in_every_field() {
    for field in ["t", "u", "i", "f", "b", "at", "extra"] {
        for value in VALUES {
            check_json(format!("{{\"{field}\":{value}}}").as_bytes());
            check_json(format!(" {{\"{field}\" : {value} , \"u\":1}}\n").as_bytes());
        }
    }
    for value in VALUES {
        check_json(value.as_bytes());
        let cell = value.trim_matches('"');
        check_csv([cell; 6].join(",").as_bytes());
        check_csv([cell; 6].map(|cell| format!("\"{cell}\"")).join(",").as_bytes());
    }
}

#[test]
fn limits() {
    for length in [64 << 10, (64 << 10) + 1, 1 << 20] {
        check_json(format!("{{\"t\":\"{}\"}}", "x".repeat(length)).as_bytes());
        check_csv(format!("{},1,1,1,1,1", "x".repeat(length)).as_bytes());
    }
    let depth = (1 << 20) / 4;
    let nested = format!("{{\"t\":{}{},\"u\":8}}", "[".repeat(depth), "]".repeat(depth));
    check_json(nested.as_bytes());
    check_json(&nested.as_bytes()[..depth]);
    for bytes in [&b"\xEF\xBB\xBF{}"[..], b"\xEF\xBB\xBF", b"\xFF", b"\x0C", b"\x0C{}", b""] {
        check_json(bytes);
        check_csv(bytes);
    }
}

fn dirty_json() -> impl Strategy<Value = Vec<u8>> {
    let key = prop::sample::select(vec!["t", "u", "i", "f", "b", "at", "\\u0074", "extra"]);
    let value = prop_oneof![
        2 => prop::sample::select(VALUES.to_vec()).prop_map(str::to_owned),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<f64>().prop_map(|number| format!("{number:?}")),
        1 => "\"[-+]?[0-9]{0,22}(\\.[0-9]{0,3})?([eE][-+]?[0-9]{0,2})?\"",
    ];
    let space = prop::sample::select(vec!["", "", " ", "\n", "\u{b}"]);
    let member = (key, space, value).prop_map(|(k, s, v)| format!("{s}\"{k}\":{s}{v}"));
    let edit =
        (any::<prop::sample::Index>(), prop::sample::select(b"\"{}[],:\\0N\x1F\xE6".to_vec()));
    let members = prop::collection::vec(member, 0..6);
    (members, prop::collection::vec(edit, 0..3)).prop_map(|(members, edits)| {
        let mut record = format!("{{{}}}", members.join(",")).into_bytes();
        for (index, byte) in edits {
            let at = index.index(record.len());
            record[at] = byte;
        }
        record
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn dirty_json_records(record in dirty_json()) {
        check_json(&record);
    }

    #[test]
    fn dirty_csv_records(record in "([a1\" ,\r\n]|\"\"|,\"|\",){0,14}(\r|\n|\r\n)?") {
        check_csv(record.as_bytes());
    }

    #[test]
    fn csv_records_of_the_right_length(cells in prop::collection::vec("[a0-9\" .e+-]{0,6}", 6)) {
        check_csv(cells.join(",").as_bytes());
    }
}
