//! How far a metric is in a partition. The phase is stored beside the metric's state and never
//! inferred from offsets: a log that loses its end would otherwise make a stopped metric look as
//! if it had read everything.
//!
//! A phase tells what became of a state and not what the state is, so no digest covers it.

use std::fmt;
use std::sync::Arc;

use super::digest::Digest;
use super::position::Position;
use crate::partition::PartitionState;
use crate::time::{EventTime, WallClock};

/// The phase of a metric in one partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MetricPhase {
    /// The metric folds what its partition reads.
    #[default]
    Running,
    /// The metric is behind its partition, and a reader of its own brings it to its partition's
    /// place.
    Lagging(Box<MetricLag>),
    /// The metric's state stays where it is while the partition is read on.
    Stopped(Arc<MetricStop>),
}

/// Where a metric is that is behind its partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricLag {
    /// The place of the metric's state.
    pub place: MetricPlace,
    /// The crash that put the metric back to that place; `None` means that it is there for another
    /// reason, or that the record is found.
    pub crash: Option<Crash>,
    /// The records past that place at which the plugin crashes, each alone, by offset.
    pub left_out: Vec<LeftOut>,
    /// A digest of the plugin and its limits that crashed: with others, what was found is of no use.
    /// `None` means that none crashed, or that a version of the program wrote the state that did not
    /// keep it.
    pub under: Option<Digest>,
}

/// A record that is left out of a metric because the plugin crashes at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The offset in the partition of the metric's state.
    pub offset: i64,
    /// The last words of the plugin.
    pub reason: String,
}

/// A crash of a plugin while rows were added: one of these records may be to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crash {
    /// The last words of the plugin.
    pub reason: String,
    /// The records of the hand-over.
    pub records: RecordRange,
}

/// The records at which a plugin crashes, each alone. They are left out of the metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poison {
    /// A digest of the plugin and its limits, which crashed.
    pub under: Digest,
    /// The last of them, by offset; at most [`POISON_MAX`].
    pub records: Vec<PoisonRecord>,
}

/// A record at which a plugin crashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoisonRecord {
    /// The offset in the partition of the metric's state.
    pub offset: i64,
    /// How many rows the metric had been offered before.
    pub offered: u64,
}

/// The most records that may be left out within [`POISON_ROWS`] rows because the plugin crashes at
/// them; with more, the metric stops.
pub const POISON_MAX: usize = 16;

/// See [`POISON_MAX`].
pub const POISON_ROWS: u64 = 1_000_000;

impl Poison {
    /// How many of the records are among the last [`POISON_ROWS`] rows of `offered`.
    pub fn recent(&self, offered: u64) -> usize {
        let is_recent = |record: &&PoisonRecord| record.offered + POISON_ROWS > offered;
        self.records.iter().filter(is_recent).count()
    }

    /// Adds a record; the oldest one goes where there are too many.
    pub fn push(&mut self, record: PoisonRecord) {
        self.records.push(record);
        let over = self.records.len().saturating_sub(POISON_MAX);
        self.records.drain(..over);
    }
}

/// Why and where a metric stopped in a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricStop {
    /// The kind of the failure, for a remedy.
    pub kind: StopKind,
    /// The failure in words for people; empty for [`StopKind::Unknown`].
    pub reason: String,
    /// The call of the plugin that failed.
    pub call: Option<PluginCall>,
    /// The records that the call was about.
    pub records: Option<RecordRange>,
    /// When the metric stopped, by the wall clock.
    pub since: Option<WallClock>,
    /// The place of the metric's state, which a later resume needs besides the next offset; `None`
    /// means that a version of the program stopped the metric that did not keep it.
    pub place: Option<MetricPlace>,
    /// A digest of the plugin and the limits that the metric had: with others it may go on. `None`
    /// means that a version of the program stopped the metric that did not keep it.
    pub under: Option<Digest>,
}

/// The place of a metric that is not at the place of its partition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MetricPlace {
    /// The number of gaps that the metric had passed: offsets alone are not unique.
    pub gaps: u32,
    /// The place in the log, and the record before it.
    pub position: Position,
    /// M: the largest event time that may move the watermark, as of this place.
    pub max_event_time: Option<EventTime>,
}

impl MetricPlace {
    /// The place of a metric that is where its partition is: at `state`, with its source at
    /// `position`. The mark of the file is the partition's alone.
    pub fn at(state: &PartitionState, position: Position) -> Self {
        Self {
            gaps: state.gaps.len() as u32,
            position: Position { mark: None, ..position },
            max_event_time: state.max_event_time,
        }
    }
}

/// Records of one partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordRange {
    /// The number of the partition.
    pub partition: u32,
    /// The offset of the first record.
    pub first: i64,
    /// The offset of the last record.
    pub last: i64,
}

