//! The Kafka producer: idempotent, acknowledged by all replicas, with a bounded queue. Every record
//! that the producer takes is counted as acknowledged or as failed in the end.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rdkafka::client::ClientContext;
use rdkafka::config::{ClientConfig, RDKafkaLogLevel};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer, ProducerContext};

use streamgauge_pipeline::KafkaSettings;
use thiserror::Error;

use crate::client::{client_config, set_defaults};
use crate::listener::{Heard, Listener};

/// The settings for librdkafka, unless the pipeline's `[source.kafka.librdkafka]` overrides them.
const DEFAULTS: [(&str, &str); 7] = [
    ("compression.type", "lz4"),
    ("linger.ms", "10"),
    ("batch.size", "1000000"),
    ("batch.num.messages", "20000"),
    ("queue.buffering.max.messages", "200000"),
    ("queue.buffering.max.kbytes", "65536"),
    ("message.timeout.ms", "60000"),
];

/// How often deliveries are looked at, in records.
const POLL_EVERY: u64 = 512;

/// The wait for room in a full queue before the next try.
const FULL_WAIT: Duration = Duration::from_millis(2);

/// The wait for deliveries before the next look at the queue.
const FLUSH_WAIT: Duration = Duration::from_millis(10);

/// A setting that librdkafka does not take, in librdkafka's words; never the value of a secret.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("librdkafka does not accept a setting: {0}; hint: see `[source.kafka.librdkafka]`")]
pub struct SenderError(String);

/// Why a record was not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryFailure {
    /// True if the brokers were out of reach.
    pub is_outside: bool,
    /// The cause in words for people.
    pub cause: String,
}

/// Sends records to one topic.
pub struct Sender {
    producer: BaseProducer<Deliveries>,
    topic: String,
    sent: u64,
}

impl Sender {
    /// A producer for the topic that `settings` name; the producer connects in the background.
    ///
    /// # Errors
    /// A setting that librdkafka does not take.
    pub fn new(settings: &KafkaSettings) -> Result<Self, SenderError> {
        let mut config = client_config(settings);
        set_defaults(&mut config, settings, &DEFAULTS);
        config.set("enable.idempotence", "true");
        config.set("acks", "all");
        let producer = create(&config, settings)?;
        Ok(Self { producer, topic: settings.topic.clone(), sent: 0 })
    }

    /// The client, for questions about the topic.
    pub(crate) fn producer(&self) -> &BaseProducer<Deliveries> {
        &self.producer
    }

    /// Puts a record into the queue, waiting while that is full. False if `gives_up` said so
    /// before there was room.
    pub fn send(
        &mut self,
        partition: u32,
        key: Option<&[u8]>,
        value: &[u8],
        gives_up: impl Fn() -> bool,
    ) -> bool {
        let mut message =
            BaseRecord::<[u8], [u8]>::to(&self.topic).partition(partition as i32).payload(value);
        if let Some(key) = key {
            message = message.key(key);
        }
        loop {
            match self.producer.send(message) {
                Ok(()) => break,
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    if gives_up() {
                        return false;
                    }
                    message = back;
                    self.producer.poll(FULL_WAIT);
                }
                Err((error, _)) => {
                    let code = error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Fail);
                    let number = self.sent + 1;
                    self.deliveries().fail(code, || format!("record {number}: {code}"));
                    break;
                }
            }
        }
        self.sent += 1;
        if self.sent.is_multiple_of(POLL_EVERY) {
            self.producer.poll(Duration::ZERO);
        }
        true
    }

    /// Looks at deliveries for as long as `time`.
    pub fn poll(&self, time: Duration) {
        self.producer.poll(time);
    }

    /// Waits until every record is acknowledged or has failed, which `message.timeout.ms` bounds.
    pub fn flush(&self, mut progress: impl FnMut()) {
        while self.producer.in_flight_count() > 0 {
            self.producer.poll(FLUSH_WAIT);
            progress();
        }
    }

    /// Records taken so far.
    pub fn sent(&self) -> u64 {
        self.sent
    }

    /// The counts of acknowledged and failed records so far.
    pub fn deliveries(&self) -> &Deliveries {
        self.producer.context()
    }
}

/// A client with these settings.
pub(crate) fn create<T>(config: &ClientConfig, settings: &KafkaSettings) -> Result<T, SenderError>
where
    T: rdkafka::config::FromClientConfigAndContext<Deliveries>,
{
    let deliveries = Deliveries {
        acknowledged: AtomicU64::new(0),
        failed: AtomicU64::new(0),
        failure: Mutex::default(),
        listener: Listener::new(settings),
    };
    config.create_with_context(deliveries).map_err(|error| match error {
        // The description may hold the value.
        KafkaError::ClientConfig(_, _, key, _)
            if settings.librdkafka.get(&key).is_some_and(|secret| secret.hidden) =>
        {
            SenderError(format!("the value of `{key}`"))
        }
        KafkaError::ClientConfig(_, description, _, _) => SenderError(description),
        other => SenderError(other.to_string()),
    })
}

/// True if a failure means that the brokers are out of reach.
fn is_outside(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::MessageTimedOut
            | RDKafkaErrorCode::BrokerTransportFailure
            | RDKafkaErrorCode::AllBrokersDown
    )
}

/// Counts deliveries and keeps the first failure.
pub struct Deliveries {
    acknowledged: AtomicU64,
    failed: AtomicU64,
    failure: Mutex<Option<DeliveryFailure>>,
    listener: Listener,
}

impl Deliveries {
    /// Records that all replicas have.
    pub fn acknowledged(&self) -> u64 {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Records that were given up.
    pub fn failed(&self) -> u64 {
        self.failed.load(Ordering::Relaxed)
    }

    /// The first failed delivery; `None` means that no delivery failed.
    pub fn failure(&self) -> Option<DeliveryFailure> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What librdkafka said about the brokers.
    pub(crate) fn heard(&self) -> &Heard {
        self.listener.heard()
    }

    fn fail(&self, code: RDKafkaErrorCode, describe: impl FnOnce() -> String) {
        self.failed.fetch_add(1, Ordering::Relaxed);
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.get_or_insert_with(|| DeliveryFailure {
            is_outside: is_outside(code),
            cause: describe(),
        });
    }
}

impl ClientContext for Deliveries {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.listener.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.listener.error(error, reason);
    }
}

impl ProducerContext for Deliveries {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        match result {
            Ok(_) => {
                self.acknowledged.fetch_add(1, Ordering::Relaxed);
            }
            Err((error, _)) => {
                let code = error.rdkafka_error_code().unwrap_or(RDKafkaErrorCode::Fail);
                self.fail(code, || code.to_string());
            }
        }
    }
}
