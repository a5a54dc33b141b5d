//! A record that moved the watermark far at once: a clock that is wrong by less than `future_skew`
//! moves it as a right one does, and everything that comes after such a record is late or expired.
//! So the last such record is remembered, for people to look at.

use crate::record::RecordMeta;
use crate::time::{EventTime, RecordTime};

/// A record that moved the watermark by more than
/// [`BoundedOutOfOrderness::leap_min`](crate::BoundedOutOfOrderness::leap_min).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WatermarkLeap {
    /// The record's offset in its partition.
    pub offset: i64,
    /// The record's stamp, which tells whether a clock was wrong.
    pub time: RecordTime,
    /// The largest event time before the record.
    pub from: EventTime,
    /// The record's event time, the largest since.
    pub to: EventTime,
}

impl WatermarkLeap {
    /// The leap that the record at `meta` made.
    pub fn of(meta: RecordMeta, from: EventTime, to: EventTime) -> Self {
        Self { offset: meta.offset, time: meta.time, from, to }
    }
}
