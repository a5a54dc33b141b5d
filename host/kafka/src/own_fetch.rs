//! Reading over connections of our own.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use streamgauge_core::{BlockLimits, Fetched, LogEnd, ReadFrom};
use streamgauge_fetch::{FetchError, FetchSettings, Fetcher, Reading};
use streamgauge_pipeline::KafkaSettings;

use crate::ends::Ends;
use crate::log_ends::LogEnds;
use crate::trouble::{PartitionHealth, unanswered_after};
use crate::{BrokerError, BrokerFault};

/// Reads some partitions of a topic.
pub(crate) struct OwnConsumer {
    fetcher: Fetcher,
    ends: Ends,
    asked: Option<Arc<LogEnds>>,
    unanswered_after: Duration,
}

impl OwnConsumer {
    pub(crate) fn new(
        settings: &KafkaSettings,
        own: FetchSettings,
        assigned: &[(u32, i64, Option<i64>)],
    ) -> Result<Self, BrokerError> {
        let fetcher = Fetcher::new(own, assigned).map_err(BrokerError::Unfetchable)?;
        let unanswered_after = unanswered_after(settings);
        Ok(Self { fetcher, ends: Ends::default(), asked: None, unanswered_after })
    }

    pub(crate) fn set_ends(&mut self, ends: Arc<LogEnds>) {
        self.asked = Some(ends);
    }

    pub(crate) fn next_block(
        &mut self,
        limits: BlockLimits,
        timeout: Duration,
    ) -> Result<Fetched<'_>, FetchError> {
        if self.asked.as_ref().is_some_and(|ends| ends.is_topic_missing()) {
            let message = "the topic is gone: the brokers do not know it any more";
            return Err(FetchError::TopicIsGone(message.to_owned()));
        }
        self.fetcher.next_block(limits, timeout)
    }

    /// The block that was fetched last.
    pub(crate) fn last_block(&self) -> Fetched<'_> {
        self.fetcher.last_block()
    }

    /// Why nothing was ever told over these connections, where something is wrong with them that
    /// another client may do better.
    pub(crate) fn is_kept_out(&self) -> Option<BrokerFault> {
        self.fetcher.kept_out().filter(|fault| fault.kind.is_telling())
    }

    pub(crate) fn assign(&mut self, partition: u32, from: ReadFrom) {
        self.fetcher.assign(partition, from);
    }

    pub(crate) fn revoke(&mut self, partition: u32) -> Option<i64> {
        self.fetcher.revoke(partition)
    }

    pub(crate) fn take_read_to(&mut self) -> Vec<(u32, i64)> {
        self.fetcher.take_read_to()
    }

    pub(crate) fn reading(&self) -> impl Iterator<Item = Reading> {
        self.fetcher.reading()
    }

    fn hear_ends(&mut self) {
        let now = SystemTime::now();
        for reading in self.fetcher.reading() {
            if let Some(end) = reading.end {
                self.ends.hear(reading.partition, end, now);
            }
        }
        if let Some(asked) = &self.asked {
            self.ends.answered_by(asked, self.fetcher.reading().map(|reading| reading.partition));
        }
    }

    pub(crate) fn log_ends(&mut self) -> Vec<LogEnd> {
        self.hear_ends();
        let end = |Reading { partition, next, .. }: Reading| {
            let is_read = self.fetcher.trouble(partition, self.unanswered_after).is_none();
            let end = self.ends.end(partition).filter(|_| is_read);
            LogEnd { partition, end: end.map(|(stable, _)| stable.max(next)) }
        };
        self.fetcher.reading().map(end).collect()
    }

    pub(crate) fn queue_depth(&self) -> usize {
        self.fetcher.queue_depth()
    }

    pub(crate) fn health(&self) -> Vec<(u32, PartitionHealth)> {
        let health = |Reading { partition, empty, .. }: Reading| {
            let held_back = self.ends.end(partition).map_or(0, |(stable, end)| end - stable);
            let health = PartitionHealth {
                trouble: self.fetcher.trouble(partition, self.unanswered_after),
                held_back: held_back.unsigned_abs(),
                held_at: self.ends.held_at(partition),
                empty_offsets: empty,
            };
            (partition, health)
        };
        self.fetcher.reading().map(health).collect()
    }
}
