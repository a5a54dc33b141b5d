//! What a consumer hears between its records: statistics and errors of its client.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::statistics::{Broker, Statistics};

use super::silence::Clocks;
use crate::ends::Ends;
use crate::listener::Listener;

/// How long a connection that is just being made may take.
const HANGING: Duration = Duration::from_millis(600);

/// What was heard last.
#[derive(Default)]
pub(super) struct Seen {
    /// The partitions that are read.
    pub(super) assigned: Vec<u32>,
    pub(super) ends: Ends,
    pub(super) queued: usize,
    pub(super) clocks: Clocks,
    /// Since when no broker at all is connected, until statistics tell of one.
    pub(super) lost_since: Option<SystemTime>,
}

/// The context of a consumer.
pub(super) struct Watcher {
    pub(super) topic: String,
    pub(super) seen: Arc<Mutex<Seen>>,
    pub(super) listener: Listener,
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
                seen.ends.hear(
                    partition,
                    (stats.ls_offset, stats.hi_offset.max(stats.ls_offset)),
                    now,
                );
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
