//! What is known of checkpoints outside: written by the checkpointer, read by whoever shows it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::StoredTotals;
use crate::store::Checkpoint;
use streamgauge_outbox::Buckets;

/// Checkpoints that are remembered one by one.
const RECENT_MAX: usize = 50;

/// Upper bounds of how long checkpoints take, in microseconds.
const DURATION_MICROS: [u64; 12] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    10_000_000,
];

/// The report of checkpoints, shared.
#[derive(Default)]
pub struct CheckpointBoard {
    report: Mutex<CheckpointReport>,
}

/// What checkpoints came to since the program began.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointReport {
    /// When the last one was stored, in milliseconds since the Unix epoch.
    pub at: Option<i64>,
    /// How long the last one took.
    pub took: Duration,
    /// The size of the last one.
    pub bytes: u64,
    /// The failures since the last one that was stored, if there are any.
    pub failing: Option<Failing>,
    /// How many dead letters have been written.
    pub dead_letters: u64,
    /// How many late records have been written.
    pub late_records: u64,
    /// How long the stored ones took, in microseconds.
    pub durations: Buckets,
    /// All failures since the program began.
    pub failed: u64,
    /// The counts of the last one; `None` means that none is known yet.
    pub totals: Option<Arc<StoredTotals>>,
    /// The last ones, the oldest first; shared, as the report is read many times a second.
    pub recent: Arc<VecDeque<CheckpointRecord>>,
}

/// Failures in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    /// When the first of them failed, in milliseconds since the Unix epoch.
    pub since: i64,
    /// How many there are.
    pub failures: u64,
    /// Why the last of them failed.
    pub reason: String,
    /// Which kind of trouble that is.
    pub kind: FailureKind,
}

/// Why a checkpoint was not stored, as far as it matters who has to act.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailureKind {
    /// Something could not be written.
    #[default]
    Failed,
    /// The file of dead letters or of late records has the size at which it stops.
    OutputFull,
}

/// One checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointRecord {
    /// When it ended, in milliseconds since the Unix epoch.
    pub at: i64,
    /// How long it took.
    pub took: Duration,
    /// Its size; 0 where it failed.
    pub bytes: u64,
    /// Why it failed; `None` means that it was stored.
    pub error: Option<String>,
    /// Which kind of trouble that is.
    pub kind: FailureKind,
}

impl Default for CheckpointReport {
    fn default() -> Self {
        Self {
            at: None,
            took: Duration::ZERO,
            bytes: 0,
            failing: None,
            dead_letters: 0,
            late_records: 0,
            durations: Buckets::new(&DURATION_MICROS),
            failed: 0,
            totals: None,
            recent: Arc::default(),
        }
    }
}

impl CheckpointReport {
    /// Takes in one checkpoint. `is_kept`: it went into a store, and not only into side outputs.
    pub(crate) fn note(&mut self, record: CheckpointRecord, is_kept: bool) {
        let CheckpointRecord { at, took, bytes, ref error, kind } = record;
        if let Some(reason) = error {
            self.failed += 1;
            let before = self.failing.take();
            self.failing = Some(Failing {
                since: before.as_ref().map_or(at, |before| before.since),
                failures: before.map_or(0, |before| before.failures) + 1,
                reason: reason.clone(),
                kind,
            });
        } else {
            (self.at, self.took, self.bytes, self.failing) = (Some(at), took, bytes, None);
            if is_kept {
                self.durations.observe(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
            }
        }
        let recent = Arc::make_mut(&mut self.recent);
        if recent.len() == RECENT_MAX {
            recent.pop_front();
        }
        recent.push_back(record);
    }
}

impl CheckpointBoard {
    /// What checkpoints came to.
    pub fn read(&self) -> CheckpointReport {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The failures since the last one that was stored, if there are any.
    pub fn failing(&self) -> Option<Failing> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).failing.clone()
    }

    /// Takes over the checkpoint that a run resumes from.
    pub fn restore(&self, checkpoint: &Checkpoint) {
        let totals = Arc::new(StoredTotals::of(&checkpoint.partitions));
        self.update(|report| {
            report.at = checkpoint.stored_at;
            report.dead_letters = checkpoint.dead_letters;
            report.late_records = checkpoint.late_output_records;
            report.totals = Some(totals);
        });
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut CheckpointReport)) {
        change(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(at: i64, error: Option<&str>) -> CheckpointRecord {
        let error = error.map(str::to_owned);
        CheckpointRecord {
            at,
            took: Duration::from_millis(3),
            bytes: 7,
            error,
            kind: FailureKind::Failed,
        }
    }

    #[test]
    fn failures_in_a_row_have_a_beginning_and_an_end() {
        let mut report = CheckpointReport::default();
        for (at, error) in [(1, None), (2, Some("full")), (3, Some("gone"))] {
            report.note(record(at, error), true);
        }
        let failing =
            Failing { since: 2, failures: 2, reason: "gone".to_owned(), kind: FailureKind::Failed };
        assert_eq!((report.failing.clone(), report.at, report.failed), (Some(failing), Some(1), 2));
        report.note(record(4, None), true);
        assert_eq!((report.failing.clone(), report.at, report.failed), (None, Some(4), 2));
        assert_eq!(report.recent.len(), 4);
    }

    #[test]
    fn the_last_fifty_are_remembered() {
        let mut report = CheckpointReport::default();
        (0..60).for_each(|at| report.note(record(at, None), true));
        let at: Vec<i64> = report.recent.iter().map(|record| record.at).collect();
        assert_eq!(at, (10..60).collect::<Vec<_>>());
    }
}
