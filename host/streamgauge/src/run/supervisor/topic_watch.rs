//! Whether the topic has more partitions than are read. Asked now and then, away from the workers.

use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use streamgauge_engine::Command;
use streamgauge_kafka::TopicClient;
use streamgauge_outbox::Outbox;

use crate::run::opening::Opening;

/// How often the brokers are asked.
const EVERY: Duration = Duration::from_secs(5);

/// How long they have to answer; the supervisor does nothing else meanwhile.
pub(super) const TIMEOUT: Duration = Duration::from_millis(500);

/// A worker as the supervisor reaches it.
pub(in crate::run) type Told = (Sender<Command>, Arc<Outbox>);

/// Watches one topic.
pub(super) struct TopicWatch {
    next: Instant,
}

impl TopicWatch {
    pub(super) fn new() -> Self {
        Self { next: Instant::now() + EVERY }
    }

    /// Whether it is time to ask; a `true` begins the next pause.
    pub(super) fn is_due(&mut self) -> bool {
        let is_due = Instant::now() >= self.next;
        if is_due {
            self.next = Instant::now() + EVERY;
        }
        is_due
    }
}

/// Takes partitions in that have come since the topic was looked at last, beside those that are
/// `read`. Partitions that fit the workers go to them, and no other partition notices; the
/// answer is whether the source is to be opened again instead.
pub(super) fn take_in(read: usize, opening: &Opening<'_>, workers: &[Told]) -> bool {
    // The brokers are asked again for what they do not tell now.
    let Ok(new) = opening.new_partitions() else { return false };
    if opening.workers(read + new.len()) != workers.len() {
        return true;
    }
    tracing::info!("{} partitions come to running workers", new.len());
    for partition in new.into_iter().map(Arc::new) {
        let size = |(_, outbox): &&Told| outbox.partitions();
        let Some((worker, outbox)) = workers.iter().min_by_key(size) else { return true };
        outbox.add(Arc::clone(&partition));
        // A worker that has ended has its end noticed by itself.
        let _ = worker.send(Command::Assign { partition, stop: None });
    }
    false
}

/// Whether the topic has more partitions than the `known` ones. Fewer are not believed: a
/// broker that has just started may not know all. If it is true, the source fails by itself.
pub(super) fn has_grown(known: usize, client: &TopicClient) -> bool {
    let Ok(partitions) = client.partitions(TIMEOUT) else { return false };
    let found = partitions.len();
    if found > known {
        tracing::info!("the topic has {found} partitions now, {known} before: taking them in");
    }
    found > known
}