/// The kind of a failure that stops a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopKind {
    /// A version of the program that kept no reason stopped the metric.
    Unknown,
    /// The plugin crashed, with its last words as the reason.
    Crash,
    /// A call took longer than `time_max`.
    TimeLimit,
    /// The plugin wanted more memory than `memory_max`.
    MemoryLimit,
    /// The plugin refused a call.
    Refused,
    /// An answer of the plugin breaks the contract.
    Contract,
    /// The snapshots took more than `snapshot_max`.
    SnapshotLimit,
    /// The plugin called itself too deeply.
    StackLimit,
    /// The log no longer holds records that the metric needs to go on.
    RecordsGone,
}

/// A call of the contract between host and plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PluginCall {
    /// The plugin tells of itself or of its configuration.
    Describe,
    /// The plugin takes its configuration.
    Open,
    /// A new accumulator, on the first row of a pane.
    Create,
    /// Rows are added to an accumulator.
    Add,
    /// An accumulator takes in another one.
    Merge,
    /// The result of an accumulator.
    Result,
    /// The state of an accumulator as bytes.
    Snapshot,
    /// An accumulator from bytes.
    Restore,
    /// The end of an accumulator.
    Release,
}

impl MetricPhase {
    /// Why the metric stopped; `None` means that it did not.
    pub fn stop(&self) -> Option<&Arc<MetricStop>> {
        match self {
            Self::Running | Self::Lagging(_) => None,
            Self::Stopped(stop) => Some(stop),
        }
    }

    /// The place of a metric that is not at the place of its partition; `None` means that the
    /// metric runs, or that its place is not known.
    pub fn place(&self) -> Option<&MetricPlace> {
        match self {
            Self::Running => None,
            Self::Lagging(lag) => Some(&lag.place),
            Self::Stopped(stop) => stop.place.as_ref(),
        }
    }

    /// The phase of a metric that is brought to its partition's place from `place`.
    pub fn lagging(place: MetricPlace) -> Self {
        Self::Lagging(Box::new(MetricLag { place, ..MetricLag::default() }))
    }

    /// Where the metric lags; `None` means that it does not.
    pub fn lag(&self) -> Option<&MetricLag> {
        match self {
            Self::Lagging(lag) => Some(lag),
            Self::Running | Self::Stopped(_) => None,
        }
    }

    /// True if the metric is behind its partition and is being brought to its place.
    pub fn is_lagging(&self) -> bool {
        matches!(self, Self::Lagging(_))
    }
}

impl MetricStop {
    /// The stop of which an earlier version of the program kept nothing but the offset.
    pub fn unknown() -> Self {
        Self {
            kind: StopKind::Unknown,
            reason: String::new(),
            call: None,
            records: None,
            since: None,
            place: None,
            under: None,
        }
    }
}

impl StopKind {
    /// Every kind, by its number in a snapshot.
    pub const ALL: [Self; 9] = [
        Self::Unknown,
        Self::Crash,
        Self::TimeLimit,
        Self::MemoryLimit,
        Self::Refused,
        Self::Contract,
        Self::SnapshotLimit,
        Self::StackLimit,
        Self::RecordsGone,
    ];
}

impl PluginCall {
    /// Every call, by its number in a snapshot less 1.
    pub const ALL: [Self; 9] = [
        Self::Describe,
        Self::Open,
        Self::Create,
        Self::Add,
        Self::Merge,
        Self::Result,
        Self::Snapshot,
        Self::Restore,
        Self::Release,
    ];

    /// The name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Self::Describe => "describe",
            Self::Open => "open",
            Self::Create => "constructor",
            Self::Add => "add",
            Self::Merge => "merge",
            Self::Result => "get-result",
            Self::Snapshot => "snapshot",
            Self::Restore => "restore",
            Self::Release => "drop",
        }
    }
}

impl fmt::Display for MetricStop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.kind == StopKind::Unknown {
            return f.write_str("it stopped in an earlier version, which kept no reason");
        }
        if let Some(call) = self.call {
            write!(f, "`{}`", call.name())?;
            match self.records {
                Some(RecordRange { partition, first, last }) if first == last => {
                    write!(f, " of record {partition}@{first}")?;
                }
                Some(RecordRange { partition, first, last }) => {
                    write!(f, " of records {partition}@{first} to {partition}@{last}")?;
                }
                None => {}
            }
            f.write_str(" failed: ")?;
        }
        f.write_str(&self.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_names_the_call_the_records_and_the_reason() {
        let records = |first, last| Some(RecordRange { partition: 3, first, last });
        let told = |call, records| {
            let reason = "it crashed: too much".to_owned();
            let (kind, call) = (StopKind::Crash, Some(call));
            MetricStop { kind, reason, call, records, ..MetricStop::unknown() }.to_string()
        };
        for (call, records, expected) in [
            (PluginCall::Add, records(5, 9), "`add` of records 3@5 to 3@9 failed: "),
            (PluginCall::Add, records(5, 5), "`add` of record 3@5 failed: "),
            (PluginCall::Snapshot, None, "`snapshot` failed: "),
        ] {
            assert_eq!(told(call, records), format!("{expected}it crashed: too much"));
        }
        let unknown = MetricStop::unknown().to_string();
        assert_eq!(unknown, "it stopped in an earlier version, which kept no reason");
    }
}
