//! A topic as side output: each entry is a record with its story in headers.

use streamgauge_kafka::SideProducer;
use streamgauge_outbox::{Entry, Origin};

use super::error::SideOutputError;

/// A topic that takes entries.
pub(super) struct KafkaTarget {
    /// The entries in messages, such as `dead letters`.
    what: &'static str,
    producer: SideProducer,
    topic: String,
}

impl KafkaTarget {
    pub(super) fn new(what: &'static str, producer: SideProducer, topic: &str) -> Self {
        Self { what, producer, topic: topic.to_owned() }
    }

    pub(super) fn send(
        &mut self,
        entry: &impl Entry,
        origin: &Origin,
    ) -> Result<(), SideOutputError> {
        let (key, headers) = (entry.key(origin), entry.headers(origin));
        let sent = self.producer.send(&self.topic, &key, &headers, entry.payload());
        sent.map_err(|reason| self.failed(reason))
    }

    /// Returns when all replicas have what was sent.
    pub(super) fn acknowledge(&mut self) -> Result<(), SideOutputError> {
        self.producer.acknowledge().map_err(|reason| self.failed(reason))
    }

    fn failed(&self, reason: String) -> SideOutputError {
        SideOutputError::Kafka { what: self.what, topic: self.topic.clone(), reason }
    }
}
