//! Checkpoints: every few seconds the published states of all partitions go into the store in one
//! transaction, after the dead letters and late records that belong to them. Offsets are committed
//! to the Kafka group afterwards, for lag tools; nothing is ever read back from there.
//!
//! Order matters: letters and late records, then state, then offsets. A crash in between leaves
//! lines that the stored lengths do not cover; they are cut off at the next start.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use chrono::Utc;
use streamgauge_core::PartitionSnapshot;

use crate::side_output::SideOutput;
use crate::store::{Checkpoint, StateStore};
use streamgauge_outbox::{Outbox, Taken};
use streamgauge_source::{LogGuard, OffsetCommitter};

/// How often the loop looks whether it should stop or letters crowd.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Durations that are remembered.
pub const DURATIONS_MAX: usize = 50;

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
    /// For the page.
    pub status: Arc<CheckpointBoard>,
}

/// What the page shows of checkpoints.
#[derive(Default)]
pub struct CheckpointBoard {
    content: Mutex<Stored>,
}

/// What the last checkpoints came to.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// When the latest one was stored, in milliseconds since the Unix epoch.
    pub at: Option<i64>,
    /// How long the latest one took.
    pub took: Duration,
    /// The size of the latest one, in bytes.
    pub bytes: u64,
    /// Failures since the latest one.
    pub failures: u64,
    /// Why the last attempt failed; `None` means that the last attempt was stored.
    pub error: Option<String>,
    /// Checkpoints stored since the start of the run.
    pub stored_total: u64,
    /// Checkpoints that failed since the start of the run.
    pub failed_total: u64,
    /// How long the last ones took, oldest first; at most [`DURATIONS_MAX`].
    pub durations: VecDeque<Duration>,
    /// How many dead letters have been written.
    pub dead_letters: u64,
    /// How many late records have been written.
    pub late_records: u64,
}

impl CheckpointBoard {
    /// What the last checkpoints came to.
    pub fn read(&self) -> Stored {
        self.content.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn update(&self, change: impl FnOnce(&mut Stored)) {
        change(&mut self.content.lock().unwrap_or_else(PoisonError::into_inner));
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
        let mut taken: Vec<Taken> = self.outboxes.iter().map(|outbox| outbox.take()).collect();
        let states = taken.iter().flat_map(|taken| taken.snapshots.iter().cloned());
        let mut partitions: Vec<Arc<PartitionSnapshot>> = states.collect();
        partitions.sort_by_key(|snapshot| snapshot.partition);
        // Asked after the states were taken, so that it holds for all that is in them.
        if self.guard.as_ref().is_some_and(|guard| !guard.is_same()) {
            put_back(&self.outboxes, taken);
            return false;
        }
        match self.write(&partitions, &mut taken) {
            Ok(bytes) => {
                for (outbox, taken) in self.outboxes.iter().zip(taken) {
                    outbox.stored(taken.final_panes.len());
                }
                self.succeeded(began.elapsed(), bytes, &partitions);
                true
            }
            Err(reason) => {
                put_back(&self.outboxes, taken);
                tracing::warn!(%reason, "checkpoint failed; it is tried again");
                self.status.update(|stored| {
                    stored.failed_total += 1;
                    stored.failures += 1;
                    stored.error = Some(reason);
                });
                false
            }
        }
    }

    fn write(
        &mut self,
        partitions: &[Arc<PartitionSnapshot>],
        taken: &mut [Taken],
    ) -> Result<u64, String> {
        let letters = taken.iter().flat_map(|taken| &taken.letters);
        self.letters.write(letters).map_err(|error| error.to_string())?;
        // Written for good: they are not put back, whatever fails after them.
        for taken in taken.iter_mut() {
            taken.letters.clear();
        }
        let late = taken.iter().flat_map(|taken| &taken.late);
        self.late.write(late).map_err(|error| error.to_string())?;
        for taken in taken.iter_mut() {
            taken.late.clear();
        }
        let mut bytes = 0;
        if let Some(store) = &mut self.store {
            let final_panes = taken.iter().flat_map(|taken| taken.final_panes.iter().cloned());
            let (letters, late) = (self.letters.extent(), self.late.extent());
            let checkpoint = Checkpoint {
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
        self.status.update(|stored| {
            stored.dead_letters = letters.entries;
            stored.late_records = late.entries;
            stored.at = Some(Utc::now().timestamp_millis());
            stored.took = took;
            stored.bytes = bytes;
            stored.failures = 0;
            stored.error = None;
            if self.store.is_some() {
                stored.stored_total += 1;
                stored.durations.push_back(took);
                let surplus = stored.durations.len().saturating_sub(DURATIONS_MAX);
                stored.durations.drain(..surplus);
            }
        });
        if let (Some(_), Some(committer)) = (&self.store, &self.committer) {
            let offsets: Vec<_> =
                partitions.iter().map(|s| (s.partition, s.state.next_offset)).collect();
            committer.commit(&offsets);
        }
    }
}

fn put_back(outboxes: &[Arc<Outbox>], taken: Vec<Taken>) {
    for (outbox, taken) in outboxes.iter().zip(taken) {
        outbox.put_back(taken.letters, taken.late);
    }
}
