//! Where records come from, as page and API know it.

use serde::Serialize;
use utoipa::ToSchema;

/// The place that records come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SourceStatus {
    /// `kafka`, `file` or `generator`.
    pub kind: &'static str,
    /// Topic, file or seed.
    pub name: String,
    /// The client that fetches from Kafka.
    pub fetch: Option<FetchStatus>,
}

/// The client that fetches from Kafka, and why it is this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct FetchStatus {
    /// `own` or `librdkafka`.
    pub client: &'static str,
    /// The reason, in words.
    pub reason: String,
}
