//! The status of a run: the phase of the run, the workers' outboxes, the state
//! of checkpoints. Written by the supervisor, read by the publisher.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use streamgauge_checkpoint::CheckpointBoard;
use streamgauge_checkpoint::backups::BackupBoard;
use streamgauge_checkpoint::store::Checkpoint;
use streamgauge_core::{LatenessClock, PartitionSnapshot};
use streamgauge_kafka::{BrokerFault, CommitBoard, FaultKind};
use streamgauge_outbox::{
    HistoryStore, News, Outbox, Overview, RecentLetter, RecentRecord, Sides, WorkerCounts,
    WorkerReport,
};
use streamgauge_source::SourceHealth;

use super::acts::Acts;
use super::cause::Cause;

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Something outside is missing.
    Waiting(Cause),
    /// Reading its state and finding its place.
    Restoring,
    /// Records are being read.
    Running,
    /// A bounded source was read to its end.
    Ended,
    /// It cannot go on.
    Failed(Cause),
}

/// The shared status of a run.
pub struct RunStatus {
    content: Mutex<Content>,
    /// The state of checkpoints, written by the checkpointer.
    pub checkpoints: Arc<CheckpointBoard>,
    /// What backups came to, written by their thread.
    pub backups: Arc<BackupBoard>,
    /// How the partitions of a topic stand, written by their sources.
    pub sources: Arc<SourceHealth>,
    /// What side readers publish.
    pub sides: Arc<Sides>,
    /// What somebody did to the run.
    pub acts: Acts,
    /// Tells that workers have published.
    pub news: Arc<News>,
    /// Where final panes are stored.
    history: Mutex<Option<Arc<dyn HistoryStore>>>,
    /// Metrics that stopped and are to go on, each with whether it may miss records that are gone.
    resumes: Mutex<BTreeMap<String, bool>>,
}

/// Why a metric does not go on from where it stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotResumed {
    /// The metric has not stopped.
    Runs,
    /// A version of the program stopped the metric that did not keep its place.
    NoPlace,
    /// Records cannot be counted a second time under `lateness.clock = "processing"`.
    Processing,
}

/// The parts that change together.
pub struct Content {
    /// Where the run stands.
    pub phase: Phase,
    /// The outboxes, one for each worker.
    pub outboxes: Vec<Arc<Outbox>>,
    /// The states of the checkpoint that the run resumes from, shown until there are workers.
    stored: Vec<Arc<PartitionSnapshot>>,
    /// What workers have counted that are no more.
    ended: WorkerCounts,
    /// Partitions that stand still because of a gap in their log, with the cause.
    pub parked: BTreeMap<u32, Cause>,
    /// Tells whether the group gets the offsets of checkpoints.
    pub commits: Option<CommitBoard>,
    /// The identity of the state; empty before it is known.
    pub identity: String,
    /// Partitions that are read to their ends and silent, as of the last look of the publisher.
    idle: BTreeSet<u32>,
}

impl RunStatus {
    /// The status of a run that has not begun.
    pub fn new() -> Self {
        let phase = Phase::Restoring;
        let content = Content {
            phase,
            outboxes: Vec::new(),
            stored: Vec::new(),
            ended: WorkerCounts::default(),
            parked: BTreeMap::new(),
            commits: None,
            identity: String::new(),
            idle: BTreeSet::new(),
        };
        Self {
            content: Mutex::new(content),
            checkpoints: Arc::default(),
            backups: Arc::default(),
            sources: Arc::default(),
            sides: Arc::default(),
            acts: Acts::default(),
            news: Arc::default(),
            history: Mutex::default(),
            resumes: Mutex::default(),
        }
    }

    /// Lets a metric that stopped go on from where it stopped: a side reader brings it to its
    /// partitions' places.
    ///
    /// # Errors
    /// The metric has not stopped, or cannot go on.
    pub fn resume(
        &self,
        metric: &str,
        clock: LatenessClock,
        without_lost: bool,
    ) -> Result<(), NotResumed> {
        if clock == LatenessClock::Processing {
            return Err(NotResumed::Processing);
        }
        let overview = self.overview();
        let metrics = overview.partitions.iter().flat_map(|partition| &partition.metrics);
        let mut stops = metrics.filter(|own| own.id == metric).filter_map(|own| own.phase.stop());
        let Some(first) = stops.next() else { return Err(NotResumed::Runs) };
        if first.place.is_none() || stops.any(|stop| stop.place.is_none()) {
            return Err(NotResumed::NoPlace);
        }
        self.resumes().insert(metric.to_owned(), without_lost);
        Ok(())
    }

