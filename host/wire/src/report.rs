//! Answers that are made only while somebody looks: how late records are, and records themselves.

use serde::Serialize;
use utoipa::ToSchema;

use crate::Cause;

/// The distribution of lateness, and the last late records.
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
    /// Late records in the distribution.
    pub late: u64,
    /// Smallest and largest value in milliseconds, and records; only buckets that are not empty.
    pub buckets: Vec<(i64, i64, u64)>,
    /// The bound in milliseconds that would keep 99.9 % on time; `None` means that there are no
    /// records.
    pub bound_for_999_ms: Option<i64>,
    /// The last late ones of each partition, oldest first.
    pub samples: Vec<RecordSample>,
}

/// A record, and what the record counted as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RecordSample {
    /// The number of the record's partition.
    pub partition: u32,
    /// The record's offset in its partition.
    pub offset: i64,
    /// The timestamp of the record, in milliseconds since the Unix epoch; `None` means that the
    /// record has none.
    pub time: Option<i64>,
    /// The event time in milliseconds since the Unix epoch; `None` means that the record was
    /// rejected, or has no time at all.
    pub event_time: Option<i64>,
    /// The delay of a late record in milliseconds; `None` means that the record was not late.
    pub delay_ms: Option<i64>,
    /// The reason for a dead letter, such as `not_json` or `excluded`; `None` means that the record
    /// is no dead letter.
    pub reason: Option<String>,
    /// The metric that left the record out; `None` means that the record was rejected as a whole.
    pub metric: Option<String>,
    /// The fault of the record, in words.
    pub detail: Option<String>,
    /// The size of the record.
    pub record_bytes: u64,
    /// The first 256 bytes of the record as text; `None` means that the bytes are no text or that
    /// records are not shown.
    pub record: Option<String>,
    /// The first 256 bytes of the record in base64; `None` means that the bytes are text or that
    /// records are not shown.
    pub record_base64: Option<String>,
}

/// The last records of some kind, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Samples {
    /// True if the contents of records are shown (`server.show_records`).
    pub shown: bool,
    /// The records, the newest one first.
    pub samples: Vec<RecordSample>,
}

/// One checkpoint that was stored, or that failed.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CheckpointSample {
    /// The end of the checkpoint, in milliseconds since the Unix epoch.
    pub at: i64,
    /// The time that the checkpoint took, in milliseconds.
    pub duration_ms: f64,
    /// The size of the stored checkpoint in bytes; 0 where it failed.
    pub bytes: u64,
    /// The cause of the failure; `None` means that the checkpoint was stored.
    pub cause: Option<Cause>,
}

/// The last 50 checkpoints since the host started.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Checkpoints {
    /// The checkpoints, the newest one first.
    pub checkpoints: Vec<CheckpointSample>,
}
