//! The brokers' answers about a topic: its partitions, where their logs begin and end, and which
//! offset a start setting means.

use std::time::Duration;

use rdkafka::Offset;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::types::RDKafkaRespErr;

use streamgauge_pipeline::{KafkaSettings, Start};

use super::client::{client_config, offsets_of};
use super::topic_id::{TopicId, topic_id};
use super::{BrokerError, Missing, partition_number};

/// The time in which brokers that once answered have to answer a question.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The log of one partition, as the brokers describe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartitionRange {
    /// The partition's number in its topic.
    pub partition: u32,
    /// The first offset that is there.
    pub low: i64,
    /// The offset after the last record.
    pub high: i64,
}

/// A client that asks about one topic. The client stays connecting between questions, so a question
/// that was given up may be answered the next time.
pub struct TopicClient {
    consumer: BaseConsumer,
    settings: KafkaSettings,
}

impl TopicClient {
    /// A client, which connects in the background.
    ///
    /// # Errors
    /// A setting that librdkafka does not take.
    pub fn new(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        let mut config = client_config(settings);
        let consumer = config
            .set_log_level(RDKafkaLogLevel::Emerg)
            .create()
            .map_err(|error| BrokerError::refused(&error))?;
        Ok(Self { consumer, settings: settings.clone() })
    }

    /// The partitions of the topic, by number. The brokers have `timeout` for the first answer.
    ///
    /// # Errors
    /// The brokers cannot be reached, or the topic is not there; a retry may help.
    pub fn ranges(&self, timeout: Duration) -> Result<Vec<PartitionRange>, BrokerError> {
        let range = |partition: u32| {
            let (name, number) = (&self.settings.topic, partition_number(partition));
            let (low, high) = self
                .consumer
                .fetch_watermarks(name, number, TIMEOUT)
                .map_err(|error| self.unreachable(&error))?;
            Ok(PartitionRange { partition, low, high })
        };
        self.partitions(timeout)?.into_iter().map(range).collect()
    }

    /// The numbers of the topic's partitions, in order. The brokers have `timeout` to answer.
    ///
    /// # Errors
    /// The brokers cannot be reached, or the topic is not there; a retry may help.
    pub fn partitions(&self, timeout: Duration) -> Result<Vec<u32>, BrokerError> {
        let name = &self.settings.topic;
        let metadata = self
            .consumer
            .fetch_metadata(Some(name), timeout)
            .map_err(|error| self.unreachable(&error))?;
        let unknown =
            |error| matches!(error, RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
        let topic = metadata.topics().first();
        let Some(topic) = topic.filter(|topic| !topic.error().is_some_and(unknown)) else {
            return Err(BrokerError::Unavailable {
                missing: Missing::Topic,
                message: format!("topic `{name}` does not exist on {}", self.settings.brokers),
            });
        };
        if topic.partitions().is_empty() {
            return Err(BrokerError::Unavailable {
                missing: Missing::Partitions,
                message: format!("topic `{name}` has no partition that can be read yet"),
            });
        }
        let mut numbers: Vec<u32> =
            topic.partitions().iter().map(|partition| partition.id().unsigned_abs()).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// The topic's id; `None` means that no broker tells one.
    pub(crate) fn id(&self, timeout: Duration) -> Option<TopicId> {
        topic_id(self.consumer.client(), &self.settings.topic, timeout)
    }

    /// The offsets at which `ranges` are to be read when there is no checkpoint.
    ///
    /// # Errors
    /// The brokers cannot be reached; a retry may help.
    pub fn resolve_start(&self, ranges: &[PartitionRange]) -> Result<Vec<i64>, BrokerError> {
        let instant = match self.settings.start {
            Start::Earliest => return Ok(ranges.iter().map(|range| range.low).collect()),
            Start::Latest => return Ok(ranges.iter().map(|range| range.high).collect()),
            Start::At(instant) => instant,
        };
        let name = &self.settings.topic;
        let number = |range: &PartitionRange| partition_number(range.partition);
        // Such a list carries the instant asked for in the place of each offset.
        let list = offsets_of(name, ranges.iter().map(|range| (range.partition, instant)))
            .map_err(|error| self.unreachable(&error))?;
        let found = self
            .consumer
            .offsets_for_times(list, TIMEOUT)
            .map_err(|error| self.unreachable(&error))?;
        let offset = |range: &PartitionRange| {
            match found.find_partition(name, number(range)).map(|p| p.offset()) {
                Some(Offset::Offset(offset)) => offset.max(range.low),
                // No record at or after the instant: the log's end.
                _ => range.high,
            }
        };
        Ok(ranges.iter().map(offset).collect())
    }

    fn unreachable(&self, error: &KafkaError) -> BrokerError {
        let refused = matches!(
            error.rdkafka_error_code(),
            Some(
                RDKafkaErrorCode::TopicAuthorizationFailed
                    | RDKafkaErrorCode::SaslAuthenticationFailed
                    | RDKafkaErrorCode::Authentication
            )
        );
        let what = if refused { "refused" } else { "did not answer" };
        BrokerError::Unavailable {
            missing: Missing::Brokers,
            message: format!("kafka at {} {what}: {error}", self.settings.brokers),
        }
    }
}
