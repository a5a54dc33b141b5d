//! All settings that the event-time state of a partition depends on, checked and in one value.

use crate::schema::Projection;
use crate::time::{EventTime, Millis};
use crate::timestamp::TimestampAssigner;
use crate::watermark::BoundedOutOfOrderness;

/// What a record's lateness is measured against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatenessClock {
    /// The partition's watermark as it stood before the record.
    Watermark,
    /// The record's own stamp, less the bound.
    Record,
    /// The wall clock when the record was taken, less the bound: what a record counts as depends
    /// on when it is read, so nothing can be replayed.
    Processing,
}

/// How records become rows with an event time and a verdict.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The decoded fields.
    pub projection: Projection,
    /// Where event time comes from.
    pub timestamps: TimestampAssigner,
    /// How the watermark follows it.
    pub watermark: BoundedOutOfOrderness,
    /// How far an event time may be ahead of its record's stamp and still move the watermark;
    /// none where the stamps are not the time of the events (files, generator).
    pub future_skew: Option<Millis>,
    /// Event times before it do not move the watermark: where event time is one field, a number
    /// that was cut short must not look like 1970.
    pub earliest: Option<EventTime>,
    /// What lateness is measured against.
    pub lateness: LatenessClock,
}
