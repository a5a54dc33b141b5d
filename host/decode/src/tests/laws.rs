//! What a writer writes is what is read, whatever the writer's habits; and the key of a record is
//! what the decoder makes of that field.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use proptest::prelude::*;
use serde_json::json;
use streamgauge_core::{CsvColumns, Field, Projection, RECORD_BYTES_MAX, Rejection, Row, Value};
use streamgauge_core::{FieldType, Schema};

use super::{everything, schema, verdict};
use crate::{Cells, Decoder, KeyReader};

/// A schema of text fields `c0`, `c1` and so on.
fn texts(count: usize) -> Schema {
    let field = |i: usize| Field {
        name: format!("c{i}"),
        field_type: FieldType::Text,
        max: None,
        required: false,
    };
    Schema::new((0..count).map(field).collect()).expect("names that differ")
}

/// A cell as RFC 4180 has it; quotes that are not needed may be there.
fn written(cell: &str, quoted: bool) -> String {
    if quoted || cell.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.to_owned()
    }
}

/// Both ways to write a row: `cells` with quotes where `quotes` wants them, and an end.
fn row_of(cells: &[(String, bool)], end: &str) -> String {
    let cells: Vec<_> = cells.iter().map(|(cell, quoted)| written(cell, *quoted)).collect();
    format!("{}{end}", cells.join(","))
}

fn cells(
    count: impl Into<prop::collection::SizeRange>,
) -> impl Strategy<Value = Vec<(String, bool)>> {
    prop::collection::vec(("[a浙\",\r\n 😀]{0,9}", any::<bool>()), count)
}

fn line_end() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "\n", "\r\n"])
}

/// What every spelling of one value in three kinds of records comes to.
fn spellings(field: &str, bare: &str) -> [String; 3] {
    let projection = everything();
    let mut json = Decoder::json(&projection);
    let columns = CsvColumns::from_header(&[field], &schema()).expect("a field of the schema");
    let mut csv = Decoder::csv(&projection, &columns);
    [
        verdict(&mut json, &projection, format!("{{\"{field}\":{bare}}}").as_bytes()),
        verdict(&mut json, &projection, format!("{{\"{field}\":\"{bare}\"}}").as_bytes()),
        verdict(&mut csv, &projection, bare.as_bytes()),
    ]
}

proptest! {
    #[test]
    fn cells_come_back_as_they_were_written(cells in cells(1..40_usize), end in line_end()) {
        let text = row_of(&cells, end);
        // A row of nothing but white space is an empty line, which is no row.
        prop_assume!(!text.trim_matches(['\r', '\n']).is_empty() && !text.starts_with(['\r', '\n']));
        let mut split = Cells::default();
        for _ in 0..2 {
            prop_assert_eq!(split.split(&text), Ok(cells.len()), "{:?}", text);
            for (number, (cell, _)) in cells.iter().enumerate() {
                prop_assert_eq!(split.get(number), cell, "{:?}", text);
            }
        }
    }

    #[test]
    fn a_csv_key_is_the_trimmed_cell(
        cells in cells(3),
        end in line_end(),
        mark in prop::sample::select(vec!["", "\u{feff}"]),
        wanted in 0..3_usize,
    ) {
        let record = format!("{mark}{}", row_of(&cells, end));
        let schema = texts(3);
        let columns = CsvColumns::in_schema_order(&schema);
        let mut reader = KeyReader::csv(&schema, &columns, &format!("c{wanted}"));
        let cell = cells[wanted].0.trim_ascii();
        prop_assert_eq!(reader.key(record.as_bytes()), Some(cell).filter(|key| !key.is_empty()));
    }

    #[test]
    fn a_json_key_is_the_decoded_text(
        texts in prop::collection::vec(("[tu]", ".{0,6}"), 0..4),
        broken in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let members: Vec<_> =
            texts.iter().map(|(key, text)| format!("\"{key}\":{}", json!(text))).collect();
        let mut record = format!("{{{}}}", members.join(", ")).into_bytes();
        if let Some(at) = broken {
            let at = at.index(record.len());
            record[at] = b'\\';
        }
        let projection = everything();
        let mut row = Row::default();
        let decoded = Decoder::json(&projection).decode(&record, &mut row);
        let text = match (decoded, row.values().first()) {
            (Ok(()), Some(&Value::Text(range))) => Some(row.text(range)),
            _ => None,
        };
        let mut reader = KeyReader::json("t");
        prop_assert_eq!(reader.key(&record), text);
    }

    #[test]
    fn written_objects_are_read(
        text in "\\PC{1,12}|[\u{0}-\u{1f}\"\\\\浙😀]{1,9}",
        whole in any::<i64>(),
        fraction in any::<f64>().prop_filter("JSON has finite numbers", |f| f.is_finite()),
        truth in any::<bool>(),
        small in 0..=12_u32,
    ) {
        let object =
            json!({"t": text, "i": whole, "f": fraction, "b": truth, "u": small, "at": whole});
        let projection = everything();
        let mut decoder = Decoder::json(&projection);
        let shown =
            format!("t={text:?} u={small} i={whole} f={fraction:?} b={truth} at={whole}");
        for record in [object.to_string(), format!("{object:#}"), format!("\u{feff}{object}\r\n")] {
            prop_assert_eq!(&verdict(&mut decoder, &projection, record.as_bytes()), &shown);
        }
    }

    #[test]
    fn whole_numbers_are_exact_in_every_spelling(number in any::<i64>(), zeros in 0..4_usize) {
        let fraction = format!("{number}.{}", "0".repeat(zeros + 1));
        for bare in [number.to_string(), fraction, format!("{number}e0")] {
            for verdict in spellings("i", &bare) {
                prop_assert_eq!(verdict, format!("i={number}"), "{}", bare);
            }
        }
    }

    #[test]
    fn instants_are_read_in_every_zone(
        millis in -62_135_596_800_000..253_402_214_400_000_i64,
        minutes in -14 * 60..=14 * 60_i32,
    ) {
        let zone = FixedOffset::east_opt(minutes * 60).expect("less than a day");
        let instant = DateTime::from_timestamp_millis(millis).expect("in the calendar");
        let text = instant.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Millis, true);
        // The zone may lead out of the years that RFC 3339 writes with four digits.
        prop_assume!(text.as_bytes()[0] != b'-' && text.as_bytes()[0] != b'+');
        let [bare, quoted, cell] = spellings("at", &text);
        prop_assert_eq!(bare, "rejected: NotJson", "{}", text);
        prop_assert_eq!(&quoted, &format!("at={millis}"), "{}", text);
        prop_assert_eq!(cell, quoted);
    }
}

