//! A topic as a source: its partitions read, its gaps named, its identity guarded, its group told.

mod gaps;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use streamgauge_core::{BlockLimits, Fetched, LogEnd, ReadFrom};
use streamgauge_kafka::{OffsetCommits, TopicConsumer, TopicIdentity};
use streamgauge_pipeline::KafkaSettings;

use crate::{LogGuard, OffsetCommitter, Source, SourceError};

pub use gaps::gaps;

/// Some partitions of a topic.
pub struct KafkaSource(TopicConsumer);

impl KafkaSource {
    /// Reads each `(partition, next offset, stop offset)`; a stop offset bounds the read.
    ///
    /// # Errors
    /// A setting that librdkafka does not take.
    pub fn new(
        settings: &KafkaSettings,
        assigned: &[(u32, i64, Option<i64>)],
    ) -> Result<Self, SourceError> {
        Ok(Self(TopicConsumer::new(settings, assigned)?))
    }
}

impl Source for KafkaSource {
    fn next_block(
        &mut self,
        limits: BlockLimits,
        timeout: Duration,
    ) -> Result<Fetched<'_>, SourceError> {
        Ok(self.0.next_block(limits, timeout)?)
    }

    fn assign(&mut self, partition: u32, from: ReadFrom) -> Result<(), SourceError> {
        Ok(self.0.assign(partition, from)?)
    }

    fn revoke(&mut self, partition: u32) -> Result<Option<i64>, SourceError> {
        Ok(self.0.revoke(partition)?)
    }

    fn take_read_to(&mut self) -> Vec<(u32, i64)> {
        self.0.take_read_to()
    }

    fn log_ends(&mut self) -> Vec<LogEnd> {
        self.0.log_ends()
    }

    fn trouble(&self) -> Option<&str> {
        self.0.trouble()
    }

    fn queue_depth(&self) -> usize {
        self.0.queue_depth()
    }
}

impl OffsetCommitter for OffsetCommits {
    fn commit(&self, offsets: &[(u32, i64)]) {
        self.announce(offsets);
    }

    fn finish(&self) {
        self.wait();
    }
}

/// Raises a flag once the topic is another one.
pub struct TopicGuard {
    identity: TopicIdentity,
    differs: Arc<AtomicBool>,
}

impl TopicGuard {
    /// A guard, and the flag that it raises.
    pub fn new(identity: TopicIdentity) -> (Self, Arc<AtomicBool>) {
        let differs = Arc::new(AtomicBool::new(false));
        (Self { identity, differs: Arc::clone(&differs) }, differs)
    }
}

impl LogGuard for TopicGuard {
    fn is_same(&self) -> bool {
        if self.identity.differs() {
            self.differs.store(true, Ordering::Relaxed);
        }
        !self.differs.load(Ordering::Relaxed)
    }
}
