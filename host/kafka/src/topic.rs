//! The brokers' answers about a topic: its partitions, where their logs begin and end, and which
//! offset a start setting means.

use std::cell::OnceCell;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::Offset;
use rdkafka::admin::{AdminClient, AdminOptions, ConfigResource, ResourceSpecifier};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::metadata::{Metadata, MetadataTopic};
use rdkafka::types::RDKafkaRespErr;

use streamgauge_pipeline::{KafkaSettings, Start};

use super::client::{client_config, offsets_of};
use super::listener::Listener;
use super::name_probe::is_for_another_name;
use super::topic_id::{Described, TopicId, describe};
use super::{BrokerError, BrokerFault, FaultKind, Missing, partition_number};

/// The time in which brokers that once answered have to answer a question.
const TIMEOUT: Duration = Duration::from_secs(5);

/// How long the first try of a question waits before what librdkafka said is looked at; each next
/// one waits twice as long.
const FIRST_TRY: Duration = Duration::from_millis(500);

/// How long librdkafka's queue has to be silent to be empty.
const EMPTY: Duration = Duration::from_millis(5);

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
    consumer: BaseConsumer<Listener>,
    listener: Listener,
    settings: KafkaSettings,
    /// Per broker whose certificate was not trusted: is it for another name?
    other_name: Mutex<OnceCell<bool>>,
}

impl TopicClient {
    /// A client, which connects in the background.
    ///
    /// # Errors
    /// A setting that librdkafka does not take.
    pub fn new(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        let listener = Listener::new(settings);
        let consumer = client_config(settings)
            .create_with_context(listener.clone())
            .map_err(|error| BrokerError::refused(&error))?;
        let (settings, other_name) = (settings.clone(), Mutex::default());
        Ok(Self { consumer, listener, settings, other_name })
    }

    /// The partitions of the topic, by number. The brokers have `timeout` for the first answer.
    ///
    /// # Errors
    /// The brokers cannot be reached, or the topic is not there; a retry may help.
    pub fn ranges(&self, timeout: Duration) -> Result<Vec<PartitionRange>, BrokerError> {
        let range = |partition: u32| {
            let (name, number) = (&self.settings.topic, partition_number(partition));
            let (low, high) =
                self.ask(TIMEOUT, |client, wait| client.fetch_watermarks(name, number, wait))?;
            Ok(PartitionRange { partition, low, high })
        };
        let ranges = self.partitions(timeout)?.into_iter().map(range);
        let ranges = ranges.collect::<Result<Vec<_>, _>>()?;
        self.listener.heard().opened();
        Ok(ranges)
    }

