//! The status of a run: the phase of the run, the workers' outboxes, the state
//! of checkpoints. Written by the supervisor, read by the publisher.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use streamgauge_checkpoint::CheckpointBoard;
use streamgauge_core::{FinalPane, Millis, TimeWindow, WindowSpec};
use streamgauge_outbox::{HistoryError, HistoryStore, Outbox, Overview, RecentLetter, Seen};
use streamgauge_pipeline::MetricSettings;

use super::cause::Cause;

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

/// The shared status of a run.
pub struct RunStatus {
    content: Mutex<Content>,
    /// State of checkpoints.
    pub checkpoints: Arc<CheckpointBoard>,
    /// Where final panes are stored.
    history: Mutex<Option<Arc<dyn HistoryStore>>>,
}

/// The parts that change together.
pub struct Content {
    /// Where the run stands.
    pub phase: Phase,
    /// One per worker.
    pub outboxes: Vec<Arc<Outbox>>,
    /// Partitions that stand still because of a gap in their log, with the cause.
    pub parked: BTreeMap<u32, Cause>,
    /// Partitions that are read to their ends and silent, as of the last look of the publisher.
    idle: BTreeSet<u32>,
}

impl RunStatus {
    /// The status of a run that has not begun.
    pub fn new() -> Self {
        let phase = Phase::Restoring;
        let content =
            Content { phase, outboxes: Vec::new(), parked: BTreeMap::new(), idle: BTreeSet::new() };
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

    /// The stored final panes of `metrics` that overlap what `range` says for each kind of windows, if
    /// anything.
    ///
    /// # Errors
    /// The store cannot be read.
    pub fn history(
        &self,
        metrics: &[MetricSettings],
        range: impl Fn(&str, WindowSpec) -> Option<TimeWindow>,
    ) -> Result<Vec<Arc<FinalPane>>, HistoryError> {
        let history = self.history.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(history) = history else { return Ok(Vec::new()) };
        let mut panes = Vec::new();
        for metric in metrics {
            for spec in metric.windows.iter().filter(|spec| **spec != WindowSpec::Cumulative) {
                if let Some(TimeWindow { start, end }) = range(&metric.id, *spec) {
                    panes.extend(history.panes(&metric.id, *spec, start, end)?);
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

impl RunStatus {
    /// Looks at all outboxes.
    pub fn overview(&self) -> Overview {
        let outboxes = self.lock().outboxes.clone();
        Overview::of(&outboxes)
    }

    /// Partitions that stand still because of a gap in their log, with the cause.
    pub fn parked(&self) -> BTreeMap<u32, Cause> {
        self.lock().parked.clone()
    }

    /// Partitions that are read to their ends and silent, as of the last look of the publisher.
    pub fn idle(&self) -> BTreeSet<u32> {
        self.lock().idle.clone()
    }

    /// Says which partitions are idle.
    pub fn set_idle(&self, idle: BTreeSet<u32>) {
        self.lock().idle = idle;
    }

    /// The last dead letters of all workers, newest first.
    pub fn recent_letters(&self) -> Vec<RecentLetter> {
        let outboxes = self.lock().outboxes.clone();
        let of = |outbox: &Arc<Outbox>| outbox.lock().recent_letters.clone();
        let mut letters: Vec<_> = outboxes.iter().flat_map(of).collect();
        letters.sort_by_key(|letter| {
            std::cmp::Reverse((letter.letter.timestamp, letter.letter.offset))
        });
        letters
    }

    /// Some of the last records of all workers, newest first.
    pub fn seen(&self) -> Vec<Seen> {
        let outboxes = self.lock().outboxes.clone();
        let of = |outbox: &Arc<Outbox>| outbox.lock().seen.clone();
        let mut seen: Vec<_> = outboxes.iter().flat_map(of).collect();
        seen.sort_by_key(|seen| std::cmp::Reverse((seen.time, seen.offset)));
        seen
    }

    /// The largest delay of a late record since the last call; 0 without any.
    pub fn take_largest_delay(&self) -> Millis {
        let outboxes = self.lock().outboxes.clone();
        let delays = outboxes.iter().map(|outbox| std::mem::take(&mut outbox.lock().largest_delay));
        delays.max().unwrap_or_default()
    }
}

impl Default for RunStatus {
    fn default() -> Self {
        Self::new()
    }
}
