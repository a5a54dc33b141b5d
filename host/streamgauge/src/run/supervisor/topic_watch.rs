//! Whether the topic has more partitions than are read. Asked now and then, away from the workers.

use std::time::{Duration, Instant};

use super::{Patience, Supervisor};
use crate::run::opening::Feed;
use streamgauge_kafka::TopicClient;

/// How often the brokers are asked.
const EVERY: Duration = Duration::from_secs(5);

/// How long they have to answer; the supervisor does nothing else meanwhile.
const TIMEOUT: Duration = Duration::from_millis(500);

/// Watches one topic.
pub(super) struct TopicWatch {
    /// How many partitions are read or known to stand still.
    known: usize,
    next: Instant,
}

impl Supervisor {
    /// Watches the topic that is read; none where its end is known already.
    pub(super) fn topic_watch(&self, patience: Patience, known: usize) -> Option<TopicWatch> {
        let is_followed = matches!(self.feed, Feed::Pipeline { bounded: false });
        let follows = patience == Patience::Retry && is_followed;
        (follows && self.topic_client.get().is_some()).then(|| TopicWatch::new(known))
    }

    /// Whether it is time to ask, brokers are there, and there are more partitions than known.
    pub(super) fn has_grown(&self, watch: &mut TopicWatch) -> bool {
        let Some(client) = self.topic_client.get().filter(|_| watch.is_due()) else { return false };
        self.run_status.overview().trouble.is_none() && watch.has_grown(client)
    }
}

impl TopicWatch {
    fn new(known: usize) -> Self {
        Self { known, next: Instant::now() + EVERY }
    }

    fn is_due(&mut self) -> bool {
        let is_due = Instant::now() >= self.next;
        if is_due {
            self.next = Instant::now() + EVERY;
        }
        is_due
    }

    /// Fewer partitions are not believed: a broker that has just started may not know all. If it
    /// is true, the source fails by itself.
    fn has_grown(&self, client: &TopicClient) -> bool {
        let Ok(partitions) = client.partitions(TIMEOUT) else { return false };
        let (found, known) = (partitions.len(), self.known);
        if found > known {
            tracing::info!("the topic has {found} partitions now, {known} before: taking them in");
        }
        found > known
    }
}
