//! What a worker has published: for each of its partitions the latest state at one offset, with
//! the dead letters, late records and final panes that belong to those states. The view and the
//! checkpointer take from here; nothing waits for anything else, and a checkpoint needs no
//! barrier: any set of published states is consistent, because each stands for itself.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use streamgauge_core::{FinalPane, Millis, PartitionSnapshot, SAMPLE_BYTES_MAX};

use crate::DeadLetter;
use crate::Entry;
use crate::LateRecord;
use crate::{Ages, Seen};
use crate::{MetricCost, Unexported};
use streamgauge_core::LogEnd;

/// Dead letters, late records and final panes kept for the next checkpoint, in bytes; a worker
/// that has more waits for it.
const WAITING_BYTES_MAX: usize = 16 << 20;

/// Dead letters and other records that are remembered for people to look at.
const RECENT_LETTERS_MAX: usize = 20;
const SEEN_MAX: usize = 50;

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
    /// How old the first records were.
    pub ages: Ages,
    /// The largest delay of a late record since the publisher took it.
    pub largest_delay: Millis,
    /// What each metric has cost on this worker.
    pub costs: BTreeMap<String, MetricCost>,
    /// The last dead letters, oldest first.
    pub recent_letters: VecDeque<RecentLetter>,
    /// Some of the last records, oldest first.
    pub seen: VecDeque<Seen>,
    letters: Vec<DeadLetter>,
    late: Vec<LateRecord>,
    /// Letters and late records together.
    unwritten_bytes: usize,
    /// Final panes that no stored checkpoint covers, for the view to find them.
    final_panes: Vec<Arc<FinalPane>>,
    final_bytes: usize,
}

/// A dead letter for people to look at: of its record only the beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentLetter {
    /// The letter, its value cut.
    pub letter: DeadLetter,
    /// The length of the whole value, in bytes.
    pub record_bytes: usize,
}

impl RecentLetter {
    fn of(letter: &DeadLetter) -> Self {
        let value = letter.value.as_deref();
        let beginning = value.map(|value| value[..value.len().min(SAMPLE_BYTES_MAX)].to_vec());
        let DeadLetter { partition, offset, timestamp, reason, .. } = *letter;
        let (metric, detail) = (letter.metric.clone(), letter.detail.clone());
        Self {
            letter: DeadLetter {
                partition,
                offset,
                timestamp,
                metric,
                reason,
                detail,
                value: beginning,
            },
            record_bytes: value.map_or(0, <[u8]>::len),
        }
    }
}

/// What a checkpoint takes from an outbox.
pub struct Taken {
    /// The states.
    pub snapshots: Vec<Arc<PartitionSnapshot>>,
    /// The letters that belong to them.
    pub letters: Vec<DeadLetter>,
    /// The late records that belong to them.
    pub late: Vec<LateRecord>,
    /// The panes that became final with them. They stay in the outbox until they are stored.
    pub final_panes: Vec<Arc<FinalPane>>,
}

impl Outbox {
    /// Locks the content for reading or publishing.
    pub fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether so much waits that it should be written soon.
    pub fn is_crowded(&self) -> bool {
        self.lock().waiting_bytes() > WAITING_BYTES_MAX / 2
    }

    /// Waits up to `timeout` while too much waits for a checkpoint. Whether there is room.
    pub fn wait_for_room(&self, timeout: Duration) -> bool {
        let crowded = |content: &mut Content| content.waiting_bytes() > WAITING_BYTES_MAX;
        let waited = self.taken.wait_timeout_while(self.lock(), timeout, crowded);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// Takes the states and, with them, what belongs to them.
    pub fn take(&self) -> Taken {
        let mut content = self.lock();
        content.unwritten_bytes = 0;
        let letters = std::mem::take(&mut content.letters);
        let late = std::mem::take(&mut content.late);
        self.taken.notify_all();
        let snapshots = content.snapshots.values().cloned().collect();
        Taken { snapshots, letters, late, final_panes: content.final_panes.clone() }
    }

    /// The oldest `count` final panes are stored.
    pub fn stored(&self, count: usize) {
        let mut content = self.lock();
        content.final_panes.drain(..count);
        content.final_bytes = content.final_panes.iter().map(|pane| pane_bytes(pane)).sum();
        self.taken.notify_all();
    }

    /// Puts back what could not be written, before what came since.
    pub fn put_back(&self, mut letters: Vec<DeadLetter>, mut late: Vec<LateRecord>) {
        let mut content = self.lock();
        letters.append(&mut content.letters);
        late.append(&mut content.late);
        content.unwritten_bytes = size_bytes(&letters) + size_bytes(&late);
        (content.letters, content.late) = (letters, late);
    }
}

impl Content {
    /// Adds what belongs to the states that are published under the same lock.
    pub fn add(&mut self, mut with: Unexported) {
        self.unwritten_bytes += size_bytes(&with.letters) + size_bytes(&with.late);
        let first = with.letters.len().saturating_sub(RECENT_LETTERS_MAX);
        let recent = with.letters[first..].iter().map(RecentLetter::of).collect();
        remember(&mut self.recent_letters, recent, RECENT_LETTERS_MAX);
        self.letters.append(&mut with.letters);
        self.late.append(&mut with.late);
        self.final_bytes += with.final_panes.iter().map(|pane| pane_bytes(pane)).sum::<usize>();
        self.final_panes.append(&mut with.final_panes);
    }

    /// Remembers some of the last records.
    pub fn see(&mut self, seen: Vec<Seen>) {
        remember(&mut self.seen, seen, SEEN_MAX);
    }

    fn waiting_bytes(&self) -> usize {
        self.unwritten_bytes + self.final_bytes
    }

    /// Final panes that are not stored yet.
    pub fn final_panes(&self) -> &[Arc<FinalPane>] {
        &self.final_panes
    }
}

/// Appends to `known` and lets go of its oldest beyond `most`.
fn remember<T>(known: &mut VecDeque<T>, new: Vec<T>, most: usize) {
    known.extend(new);
    known.drain(..known.len().saturating_sub(most));
}

fn size_bytes(entries: &[impl Entry]) -> usize {
    entries.iter().map(Entry::size_bytes).sum()
}

/// About how much memory a pane takes.
fn pane_bytes(pane: &FinalPane) -> usize {
    let states = [&pane.on_time, &pane.late].into_iter().flatten();
    size_of::<FinalPane>() + pane.metric.len() + states.map(|state| state.len()).sum::<usize>()
}

#[cfg(test)]
mod tests;
