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
    /// `ok`, `empty` or `quarantined`.
    pub state: &'static str,
    /// The reason for a quarantine, in English.
    pub reason: Option<String>,
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
