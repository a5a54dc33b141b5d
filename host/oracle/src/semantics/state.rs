//! What there is after the records of a partition: every count that docs/semantics.md speaks of.

use std::collections::VecDeque;

use super::civil::Span;
use super::histogram::Histogram;

/// The state of a partition.
#[derive(Clone, Debug)]
pub struct PartitionState {
    /// The partition's number.
    pub number: u32,
    /// The state H.
    pub event_time: EventTimeState,
    /// The watermark.
    pub watermark: Option<i64>,
    /// The last 20 late records, oldest first.
    pub late_samples: VecDeque<LateSample>,
    /// The metrics by id.
    pub metrics: Vec<MetricState>,
}

/// The state H: event time and the books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventTimeState {
    /// The first offset that belongs to it.
    pub origin: i64,
    /// The next offset to read.
    pub next_offset: i64,
    /// M, the largest event time that may move the watermark.
    pub max_event_time: Option<i64>,
    /// Records read.
    pub read: u64,
    /// Of these: on time.
    pub on_time: u64,
    /// Of these: late.
    pub late: u64,
    /// Of these: rejected, in the order of [`Rejection::NAMES`](super::Rejection::NAMES).
    pub rejected: [u64; 9],
    /// Event times that are the record's stamp.
    pub fallback: u64,
    /// Event times too far ahead of the stamp.
    pub future: u64,
    /// Event times before `earliest`.
    pub past: u64,
    /// Sum of the delays of late records.
    pub delay_sum: u64,
    /// The largest of them.
    pub delay_max: u64,
    /// How far behind the records were.
    pub histogram: Histogram,
    /// Where the log did not go on.
    pub gaps: Vec<Gap>,
}

/// A place where the log did not go on as expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// What happened.
    pub kind: GapKind,
    /// Of a recreated topic: the offset that was next. Else: the first offset concerned.
    pub from: i64,
    /// Of a recreated topic: where reading went on. Else: the offset after the last one concerned.
    pub to: i64,
}

/// What happened to a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapKind {
    /// Records were deleted unread.
    LogStartMoved,
    /// Records that were read are no longer there.
    LogEndMoved,
    /// The topic was made anew.
    TopicRecreated,
}

impl GapKind {
    /// Its number in the stored state.
    pub fn number(self) -> u8 {
        match self {
            Self::LogStartMoved => 1,
            Self::LogEndMoved => 2,
            Self::TopicRecreated => 3,
        }
    }
}

/// A late record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateSample {
    /// Its offset.
    pub offset: i64,
    /// Its stamp.
    pub stamp: i64,
    /// Its event time.
    pub event_time: i64,
    /// How late it was.
    pub delay: i64,
    /// Its length in bytes.
    pub length: u32,
    /// Its first 256 bytes.
    pub start: Vec<u8>,
}

/// The state of a metric in a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricState {
    /// The metric's id.
    pub id: String,
    /// The state version of its plugin.
    pub state_version: u32,
    /// The first offset that belongs to it.
    pub origin: i64,
    /// The next offset.
    pub next_offset: i64,
    /// Rows on time.
    pub on_time: u64,
    /// Late rows.
    pub late: u64,
    /// Of both: excluded.
    pub excluded: u64,
    /// Its windows: cumulative first, then by size, then by slide.
    pub windows: Vec<WindowState>,
}

impl MetricState {
    /// Rows in its result.
    pub fn folded(&self) -> u64 {
        self.on_time + self.late - self.excluded
    }
}

/// The windows of one size and slide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowState {
    /// Milliseconds; 0: cumulative.
    pub size: i64,
    /// Milliseconds; equal to the size: fixed.
    pub slide: i64,
    /// Panes that start before it are final.
    pub floor: Option<i64>,
    /// Folded rows whose pane was expired.
    pub expired: u64,
    /// Panes made final by `max_open_windows`.
    pub evicted: u64,
    /// Final panes with a row so far.
    pub sealed: u64,
    /// The chain over them.
    pub chain: [u8; 32],
    /// The open panes by start.
    pub panes: Vec<PaneState>,
    /// The final panes that are kept, by start.
    pub finals: Vec<FinalPane>,
}

/// An open pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaneState {
    /// Its interval; none: cumulative.
    pub span: Option<Span>,
    /// Folded rows that came when the watermark was past its end.
    pub corrections: u64,
    /// Its accumulator on time, from the first row on.
    pub on_time: Option<Vec<u8>>,
    /// Its late accumulator, from the first row on.
    pub late: Option<Vec<u8>>,
}

/// A final pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalPane {
    /// The metric's id.
    pub metric: String,
    /// Size of the windows.
    pub size: i64,
    /// Their slide.
    pub slide: i64,
    /// The partition's number.
    pub partition: u32,
    /// The state version of the plugin.
    pub state_version: u32,
    /// Its interval.
    pub span: Span,
    /// As [`PaneState::corrections`].
    pub corrections: u64,
    /// As [`PaneState::on_time`].
    pub on_time: Option<Vec<u8>>,
    /// As [`PaneState::late`].
    pub late: Option<Vec<u8>>,
}
