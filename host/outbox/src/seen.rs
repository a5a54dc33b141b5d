//! One of the latest records of a partition, for people to look at: the last one of each
//! publication, and never stored.

use streamgauge_core::{EventTime, Lateness, Millis, RecordBatch, RecordTime, SAMPLE_BYTES_MAX};

/// A record that became a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its partition.
    pub partition: u32,
    /// Its offset.
    pub offset: i64,
    /// Its stamp.
    pub time: RecordTime,
    /// When it happened.
    pub event_time: EventTime,
    /// How far it was behind; none where it was on time.
    pub delay: Option<Millis>,
    /// The length of the record, in bytes.
    pub record_bytes: u32,
    /// The beginning of the record.
    pub record: Vec<u8>,
}

impl Seen {
    /// The last row of `batch`, unless it is empty.
    pub fn last_of(partition: u32, lateness: Lateness, batch: &RecordBatch) -> Option<Self> {
        let row = batch.rows().checked_sub(1)?;
        let (i, raw) = (row as usize, batch.raw(row));
        Some(Self {
            partition,
            offset: batch.metas()[i].offset,
            time: batch.metas()[i].time,
            event_time: EventTime(batch.event_times()[i]),
            delay: (lateness == Lateness::Late).then(|| batch.delays()[i]),
            record_bytes: raw.len() as u32,
            record: raw[..raw.len().min(SAMPLE_BYTES_MAX)].to_vec(),
        })
    }
}
