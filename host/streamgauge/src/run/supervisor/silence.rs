//! The end of a bounded run whose brokers do not answer any more.

use std::time::Duration;

use streamgauge_kafka::PartitionTrouble;
use streamgauge_pipeline::{SourceSettings, show_duration};
use streamgauge_source::{SourceError, SourceHealth};

use crate::run::patience::Patience;

/// How long a run may get nothing of a partition; `None` means for ever.
pub(super) fn given_up_after(patience: Patience, source: &SourceSettings) -> Option<Duration> {
    match (patience, source) {
        (Patience::GiveUp, SourceSettings::Kafka(kafka)) => Some(kafka.give_up_after),
        _ => None,
    }
}

/// The trouble of a partition of which nothing has come for `limit`.
pub(super) fn silence_past(limit: Duration, sources: &SourceHealth) -> Option<SourceError> {
    let is_past =
        |trouble: &PartitionTrouble| trouble.since.elapsed().is_ok_and(|time| time >= limit);
    let health = sources.read();
    let trouble = health.into_values().find_map(|health| health.trouble.filter(is_past))?;
    let mut fault = trouble.fault;
    fault.note = format!("nothing came for {}", show_duration(limit));
    Some(SourceError::Broker(fault))
}