    /// The numbers of the topic's partitions, in order. The brokers have `timeout` to answer.
    ///
    /// # Errors
    /// The brokers cannot be reached, or the topic is not there; a retry may help.
    pub fn partitions(&self, timeout: Duration) -> Result<Vec<u32>, BrokerError> {
        let name = &self.settings.topic;
        let metadata = self.ask(timeout, |client, wait| client.fetch_metadata(Some(name), wait))?;
        let Some(topic) = self.known(&metadata)? else {
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
        self.describe(&self.settings.topic, timeout)?.ok()?.id
    }

    /// Asks whether `topic` takes records of this user; nothing is written for it. Brokers that do
    /// not answer or do not tell are believed to take them.
    ///
    /// # Errors
    /// The topic is not there, or this user may not write to it.
    pub fn check_output(&self, topic: &str, timeout: Duration) -> Result<(), BrokerError> {
        use RDKafkaRespErr as E;
        let kind = match self.describe(topic, timeout) {
            Some(Err(E::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)) => FaultKind::OutputMissing,
            Some(
                Err(E::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
                | Ok(Described { may_write: Some(false), .. }),
            ) => FaultKind::OutputForbidden,
            _ => return Ok(()),
        };
        let (broker, note) = (self.settings.brokers.clone(), String::new());
        Err(BrokerError::Fault(BrokerFault { kind, broker, reason: topic.to_owned(), note }))
    }

    /// True if the brokers compact the topic; false also where they do not tell.
    pub fn is_compacted(&self, timeout: Duration) -> bool {
        let config = client_config(&self.settings);
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else {
            return false;
        };
        let admin = config.create_with_context::<_, AdminClient<Listener>>(self.listener.clone());
        let Ok(admin) = admin else { return false };
        let topic = [ResourceSpecifier::Topic(&self.settings.topic)];
        let options = AdminOptions::new().request_timeout(Some(timeout));
        let Ok(described) = runtime.block_on(admin.describe_configs(&topic, &options)) else {
            return false;
        };
        let policy = |config: &ConfigResource| {
            config.get("cleanup.policy").and_then(|entry| entry.value.clone())
        };
        let policies = described.iter().filter_map(|config| policy(config.as_ref().ok()?));
        policies.into_iter().any(|policy| policy.contains("compact"))
    }

    fn describe(
        &self,
        topic: &str,
        timeout: Duration,
    ) -> Option<Result<Described, RDKafkaRespErr>> {
        let described = describe(self.consumer.client(), topic, timeout);
        self.listen();
        described
    }

    /// The offsets at which `ranges` are to be read when there is no checkpoint.
    ///
    /// # Errors
    /// The brokers cannot be reached; a retry may help.
    pub fn resolve_start(&self, ranges: &[PartitionRange]) -> Result<Vec<i64>, BrokerError> {
        match self.settings.start {
            Start::Earliest => Ok(ranges.iter().map(|range| range.low).collect()),
            Start::Latest => Ok(ranges.iter().map(|range| range.high).collect()),
            Start::At(instant) => self.offsets_at(ranges, instant),
        }
    }

    /// For each of `ranges`, the offset of the first record with a stamp of `instant` or later, in
    /// milliseconds since the Unix epoch; the log's end where there is none.
    ///
    /// # Errors
    /// The brokers cannot be reached; a retry may help.
    pub fn offsets_at(
        &self,
        ranges: &[PartitionRange],
        instant: i64,
    ) -> Result<Vec<i64>, BrokerError> {
        let name = &self.settings.topic;
        let number = |range: &PartitionRange| partition_number(range.partition);
        // Such a list carries the instant asked for in the place of each offset.
        let list = offsets_of(name, ranges.iter().map(|range| (range.partition, instant)))
            .map_err(|error| BrokerError::refused(&error))?;
        let found =
            self.ask(TIMEOUT, |client, wait| client.offsets_for_times(list.clone(), wait))?;
        let offset = |range: &PartitionRange| {
            match found.find_partition(name, number(range)).map(|p| p.offset()) {
                Some(Offset::Offset(offset)) => offset.max(range.low),
                // No record at or after the instant: the log's end.
                _ => range.high,
            }
        };
        Ok(ranges.iter().map(offset).collect())
    }

    /// The topic in `metadata`; `None` means that the brokers do not know it.
    fn known<'m>(&self, metadata: &'m Metadata) -> Result<Option<&'m MetadataTopic>, BrokerError> {
        let Some(topic) = metadata.topics().first() else { return Ok(None) };
        match topic.error() {
            Some(RDKafkaRespErr::RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) => Ok(None),
            Some(RDKafkaRespErr::RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED) => {
                let code = RDKafkaErrorCode::TopicAuthorizationFailed;
                Err(BrokerError::Fault(self.fault(&KafkaError::MetadataFetch(code))))
            }
            _ => Ok(Some(topic)),
        }
    }

    /// Asks until there is an answer, the time is over, or librdkafka said why no answer comes. Its
    /// queue is polled after each try, because librdkafka speaks only then.
    fn ask<T>(
        &self,
        timeout: Duration,
        question: impl Fn(&BaseConsumer<Listener>, Duration) -> KafkaResult<T>,
    ) -> Result<T, BrokerError> {
        let until = Instant::now() + timeout;
        let mut wait = FIRST_TRY;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let answer = question(&self.consumer, wait.min(left));
            self.listen();
            match answer {
                Ok(answer) => {
                    self.listener.heard().answered();
                    return Ok(answer);
                }
                Err(error) if is_silence(&error) && Instant::now() < until => {
                    if self.listener.heard().is_settled() {
                        return Err(BrokerError::Fault(self.fault(&error)));
                    }
                    wait *= 2;
                }
                Err(error) => return Err(BrokerError::Fault(self.fault(&error))),
            }
        }
    }

    /// Hears what librdkafka has to say.
    pub(crate) fn listen(&self) {
        while self.consumer.poll(EMPTY).is_some() {}
    }

    /// The fault behind `error`.
    fn fault(&self, error: &KafkaError) -> BrokerFault {
        let mut fault = self.listener.heard().fault(error);
        if fault.kind == FaultKind::CertificateUntrusted {
            let other_name = self.other_name.lock().unwrap_or_else(PoisonError::into_inner);
            if *other_name.get_or_init(|| is_for_another_name(&self.settings, &fault.broker)) {
                fault.kind = FaultKind::HostNameWrong;
            }
        }
        fault
    }
}

/// True if `error` means no more than that no answer came.
fn is_silence(error: &KafkaError) -> bool {
    matches!(
        error.rdkafka_error_code(),
        Some(
            RDKafkaErrorCode::OperationTimedOut
                | RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::AllBrokersDown
        )
    )
}
