//! Late records as lines of JSON and as headers: how late, of which place, and the bytes as they
//! were.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::testing::{Record, batch, record};

fn late(delay: Millis, value: &[u8]) -> LateRecord<'_> {
    LateRecord {
        partition: 2,
        offset: 41,
        time: RecordTime(1_447_216_802_000),
        event_time: EventTime(1_447_214_580_000),
        watermark: Some(EventTime(1_447_214_580_000 + delay)),
        delay,
        value: Cow::Borrowed(value),
    }
}

fn origin() -> Origin {
    Origin { source: "events".to_owned(), zone: chrono_tz::Asia::Shanghai, edition: 2 }
}

#[test]
fn a_delay_has_a_fraction_only_where_there_is_one() {
    for (millis, text) in [(720_000, "720"), (500, "0.5"), (1, "0.001"), (61_250, "61.25")] {
        assert_eq!(seconds(millis).to_string(), text);
    }
}

#[test]
fn a_line_tells_how_late_it_was() {
    let line = String::from_utf8(late(720_000, b"{\"a\":1}").to_line(&origin())).expect("text");
    let expected = r#"{"source":"events","partition":2,"offset":41,"timestamp":1447216802000,"event_time":"2015-11-11T12:03:00+08:00","watermark":"2015-11-11T12:15:00+08:00","delay_seconds":720,"value":"{\"a\":1}"}"#;
    assert_eq!(line, format!("{expected}\n"));
    let line = String::from_utf8(late(1, b"\xff").to_line(&origin())).expect("text");
    assert!(line.ends_with(",\"delay_seconds\":0.001,\"value_base64\":\"/w==\"}\n"), "{line}");
}

#[test]
fn headers_name_the_record_and_its_delay() {
    let record = late(500, b"x");
    assert_eq!(record.key(&origin()), "events/2/41");
    let headers: Vec<String> =
        record.headers(&origin()).iter().map(|(name, value)| format!("{name}={value}")).collect();
    let expected = "is_late=true delay_seconds=0.5 partition=2 offset=41 source=events \
                    event_time=2015-11-11T12:03:00+08:00 edition=2";
    assert_eq!(headers.join(" "), expected);
}

#[test]
fn a_record_before_the_first_watermark_has_none() {
    let record = LateRecord { watermark: None, ..late(500, b"") };
    let line = String::from_utf8(record.to_line(&origin())).expect("text");
    let end = r#","watermark":null,"delay_seconds":0.5,"value":""}"#;
    assert!(line.ends_with(&format!("{end}\n")), "{line}");
}

#[test]
fn every_row_of_a_late_batch_is_a_late_record() {
    let rows = [
        Record {
            stamp: 9000,
            event_time: 1000,
            watermark: Some(4000),
            delay: 3000,
            ..record(7, "号".as_bytes())
        },
        Record { stamp: 9001, event_time: -5, watermark: None, delay: 1, ..record(12, b"") },
    ];
    let rows = batch(&rows);
    let found: Vec<LateRecord<'_>> = LateRecord::of_batch(3, &rows).collect();
    let first = LateRecord {
        partition: 3,
        offset: 7,
        time: RecordTime(9000),
        event_time: EventTime(1000),
        watermark: Some(EventTime(4000)),
        delay: 3000,
        value: Cow::Borrowed("号".as_bytes()),
    };
    let second = LateRecord {
        offset: 12,
        time: RecordTime(9001),
        event_time: EventTime(-5),
        watermark: None,
        delay: 1,
        value: Cow::Borrowed(b""),
        ..first.clone()
    };
    assert_eq!(found, [first, second]);
    assert_eq!(LateRecord::of_batch(3, &batch(&[])).count(), 0);
}

/// The bytes that a line holds, as text or in base64.
fn value_of(line: &Value) -> Vec<u8> {
    match (line.get("value"), line.get("value_base64")) {
        (Some(text), None) => text.as_str().expect("a text").as_bytes().to_vec(),
        (None, Some(text)) => STANDARD.decode(text.as_str().expect("a text")).expect("base64"),
        both => panic!("{both:?}"),
    }
}

proptest! {
    #[test]
    fn a_line_is_one_line_that_gives_the_bytes_back(
        value in prop_oneof![vec(any::<u8>(), 0..40), ".{0,20}".prop_map(String::into_bytes)],
        delay in 1..i64::MAX / 2,
    ) {
        let record = late(delay, &value);
        let line = record.to_line(&origin());
        prop_assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1));
        let text = String::from_utf8(line).expect("a line is UTF-8");
        let line: Value = serde_json::from_str(&text).expect("a line is JSON");
        prop_assert_eq!(value_of(&line), &*value);
        prop_assert_eq!(record.payload(), Some(&*value));
        for (name, header) in record.headers(&origin()) {
            let is_same = text.contains(&format!("\"{name}\":{header},"))
                || text.contains(&format!("\"{name}\":\"{header}\","));
            prop_assert!(is_same || matches!(name, "is_late" | "edition"), "{name}: {header} is not in {text}");
        }
    }
}

#[test]
fn a_record_cut_within_a_character_is_no_text() {
    let whole = "{\"province\":\"广东\"}".as_bytes();
    for length in 0..=whole.len() {
        let cut = &whole[..length];
        let line = late(1, cut).to_line(&origin());
        let line: Value = serde_json::from_slice(&line).expect("a line is JSON");
        assert_eq!(line.get("value").is_some(), std::str::from_utf8(cut).is_ok(), "{length}");
        assert_eq!(value_of(&line), cut);
    }
}
