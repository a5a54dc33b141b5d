//! Where state outlives the process. One trait, so that the engine does not know whether a
//! checkpoint is a transaction in a local file or something else; one snapshot format for all.

mod embedded;
mod export;
mod guard;
mod header;
mod memory;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use streamgauge_core::{
    BoundedOutOfOrderness, EventTime, FinalPane, MetricSnapshot, Millis, PartitionSnapshot,
    SnapshotError,
};
use thiserror::Error;

use streamgauge_outbox::HistoryStore;
use streamgauge_pipeline::Pipeline;

pub use embedded::{
    EmbeddedStore, ExportError, Exported, FILE as STATE_FILE, Generation, StateReader,
};
pub use export::{Export, ExportReadError, ExportReader, ExportWriter};
pub use guard::turns_panics_into_errors;
pub use memory::MemoryStore;

/// All that is stored at once.
#[derive(Clone, Debug, Default)]
pub struct Checkpoint {
    /// The settings that the state depends on, by key.
    pub settings: BTreeMap<String, String>,
    /// The state of every partition.
    pub partitions: Vec<Arc<PartitionSnapshot>>,
    /// The states of metrics that are in no pipeline now, or were in another way.
    pub kept: Vec<KeptMetric>,
    /// Panes that became final since the checkpoint before; empty after loading.
    pub final_panes: Vec<Arc<FinalPane>>,
    /// The length in bytes of the dead-letter file with every letter of this state.
    pub dead_letter_bytes: u64,
    /// The number of that file: so many were full before.
    pub dead_letter_segment: u64,
    /// How many dead letters have been written out so far.
    pub dead_letters: u64,
    /// Where dead letters went; `None` in states of earlier versions.
    pub dead_letters_to: Option<String>,
    /// The length in bytes of the file of late records with every late record of this state.
    pub late_output_bytes: u64,
    /// The number of that file: so many were full before.
    pub late_output_segment: u64,
    /// How many late records have been written out so far.
    pub late_output_records: u64,
    /// Where late records went; `None` in states of earlier versions.
    pub late_output_to: Option<String>,
    /// The identity of this state, which a copy has too; empty in states of earlier versions.
    pub identity: String,
    /// The moment of storing in milliseconds since the Unix epoch, after loading.
    pub stored_at: Option<i64>,
}

/// The state of a metric that was taken out of the pipeline, or is another one there now. It is
/// taken up again where the pipeline has the metric as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptMetric {
    /// The id that the pipeline gave the metric.
    pub id: String,
    /// The settings that the state depends on, as among those of the checkpoint.
    pub settings: String,
    /// The state in each partition, at a place of its own.
    pub partitions: BTreeMap<u32, Arc<MetricSnapshot>>,
}

/// What a checkpoint covers, for people who choose between several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covers {
    /// The number of partitions.
    pub partitions: usize,
    /// The records that were read.
    pub records: u64,
    /// The largest event time that moves the watermark; `None` means that there was none yet.
    pub max_event_time: Option<EventTime>,
}

impl Covers {
    /// The sums over all partitions of `checkpoint`.
    pub fn of(checkpoint: &Checkpoint) -> Self {
        let states = checkpoint.partitions.iter().map(|partition| &partition.state);
        Self {
            partitions: checkpoint.partitions.len(),
            records: states.clone().map(|state| state.accounting.read).sum(),
            max_event_time: states.filter_map(|state| state.max_event_time).max(),
        }
    }
}

/// How long final panes are kept; what is older is dropped when a checkpoint is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    bound: Millis,
    /// By metric: how far a watermark may be past a pane's end.
    of_metric: BTreeMap<String, Millis>,
}

