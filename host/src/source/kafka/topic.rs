//! What the brokers say of a topic: its partitions, where their logs begin and end, and which
//! offset a start setting means.

use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Offset, TopicPartitionList};

use crate::pipeline::{KafkaSettings, Start};
use crate::source::SourceError;

use super::client_config;

/// How long the brokers have to answer one question.
const TIMEOUT: Duration = Duration::from_secs(5);

/// One partition's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartitionRange {
    /// Its number.
    pub partition: u32,
    /// The first offset that is there.
    pub low: i64,
    /// The offset after the last record.
    pub high: i64,
}

/// The partitions of the topic, by number.
///
/// # Errors
/// The brokers cannot be reached, or the topic is not there; a retry may help.
pub fn topic_ranges(settings: &KafkaSettings) -> Result<Vec<PartitionRange>, SourceError> {
    let consumer: BaseConsumer =
        client_config(settings).create().map_err(|error| refused(&error))?;
    let metadata = consumer
        .fetch_metadata(Some(&settings.topic), TIMEOUT)
        .map_err(|error| unreachable(settings, &error))?;
    let topic = metadata.topics().first();
    let unknown = |error| {
        use rdkafka::types::RDKafkaRespErr as E;
        matches!(error, E::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
    };
    let Some(topic) = topic.filter(|topic| !topic.error().is_some_and(unknown)) else {
        return Err(SourceError::Unavailable {
            code: "topic_missing",
            message: format!("topic `{}` does not exist on {}", settings.topic, settings.brokers),
        });
    };
    if topic.partitions().is_empty() {
        return Err(SourceError::Unavailable {
            code: "no_partitions",
            message: format!("topic `{}` has no partition that can be read yet", settings.topic),
        });
    }
    let mut ranges = Vec::new();
    for partition in topic.partitions() {
        let (low, high) = consumer
            .fetch_watermarks(&settings.topic, partition.id(), TIMEOUT)
            .map_err(|error| unreachable(settings, &error))?;
        ranges.push(PartitionRange { partition: partition.id().unsigned_abs(), low, high });
    }
    ranges.sort_by_key(|range| range.partition);
    Ok(ranges)
}

/// The offset at which `range` is to be read when there is no checkpoint.
///
/// # Errors
/// The brokers cannot be reached; a retry may help.
pub fn resolve_start(
    settings: &KafkaSettings,
    ranges: &[PartitionRange],
) -> Result<Vec<i64>, SourceError> {
    let instant = match settings.start {
        Start::Earliest => return Ok(ranges.iter().map(|range| range.low).collect()),
        Start::Latest => return Ok(ranges.iter().map(|range| range.high).collect()),
        Start::At(instant) => instant,
    };
    let consumer: BaseConsumer =
        client_config(settings).create().map_err(|error| refused(&error))?;
    let mut list = TopicPartitionList::new();
    for range in ranges {
        let partition = i32::try_from(range.partition).unwrap_or(i32::MAX);
        list.add_partition_offset(&settings.topic, partition, Offset::Offset(instant))
            .map_err(|error| unreachable(settings, &error))?;
    }
    let found =
        consumer.offsets_for_times(list, TIMEOUT).map_err(|error| unreachable(settings, &error))?;
    let offset = |range: &PartitionRange| {
        let partition = i32::try_from(range.partition).unwrap_or(i32::MAX);
        match found.find_partition(&settings.topic, partition).map(|p| p.offset()) {
            Some(Offset::Offset(offset)) => offset.max(range.low),
            // No record at or after the instant: the log's end.
            _ => range.high,
        }
    };
    Ok(ranges.iter().map(offset).collect())
}

fn unreachable(settings: &KafkaSettings, error: &KafkaError) -> SourceError {
    let refused = matches!(
        error.rdkafka_error_code(),
        Some(
            RDKafkaErrorCode::TopicAuthorizationFailed
                | RDKafkaErrorCode::SaslAuthenticationFailed
                | RDKafkaErrorCode::Authentication
        )
    );
    let what = if refused { "refused" } else { "did not answer" };
    SourceError::Unavailable {
        code: "broker_unreachable",
        message: format!("kafka at {} {what}: {error}", settings.brokers),
    }
}

/// A client that librdkafka would not make: a setting is wrong.
pub(super) fn refused(error: &KafkaError) -> SourceError {
    SourceError::Failed {
        code: "source_failed",
        message: format!("librdkafka refused its settings: {error}"),
    }
}
