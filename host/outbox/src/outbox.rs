//! What a worker has published: for each of its partitions the latest state at one offset, with
//! the dead letters, late records and final panes that belong to those states, and its report.
//! The view and the checkpointer take from here; nothing waits for anything else, and a checkpoint
//! needs no barrier: any set of published states is consistent, because each stands for itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use streamgauge_core::{FinalPane, PartitionSnapshot};

use crate::{Attachments, News, WorkerReport};

/// Dead letters, late records and final panes of a worker that no checkpoint holds yet, in bytes,
/// wherever they are; a worker that has more takes no record.
pub const UNSTORED_BYTES_MAX: usize = 8 << 20;

/// The latest of one worker.
#[derive(Debug, Default)]
pub struct Outbox {
    content: Mutex<Content>,
    /// Told when less is unstored.
    stored: Condvar,
    /// Told of each publication.
    news: Arc<News>,
}

#[derive(Debug, Default)]
struct Content {
    snapshots: BTreeMap<u32, Arc<PartitionSnapshot>>,
    /// What no stored checkpoint covers; final panes stay here until one does, for the view to
    /// find them.
    waiting: Attachments,
    waiting_bytes: usize,
    /// What the checkpointer has taken out and not stored yet.
    taken_bytes: usize,
    report: Arc<WorkerReport>,
}

/// States, and what belongs to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publication {
    /// From a worker the states that changed, to a checkpoint all of them.
    pub snapshots: Vec<Arc<PartitionSnapshot>>,
    /// What came about since the last publication, or the last checkpoint.
    pub attachments: Attachments,
}

impl Outbox {
    /// An outbox that holds the states in which a worker begins.
    pub fn beginning_with(snapshots: impl IntoIterator<Item = Arc<PartitionSnapshot>>) -> Self {
        let outbox = Self::default();
        outbox.lock().snapshots = snapshots.into_iter().map(|s| (s.partition, s)).collect();
        outbox
    }

    /// The same, and whoever waits for `news` hears of each publication.
    #[must_use]
    pub fn telling(self, news: &Arc<News>) -> Self {
        Self { news: Arc::clone(news), ..self }
    }

    fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the states that changed, adds what belongs to them, and replaces the report.
    pub fn publish(&self, publication: Publication, report: WorkerReport) {
        let Publication { snapshots, attachments } = publication;
        let report = Arc::new(report);
        let mut content = self.lock();
        content.snapshots.extend(snapshots.into_iter().map(|s| (s.partition, s)));
        content.waiting.append(attachments);
        content.count_bytes();
        content.report = report;
        drop(content);
        self.news.tell();
    }

    /// The states, the final panes that are not stored yet, and the report, as of one moment.
    pub fn read(&self) -> (Vec<Arc<PartitionSnapshot>>, Vec<Arc<FinalPane>>, Arc<WorkerReport>) {
        let content = self.lock();
        let snapshots = content.snapshots.values().cloned().collect();
        (snapshots, content.waiting.final_panes.clone(), Arc::clone(&content.report))
    }

    /// What the worker tells of itself.
    pub fn report(&self) -> Arc<WorkerReport> {
        Arc::clone(&self.lock().report)
    }

    /// Of how many partitions the state is here.
    pub fn partitions(&self) -> usize {
        self.lock().snapshots.len()
    }

    /// Whether the state of `partition` is here.
    pub fn holds(&self, partition: u32) -> bool {
        self.lock().snapshots.contains_key(&partition)
    }

    /// Adds the state in which a partition comes to this worker, before the worker knows.
    pub fn add(&self, snapshot: Arc<PartitionSnapshot>) {
        self.lock().snapshots.insert(snapshot.partition, snapshot);
    }

    /// Forgets the state of a partition that another worker has published since.
    pub fn forget(&self, partition: u32) {
        self.lock().snapshots.remove(&partition);
    }

    /// Whether so much waits that it should be written soon.
    pub fn is_crowded(&self) -> bool {
        self.lock().waiting_bytes > UNSTORED_BYTES_MAX / 2
    }

    /// Waits up to `timeout` while too much is not stored, with `unpublished` bytes that the worker
    /// still has. Whether there is room.
    pub fn wait_for_room(&self, unpublished: usize, timeout: Duration) -> bool {
        let crowded = |content: &mut Content| {
            content.waiting_bytes + content.taken_bytes + unpublished > UNSTORED_BYTES_MAX
        };
        let waited = self.stored.wait_timeout_while(self.lock(), timeout, crowded);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Takes the states and, with them, what belongs to them, which counts until [`Outbox::stored`]
    /// or [`Outbox::put_back`]; final panes also stay.
    pub fn take(&self) -> Publication {
        let mut content = self.lock();
        let waiting = &mut content.waiting;
        let attachments = Attachments {
            letters: std::mem::take(&mut waiting.letters),
            late: std::mem::take(&mut waiting.late),
            final_panes: waiting.final_panes.clone(),
        };
        content.taken_bytes = attachments.letters.heap_bytes() + attachments.late.heap_bytes();
        content.count_bytes();
        let snapshots = content.snapshots.values().cloned().collect();
        Publication { snapshots, attachments }
    }

    /// All that was taken is stored, with the oldest `count` final panes.
    pub fn stored(&self, count: usize) {
        let mut content = self.lock();
        content.waiting.final_panes.drain(..count);
        content.taken_bytes = 0;
        content.count_bytes();
        self.stored.notify_all();
    }

    /// Puts letters and late records back that could not be written, before what came since.
    pub fn put_back(&self, mut unwritten: Attachments) {
        let mut content = self.lock();
        unwritten.letters.append(std::mem::take(&mut content.waiting.letters));
        unwritten.late.append(std::mem::take(&mut content.waiting.late));
        unwritten.final_panes = std::mem::take(&mut content.waiting.final_panes);
        content.waiting = unwritten;
        content.taken_bytes = 0;
        content.count_bytes();
        self.stored.notify_all();
    }
}

impl Content {
    fn count_bytes(&mut self) {
        self.waiting_bytes = self.waiting.size_bytes();
    }
}

#[cfg(test)]
mod tests;