#[test]
fn numbers_at_the_ends_of_their_types_are_read_alike_in_every_spelling() {
    for (field, bare, expected) in [
        ("i", "9223372036854775807", "i=9223372036854775807"),
        ("i", "9223372036854775808", "i:out_of_range"),
        ("i", "-9223372036854775808", "i=-9223372036854775808"),
        ("i", "-9223372036854775809", "i:out_of_range"),
        ("i", "9.223372036854775807e18", "i=9223372036854775807"),
        ("at", "-9223372036854775808", "at=-9223372036854775808"),
        ("at", "9223372036854775808", "at:out_of_range"),
        ("u", "12", "u=12"),
        ("u", "13", "u:out_of_range"),
        ("u", "-0", "u=0"),
        ("u", "4294967295", "u:out_of_range"),
        ("u", "4294967304", "u:out_of_range"),
        ("u", "12.5", "u:fraction"),
        ("f", "1.7976931348623157e308", "f=1.7976931348623157e308"),
        ("f", "-1.7976931348623159e308", "f:out_of_range"),
        ("f", "5e-324", "f=5e-324"),
        ("f", "2e-324", "f=0.0"),
        ("f", "-0.0", "f=-0.0"),
        ("f", "9007199254740993", "f=9007199254740992.0"),
        ("b", "1.0", "b=true"),
        ("b", "-0", "b=false"),
        ("b", "2", "b:wrong_type"),
    ] {
        for verdict in spellings(field, bare) {
            assert_eq!(verdict, expected, "{bare}");
        }
    }
}

#[test]
fn a_second_byte_order_mark_is_content() {
    let projection = everything();
    let mut csv = Decoder::csv(&projection, &CsvColumns::in_schema_order(&schema()));
    for record in
        ["\u{feff}\u{feff}x,,,,,", "\u{feff}\u{feff}x,\"\",,,,", "\u{feff}\"\u{feff}x\",,,,,"]
    {
        assert_eq!(verdict(&mut csv, &projection, record.as_bytes()), "t=\"\\u{feff}x\"");
    }
    let mut json = Decoder::json(&projection);
    let twice = verdict(&mut json, &projection, "\u{feff}\u{feff}{}".as_bytes());
    assert_eq!(twice, "rejected: NotJson");
}

#[test]
fn a_record_above_the_limit_is_too_large_whatever_it_holds() {
    let projection = Projection::new(&schema(), &[]);
    let mut json = Decoder::json(&projection);
    let mut csv = Decoder::csv(&projection, &CsvColumns::in_schema_order(&schema()));
    let mut row = Row::default();
    let spaces = |length| vec![b' '; length];
    for decoder in [&mut json, &mut csv] {
        let largest = decoder.decode(&spaces(RECORD_BYTES_MAX), &mut row);
        assert_eq!(largest, Err(Rejection::Empty));
        let larger = decoder.decode(&spaces(RECORD_BYTES_MAX + 1), &mut row);
        assert_eq!(larger, Err(Rejection::TooLarge));
    }
}