/// Why state could not be read or written.
#[derive(Debug, Error)]
pub enum StateError {
    /// Another process has the store open.
    #[error("state {} is in use by another process", .0.display())]
    InUse(PathBuf),
    /// The store could not be read or written.
    #[error("state {} failed: {reason}", path.display())]
    Store {
        /// The path of the state file.
        path: PathBuf,
        /// The reason in the words of the store.
        reason: String,
    },
    /// The file contradicts itself: the disk, or another program, changed it.
    #[error("state {} is damaged: {reason}", path.display())]
    Broken {
        /// The path of the state file.
        path: PathBuf,
        /// The reason in the words of the store.
        reason: String,
    },
    /// Another file is where the open one was.
    #[error(
        "state {} was replaced by another file while it was in use, which is left as it is",
        .0.display()
    )]
    Replaced(PathBuf),
    /// The file was written by another version.
    #[error("state {} has format {found}, which is not known here", path.display())]
    Format {
        /// The path of the state file.
        path: PathBuf,
        /// The format number in the file.
        found: u64,
    },
    /// The newest checkpoint cannot be read.
    #[error("state {} is damaged: checkpoint {generation}, {what}: {error}", path.display())]
    Damaged {
        /// The path of the state file.
        path: PathBuf,
        /// The generation of the damaged checkpoint.
        generation: u64,
        /// The damaged part of the checkpoint.
        what: String,
        /// The damage of that part.
        error: SnapshotError,
        /// The generation of the checkpoint before, if that one is intact.
        former: Option<u64>,
    },
    /// A crash left the file, and it cannot be repaired by who looks at it.
    #[error(
        "state {} was left by a crash and has to be repaired before it can be read: {reason}",
        path.display()
    )]
    Unrepaired {
        /// The path of the state file.
        path: PathBuf,
        /// The reason in the words of the store.
        reason: String,
    },
    /// There is nothing to go back to.
    #[error("state {} has no intact checkpoint before the newest one", .0.display())]
    NoFormer(PathBuf),
    /// A file is no export, or not an intact one.
    #[error("{} is not an export of state: {error}", path.display())]
    Export {
        /// The path of the unreadable file.
        path: PathBuf,
        /// The damage of the file.
        error: SnapshotError,
    },
    /// The bytes of an export do not come.
    #[error("{} could not be read: {reason}", path.display())]
    Unread {
        /// The path of the unreadable file.
        path: PathBuf,
        /// The reason in the words of the system.
        reason: String,
    },
}

impl StateError {
    /// The advice for the user.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::InUse(_) => {
                "end the other `streamgauge run`, or give this one another state folder"
            }
            Self::Store { .. } => "check that the folder is writable and the disk has room",
            Self::Unrepaired { .. } => {
                "look at it as the user who runs the pipeline, or start `streamgauge run`, which repairs it"
            }
            Self::Broken { .. } => {
                "look after the disk; bring an export back with `streamgauge state import FILE --replace`, or recompute with `streamgauge run --rebuild`"
            }
            Self::Replaced(_) => {
                "start anew to read the other file, or take it away: the state is then stored again"
            }
            Self::Format { .. } => {
                "use the version that wrote it, or recompute with `streamgauge run --rebuild`"
            }
            Self::Damaged { former: Some(_), .. } => {
                "`streamgauge state rollback` goes back to the checkpoint before it, which is intact, and reads the log from there; or `streamgauge run --rebuild` recomputes everything"
            }
            Self::Damaged { former: None, .. } => {
                "recompute it with `streamgauge run --rebuild`, bring an export back with `streamgauge state import FILE --replace`, or start afresh with `streamgauge state reset`"
            }
            Self::NoFormer(_) => {
                "bring an export back with `streamgauge state import FILE --replace`, or recompute with `streamgauge run --rebuild`"
            }
            Self::Unread { .. } => "look at the file, its disk and its owner",
            Self::Export { .. } => "name a file that `streamgauge state export` wrote",
        }
    }
}

/// Keeps the latest checkpoint.
pub trait StateStore: Send {
    /// The latest checkpoint, if there is one.
    ///
    /// # Errors
    /// The store failed or holds an unreadable checkpoint.
    fn load(&self) -> Result<Option<Checkpoint>, StateError>;

    /// Replaces the latest checkpoint, all or nothing, and returns only when the new one would
    /// survive a power cut. Returns the size of the checkpoint in bytes.
    ///
    /// # Errors
    /// The store failed; the former checkpoint stays.
    fn save(&mut self, checkpoint: &Checkpoint) -> Result<u64, StateError>;

    /// Keeps final panes from now on only as long as `keep` says. A store of one process keeps all.
    fn keep(&mut self, _keep: Keep) {}

    /// The final panes, to be read while checkpoints are stored.
    fn history(&self) -> Arc<dyn HistoryStore>;
}

impl Keep {
    /// The time to keep, by the settings of the pipeline.
    pub fn new(pipeline: &Pipeline) -> Self {
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let metrics = pipeline.metrics.iter();
        let of_metric = metrics.map(|metric| {
            let kept = millis(metric.retention).saturating_add(millis(pipeline.history_keep));
            (metric.id.clone(), kept)
        });
        Self { bound: millis(pipeline.event_time.bound), of_metric: of_metric.collect() }
    }

    /// True if `pane` is past its time where the largest event time of the pane's partition is
    /// `max_event_time`.
    fn is_over(&self, pane: &FinalPane, max_event_time: Option<EventTime>) -> bool {
        // A metric that was taken out leaves its history.
        let Some(kept) = self.of_metric.get(&pane.metric) else { return false };
        let watermark = BoundedOutOfOrderness { bound: self.bound }.watermark(max_event_time);
        watermark >= Some(pane.window.end.plus(*kept))
    }
}
