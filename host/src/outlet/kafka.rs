//! A topic: each entry is a record with its story in headers.

use std::thread;
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};

use super::{Entry, Origin, OutletError};
use crate::source::kafka::Acknowledgements;

/// How long the brokers have to acknowledge the entries of a checkpoint.
const ACKNOWLEDGE_TIMEOUT: Duration = Duration::from_secs(10);

/// How long to wait before looking for room in librdkafka's queue again.
const ROOM_EVERY: Duration = Duration::from_millis(1);

pub(super) struct KafkaTarget {
    what: &'static str,
    producer: ThreadedProducer<Acknowledgements>,
    topic: String,
}

impl KafkaTarget {
    pub(super) fn new(
        what: &'static str,
        producer: ThreadedProducer<Acknowledgements>,
        topic: &str,
    ) -> Self {
        Self { what, producer, topic: topic.to_owned() }
    }

    /// Hands an entry to librdkafka; waits while its queue is full, which is no failure.
    pub(super) fn send(&self, entry: &impl Entry, origin: &Origin) -> Result<(), OutletError> {
        let key = entry.key(origin);
        let mut headers = OwnedHeaders::new();
        for (name, value) in entry.headers(origin) {
            headers = headers.insert(Header { key: name, value: Some(&value) });
        }
        let mut record = BaseRecord::<str, [u8]>::to(&self.topic).key(&key).headers(headers);
        if let Some(value) = entry.payload() {
            record = record.payload(value);
        }
        let until = Instant::now() + ACKNOWLEDGE_TIMEOUT;
        while let Err((error, unsent)) = self.producer.send(record) {
            let full = KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull);
            if error != full || Instant::now() >= until {
                return Err(self.failed(error.to_string()));
            }
            record = unsent;
            thread::sleep(ROOM_EVERY);
        }
        Ok(())
    }

    /// Returns when all replicas have what was sent.
    pub(super) fn acknowledge(&self) -> Result<(), OutletError> {
        let flushed = self.producer.flush(ACKNOWLEDGE_TIMEOUT);
        flushed.map_err(|error| self.failed(error.to_string()))?;
        match self.producer.context().take_failure() {
            Some(reason) => Err(self.failed(reason)),
            None => Ok(()),
        }
    }

    fn failed(&self, reason: String) -> OutletError {
        OutletError::Kafka { what: self.what, topic: self.topic.clone(), reason }
    }
}