    /// The metrics that are to go on, since the last call, each with whether it may miss records
    /// that are gone.
    pub fn take_resumes(&self) -> BTreeMap<String, bool> {
        std::mem::take(&mut self.resumes())
    }

    fn resumes(&self) -> MutexGuard<'_, BTreeMap<String, bool>> {
        self.resumes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows what `checkpoint` holds until the run publishes. A run that cannot reach its source
    /// has these results, and no others.
    pub fn restore(&self, checkpoint: &Checkpoint) {
        self.checkpoints.restore(checkpoint);
        self.lock().stored.clone_from(&checkpoint.partitions);
    }

    /// Locks it for a look or a change.
    pub fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells where final panes are stored.
    pub fn set_history(&self, history: Arc<dyn HistoryStore>) {
        *self.history.lock().unwrap_or_else(PoisonError::into_inner) = Some(history);
    }

    /// Where final panes are stored; `None` means nowhere yet.
    pub fn history_store(&self) -> Option<Arc<dyn HistoryStore>> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Enters `phase`; the page shows it with the next state.
    pub fn enter(&self, phase: Phase) {
        self.lock().phase = phase;
    }
}

impl RunStatus {
    /// What all workers have published.
    pub fn overview(&self) -> Overview {
        self.look().0
    }

    /// What all workers have published, and the partitions that stand still because of a gap in
    /// their log, with the cause.
    pub fn look(&self) -> (Overview, BTreeMap<u32, Cause>) {
        let content = self.lock();
        let (outboxes, ended) = (content.outboxes.clone(), content.ended.clone());
        let (stored, parked) = (content.stored.clone(), content.parked.clone());
        drop(content);
        let mut overview = Overview::of(&outboxes, &self.sides, &ended);
        if outboxes.is_empty() {
            overview.partitions = stored;
        }
        (overview, parked)
    }

    /// The refusal, or the other pipeline, that keeps offsets from the group. Brokers that are away are told elsewhere.
    pub fn group_fault(&self) -> Option<BrokerFault> {
        let fault = self.lock().commits.clone()?.fault()?;
        matches!(fault.kind, FaultKind::GroupForbidden | FaultKind::GroupShared).then_some(fault)
    }

    /// Partitions that are read to their ends and silent, as of the last look of the publisher.
    pub fn idle(&self) -> BTreeSet<u32> {
        self.lock().idle.clone()
    }

    /// Says which partitions are idle.
    pub fn set_idle(&self, idle: BTreeSet<u32>) {
        self.lock().idle = idle;
    }

    /// The reports of all workers.
    fn reports(&self) -> Vec<Arc<WorkerReport>> {
        self.lock().outboxes.iter().map(|outbox| outbox.report()).collect()
    }

    /// The last dead letters of all workers, newest first.
    pub fn recent_letters(&self) -> Vec<RecentLetter> {
        let reports = self.reports();
        let letters = reports.iter().flat_map(|report| report.letters.iter());
        let mut letters: Vec<_> = letters.cloned().collect();
        letters.sort_by_key(|letter| std::cmp::Reverse((letter.letter.time, letter.letter.offset)));
        letters
    }

    /// Some of the last records of all workers, newest first.
    pub fn recent_records(&self) -> Vec<RecentRecord> {
        let reports = self.reports();
        let records = reports.iter().flat_map(|report| report.records.iter());
        let mut records: Vec<_> = records.cloned().collect();
        records.sort_by_key(|record| std::cmp::Reverse((record.time, record.offset)));
        records
    }
}

impl Content {
    /// Puts other workers' outboxes in the place of those before. What the workers before have
    /// counted is kept.
    pub fn replace_outboxes(&mut self, outboxes: Vec<Arc<Outbox>>) {
        self.stored.clear();
        for outbox in std::mem::replace(&mut self.outboxes, outboxes) {
            self.ended.merge(&outbox.report().counts.ended());
        }
    }
}

impl Default for RunStatus {
    fn default() -> Self {
        Self::new()
    }
}
