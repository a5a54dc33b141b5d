//! The last few late records of a partition, for people to look at.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::batch::RecordBatch;
use crate::time::{EventTime, Millis, RecordTime};

/// The most late records that are kept of a partition; the oldest one makes room.
pub const LATE_SAMPLES_MAX: usize = 20;

/// The most that is kept of a record that is only to be looked at, in bytes.
pub const SAMPLE_BYTES_MAX: usize = 256;

/// The part of a record that is kept to be shown.
pub fn beginning(record: &[u8]) -> &[u8] {
    &record[..record.len().min(SAMPLE_BYTES_MAX)]
}

/// The beginning of a late record, with what the partition found out about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LateSample {
    /// The position in the partition's log.
    pub offset: i64,
    /// The source's stamp, in milliseconds.
    pub time: RecordTime,
    /// The time at which the event happened.
    pub event_time: EventTime,
    /// How far the record was behind the limit for lateness, in milliseconds; above 0.
    pub delay: Millis,
    /// The length of the whole record, in bytes.
    pub record_bytes: u32,
    /// The first bytes of the record, at most [`SAMPLE_BYTES_MAX`].
    pub record: Arc<[u8]>,
}

/// Adds the last rows of `late`, a batch of late records, and drops the oldest samples.
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
            record: beginning(raw).into(),
        });
    }
}
