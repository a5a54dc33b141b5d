//! What a consumer hears between its records: statistics and errors of its client.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::statistics::Statistics;

use super::silence::Clocks;
use crate::listener::Listener;

/// What was heard last.
#[derive(Default)]
pub(super) struct Seen {
    /// The partitions that are read.
    pub(super) assigned: Vec<u32>,
    ends: BTreeMap<u32, Heard>,
    pub(super) queued: usize,
    pub(super) clocks: Clocks,
    /// Since when no broker at all is connected, until statistics tell of one.
    pub(super) lost_since: Option<SystemTime>,
}

/// The end of one log.
struct Heard {
    /// The last stable offset, up to which a reader of committed records can read, and the offset
    /// after the last record.
    end: (i64, i64),
    /// What the statistics said last; they say it again and again.
    said: Option<(i64, i64)>,
    /// The number of the last answer to a question.
    answer: u64,
}

/// The context of a consumer.
pub(super) struct Watcher {
    pub(super) topic: String,
    pub(super) seen: Arc<Mutex<Seen>>,
    pub(super) listener: Listener,
}

impl Seen {
    /// What statistics say of the end of a log. They are as old as the last fetch.
    fn hear(&mut self, partition: u32, end: (i64, i64)) {
        let heard = self.ends.entry(partition).or_insert(Heard { end, said: None, answer: 0 });
        if heard.said != Some(end) {
            (heard.said, heard.end) = (Some(end), end);
        }
    }

    /// What brokers answered to the question number `answer`.
    pub(super) fn answered(&mut self, partition: u32, end: (i64, i64), answer: u64) {
        let heard = self.ends.entry(partition).or_insert(Heard { end, said: None, answer });
        if heard.answer != answer {
            (heard.answer, heard.end) = (answer, end);
        }
    }

    /// The last stable offset of a log and its end, whichever was told last.
    pub(super) fn end(&self, partition: u32) -> Option<(i64, i64)> {
        self.ends.get(&partition).map(|heard| heard.end)
    }
}

impl Watcher {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Watcher {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.listener.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown) {
            self.lock().lost_since.get_or_insert_with(SystemTime::now);
        }
        self.listener.error(error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        let topic = statistics.topics.get(&self.topic);
        let mut seen = self.lock();
        let seen = &mut *seen;
        seen.queued = 0;
        // Those with a negative id only stand for the addresses to begin with.
        if statistics.brokers.values().any(|broker| broker.nodeid >= 0 && broker.state == "UP") {
            seen.lost_since = None;
        }
        seen.clocks.tell(&statistics, &self.topic, seen.assigned.iter().copied());
        for (partition, stats) in topic.iter().flat_map(|topic| &topic.partitions) {
            let Ok(partition) = u32::try_from(*partition) else { continue };
            if stats.ls_offset >= 0 {
                seen.hear(partition, (stats.ls_offset, stats.hi_offset.max(stats.ls_offset)));
            }
            seen.queued += usize::try_from(stats.fetchq_cnt).unwrap_or(0);
        }
    }
}

impl ConsumerContext for Watcher {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newer_of_statistics_and_answers_holds() {
        let mut seen = Seen::default();
        assert_eq!(seen.end(0), None);
        seen.hear(0, (10, 12));
        assert_eq!(seen.end(0), Some((10, 12)));
        seen.answered(0, (40, 40), 1);
        // Nothing was fetched meanwhile, so the statistics say what they said before.
        seen.hear(0, (10, 12));
        assert_eq!(seen.end(0), Some((40, 40)));
        seen.hear(0, (50, 50));
        seen.answered(0, (40, 40), 1);
        assert_eq!(seen.end(0), Some((50, 50)));
        // A log may end earlier than it did.
        seen.answered(0, (3, 3), 2);
        assert_eq!(seen.end(0), Some((3, 3)));
    }
}
