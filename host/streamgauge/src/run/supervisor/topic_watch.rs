//! Whether the topic has more partitions than are read. Asked now and then, away from the workers.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use super::{Patience, Supervisor};
use crate::run::opening::Feed;
use streamgauge_engine::Command;
use streamgauge_kafka::TopicClient;
use streamgauge_outbox::Outbox;

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

    /// Takes partitions in that have come since the topic was looked at last. Those that fit the
    /// workers go to them, and no other partition notices; whether the source is to be opened again
    /// for the others.
    pub(super) fn take_in(
        &self,
        watch: &mut TopicWatch,
        workers: &[(Sender<Command>, Arc<Outbox>)],
    ) -> bool {
        let Some(client) = self.topic_client.get().filter(|_| watch.is_due()) else { return false };
        let overview = self.run_status.overview();
        if overview.levels.trouble.is_some() || !watch.has_grown(client) {
            return false;
        }
        let opening = self.opening(&overview.partitions, TIMEOUT);
        // What the brokers do not tell now is asked again.
        let Ok(new) = opening.new_partitions() else { return false };
        let read = overview.partitions.len() - self.run_status.parked();
        if opening.workers(read + new.len()) != workers.len() {
            return true;
        }
        watch.known += new.len();
        for partition in new.into_iter().map(Arc::new) {
            let size = |(_, outbox): &&(Sender<Command>, Arc<Outbox>)| outbox.partitions();
            let Some((worker, outbox)) = workers.iter().min_by_key(size) else { return true };
            outbox.add(Arc::clone(&partition));
            // A worker that has ended has its end noticed by itself.
            let _ = worker.send(Command::Assign { partition, stop: None });
        }
        false
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
