//! What the running parts tell the page: the phase of the run, the workers' outboxes, the state
//! of checkpoints. Written by the supervisor, read by the publisher.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use streamgauge_core::{EventTime, FinalPane, Millis, PartitionSnapshot, WindowSpec};

use crate::checkpoint::CheckpointBoard;
use crate::metric::MetricCost;
use crate::outbox::{Outbox, RecentLetter};
use crate::pipeline::MetricSettings;
use crate::server::wire::Cause;
use crate::source::SourceError;
use crate::state::{HistoryStore, StateError};
use crate::worker::{Ages, Seen};

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
    /// Partitions that stand still because of a gap in their log, with the cause.
    pub parked: BTreeMap<u32, Cause>,
}

impl Board {
    /// A board of a run that has not begun.
    pub fn new() -> Self {
        let phase = Phase::Restoring;
        let content = Content { phase, outboxes: Vec::new(), parked: BTreeMap::new() };
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

/// What all workers have published, at one look.
#[derive(Default)]
pub struct Look {
    /// The states, in the order of the partitions.
    pub partitions: Vec<Arc<PartitionSnapshot>>,
    /// The ends of the logs, as far as they are known.
    pub log_ends: BTreeMap<u32, Option<i64>>,
    /// Metrics that were quarantined, with the reason.
    pub quarantined: BTreeMap<String, String>,
    /// Final panes that are not stored yet.
    pub final_panes: Vec<Arc<FinalPane>>,
    /// What keeps records from coming.
    pub trouble: Option<String>,
    /// Records taken by the workers of this attempt.
    pub taken: u64,
    /// When the first and the last record came.
    pub span: Option<(Instant, Instant)>,
    /// How many workers there are.
    pub workers: usize,
    /// Partitions that stand still because of a gap in their log, with the cause.
    pub parked: BTreeMap<u32, Cause>,
    /// How old the first records were.
    pub ages: Ages,
    /// What each metric has cost.
    pub costs: BTreeMap<String, MetricCost>,
}

impl Board {
    /// Looks at all outboxes.
    pub fn look(&self) -> Look {
        let (outboxes, parked) = {
            let content = self.lock();
            (content.outboxes.clone(), content.parked.clone())
        };
        let mut look = Look { workers: outboxes.len(), parked, ..Look::default() };
        for outbox in &outboxes {
            let content = outbox.lock();
            look.ages.add(content.ages);
            look.partitions.extend(content.snapshots.values().cloned());
            look.log_ends.extend(content.log_ends.iter().map(|log| (log.partition, log.end)));
            look.quarantined.extend(content.quarantined.clone());
            for (id, cost) in &content.costs {
                look.costs.entry(id.clone()).or_default().add(*cost);
            }
            look.final_panes.extend(content.final_panes().iter().cloned());
            look.trouble = look.trouble.or_else(|| content.trouble.clone());
            look.taken += content.taken;
            look.span = match (look.span, content.span) {
                (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
                (one, other) => one.or(other),
            };
        }
        look.partitions.sort_by_key(|snapshot| snapshot.partition);
        look
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
