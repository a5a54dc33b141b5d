//! Answers that are made only while somebody looks: how late records are, and records themselves.

use serde::Serialize;
use utoipa::ToSchema;

/// How late records are.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LatenessReport {
    /// `watermark`, `record` or `processing`.
    pub clock: &'static str,
    /// False: verdicts depend on when a record is read.
    pub replayable: bool,
    /// The bound of the watermark.
    pub bound_ms: u64,
    /// Records in the distribution.
    pub records: u64,
    /// Late ones.
    pub late: u64,
    /// Smallest and largest value in milliseconds, and records; only buckets that are not empty.
    pub buckets: Vec<(i64, i64, u64)>,
    /// The bound that would keep 99.9 % on time; none without records.
    pub bound_for_999_ms: Option<i64>,
    /// The last late ones of each partition, oldest first.
    pub samples: Vec<RecordSample>,
}

/// A record, and what it counted as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RecordSample {
    /// Its partition.
    pub partition: u32,
    /// Its offset.
    pub offset: i64,
    /// Its timestamp.
    pub time: i64,
    /// Its event time; none of a rejected one.
    pub event_time: Option<i64>,
    /// By how much it was late; none where it was not.
    pub delay_ms: Option<i64>,
    /// Why it is a dead letter, such as `not_json` or `excluded`; none where it is not.
    pub reason: Option<String>,
    /// The metric that left it out; none where it was rejected as a whole.
    pub metric: Option<String>,
    /// What was wrong, in words.
    pub detail: Option<String>,
    /// The size of the record.
    pub record_bytes: u64,
    /// Its first 256 bytes as text; none where they are no text or records are not shown.
    pub record: Option<String>,
    /// The same in base64, where they are no text.
    pub record_base64: Option<String>,
}

/// The last records of some kind, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Samples {
    /// Whether the contents of records are shown (`server.show_records`).
    pub shown: bool,
    /// The records.
    pub samples: Vec<RecordSample>,
}
