//! Checkpoints: every few seconds the published states of all partitions go into the store in one
//! transaction, after the dead letters that belong to them. Offsets are committed to the Kafka
//! group afterwards, for lag tools; nothing is ever read back from there.
//!
//! Order matters: letters, then state, then offsets. A crash between letters and state leaves
//! letters that the stored length does not cover; they are cut off at the next start.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use chrono::Utc;
use streamgauge_core::{FinalPane, PartitionSnapshot};

use crate::letters::LetterSink;
use crate::outbox::Outbox;
use crate::server::wire::CheckpointStatus;
use crate::state::{Checkpoint, StateStore};
use crate::telemetry::Telemetry;

/// How often the loop looks whether it should stop or letters crowd.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Tells someone outside how far the stored state is.
pub trait OffsetCommitter: Send {
    /// Announces the next offset of each partition; failures are logged, never fatal.
    fn commit(&self, offsets: &[(u32, i64)]);

    /// Waits, but not for long, until what was announced has arrived.
    fn finish(&self);
}

/// Stores checkpoints.
pub struct Checkpointer {
    /// None: state is not kept (replay).
    pub store: Option<Box<dyn StateStore>>,
    /// Where dead letters go.
    pub letters: LetterSink,
    /// The workers' published states.
    pub outboxes: Vec<Arc<Outbox>>,
    /// The settings that the state depends on.
    pub settings: BTreeMap<String, String>,
    /// Told after each checkpoint.
    pub committer: Option<Box<dyn OffsetCommitter>>,
    /// For the page.
    pub status: Arc<CheckpointBoard>,
    /// For `/metrics`.
    pub telemetry: Arc<Telemetry>,
}

/// What the page shows of checkpoints.
#[derive(Default)]
pub struct CheckpointBoard {
    content: Mutex<(CheckpointStatus, u64)>,
}

impl CheckpointBoard {
    /// The latest status, and how many dead letters have been written.
    pub fn read(&self) -> (CheckpointStatus, u64) {
        self.content.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn update(&self, change: impl FnOnce(&mut (CheckpointStatus, u64))) {
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
        let mut partitions: Vec<Arc<PartitionSnapshot>> = Vec::new();
        let mut final_panes = Vec::new();
        let mut letters = Vec::new();
        let mut counts = Vec::new();
        for outbox in &self.outboxes {
            let taken = outbox.take();
            partitions.extend(taken.snapshots);
            counts.push(taken.final_panes.len());
            final_panes.extend(taken.final_panes);
            letters.push(taken.letters);
        }
        partitions.sort_by_key(|snapshot| snapshot.partition);
        let written = self.write(&partitions, final_panes, &letters);
        match written {
            Ok(bytes) => {
                for (outbox, count) in self.outboxes.iter().zip(counts) {
                    outbox.stored(count);
                }
                self.succeeded(began.elapsed(), bytes, &partitions);
                true
            }
            Err(reason) => {
                for (outbox, letters) in self.outboxes.iter().zip(letters) {
                    outbox.put_back(letters);
                }
                tracing::warn!(%reason, "checkpoint failed; it is tried again");
                self.telemetry.checkpoint_failed();
                self.status.update(|(status, _)| {
                    status.failures += 1;
                    status.error = Some(reason);
                });
                false
            }
        }
    }

    fn write(
        &mut self,
        partitions: &[Arc<PartitionSnapshot>],
        final_panes: Vec<Arc<FinalPane>>,
        letters: &[Vec<crate::dead_letter::DeadLetter>],
    ) -> Result<u64, String> {
        self.letters.write(letters.iter().flatten()).map_err(|error| error.to_string())?;
        let Some(store) = &mut self.store else {
            self.letters.confirm();
            return Ok(0);
        };
        let checkpoint = Checkpoint {
            settings: self.settings.clone(),
            partitions: partitions.to_vec(),
            final_panes,
            dead_letter_bytes: self.letters.length_bytes(),
            dead_letters: self.letters.written(),
        };
        let bytes = store.save(&checkpoint).map_err(|error| error.to_string())?;
        self.letters.confirm();
        Ok(bytes)
    }

    fn succeeded(&self, took: Duration, bytes: u64, partitions: &[Arc<PartitionSnapshot>]) {
        let written = self.letters.written();
        self.status.update(|(status, letters)| {
            *letters = written;
            status.at = Some(Utc::now().timestamp_millis());
            status.duration_ms = took.as_secs_f64() * 1e3;
            status.bytes = bytes;
            status.failures = 0;
            status.error = None;
        });
        if self.store.is_some() {
            self.telemetry.checkpoint_done(took);
            if let Some(committer) = &self.committer {
                let offsets: Vec<_> =
                    partitions.iter().map(|s| (s.partition, s.state.next_offset)).collect();
                committer.commit(&offsets);
            }
        }
    }
}
