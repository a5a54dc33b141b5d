//! What a worker has published: for each of its partitions the latest state at one offset, and
//! the dead letters that belong to those states. The view and the checkpointer take from here;
//! nothing waits for anything else, and a checkpoint needs no barrier: any set of published
//! states is consistent, because each stands for itself.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use streamgauge_core::PartitionSnapshot;

use crate::dead_letter::DeadLetter;
use crate::source::LogEnd;

/// Dead letters kept for the next checkpoint, in bytes; a worker that has more waits for it.
const LETTERS_BYTES_MAX: usize = 16 << 20;

/// The latest of one worker.
#[derive(Default)]
pub struct Outbox {
    content: Mutex<Content>,
    taken: Condvar,
}

/// What an [`Outbox`] holds.
#[derive(Default)]
pub struct Content {
    /// By partition.
    pub snapshots: BTreeMap<u32, Arc<PartitionSnapshot>>,
    /// The ends of the logs, as far as they are known.
    pub log_ends: Vec<LogEnd>,
    /// Records that this worker has taken since it started.
    pub taken: u64,
    /// When the first and the last record came.
    pub span: Option<(Instant, Instant)>,
    /// What keeps records from coming.
    pub trouble: Option<String>,
    /// Metrics that were quarantined on this worker, with the reason.
    pub quarantined: BTreeMap<String, String>,
    letters: Vec<DeadLetter>,
    letters_bytes: usize,
}

impl Outbox {
    /// Locks the content for reading or publishing.
    pub fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether letters wait that should be written soon.
    pub fn is_crowded(&self) -> bool {
        self.lock().letters_bytes > LETTERS_BYTES_MAX / 2
    }

    /// Waits up to `timeout` while too many letters wait for a checkpoint. Whether there is room.
    pub fn wait_for_room(&self, timeout: Duration) -> bool {
        let crowded = |content: &mut Content| content.letters_bytes > LETTERS_BYTES_MAX;
        let waited = self.taken.wait_timeout_while(self.lock(), timeout, crowded);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Takes the states and, with them, the letters that belong to them.
    pub fn take(&self) -> (Vec<Arc<PartitionSnapshot>>, Vec<DeadLetter>) {
        let mut content = self.lock();
        content.letters_bytes = 0;
        let letters = std::mem::take(&mut content.letters);
        self.taken.notify_all();
        (content.snapshots.values().cloned().collect(), letters)
    }

    /// Puts letters back that could not be written, before those that came since.
    pub fn put_back(&self, mut letters: Vec<DeadLetter>) {
        let mut content = self.lock();
        letters.append(&mut content.letters);
        content.letters_bytes = letters.iter().map(DeadLetter::size_bytes).sum();
        content.letters = letters;
    }
}

impl Content {
    /// Adds letters; they belong to the states that are published under the same lock.
    pub fn add_letters(&mut self, letters: &mut Vec<DeadLetter>) {
        self.letters_bytes += letters.iter().map(DeadLetter::size_bytes).sum::<usize>();
        self.letters.append(letters);
    }
}

#[cfg(test)]
mod tests;
