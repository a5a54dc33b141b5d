//! Late records for those who want to treat them apart: the original bytes with how late they
//! were. A side output in Flink's sense; the record is part of every result all the same. They
//! travel with the state of their partition, as dead letters do.

use serde::Serialize;
use serde_json::Number;
use streamgauge_core::{EventTime, Millis, RecordBatch};

use crate::entry::{json_line, text_or_base64};
use crate::{Entry, Origin};
use streamgauge_core::rfc3339;

/// One late record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateRecord {
    /// The number of the record's partition.
    pub partition: u32,
    /// The record's offset in its partition.
    pub offset: i64,
    /// Its stamp in milliseconds since the Unix epoch.
    pub timestamp: i64,
    /// The event time of the record.
    pub event_time: EventTime,
    /// The partition's watermark before it.
    pub watermark: Option<EventTime>,
    /// How far it was behind.
    pub delay: Millis,
    /// The original bytes of the record.
    pub value: Vec<u8>,
}

/// A late record as a JSON line.
#[derive(Serialize)]
struct Line<'a> {
    source: &'a str,
    partition: u32,
    offset: i64,
    timestamp: i64,
    event_time: String,
    watermark: Option<String>,
    delay_seconds: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
}

impl LateRecord {
    /// The rows of `late`, a batch of late records of `partition`.
    pub fn of_batch(partition: u32, late: &RecordBatch) -> impl Iterator<Item = Self> {
        (0..late.rows()).map(move |row| {
            let i = row as usize;
            Self {
                partition,
                offset: late.metas()[i].offset,
                timestamp: late.metas()[i].time.0,
                event_time: EventTime(late.event_times()[i]),
                watermark: late.watermarks()[i],
                delay: late.delays()[i],
                value: late.raw(row).to_vec(),
            }
        })
    }
}

impl Entry for LateRecord {
    fn size_bytes(&self) -> usize {
        size_of::<Self>() + self.value.len()
    }

    fn to_line(&self, origin: &Origin) -> Vec<u8> {
        let (value, value_base64) = text_or_base64(&self.value);
        json_line(&Line {
            source: &origin.source,
            partition: self.partition,
            offset: self.offset,
            timestamp: self.timestamp,
            event_time: rfc3339(origin.zone, self.event_time),
            watermark: self.watermark.map(|watermark| rfc3339(origin.zone, watermark)),
            delay_seconds: seconds(self.delay),
            value,
            value_base64,
        })
    }

    fn key(&self, origin: &Origin) -> String {
        format!("{}/{}/{}", origin.source, self.partition, self.offset)
    }

    fn headers(&self, origin: &Origin) -> Vec<(&'static str, String)> {
        vec![
            ("is_late", "true".to_owned()),
            ("delay_seconds", seconds(self.delay).to_string()),
            ("partition", self.partition.to_string()),
            ("offset", self.offset.to_string()),
            ("source", origin.source.clone()),
            ("event_time", rfc3339(origin.zone, self.event_time)),
        ]
    }

    fn payload(&self) -> Option<&[u8]> {
        Some(&self.value)
    }
}

/// Milliseconds as seconds, with a fraction only where there is one.
fn seconds(millis: Millis) -> Number {
    let whole = Number::from(millis / 1000);
    match millis % 1000 {
        0 => whole,
        _ => Number::from_f64(millis as f64 / 1000.0).unwrap_or(whole),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn late(delay: Millis, value: &[u8]) -> LateRecord {
        LateRecord {
            partition: 2,
            offset: 41,
            timestamp: 1_447_216_802_000,
            event_time: EventTime(1_447_214_580_000),
            watermark: Some(EventTime(1_447_214_580_000 + delay)),
            delay,
            value: value.to_vec(),
        }
    }

    fn origin() -> Origin {
        Origin { source: "events".to_owned(), zone: chrono_tz::Asia::Shanghai }
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
        let headers: Vec<String> = record
            .headers(&origin())
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let expected = "is_late=true delay_seconds=0.5 partition=2 offset=41 source=events \
                        event_time=2015-11-11T12:03:00+08:00";
        assert_eq!(headers.join(" "), expected);
    }
}
