//! The verdict on one record, step by step: enough to explain the record to a person.

use super::civil::Span;
use super::decode::Rejection;
use super::event_time::Fallback;
use super::value::Value;

/// The oracle's account of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The record's offset in its partition.
    pub offset: i64,
    /// The record's stamp, in milliseconds since the Unix epoch; `None` means that it has none.
    pub stamp: Option<i64>,
    /// The record's values by field, in the order of the schema; empty for a record that cannot be
    /// read.
    pub columns: Vec<(String, Value)>,
    /// The watermark before the record, in milliseconds.
    pub watermark_before: Option<i64>,
    /// The watermark after the record, in milliseconds.
    pub watermark_after: Option<i64>,
    /// The way in which the record is counted.
    pub outcome: Outcome,
}

/// The ways in which a record is counted.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The record is not counted, because its offset was read before.
    Repeated,
    /// The record is rejected, for this reason.
    Rejected(Rejection),
    /// The record is on time or late.
    Placed(Placed),
}

/// A record in event time.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The record's event time, in milliseconds since the Unix epoch; `None` means that it has
    /// neither one of its own nor a stamp.
    pub event_time: Option<i64>,
    /// The effect of the event time on the watermark.
    pub effect: Effect,
    /// R, what lateness is measured against.
    pub reference: Option<i64>,
    /// The lateness in milliseconds; `None` means that the record is on time.
    pub late_by: Option<i64>,
    /// The record's bucket in the histogram of how far behind records are.
    pub bucket: u32,
    /// The verdict of each metric on the record, in the order of the pipeline.
    pub metrics: Vec<MetricVerdict>,
}

/// The effects of an event time on the watermark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The event time is the largest so far, and moves the watermark.
    Moves,
    /// The event time is not larger than earlier ones.
    None,
    /// No effect, because the record's stamp stands in for the event time.
    Fallback(Fallback),
    /// No effect, because the event time is too far ahead of the record's stamp.
    Future,
    /// No effect, because the event time is before `earliest`.
    Past,
}

/// The verdict of a metric on a record.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricVerdict {
    /// The metric's id in the pipeline.
    pub id: String,
    /// The reason why the record was left out; `None` means that the record was folded.
    pub excluded: Option<Exclusion>,
    /// The record's place in each of the metric's windows.
    pub windows: Vec<WindowVerdict>,
}

/// Why a metric cannot use a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exclusion {
    /// `missing`, `wrong_type`, `out_of_range`, `fraction`, `too_long` or `refused_by_plugin`.
    pub reason: &'static str,
    /// The field, or the words of the plugin.
    pub detail: String,
}

/// The place of a record in windows of one size and slide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowVerdict {
    /// The size in milliseconds; 0 means cumulative.
    pub size: i64,
    /// Milliseconds; equal to the size: fixed.
    pub slide: i64,
    /// The record's pane; `None` means the cumulative one, or that the record has no time at all.
    pub pane: Option<Span>,
    /// The reason why the record is in no window; `None` means that it is in its pane.
    pub outside: Option<Outside>,
    /// True if the record opened the pane.
    pub opened: bool,
    /// True for a correction: the record was folded after the watermark was past the end of the
    /// pane.
    pub correction: bool,
    /// The pane that became final to make room.
    pub evicted: Option<Span>,
    /// The panes that became final because the record moved the watermark.
    pub finals: Vec<Span>,
}

/// The reasons why a record is in no window of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// The record's pane is final.
    Expired,
    /// The record's pane is neither open nor final, and the record may not open it.
    Unplaced,
}

impl WindowVerdict {
    /// The verdict on a record that is in no pane and changes none.
    pub fn nowhere(size: i64, slide: i64) -> Self {
        Self {
            size,
            slide,
            pane: None,
            outside: None,
            opened: false,
            correction: false,
            evicted: None,
            finals: Vec::new(),
        }
    }
}
