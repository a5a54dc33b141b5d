//! A producer for side outputs: every record acknowledged by all replicas before a checkpoint
//! covers it.

use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer};
use streamgauge_pipeline::KafkaSettings;

use crate::BrokerError;
use crate::client::client_config;

/// How long the brokers have to acknowledge the records of a checkpoint.
const ACKNOWLEDGE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait before looking for room in librdkafka's queue again.
const ROOM_EVERY: Duration = Duration::from_millis(1);

/// Sends to any topic of one cluster.
pub struct SideProducer {
    producer: ThreadedProducer<Acknowledgements>,
}

impl SideProducer {
    /// An idempotent producer, which connects in the background.
    ///
    /// # Errors
    /// A setting that librdkafka does not take.
    pub fn new(settings: &KafkaSettings) -> Result<Self, BrokerError> {
        let mut config = client_config(settings);
        config.set("enable.idempotence", "true");
        let producer = config.create_with_context(Acknowledgements::default());
        Ok(Self { producer: producer.map_err(|error| BrokerError::refused(&error))? })
    }

    /// Hands a record to librdkafka; waits while librdkafka's queue is full, which is no failure.
    ///
    /// # Errors
    /// librdkafka does not take the record; the error holds librdkafka's words.
    pub fn send(
        &self,
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
        let until = Instant::now() + ACKNOWLEDGE_TIMEOUT;
        while let Err((error, unsent)) = self.producer.send(record) {
            let full = KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull);
            if error != full || Instant::now() >= until {
                return Err(error.to_string());
            }
            record = unsent;
            thread::sleep(ROOM_EVERY);
        }
        Ok(())
    }

    /// Returns when all replicas have what was sent.
    ///
    /// # Errors
    /// Some record was not acknowledged within ten seconds; the first reason.
    pub fn acknowledge(&self) -> Result<(), String> {
        self.producer.flush(ACKNOWLEDGE_TIMEOUT).map_err(|error| error.to_string())?;
        match self.producer.context().take_failure() {
            Some(reason) => Err(reason),
            None => Ok(()),
        }
    }
}

/// Remembers the first delivery that failed.
#[derive(Default)]
struct Acknowledgements {
    failure: Mutex<Option<String>>,
}

impl Acknowledgements {
    /// The first failure since the last call.
    fn take_failure(&self) -> Option<String> {
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
