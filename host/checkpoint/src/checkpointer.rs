//! Checkpoints: every few seconds the published states of all partitions go into the store in one
//! transaction, after the dead letters and late records that belong to them. Offsets are committed
//! to the Kafka group afterwards, for lag tools; nothing is ever read back from there.
//!
//! Order matters: letters and late records, then state, then offsets. A crash in between leaves
//! lines that the stored lengths do not cover; they are cut off at the next start.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::Utc;
use streamgauge_core::PartitionSnapshot;

use crate::report::{CheckpointBoard, CheckpointRecord, Failing, FailureKind};
use crate::side_output::{SideOutput, SideOutputError};
use crate::store::{Checkpoint, KeptMetric, StateStore};
use crate::{Backoff, StoredTotals};
use streamgauge_outbox::{Outbox, Publication, Sides, newest, rest, with_sides};
use streamgauge_source::{LogGuard, OffsetCommitter};

/// How often the loop looks whether it should stop or letters crowd.
const LOOK_EVERY: Duration = Duration::from_millis(50);

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
    /// What side readers have published.
    pub sides: Arc<Sides>,
    /// The states of metrics that are in no pipeline now.
    pub kept: Vec<KeptMetric>,
    /// The settings that the state depends on.
    pub settings: BTreeMap<String, String>,
    /// The identity of the state.
    pub identity: String,
    /// Told after each checkpoint.
    pub committer: Option<Box<dyn OffsetCommitter>>,
    /// Asked before each checkpoint: what was read of another log is not stored.
    pub guard: Option<Box<dyn LogGuard>>,
    /// Told what each one came to.
    pub status: Arc<CheckpointBoard>,
    /// The failures in a row.
    pub backoff: Backoff,
}

/// Why a checkpoint was not stored.
struct NotStored {
    kind: FailureKind,
    reason: String,
}

impl From<SideOutputError> for NotStored {
    fn from(error: SideOutputError) -> Self {
        let kind = match error {
            SideOutputError::Full { .. } => FailureKind::OutputFull,
            SideOutputError::File { .. } | SideOutputError::Kafka { .. } => FailureKind::Failed,
        };
        Self { kind, reason: error.to_string() }
    }
}

impl Checkpointer {
    /// Stores a checkpoint every `every`, and after a failure once its wait is over, until `stop` is
    /// raised; whoever raises it wakes the thread, or it is seen a little later. The last one, after the workers have ended, is up to the caller. `is_alive` is
    /// called again and again meanwhile.
    pub fn run(&mut self, every: Duration, stop: &AtomicBool, is_alive: impl Fn()) {
        let mut last = Instant::now();
        while !stop.load(Ordering::Relaxed) {
            is_alive();
            let crowded = || {
                let sides = self.sides.all();
                self.outboxes.iter().chain(&sides).any(|outbox| outbox.is_crowded())
            };
            let is_due = match self.backoff.wait() {
                Some(wait) => last.elapsed() >= wait,
                None => last.elapsed() >= every || crowded(),
            };
            if is_due {
                self.checkpoint();
                last = Instant::now();
            }
            rest(Instant::now() + LOOK_EVERY.min(every), stop);
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
        let ended = self.sides.ended();
        let mut outboxes = self.outboxes.clone();
        let mut taken: Vec<Publication> = outboxes.iter().map(|outbox| outbox.take()).collect();
        let states = |taken: &[Publication]| -> Vec<Arc<PartitionSnapshot>> {
            taken.iter().flat_map(|taken| taken.snapshots.iter().cloned()).collect()
        };
        let mut partitions = states(&taken);
        newest(&mut partitions);
        // After the workers: the letters of a metric that joined one of them are here.
        let sides = self.sides.all();
        let of_sides: Vec<_> = sides.iter().map(|outbox| outbox.take()).collect();
        with_sides(&mut partitions, &states(&of_sides));
        outboxes.extend(sides);
        taken.extend(of_sides);
        // Asked after the states were taken, so that it holds for all that is in them.
        if self.guard.as_ref().is_some_and(|guard| !guard.is_same()) {
            put_back(&outboxes, taken);
            self.backoff.failed();
            return false;
        }
        match self.write(&partitions, &mut taken) {
            Ok(bytes) => {
                for (outbox, taken) in outboxes.iter().zip(taken) {
                    outbox.stored(taken.attachments.final_panes.len());
                }
                self.sides.forget(&ended);
                self.letters.stored();
                self.late.stored();
                self.backoff.succeeded();
                self.succeeded(began.elapsed(), bytes, &partitions);
                true
            }
            Err(failure) => {
                put_back(&outboxes, taken);
                self.failed(began.elapsed(), failure);
                false
            }
        }
    }

    fn write(
        &mut self,
        partitions: &[Arc<PartitionSnapshot>],
        taken: &mut [Publication],
    ) -> Result<u64, NotStored> {
        let letters = taken.iter().flat_map(|taken| taken.attachments.letters.iter());
        self.letters.write(letters)?;
        // Written for good: they are not put back, whatever fails after them.
        for taken in taken.iter_mut() {
            taken.attachments.letters.clear();
        }
        let late = taken.iter().flat_map(|taken| taken.attachments.late.iter());
        self.late.write(late)?;
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
                identity: self.identity.clone(),
                partitions: partitions.to_vec(),
                kept: self.kept.clone(),
                final_panes: final_panes.collect(),
                dead_letter_bytes: letters.bytes,
                dead_letter_segment: letters.segment,
                dead_letters: letters.entries,
                late_output_segment: late.segment,
                late_output_bytes: late.bytes,
                late_output_records: late.entries,
                dead_letters_to: self.letters.place().map(str::to_owned),
                late_output_to: self.late.place().map(str::to_owned),
            };
            bytes = store.save(&checkpoint).map_err(|error| {
                let reason = format!("{error}; hint: {}", error.hint());
                NotStored { kind: FailureKind::Failed, reason }
            })?;
        }
        Ok(bytes)
    }

    fn failed(&mut self, took: Duration, NotStored { kind, reason }: NotStored) {
        let wait = self.backoff.failed().as_secs_f64();
        // Once for each reason, and not at every try.
        match self.status.failing() {
            Some(before) if before.reason == reason => {
                tracing::debug!("checkpoint failed again, next try in {wait} s: {reason}");
            }
            _ => tracing::warn!(
                "checkpoint failed, and is tried again in {wait} s, then at longer and longer \
                 intervals up to 5 s: {reason}"
            ),
        }
        let at = Utc::now().timestamp_millis();
        let record = CheckpointRecord { at, took, bytes: 0, error: Some(reason), kind };
        self.status.update(|report| report.note(record, self.store.is_some()));
    }

    fn succeeded(&self, took: Duration, bytes: u64, partitions: &[Arc<PartitionSnapshot>]) {
        let (letters, late) = (self.letters.extent(), self.late.extent());
        let (at, is_kept) = (Utc::now().timestamp_millis(), self.store.is_some());
        let totals = Arc::new(StoredTotals::of(partitions));
        tracing::debug!(bytes, ?took, partitions = partitions.len(), "checkpoint stored");
        if let Some(Failing { since, failures, .. }) = self.status.failing() {
            let seconds = at.saturating_sub(since) as f64 / 1000.0;
            tracing::info!(
                "checkpoints are stored again, after {failures} failures in {seconds:.1} s"
            );
        }
        self.status.update(|report| {
            report.dead_letters = letters.entries;
            report.late_records = late.entries;
            report.totals = Some(totals);
            let kind = FailureKind::Failed;
            report.note(CheckpointRecord { at, took, bytes, error: None, kind }, is_kept);
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
