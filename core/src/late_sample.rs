//! The last few late records of a partition, for people to look at.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::batch::RecordBatch;
use crate::time::{EventTime, Millis, RecordTime};

/// How many are kept.
pub const LATE_SAMPLES_MAX: usize = 20;

/// How much of a record is kept where it is only to be looked at, in bytes.
pub const SAMPLE_BYTES_MAX: usize = 256;

/// One late record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateSample {
    /// Its offset.
    pub offset: i64,
    /// Its stamp.
    pub time: RecordTime,
    /// When it happened.
    pub event_time: EventTime,
    /// How far it was behind.
    pub delay: Millis,
    /// The length of the record, in bytes.
    pub record_bytes: u32,
    /// The beginning of the record.
    pub record: Arc<[u8]>,
}

/// Adds the last rows of a batch of late records, and drops the oldest.
pub(crate) fn remember(samples: &mut VecDeque<LateSample>, late: &RecordBatch) {
    let rows = late.rows();
    for row in rows.saturating_sub(LATE_SAMPLES_MAX as u32)..rows {
        let (i, raw) = (row as usize, late.raw(row));
        if samples.len() == LATE_SAMPLES_MAX {
            samples.pop_front();
        }
        samples.push_back(LateSample {
            offset: late.metas()[i].offset,
            time: late.metas()[i].time,
            event_time: EventTime(late.event_times()[i]),
            delay: late.delays()[i],
            record_bytes: raw.len() as u32,
            record: raw[..raw.len().min(SAMPLE_BYTES_MAX)].into(),
        });
    }
}
