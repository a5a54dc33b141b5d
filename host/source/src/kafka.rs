//! A topic as a source: its partitions read, its gaps named, its identity guarded, its group told.

mod gaps;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use streamgauge_core::{BlockLimits, Fetched, LogEnd, ReadFrom};
use streamgauge_kafka::{LogEnds, OffsetCommits, TopicConsumer, TopicIdentity};
use streamgauge_pipeline::KafkaSettings;

use crate::{LogGuard, OffsetCommitter, Source, SourceError, SourceHealth};

pub use gaps::gaps;

/// How often the health of partitions is told.
const TELL_EVERY: Duration = Duration::from_millis(100);

/// Some partitions of a topic.
pub struct KafkaSource {
    consumer: TopicConsumer,
    /// The place that is told of the partitions, where somebody looks.
    told: Option<Telling>,
}

struct Telling {
    health: Arc<SourceHealth>,
    partitions: Vec<u32>,
    next: Instant,
}

impl KafkaSource {
    /// Reads each `(partition, next offset, stop offset)`; a stop offset bounds the read.
    ///
    /// # Errors
    /// A setting that librdkafka does not take.
    pub fn new(
        settings: &KafkaSettings,
        assigned: &[(u32, i64, Option<i64>)],
    ) -> Result<Self, SourceError> {
        Ok(Self { consumer: TopicConsumer::new(settings, assigned)?, told: None })
    }

    /// Tells `health` how the partitions stand, whose ends `ends` asks for.
    #[must_use]
    pub fn watched(mut self, ends: Arc<LogEnds>, health: Arc<SourceHealth>) -> Self {
        self.consumer.set_ends(ends);
        self.told = Some(Telling { health, partitions: Vec::new(), next: Instant::now() });
        self
    }

    fn tell(&mut self) {
        let Some(told) = self.told.as_mut().filter(|told| Instant::now() >= told.next) else {
            return;
        };
        told.next = Instant::now() + TELL_EVERY;
        told.health.tell_fetch(self.consumer.choice());
        let health = self.consumer.health();
        let now: Vec<u32> = health.iter().map(|(partition, _)| *partition).collect();
        let before = std::mem::replace(&mut told.partitions, now);
        told.health.forget(before.into_iter().filter(|gone| !told.partitions.contains(gone)));
        told.health.tell(health);
    }
}

impl Source for KafkaSource {
    fn next_block(
        &mut self,
        limits: BlockLimits,
        timeout: Duration,
    ) -> Result<Fetched<'_>, SourceError> {
        self.tell();
        Ok(self.consumer.next_block(limits, timeout)?)
    }

    fn assign(&mut self, partition: u32, from: ReadFrom) -> Result<(), SourceError> {
        Ok(self.consumer.assign(partition, from)?)
    }

    fn revoke(&mut self, partition: u32) -> Result<Option<i64>, SourceError> {
        Ok(self.consumer.revoke(partition)?)
    }

    fn take_read_to(&mut self) -> Vec<(u32, i64)> {
        self.consumer.take_read_to()
    }

    fn log_ends(&mut self) -> Vec<LogEnd> {
        self.consumer.log_ends()
    }

    fn queue_depth(&self) -> usize {
        self.consumer.queue_depth()
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
