//! Late records for those who want to treat them apart: the original bytes with how late they
//! were. A side output in Flink's sense; the record is part of every result all the same. They
//! travel with the state of their partition, as dead letters do.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Number;
use streamgauge_core::{EventTime, Millis, RecordBatch, RecordTime};

use crate::entry::{json_line, text_or_base64};
use crate::{Entry, Origin};
use streamgauge_core::rfc3339;

/// One late record; it may lend its bytes from where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateRecord<'a> {
    /// The number of the record's partition.
    pub partition: u32,
    /// The record's offset in its partition.
    pub offset: i64,
    /// The stamp of the record.
    pub time: RecordTime,
    /// The event time of the record.
    pub event_time: EventTime,
    /// The partition's watermark before it.
    pub watermark: Option<EventTime>,
    /// How far it was behind.
    pub delay: Millis,
    /// The original bytes of the record.
    pub value: Cow<'a, [u8]>,
}

/// A late record as a JSON line.
#[derive(Serialize)]
struct Line<'a> {
    source: &'a str,
    partition: u32,
    offset: i64,
    timestamp: Option<i64>,
    event_time: String,
    watermark: Option<String>,
    delay_seconds: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<String>,
}

impl<'a> LateRecord<'a> {
    /// The rows of `late`, a batch of late records of `partition`.
    pub fn of_batch(partition: u32, late: &'a RecordBatch) -> impl Iterator<Item = Self> {
        (0..late.rows()).map(move |row| {
            let i = row as usize;
            Self {
                partition,
                offset: late.metas()[i].offset,
                time: late.metas()[i].time,
                event_time: EventTime(late.event_times()[i]),
                watermark: late.watermarks()[i],
                delay: late.delays()[i],
                value: Cow::Borrowed(late.raw(row)),
            }
        })
    }
}

impl Entry for LateRecord<'_> {
    fn to_line(&self, origin: &Origin) -> Vec<u8> {
        let (value, value_base64) = text_or_base64(&self.value);
        json_line(&Line {
            source: &origin.source,
            partition: self.partition,
            offset: self.offset,
            timestamp: self.time.millis(),
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
            ("edition", origin.edition.to_string()),
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
mod tests;
