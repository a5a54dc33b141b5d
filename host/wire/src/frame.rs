//! The numbers of one panel, ready to draw.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The values of a frame: per measure one array, aligned with the keys.
pub type Series = BTreeMap<String, Vec<Value>>;

/// The values of a series for the page: numbers, or `null` for no value.
#[cfg(test)]
type Numbers = BTreeMap<String, Vec<Option<f64>>>;

/// One panel's data, ready to draw.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Frame {
    /// Raised at each change.
    pub rev: u64,
    /// `ok`, `empty`, `lagging`, `quarantined` or `unreadable`.
    pub state: &'static str,
    /// The reason of `lagging`, `quarantined` or `unreadable`, in English.
    pub reason: Option<String>,
    /// The age of the values where the values are not those of all records; else `None`.
    pub stale: Option<Stale>,
    /// How many offsets the partitions count and the metric does not: those before its first record,
    /// and those that the log no longer held.
    #[cfg_attr(test, ts(type = "number"))]
    pub missing: u64,
    /// How many seconds apart results are made, where one costs much; `None` means that each state
    /// of the page has a new one.
    pub every: Option<u32>,
    /// How many records of the log the values count up to: the sum of the next offsets of the metric
    /// over all partitions, comparable with the sum of `offset` over the partitions of the status.
    /// `None` means that the metric has no state yet.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub of: Option<i64>,
    /// The window of the values; `None` means cumulative.
    #[cfg_attr(test, ts(type = "unknown"))]
    #[schema(value_type = Option<Object>)]
    pub window: Option<Value>,
    /// Raw keys in display order.
    pub keys: Vec<String>,
    /// Keys of the second dimension, aligned with `keys`; empty if the panel has no second
    /// dimension.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub across: Vec<String>,
    /// On time and late together.
    #[cfg_attr(test, ts(as = "Numbers"))]
    #[schema(value_type = BTreeMap<String, Vec<Option<f64>>>)]
    pub total: Series,
    /// Values of rows on time only, by measure.
    #[cfg_attr(test, ts(as = "Numbers"))]
    #[schema(value_type = BTreeMap<String, Vec<Option<f64>>>)]
    pub on_time: Series,
    /// Values of late rows only, by measure.
    #[cfg_attr(test, ts(as = "Numbers"))]
    #[schema(value_type = BTreeMap<String, Vec<Option<f64>>>)]
    pub late: Series,
    /// The rows beyond `top`, summed up.
    pub other: Option<Other>,
}

/// The age of a last good result, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Stale {
    /// The moment since which the result stands, by the host's wall clock, in milliseconds since
    /// the Unix epoch; `None` means that the moment is not known.
    pub since: Option<i64>,
    /// The places up to which the result counts.
    pub at: Vec<PlaceStatus>,
    /// One step to try, in English.
    pub hint: String,
    /// How much of the log is read, where the result is being counted from there; else `None`.
    pub progress: Option<Progress>,
}

/// How much of the log a metric has read that is being brought to its partitions' places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Progress {
    /// Offsets that the metric has read, of all partitions.
    #[cfg_attr(test, ts(type = "number"))]
    pub read: u64,
    /// Offsets that its partitions have read since the metric's origin.
    #[cfg_attr(test, ts(type = "number"))]
    pub of: u64,
}

/// Offsets of a partition that a metric does not count, though its partition does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MissingStatus {
    /// The number of the partition.
    pub partition: u32,
    /// The first offset.
    #[cfg_attr(test, ts(type = "number"))]
    pub from: i64,
    /// The offset after the last one.
    #[cfg_attr(test, ts(type = "number"))]
    pub to: i64,
    /// Why: `before` its first record, or `gone` from the log when the metric came to them.
    pub why: &'static str,
}

/// A place in the log of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PlaceStatus {
    /// The number of the partition in its topic.
    pub partition: u32,
    /// The first offset that is not counted.
    pub offset: i64,
}

/// The rows of a frame that were cut.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Other {
    /// The number of rows that were cut.
    pub keys: usize,
    /// Sums of the cut rows, on time and late together.
    #[cfg_attr(test, ts(as = "Numbers"))]
    #[schema(value_type = BTreeMap<String, Vec<Option<f64>>>)]
    pub total: Series,
    /// Values of rows on time only, by measure.
    #[cfg_attr(test, ts(as = "Numbers"))]
    #[schema(value_type = BTreeMap<String, Vec<Option<f64>>>)]
    pub on_time: Series,
    /// Values of late rows only, by measure.
    #[cfg_attr(test, ts(as = "Numbers"))]
    #[schema(value_type = BTreeMap<String, Vec<Option<f64>>>)]
    pub late: Series,
}
