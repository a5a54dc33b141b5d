//! Some of the last records and dead letters of a worker, for people to look at; never stored.

use std::borrow::Cow;
use std::collections::VecDeque;

use streamgauge_core::{
    EventTime, Lateness, Millis, RecordBatch, RecordTime, SAMPLE_BYTES_MAX, beginning,
};

use crate::DeadLetter;

/// The longest beginning of a record that is kept: most records are kept as a whole, so that their
/// values can be read.
pub const RECENT_BYTES_MAX: usize = 4096;

/// The last values of a kind, oldest first, up to a fixed number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recent<T, const MOST: usize>(VecDeque<T>);

impl<T, const MOST: usize> Default for Recent<T, MOST> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T, const MOST: usize> Recent<T, MOST> {
    /// How many values are kept.
    pub const KEPT: usize = MOST;

    /// Adds `new`, oldest first; the oldest values beyond the number are forgotten.
    pub fn extend(&mut self, new: impl IntoIterator<Item = T>) {
        self.0.extend(new);
        self.0.drain(..self.0.len().saturating_sub(MOST));
    }

    /// The values, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + ExactSizeIterator {
        self.0.iter()
    }
}

/// A record that became a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentRecord {
    /// The number of the record's partition.
    pub partition: u32,
    /// The record's offset in its partition.
    pub offset: i64,
    /// The stamp that the source gave the record.
    pub time: RecordTime,
    /// The event time of the record; `None` means that it has neither one nor a stamp.
    pub event_time: Option<EventTime>,
    /// How far behind the record was; `None` means that it was on time.
    pub delay: Option<Millis>,
    /// The length of the whole record, in bytes.
    pub record_bytes: u32,
    /// The beginning of the record, at most [`RECENT_BYTES_MAX`].
    pub record: Vec<u8>,
}

impl RecentRecord {
    /// The last row of `batch`, unless that is empty.
    pub fn last_of(partition: u32, lateness: Lateness, batch: &RecordBatch) -> Option<Self> {
        let row = batch.rows().checked_sub(1)?;
        let (i, raw) = (row as usize, batch.raw(row));
        Some(Self {
            partition,
            offset: batch.metas()[i].offset,
            time: batch.metas()[i].time,
            event_time: batch.event_time(row),
            delay: (lateness == Lateness::Late).then(|| batch.delays()[i]),
            record_bytes: raw.len() as u32,
            record: raw[..raw.len().min(RECENT_BYTES_MAX)].to_vec(),
        })
    }

    /// The record, where all of it was kept.
    pub fn whole(&self) -> Option<&[u8]> {
        (self.record.len() == self.record_bytes as usize).then_some(&self.record)
    }
}

/// A dead letter with only the beginning of its record, and of the words about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecentLetter {
    /// The letter, its value and its detail cut.
    pub letter: DeadLetter<'static>,
    /// The length of the whole value, in bytes.
    pub record_bytes: usize,
}

impl RecentLetter {
    /// `letter`, its value and its detail cut.
    pub fn of(letter: &DeadLetter<'_>) -> Self {
        let owned = |text: &str| Cow::Owned(text.to_owned());
        let DeadLetter { partition, offset, time, .. } = *letter;
        let detail = letter.detail.as_deref();
        let detail = detail.map(|text| owned(&text[..text.floor_char_boundary(SAMPLE_BYTES_MAX)]));
        let letter_cut = DeadLetter {
            partition,
            offset,
            time,
            metric: letter.metric.as_deref().map(owned),
            reason: owned(&letter.reason),
            detail,
            value: letter.value.as_deref().map(|value| Cow::Owned(beginning(value).to_vec())),
        };
        Self { letter: letter_cut, record_bytes: letter.value.as_ref().map_or(0, |v| v.len()) }
    }
}

#[cfg(test)]
mod tests;
