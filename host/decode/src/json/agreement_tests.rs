//! The scanner against the thorough path: every record that the scanner reads gives what
//! `serde_json` gives, also with the shape of quite another record in mind.

use proptest::prelude::*;
use streamgauge_core::{Padded, Row};

use super::{Names, Scanner, reference};
use crate::tests::{everything, show};

/// Feeds `records` to one scanner and returns the number of records that the scanner read.
fn check(records: &[Vec<u8>]) -> usize {
    let projection = everything();
    let names = Names::new(&projection);
    let mut scanner = Scanner::default();
    let mut read = 0;
    for record in records {
        let (mut fast, mut thorough) = (Row::default(), Row::default());
        fast.reset(projection.fields().len());
        thorough.reset(projection.fields().len());
        let mut buffer = Vec::new();
        let padded = Padded::append(record, &mut buffer);
        if scanner.scan(padded, &names, &mut fast).is_some() {
            read += 1;
            let record = std::str::from_utf8(record).expect("the scanner checks UTF-8");
            let verdict = reference::read(record, &names, &mut thorough);
            assert_eq!(verdict, Ok(()), "{record:?}");
            assert_eq!(show(&fast, &projection), show(&thorough, &projection), "{record:?}");
        }
    }
    read
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(vec!["t", "u", "i", "f", "b", "at"]).prop_map(str::to_owned),
        1 => "[a-z]{0,12}",
        1 => Just("浙江".to_owned()),
        1 => Just("\\u0074".to_owned()),
    ]
}

fn value() -> impl Strategy<Value = String> {
    let plain = prop_oneof![
        any::<u32>().prop_map(|n| n.to_string()),
        any::<i64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_map(|n| format!("{n:?}")),
        "-?[0-9]{1,3}(\\.[0-9]{0,2})?([eE][+-]?[0-9]{0,2})?",
        "[ a-z浙江0-9.+-]{0,20}".prop_map(|text| format!("\"{text}\"")),
        "([a-z]|\\\\[nu\"\\\\]|\\\\u[0-9d][0-9a-f]{3}){0,4}".prop_map(|text| format!("\"{text}\"")),
    ];
    let words = vec![
        "null",
        "true",
        "false",
        "NaN",
        "Infinity",
        "-Infinity",
        "nul",
        "\"\"",
        "\" 08 \"",
        "[]",
        "{\"u\":[1]}",
        "\"NaN\"",
        "\"TRUE\"",
        "\"2015-11-11T00:00:00Z\"",
        "-0",
        "1.0",
        "-",
        "",
    ];
    prop_oneof![2 => plain, 1 => prop::sample::select(words).prop_map(str::to_owned)]
}

fn space() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", "", "", " ", "\n", "\t ", "\u{b}"])
}

pub(crate) fn record() -> impl Strategy<Value = Vec<u8>> {
    let member = (space(), key(), space(), space(), value(), space())
        .prop_map(|(a, key, b, c, value, d)| format!("{a}\"{key}\"{b}:{c}{value}{d}"));
    (prop::collection::vec(member, 0..8), space())
        .prop_map(|(members, end)| format!("{{{}}}{end}", members.join(",")).into_bytes())
}

/// A record with a few of its bytes removed, repeated or replaced.
pub(crate) fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let bytes = prop::sample::select(b"\"{}[],:\\0 e\x1F\xFF\xE6".to_vec());
    let edit = (any::<prop::sample::Index>(), 0..3_u8, bytes);
    (record(), prop::collection::vec(edit, 1..4)).prop_map(|(mut record, edits)| {
        for (index, kind, byte) in edits {
            let at = index.index(record.len());
            match kind {
                0 if record.len() > 1 => drop(record.remove(at)),
                1 => record.insert(at, record[at]),
                _ => record[at] = byte,
            }
        }
        record
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn on_dirty_records(records in prop::collection::vec(record(), 1..4)) {
        check(&records);
    }

    #[test]
    fn on_broken_records(records in prop::collection::vec(mutated(), 1..4)) {
        check(&records);
    }
}

/// One shape after the other, cut off at every byte: only the whole records are read.
#[test]
fn on_truncated_records() {
    let whole = [
        r#"{"t": "浙江", "u": 8, "i": -1, "f": 1.5, "b": true, "at": "1"}"#,
        r#"{"u":8,"t":"浙江","other":null,"u":9}"#,
        r#"{"t": "\u6d59", "f": NaN}"#,
    ];
    for record in whole {
        let mut records = vec![record.as_bytes().to_vec(), whole[0].as_bytes().to_vec()];
        records.extend((0..record.len()).map(|end| record.as_bytes()[..end].to_vec()));
        assert_eq!(check(&records), 2, "{record}");
    }
}

/// The common record must not fall back to the slow path.
#[test]
fn the_scanner_reads_flat_records_of_any_order() {
    let records = [
        r#"{"user": "1", "t": "浙江", "u": 8}"#,
        r#"{"u":8,"t":"浙江","user":"1"}"#,
        r#"{"t": "x"}"#,
        r#"{"t": "x", "u": 8.0, "more": true, "i": "08"} "#,
        r#"{"t": NaN, "u": null, "b": false}"#,
        r#"{"t": "\u6d59\u6c5f", "u": 8}"#,
        r#"{"t": "x", "a key that is longer than what is remembered": 1, "u": 1234567, "i": 12345678}"#,
        r#"{"t": "x", "a key that is longer than what is remembered": 1, "u": 1234567, "i": 12345678}"#,
        r#"{"t":"exactly 15 byte","x":"sixteen bytes, so","t":"浙江浙江浙江","x":"浙江浙江浙江","u":0}"#,
    ];
    assert_eq!(check(&records.map(|record| record.as_bytes().to_vec())), records.len());
}
