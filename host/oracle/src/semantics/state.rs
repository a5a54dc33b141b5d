//! The state after the records of a partition: every count that docs/semantics.md speaks of.

use std::collections::VecDeque;

use super::civil::Span;
use super::histogram::Histogram;

/// The state of a partition.
#[derive(Clone, Debug)]
pub struct PartitionState {
    /// The partition's number in its topic.
    pub number: u32,
    /// The state H of docs/semantics.md: event time and counts.
    pub event_time: EventTimeState,
    /// The watermark in milliseconds; `None` means that no event time has set the watermark yet.
    pub watermark: Option<i64>,
    /// The last 20 late records, oldest first.
    pub late_samples: VecDeque<LateSample>,
    /// The metrics, sorted by their id.
    pub metrics: Vec<MetricState>,
}

/// The state H: event time and counts of a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventTimeState {
    /// The first offset that belongs to the partition's state.
    pub origin: i64,
    /// The next offset to read.
    pub next_offset: i64,
    /// M, the largest event time that may move the watermark.
    pub max_event_time: Option<i64>,
    /// The number of records that were read.
    pub read: u64,
    /// The number of records read that were on time.
    pub on_time: u64,
    /// The number of records read that were late.
    pub late: u64,
    /// The number of records read that were rejected, in the order of
    /// [`Rejection::NAMES`](super::Rejection::NAMES).
    pub rejected: [u64; 9],
    /// The number of event times that are the record's stamp.
    pub fallback: u64,
    /// The number of event times too far ahead of the stamp.
    pub future: u64,
    /// The number of event times before `earliest`.
    pub past: u64,
    /// The sum of the delays of late records, in milliseconds.
    pub delay_sum: u64,
    /// The largest delay of a late record, in milliseconds.
    pub delay_max: u64,
    /// How far behind the records were.
    pub histogram: Histogram,
    /// The places where the log did not continue at the next offset.
    pub gaps: Vec<Gap>,
}

/// A place where the log did not continue as expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The change of the log that made the gap.
    pub kind: GapKind,
    /// For a recreated topic the offset that was next, else the first offset concerned.
    pub from: i64,
    /// For a recreated topic the offset where reading resumed, else the offset after the last one
    /// concerned.
    pub to: i64,
}

/// The changes of a log that make a gap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapKind {
    /// Records were deleted before they were read.
    LogStartMoved,
    /// Records that were read are no longer there.
    LogEndMoved,
    /// The topic was made anew.
    TopicRecreated,
    /// Another file took the place of the one that was read.
    FileReplaced,
    /// The file no longer begins with what was read.
    FileRewritten,
}

impl GapKind {
    /// The number of the kind in the stored state.
    pub fn number(self) -> u8 {
        match self {
            Self::LogStartMoved => 1,
            Self::LogEndMoved => 2,
            Self::TopicRecreated => 3,
            Self::FileReplaced => 4,
            Self::FileRewritten => 5,
        }
    }
}

/// A late record, kept as a sample for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateSample {
    /// The record's offset in the partition.
    pub offset: i64,
    /// The record's stamp, in milliseconds since the Unix epoch; `None` means that it has none.
    pub stamp: Option<i64>,
    /// The record's event time, in milliseconds since the Unix epoch.
    pub event_time: i64,
    /// The lateness of the record, in milliseconds.
    pub delay: i64,
    /// The length of the record's value in bytes.
    pub length: u32,
    /// The first 256 bytes of the record's value.
    pub start: Vec<u8>,
}

/// The state of a metric in a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricState {
    /// The metric's id in the pipeline.
    pub id: String,
    /// The version of the state of the metric's plugin.
    pub state_version: u32,
    /// The first offset that belongs to the metric.
    pub origin: i64,
    /// The offset of the next record for the metric.
    pub next_offset: i64,
    /// The number of rows on time, excluded ones among them.
    pub on_time: u64,
    /// The number of late rows, excluded ones among them.
    pub late: u64,
    /// The number of rows, on time and late, that were excluded.
    pub excluded: u64,
    /// The metric's windows: cumulative first, then by size, then by slide.
    pub windows: Vec<WindowState>,
}

impl MetricState {
    /// The number of rows that are in the metric's result.
    pub fn folded(&self) -> u64 {
        self.on_time + self.late - self.excluded
    }
}

/// The windows of one size and slide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowState {
    /// The size in milliseconds; 0 means cumulative.
    pub size: i64,
    /// Milliseconds; equal to the size: fixed.
    pub slide: i64,
    /// The floor in milliseconds; panes that start before the floor are final.
    pub floor: Option<i64>,
    /// Folded rows whose pane was expired.
    pub expired: u64,
    /// Folded rows whose pane was neither open nor final and which may not open one.
    pub unplaced: u64,
    /// Panes made final by `max_open_windows`.
    pub evicted: u64,
    /// Final panes with a row so far.
    pub final_panes: u64,
    /// The chain of digests over the final panes.
    pub chain: [u8; 32],
    /// The open panes by start.
    pub panes: Vec<PaneState>,
    /// The final panes that are kept, by start.
    pub finals: Vec<FinalPane>,
}

/// A pane that records may still change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaneState {
    /// The pane's interval; `None` means the cumulative pane.
    pub span: Option<Span>,
    /// The number of folded rows that came when the watermark was past the pane's end.
    pub corrections: u64,
    /// The pane's accumulator on time, from the first row on.
    pub on_time: Option<Vec<u8>>,
    /// The pane's late accumulator, from the first row on.
    pub late: Option<Vec<u8>>,
}

/// A pane that no record changes any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalPane {
    /// The id of the pane's metric.
    pub metric: String,
    /// The size of the pane's windows, in milliseconds.
    pub size: i64,
    /// The slide of the pane's windows, in milliseconds.
    pub slide: i64,
    /// The number of the pane's partition.
    pub partition: u32,
    /// The state version of the plugin.
    pub state_version: u32,
    /// The pane's interval in event time.
    pub span: Span,
    /// The number of corrections, as in [`PaneState::corrections`].
    pub corrections: u64,
    /// The accumulator on time, as in [`PaneState::on_time`].
    pub on_time: Option<Vec<u8>>,
    /// The late accumulator, as in [`PaneState::late`].
    pub late: Option<Vec<u8>>,
}
