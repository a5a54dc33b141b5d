//! How far a metric is in a partition. The phase is stored beside the metric's state and never
//! inferred from offsets: a log that loses its end would otherwise make a stopped metric look as
//! if it had read everything.
//!
//! A phase tells what became of a state and not what the state is, so no digest covers it.

use std::fmt;
use std::sync::Arc;

use super::digest::Digest;
use super::position::Position;
use crate::time::{EventTime, WallClock};

/// The phase of a metric in one partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MetricPhase {
    /// The metric folds what its partition reads.
    #[default]
    Running,
    /// The metric is behind its partition, and a reader of its own brings it to its partition's
    /// place. The place is that of the metric's state.
    Lagging(Box<MetricPlace>),
    /// The metric's state stays where it is while the partition is read on.
    Stopped(Arc<MetricStop>),
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
            Self::Lagging(place) => Some(place),
            Self::Stopped(stop) => stop.place.as_ref(),
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
    pub const ALL: [Self; 7] = [
        Self::Unknown,
        Self::Crash,
        Self::TimeLimit,
        Self::MemoryLimit,
        Self::Refused,
        Self::Contract,
        Self::SnapshotLimit,
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
