//! What became of one record, step by step: enough to explain it to a person.

use super::civil::Span;
use super::decode::Rejection;
use super::event_time::Fallback;
use super::value::Value;

/// What became of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Its offset.
    pub offset: i64,
    /// Its stamp.
    pub stamp: i64,
    /// Its values by field, in the order of the schema; none where it cannot be read.
    pub columns: Vec<(String, Value)>,
    /// The watermark as it stood before the record.
    pub watermark_before: Option<i64>,
    /// The watermark after it.
    pub watermark_after: Option<i64>,
    /// What it counts as.
    pub outcome: Outcome,
}

/// What a record counts as.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing: its offset was read before.
    Repeated,
    /// It is no record.
    Rejected(Rejection),
    /// It is on time or late.
    Placed(Placed),
}

/// A record in event time.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Its event time.
    pub event_time: i64,
    /// What the event time does to the watermark.
    pub effect: Effect,
    /// R, what lateness is measured against.
    pub reference: Option<i64>,
    /// None: on time. Else: late by so many milliseconds.
    pub late_by: Option<i64>,
    /// Its bucket of the histogram.
    pub bucket: u32,
    /// What each metric made of it, in the order of the pipeline.
    pub metrics: Vec<MetricVerdict>,
}

/// What an event time does to the watermark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It is the largest so far.
    Moves,
    /// It is not larger than others before.
    None,
    /// Nothing, as it is the record's stamp.
    Fallback(Fallback),
    /// Nothing, as it is too far ahead of the record's stamp.
    Future,
    /// Nothing, as it is before `earliest`.
    Past,
}

/// What a metric made of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricVerdict {
    /// The metric's id.
    pub id: String,
    /// Why it was left out; none: it was folded.
    pub excluded: Option<Exclusion>,
    /// Its place in each of the metric's windows.
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
    /// Milliseconds; 0: cumulative.
    pub size: i64,
    /// Milliseconds; equal to the size: fixed.
    pub slide: i64,
    /// Its pane; none: cumulative.
    pub pane: Option<Span>,
    /// Whether the pane was final, so that the record is in no window.
    pub expired: bool,
    /// Whether it opened the pane.
    pub opened: bool,
    /// Whether it is a correction: folded after the watermark was past the end of the pane.
    pub correction: bool,
    /// The pane that became final to make room.
    pub evicted: Option<Span>,
    /// The panes that became final because it moved the watermark.
    pub finals: Vec<Span>,
}
