//! What the running parts tell the page: the phase of the run, the workers' outboxes, the state
//! of checkpoints. Written by the supervisor, read by the publisher.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use streamgauge_core::{EventTime, FinalPane, WindowSpec};

use crate::checkpoint::CheckpointBoard;
use crate::outbox::{Outbox, Overview, RecentLetter, RecentRecord, WorkerCounts, WorkerReport};
use crate::pipeline::MetricSettings;
use crate::server::wire::Cause;
use crate::source::SourceError;
use crate::state::{HistoryStore, StateError};

/// Where a run stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// For something outside.
    Waiting(Cause),
    /// Reading its state and finding its place.
    Restoring,
    /// Reading records.
    Running,
    /// A bounded source was read to its end.
    Ended,
    /// It cannot go on.
    Failed(Cause),
}

/// The shared board.
pub struct Board {
    content: Mutex<Content>,
    /// State of checkpoints.
    pub checkpoints: Arc<CheckpointBoard>,
    /// Where final panes are stored.
    history: Mutex<Option<Arc<dyn HistoryStore>>>,
}

/// What is on it.
pub struct Content {
    /// Where the run stands.
    pub phase: Phase,
    /// One per worker.
    pub outboxes: Vec<Arc<Outbox>>,
    /// What workers have counted that are no more.
    ended: WorkerCounts,
    /// Partitions that stand still because of a gap in their log, with the cause.
    pub parked: BTreeMap<u32, Cause>,
}

impl Board {
    /// A board of a run that has not begun.
    pub fn new() -> Self {
        let phase = Phase::Restoring;
        let (outboxes, parked) = (Vec::new(), BTreeMap::new());
        let content = Content { phase, outboxes, ended: WorkerCounts::default(), parked };
        Self {
            content: Mutex::new(content),
            checkpoints: Arc::default(),
            history: Mutex::default(),
        }
    }

    /// Locks it for a look or a change.
    pub fn lock(&self) -> MutexGuard<'_, Content> {
        self.content.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells where final panes are stored.
    pub fn set_history(&self, history: Arc<dyn HistoryStore>) {
        *self.history.lock().unwrap_or_else(PoisonError::into_inner) = Some(history);
    }

    /// The stored final panes of `metrics` that overlap what `range` says for each kind of windows:
    /// `[from, to)`, or nothing.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn history(
        &self,
        metrics: &[MetricSettings],
        range: impl Fn(&str, WindowSpec) -> Option<(EventTime, EventTime)>,
    ) -> Result<Vec<Arc<FinalPane>>, StateError> {
        let history = self.history.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(history) = history else { return Ok(Vec::new()) };
        let mut panes = Vec::new();
        for metric in metrics {
            for spec in metric.windows.iter().filter(|spec| **spec != WindowSpec::Cumulative) {
                if let Some((from, to)) = range(&metric.id, *spec) {
                    panes.extend(history.panes(&metric.id, *spec, from, to)?);
                }
            }
        }
        Ok(panes)
    }

    /// Enters `phase`.
    pub fn enter(&self, phase: Phase) {
        self.lock().phase = phase;
    }
}

impl Board {
    /// What all workers have published.
    pub fn overview(&self) -> Overview {
        self.look().0
    }

    /// What all workers have published, and the partitions that stand still because of a gap in
    /// their log, with the cause.
    pub fn look(&self) -> (Overview, BTreeMap<u32, Cause>) {
        let content = self.lock();
        let (outboxes, ended) = (content.outboxes.clone(), content.ended.clone());
        let parked = content.parked.clone();
        drop(content);
        (Overview::of(&outboxes, &ended), parked)
    }

    /// How many partitions stand still because of a gap in their log.
    pub fn parked(&self) -> usize {
        self.lock().parked.len()
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
        letters.sort_by_key(|letter| {
            std::cmp::Reverse((letter.letter.timestamp, letter.letter.offset))
        });
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
        for outbox in std::mem::replace(&mut self.outboxes, outboxes) {
            self.ended.merge(&outbox.report().counts.ended());
        }
    }
}

impl Default for Board {
    fn default() -> Self {
        Self::new()
    }
}

/// The cause of a wait or failure for the page. `args` are what a page in another language needs
/// to say it in its own words.
pub fn cause(error: &SourceError, mut args: BTreeMap<String, String>) -> Cause {
    if let SourceError::Gap(gap) = error {
        args.extend(gap.args());
    }
    let hint = match error.code() {
        "broker_unreachable" => "cargo xtask kafka up",
        "topic_missing" | "no_partitions" => "streamgauge produce --generate 100000 --partitions 4",
        "log_start_moved" | "log_end_moved" | "topic_recreated" => "streamgauge run --rebuild",
        "file_missing" => "streamgauge check",
        _ => "",
    };
    Cause {
        code: error.code().to_owned(),
        message: error.to_string(),
        args,
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
    }
}
