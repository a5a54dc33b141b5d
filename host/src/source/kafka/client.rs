//! librdkafka clients: their settings, and what their callbacks keep.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{ProducerContext, ThreadedProducer};
use rdkafka::{Offset, TopicPartitionList};

use crate::checkpoint::OffsetCommitter;
use crate::pipeline::{KafkaSettings, Secret};

/// How long the brokers have to answer the last commit.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(3);

/// Commits are for lag tools only.
const STORED_ANYWAY: &str = "the state is stored all the same";

/// The settings that every client of this pipeline shares: brokers and what the user passes
/// through (TLS, SASL and the like).
pub fn client_config(settings: &KafkaSettings) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("client.id", "streamgauge");
    config.set("allow.auto.create.topics", "false");
    for (key, secret) in &settings.librdkafka {
        config.set(key, &secret.value);
    }
    config.set("bootstrap.servers", &settings.brokers);
    config.set_log_level(RDKafkaLogLevel::Warning);
    config
}

/// Why librdkafka does not take a setting; none if it does. A value that must not be shown is not
/// in the answer.
pub fn refusal(key: &str, secret: &Secret) -> Option<String> {
    match ClientConfig::new().set(key, &secret.value).create_native_config() {
        Err(KafkaError::ClientConfig(..)) if secret.hidden => {
            Some("its name or its value is wrong".to_owned())
        }
        Err(KafkaError::ClientConfig(_, reason, _, _)) => Some(reason),
        _ => None,
    }
}

/// A producer for dead letters, acknowledged by all replicas.
///
/// # Errors
/// A setting that librdkafka does not take.
pub fn letter_producer(
    settings: &KafkaSettings,
) -> KafkaResult<ThreadedProducer<Acknowledgements>> {
    let mut config = client_config(settings);
    config.remove("fetch.queue.backoff.ms");
    config.set("enable.idempotence", "true");
    config.create_with_context(Acknowledgements::default())
}

/// Remembers the first delivery that failed.
#[derive(Default)]
pub struct Acknowledgements {
    failure: Mutex<Option<String>>,
}

impl Acknowledgements {
    /// The first failure since the last call.
    pub fn take_failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl ClientContext for Acknowledgements {}

impl ProducerContext for Acknowledgements {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert_with(|| error.to_string());
        }
    }
}

/// Commits offsets to the consumer group, so that lag tools see how far the stored state is.
pub struct OffsetCommits {
    consumer: BaseConsumer<Answers>,
    topic: String,
}

/// Counts commits that the brokers have not answered.
#[derive(Default)]
struct Answers {
    outstanding: AtomicI64,
}

impl ClientContext for Answers {}

impl ConsumerContext for Answers {
    fn commit_callback(&self, result: KafkaResult<()>, _: &TopicPartitionList) {
        self.outstanding.fetch_sub(1, Ordering::Relaxed);
        if let Err(error) = result {
            tracing::warn!(%error, "offsets not committed to the group; {STORED_ANYWAY}");
        }
    }
}

impl OffsetCommits {
    /// A client that only commits.
    ///
    /// # Errors
    /// A setting that librdkafka does not take.
    pub fn new(settings: &KafkaSettings) -> KafkaResult<Self> {
        let mut config = client_config(settings);
        config.set("group.id", &settings.group);
        config.set("enable.auto.commit", "false");
        let consumer = config.create_with_context(Answers::default())?;
        Ok(Self { consumer, topic: settings.topic.clone() })
    }
}

impl OffsetCommitter for OffsetCommits {
    fn commit(&self, offsets: &[(u32, i64)]) {
        let mut list = TopicPartitionList::new();
        for (partition, offset) in offsets {
            let partition = i32::try_from(*partition).unwrap_or(i32::MAX);
            let added = list.add_partition_offset(&self.topic, partition, Offset::Offset(*offset));
            if let Err(error) = added {
                tracing::warn!(%error, partition, "offset not committed to the group");
            }
        }
        let outstanding = &self.consumer.context().outstanding;
        outstanding.fetch_add(1, Ordering::Relaxed);
        if let Err(error) = self.consumer.commit(&list, CommitMode::Async) {
            outstanding.fetch_sub(1, Ordering::Relaxed);
            tracing::warn!(%error, "offsets not committed to the group; {STORED_ANYWAY}");
        }
        // Answers to former commits come in here.
        self.consumer.poll(Duration::ZERO);
    }

    fn finish(&self) {
        let until = Instant::now() + ANSWER_TIMEOUT;
        while self.consumer.context().outstanding.load(Ordering::Relaxed) > 0 {
            if Instant::now() >= until {
                tracing::warn!("the group may lack the last offsets; {STORED_ANYWAY}");
                return;
            }
            self.consumer.poll(Duration::from_millis(20));
        }
    }
}
