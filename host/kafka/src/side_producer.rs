//! A producer for side outputs: every record acknowledged by all replicas before a checkpoint
//! covers it.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer};
use streamgauge_pipeline::KafkaSettings;

use crate::BrokerError;
use crate::client::client_config;
use crate::listener::Listener;

/// How long the brokers have to acknowledge the records of a checkpoint.
const ACKNOWLEDGE_TIMEOUT: Duration = Duration::from_secs(10);

/// Records, and kilobytes of them, that librdkafka holds until they are acknowledged; with more,
/// the checkpoint waits. librdkafka's own bounds are a gigabyte and 100,000 records, each of which
/// takes about a kilobyte besides its bytes.
const QUEUE_RECORDS: &str = "4096";
const QUEUE_KBYTES: &str = "4096";

/// How long to wait before looking for room in librdkafka's queue again.
const ROOM_EVERY: Duration = Duration::from_millis(1);

/// Sends to any topic of one cluster.
pub struct SideProducer {
    settings: KafkaSettings,
    /// `None` means that the last one failed: it may have failed for good, and it still holds what
    /// it did not deliver, which is given again.
    producer: Option<ThreadedProducer<Acknowledgements>>,
}

impl SideProducer {
    /// An idempotent producer, which connects in the background.
    ///
    /// # Errors
    /// A setting that librdkafka does not take.
    pub fn new(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        Ok(Self { settings: settings.clone(), producer: Some(connect(settings)?) })
    }

    /// The producer, made anew where the last one failed.
    fn producer(&mut self) -> Result<&ThreadedProducer<Acknowledgements>, String> {
        if self.producer.is_none() {
            let made = connect(&self.settings).map_err(|error| error.to_string())?;
            self.producer = Some(made);
        }
        Ok(self.producer.as_ref().expect("it was just made"))
    }

    /// Hands a record to librdkafka; waits while librdkafka's queue is full, which is no failure.
    ///
    /// # Errors
    /// librdkafka does not take the record; the error holds librdkafka's words.
    pub fn send(
        &mut self,
        topic: &str,
        key: &str,
        headers: &[(&'static str, String)],
        payload: Option<&[u8]>,
    ) -> Result<(), String> {
        let mut all = OwnedHeaders::new();
        for (key, value) in headers {
            all = all.insert(Header { key, value: Some(value) });
        }
        let mut record = BaseRecord::<str, [u8]>::to(topic).key(key).headers(all);
        if let Some(payload) = payload {
            record = record.payload(payload);
        }
        let sent = self.producer().and_then(|producer| put(producer, record));
        if sent.is_err() {
            self.producer = None;
        }
        sent
    }

    /// Returns when all replicas have what was sent.
    ///
    /// # Errors
    /// Some record was not acknowledged within ten seconds; the first reason.
    pub fn acknowledge(&mut self) -> Result<(), String> {
        let Some(producer) = &self.producer else { return Ok(()) };
        let flushed = producer.flush(ACKNOWLEDGE_TIMEOUT).map_err(|error| error.to_string());
        let failure = producer.context().take_failure().or(flushed.err());
        let Some(failure) = failure else { return Ok(()) };
        let reason = producer.context().reason(failure);
        self.producer = None;
        Err(reason)
    }
}

/// Hands `record` over, waiting while librdkafka's queue is full.
fn put(
    producer: &ThreadedProducer<Acknowledgements>,
    mut record: BaseRecord<'_, str, [u8]>,
) -> Result<(), String> {
    let until = Instant::now() + ACKNOWLEDGE_TIMEOUT;
    while let Err((error, unsent)) = producer.send(record) {
        let full = KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull);
        if error != full || Instant::now() >= until {
            return Err(producer.context().reason(error.to_string()));
        }
        record = unsent;
        thread::sleep(ROOM_EVERY);
    }
    Ok(())
}

fn connect(settings: &KafkaSettings) -> Result<ThreadedProducer<Acknowledgements>, BrokerError> {
    let mut config = client_config(settings);
    config.set("enable.idempotence", "true");
    config.set("queue.buffering.max.messages", QUEUE_RECORDS);
    config.set("queue.buffering.max.kbytes", QUEUE_KBYTES);
    let context = Acknowledgements { failure: Mutex::default(), listener: Listener::new(settings) };
    config.create_with_context(context).map_err(|error| BrokerError::refused(&error))
}

/// Remembers the first delivery that failed.
struct Acknowledgements {
    failure: Mutex<Option<String>>,
    listener: Listener,
}

impl Acknowledgements {
    /// The first failure since the last call.
    fn take_failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// `failure` with the fault of the brokers behind it, as far as librdkafka told one.
    fn reason(&self, failure: String) -> String {
        match self.listener.heard().told() {
            Some(fault) => format!("{failure}; {fault}; {}", fault.kind.advice()),
            None => failure,
        }
    }
}

impl ClientContext for Acknowledgements {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.listener.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.listener.error(error, reason);
    }
}

impl ProducerContext for Acknowledgements {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        if let Err((error, _)) = result {
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert_with(|| error.to_string());
        }
    }
}
