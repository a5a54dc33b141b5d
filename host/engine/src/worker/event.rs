//! What happens to an engine, one event at a time, and what comes of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use streamgauge_core::{
    Block, FileMark, MetricPlace, MetricSnapshot, PartitionSnapshot, Plan, WallClock,
};

use super::late_output::LateOutput;
use crate::metric::{Compacted, Expected, NotJoined};
use streamgauge_decode::Decoder;
use streamgauge_outbox::{Publication, WorkerReport};
use streamgauge_pipeline::BatchSettings;

/// When an event happens, by both clocks. The engine is told, and never asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// A monotonic instant, for durations.
    pub at: Instant,
    /// The time of day.
    pub wall: WallClock,
}

/// Tells the time.
pub trait Clock: Send {
    /// The present moment, by both clocks.
    fn now(&self) -> Moment;
}

/// An event. Each is finished before the next one begins.
pub enum Event<'a> {
    /// The source has records.
    Records(Block<'a>),
    /// The source has nothing more at hand, so what is there need not wait to become more.
    Drained,
    /// The source has nothing more and will have nothing more, so nothing need wait.
    Ended,
    /// The log of a partition holds no record between those that were handed over and `offset`.
    ReadTo {
        /// The number of the partition.
        partition: u32,
        /// The offset up to which the log is read.
        offset: i64,
    },
    /// The file of a partition is known by this mark, which stands in what was handed over.
    Marked {
        /// The number of the partition.
        partition: u32,
        /// What tells the file from others; no later than what was handed over.
        mark: FileMark,
    },
    /// Time has passed: see [`Engine::due`](super::Engine::due).
    Tick,
    /// A partition comes, in the state in which it was left.
    Assign(Arc<PartitionSnapshot>),
    /// A partition goes; the reply holds its last state.
    Revoke(u32),
    /// From here on records are read in another way.
    Reconfigure(Box<Configuration>),
    /// No record of the partition at or past `offset` is taken until the partition is released or
    /// revoked. The reply, to this or a later event, says when all records before it are folded.
    HoldAt {
        /// The number of the partition to hold.
        partition: u32,
        /// The first offset that is not taken.
        offset: i64,
    },
    /// A held partition is read on, from [`Held::next_offset`].
    Release(u32),
    /// Metrics that lag in a partition are about to join it: from here on, rows are kept for them.
    /// The reply tells the place whose states are needed.
    Expect(MetricsIn),
    /// The states of metrics at the place that they were expected at: they run from here on.
    Join(Joiners),
    /// Metrics do not join a partition now; nothing more is kept for them.
    Forget(MetricsIn),
    /// A metric that stopped is to be brought to its partitions' places: it lags from here on.
    Lag {
        /// The id that the pipeline gives the metric.
        metric: String,
    },
    /// A whole accumulator was made of one that was exported with differences.
    Compacted(CompactedIn),
    /// Whatever was taken is folded and published; where the source has ended, with every
    /// accumulator as a whole.
    Stop,
}

/// A whole accumulator of a metric in a partition.
#[derive(Clone, Debug)]
pub struct CompactedIn {
    /// The id that the pipeline gives the metric.
    pub metric: String,
    /// The number of the partition.
    pub partition: u32,
    /// What was made of which accumulator.
    pub compacted: Compacted,
}

/// Some metrics in one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricsIn {
    /// The ids that the pipeline gives them.
    pub metrics: Vec<String>,
    /// The number of the partition.
    pub partition: u32,
}

/// Metrics that join a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joiners {
    /// The states that a side reader has at the place.
    pub states: Vec<MetricSnapshot>,
    /// The place of all of them.
    pub place: MetricPlace,
    /// The number of the partition.
    pub partition: u32,
}

/// How records are read, batched and put out besides.
pub struct Configuration {
    /// How records become rows.
    pub plan: Arc<Plan>,
    /// How they are decoded.
    pub decoder: Decoder,
    /// How large batches may be, and how long they may wait.
    pub batch: BatchSettings,
    /// How often states are published, where that costs little.
    pub publish_every: Duration,
    /// What becomes of late records.
    pub late_output: LateOutput,
}

/// What came of an event.
#[derive(Default)]
pub struct Reply {
    /// What is to be published now.
    pub publish: Option<(Publication, WorkerReport)>,
    /// The last state of a partition that went; it is in the publication too.
    pub revoked: Option<Arc<PartitionSnapshot>>,
    /// Partitions that reached the offset at which they are held.
    pub held: Vec<Held>,
    /// The place at which metrics are expected; `None` also where one of them does not lag.
    pub expected: Option<Expected>,
    /// The answer to [`Event::Join`], or why not all of them run now.
    pub joined: Option<Result<(), NotJoined>>,
}

/// A partition that is held: all of its records before the offset are folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// The number of the held partition.
    pub partition: u32,
    /// The offset after the last record that was taken.
    pub next_offset: i64,
    /// Where a source continues, as in [`RecordMeta::cursor`](streamgauge_core::RecordMeta).
    pub cursor: u64,
}
