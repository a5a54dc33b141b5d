//! Checkpoints: every few seconds the published states of all partitions go into the store in one
//! transaction, after the dead letters and late records that belong to them. Offsets are committed
//! to the Kafka group afterwards, for lag tools; nothing is ever read back from there.
//!
//! Order matters: letters and late records, then state, then offsets. A crash in between leaves
//! lines that the stored lengths do not cover; they are cut off at the next start.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use chrono::Utc;
use streamgauge_core::PartitionSnapshot;

use crate::StoredTotals;
use crate::side_output::SideOutput;
use crate::store::{Checkpoint, StateStore};
use streamgauge_outbox::{Buckets, Outbox, Publication, newest};
use streamgauge_source::{LogGuard, OffsetCommitter};

/// How often the loop looks whether it should stop or letters crowd.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Upper bounds of how long checkpoints take, in microseconds.
const DURATION_MICROS: [u64; 12] = [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    10_000_000,
];

/// Stores checkpoints.
pub struct Checkpointer {
    /// None: state is not kept (replay).
    pub store: Option<Box<dyn StateStore>>,
    /// Where dead letters go.
    pub letters: SideOutput,
    /// Where late records go.
    pub late: SideOutput,
    /// The workers' published states.
    pub outboxes: Vec<Arc<Outbox>>,
    /// The settings that the state depends on.
    pub settings: BTreeMap<String, String>,
    /// Told after each checkpoint.
    pub committer: Option<Box<dyn OffsetCommitter>>,
    /// Asked before each checkpoint: what was read of another log is not stored.
    pub guard: Option<Box<dyn LogGuard>>,
    /// Told what each one came to.
    pub status: Arc<CheckpointBoard>,
}

/// What is known of checkpoints outside; written here, read by whoever shows it.
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
    /// Failures since the last one that was stored.
    pub failures: u64,
    /// The last failure; `None` means that a checkpoint was stored after it.
    pub error: Option<String>,
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
}

impl Default for CheckpointReport {
    fn default() -> Self {
        Self {
            at: None,
            took: Duration::ZERO,
            bytes: 0,
            failures: 0,
            error: None,
            dead_letters: 0,
            late_records: 0,
            durations: Buckets::new(&DURATION_MICROS),
            failed: 0,
            totals: None,
        }
    }
}

impl CheckpointBoard {
    /// What checkpoints came to.
    pub fn read(&self) -> CheckpointReport {
        self.report.lock().unwrap_or_else(PoisonError::into_inner).clone()
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

    fn update(&self, change: impl FnOnce(&mut CheckpointReport)) {
        change(&mut self.report.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl Checkpointer {
    /// Stores a checkpoint every `every` until `stop` is raised. The last one, after the workers
    /// have ended, is up to the caller.
    pub fn run(&mut self, every: Duration, stop: &AtomicBool) {
        let mut last = Instant::now();
        while !stop.load(Ordering::Relaxed) {
            let crowded = self.outboxes.iter().any(|outbox| outbox.is_crowded());
            if last.elapsed() >= every || crowded {
                self.checkpoint();
                last = Instant::now();
            }
            thread::sleep(LOOK_EVERY.min(every.saturating_sub(last.elapsed())));
        }
    }

    /// Stores the last checkpoint of a run, when the workers have ended. Whether it worked.
    pub fn finish(&mut self) -> bool {
        let stored = self.checkpoint();
        if let Some(committer) = &self.committer {
            committer.finish();
        }
        stored
    }

    /// Stores what is published now. Whether it worked; a failure is logged, shown and tried
    /// again with the next one, and nothing is lost by it.
    pub fn checkpoint(&mut self) -> bool {
        let began = Instant::now();
        let mut taken: Vec<Publication> =
            self.outboxes.iter().map(|outbox| outbox.take()).collect();
        let states = taken.iter().flat_map(|taken| taken.snapshots.iter().cloned());
        let mut partitions: Vec<Arc<PartitionSnapshot>> = states.collect();
        newest(&mut partitions);
        // Asked after the states were taken, so that it holds for all that is in them.
        if self.guard.as_ref().is_some_and(|guard| !guard.is_same()) {
            put_back(&self.outboxes, taken);
            return false;
        }
        match self.write(&partitions, &mut taken) {
            Ok(bytes) => {
                for (outbox, taken) in self.outboxes.iter().zip(taken) {
                    outbox.stored(taken.attachments.final_panes.len());
                }
                self.succeeded(began.elapsed(), bytes, &partitions);
                true
            }
            Err(reason) => {
                put_back(&self.outboxes, taken);
                tracing::warn!(%reason, "checkpoint failed; it is tried again");
                self.status.update(|report| {
                    report.failures += 1;
                    report.failed += 1;
                    report.error = Some(reason);
                });
                false
            }
        }
    }

    fn write(
        &mut self,
        partitions: &[Arc<PartitionSnapshot>],
        taken: &mut [Publication],
    ) -> Result<u64, String> {
        let letters = taken.iter().flat_map(|taken| &taken.attachments.letters);
        self.letters.write(letters).map_err(|error| error.to_string())?;
        // Written for good: they are not put back, whatever fails after them.
        for taken in taken.iter_mut() {
            taken.attachments.letters.clear();
        }
        let late = taken.iter().flat_map(|taken| &taken.attachments.late);
        self.late.write(late).map_err(|error| error.to_string())?;
        for taken in taken.iter_mut() {
            taken.attachments.late.clear();
        }
        let mut bytes = 0;
        if let Some(store) = &mut self.store {
            let final_panes =
                taken.iter().flat_map(|taken| taken.attachments.final_panes.iter().cloned());
            let (letters, late) = (self.letters.extent(), self.late.extent());
            let checkpoint = Checkpoint {
                stored_at: None,
                settings: self.settings.clone(),
                partitions: partitions.to_vec(),
                final_panes: final_panes.collect(),
                dead_letter_bytes: letters.bytes,
                dead_letters: letters.entries,
                late_output_bytes: late.bytes,
                late_output_records: late.entries,
            };
            bytes = store.save(&checkpoint).map_err(|error| error.to_string())?;
        }
        Ok(bytes)
    }

    fn succeeded(&self, took: Duration, bytes: u64, partitions: &[Arc<PartitionSnapshot>]) {
        let (letters, late) = (self.letters.extent(), self.late.extent());
        let is_kept = self.store.is_some();
        let totals = Arc::new(StoredTotals::of(partitions));
        self.status.update(|report| {
            report.dead_letters = letters.entries;
            report.late_records = late.entries;
            report.at = Some(Utc::now().timestamp_millis());
            report.took = took;
            report.bytes = bytes;
            report.failures = 0;
            report.error = None;
            report.totals = Some(totals);
            if is_kept {
                report.durations.observe(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
            }
        });
        if let (true, Some(committer)) = (is_kept, &self.committer) {
            let offsets: Vec<_> = partitions.iter().map(|s| (s.partition, s.read_to())).collect();
            committer.commit(&offsets);
        }
    }
}

fn put_back(outboxes: &[Arc<Outbox>], taken: Vec<Publication>) {
    for (outbox, taken) in outboxes.iter().zip(taken) {
        outbox.put_back(taken.attachments);
    }
}
