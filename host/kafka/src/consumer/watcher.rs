//! What a consumer hears between its records: statistics and errors of its client.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::statistics::{Broker, Statistics};

use super::silence::Clocks;
use crate::listener::Listener;

/// How long a connection that is just being made may take.
const HANGING: Duration = Duration::from_millis(600);

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
    /// Since when the last stable offset has not moved, where it is not the end.
    held_since: Option<SystemTime>,
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
    fn hear(&mut self, partition: u32, end: (i64, i64), now: SystemTime) {
        let heard = self.heard(partition, end, 0, now);
        if heard.said != Some(end) {
            heard.said = Some(end);
            heard.ends_at(end, now);
        }
    }

    fn heard(
        &mut self,
        partition: u32,
        end: (i64, i64),
        answer: u64,
        now: SystemTime,
    ) -> &mut Heard {
        let held_since = Some(now).filter(|_| is_held(end));
        self.ends.entry(partition).or_insert(Heard { end, held_since, said: None, answer })
    }

    /// What brokers answered to the question number `answer`.
    pub(super) fn answered(
        &mut self,
        partition: u32,
        end: (i64, i64),
        answer: u64,
        now: SystemTime,
    ) {
        let heard = self.heard(partition, end, answer, now);
        if heard.answer != answer {
            heard.answer = answer;
            heard.ends_at(end, now);
        }
    }

    /// The last stable offset of a log and its end, whichever was told last.
    pub(super) fn end(&self, partition: u32) -> Option<(i64, i64)> {
        self.ends.get(&partition).map(|heard| heard.end)
    }

    /// The last stable offset of a log, and since when it has not moved while records stand after
    /// it; `None` means that none do.
    pub(super) fn held_at(&self, partition: u32) -> Option<(i64, SystemTime)> {
        let heard = self.ends.get(&partition)?;
        Some((heard.end.0, heard.held_since?))
    }
}

impl Heard {
    fn ends_at(&mut self, end: (i64, i64), now: SystemTime) {
        // Another transaction holds back what stands after another offset.
        let since = if end.0 == self.end.0 { self.held_since.unwrap_or(now) } else { now };
        (self.end, self.held_since) = (end, Some(since).filter(|_| is_held(end)));
    }
}

/// True if records stand after the last stable offset.
fn is_held((stable, end): (i64, i64)) -> bool {
    end > stable
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
        let now = SystemTime::now();
        let up = statistics.brokers.values().filter(|broker| broker.state == "UP");
        self.listener.heard().passed(up.map(|broker| broker.nodename.as_str()));
        let mut seen = self.lock();
        let seen = &mut *seen;
        seen.queued = 0;
        // Those with a negative id only stand for the addresses to begin with.
        if statistics.brokers.values().any(|broker| broker.nodeid >= 0 && broker.state == "UP") {
            seen.lost_since = None;
        }
        for broker in statistics.brokers.values().filter(|broker| hangs(broker)) {
            self.listener.heard().hangs(&broker.nodename);
        }
        let assigned = seen.assigned.iter().copied();
        self.listener.heard().reached(seen.clocks.tell(&statistics, &self.topic, assigned));
        for (partition, stats) in topic.iter().flat_map(|topic| &topic.partitions) {
            let Ok(partition) = u32::try_from(*partition) else { continue };
            if stats.ls_offset >= 0 {
                seen.hear(partition, (stats.ls_offset, stats.hi_offset.max(stats.ls_offset)), now);
            }
            // All partitions hand over to the queue of the consumer, whose length each of them tells.
            seen.queued = seen.queued.max(usize::try_from(stats.fetchq_cnt).unwrap_or(0));
        }
    }
}

impl ConsumerContext for Watcher {}

/// True if a connection stands between its beginning and its use for longer than a broker takes
/// that closes it.
fn hangs(broker: &Broker) -> bool {
    const BETWEEN: [&str; 6] = [
        "CONNECT",
        "SSL_HANDSHAKE",
        "AUTH_LEGACY",
        "AUTH_HANDSHAKE",
        "AUTH_REQ",
        "APIVERSION_QUERY",
    ];
    BETWEEN.contains(&broker.state.as_str()) && broker.stateage >= HANGING.as_micros() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    #[test]
    fn the_newer_of_statistics_and_answers_holds() {
        let mut seen = Seen::default();
        assert_eq!(seen.end(0), None);
        seen.hear(0, (10, 12), NOW);
        assert_eq!(seen.end(0), Some((10, 12)));
        seen.answered(0, (40, 40), 1, NOW);
        // Nothing was fetched meanwhile, so the statistics say what they said before.
        seen.hear(0, (10, 12), NOW);
        assert_eq!(seen.end(0), Some((40, 40)));
        seen.hear(0, (50, 50), NOW);
        seen.answered(0, (40, 40), 1, NOW);
        assert_eq!(seen.end(0), Some((50, 50)));
        // A log may end earlier than it did.
        seen.answered(0, (3, 3), 2, NOW);
        assert_eq!(seen.end(0), Some((3, 3)));
    }

    #[test]
    fn the_age_of_what_is_held_back_begins_anew_with_each_transaction() {
        let mut seen = Seen::default();
        let at = |seconds| NOW + Duration::from_secs(seconds);
        let mut answer = 0;
        let mut tell = |seconds, end| {
            answer += 1;
            seen.answered(0, end, answer, at(seconds));
            // Statistics say what they said before.
            seen.hear(0, (10, 10), NOW);
            seen.held_at(0)
        };
        for (seconds, end, expected) in [
            (1, (10, 10), None),
            (2, (10, 12), Some((10, at(2)))),
            (3, (10, 90), Some((10, at(2)))),
            (4, (50, 95), Some((50, at(4)))),
            (5, (96, 96), None),
            (6, (96, 99), Some((96, at(6)))),
        ] {
            assert_eq!(tell(seconds, end), expected, "{seconds} s");
        }
    }
}
