//! The books. Always and exactly: read = on time + late + rejected; per metric:
//! on time + late = folded + excluded.

use crate::lateness::Lateness;
use crate::record::Rejection;

/// Rejected records by [`Rejection::kind`].
pub type RejectionCounts = [u64; Rejection::KINDS];

/// What became of the records of a partition, or of several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accounting {
    /// Records read.
    pub read: u64,
    /// Of these: with an event time not behind the watermark.
    pub on_time: u64,
    /// Of these: late. Kept, never dropped.
    pub late: u64,
    /// Of these: not readable as records, by reason.
    pub rejections: RejectionCounts,
    /// Of those on time or late: event time taken from the record's stamp.
    pub fallback: u64,
    /// Of those on time or late: too far ahead of the record's stamp to move the watermark.
    pub future: u64,
    /// Of those on time or late: too old to move the watermark.
    pub past: u64,
    /// Sum of how far late records were behind, in milliseconds.
    pub late_delay_sum: u64,
    /// How far the latest one was behind, in milliseconds.
    pub late_delay_max: u64,
}

impl Accounting {
    /// Records not readable as such.
    pub fn rejected(&self) -> u64 {
        self.rejections.iter().sum()
    }

    /// Whether the books add up.
    pub fn balanced(&self) -> bool {
        self.read == self.on_time + self.late + self.rejected()
    }

    /// Adds the books of another partition.
    pub fn add(&mut self, other: &Self) {
        self.read += other.read;
        self.on_time += other.on_time;
        self.late += other.late;
        for (sum, n) in self.rejections.iter_mut().zip(other.rejections) {
            *sum += n;
        }
        self.fallback += other.fallback;
        self.future += other.future;
        self.past += other.past;
        self.late_delay_sum = self.late_delay_sum.saturating_add(other.late_delay_sum);
        self.late_delay_max = self.late_delay_max.max(other.late_delay_max);
    }
}

/// What became of the rows that one metric was offered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MetricAccounting {
    /// Rows offered with the verdict on time.
    pub on_time: u64,
    /// Rows offered with the verdict late.
    pub late: u64,
    /// Of these: without a usable value in a column that the metric reads, or refused by it.
    pub excluded: u64,
}

impl MetricAccounting {
    /// Rows that are in the metric's result.
    pub fn folded(&self) -> u64 {
        self.on_time + self.late - self.excluded
    }

    /// Counts `rows` offered with this verdict, `excluded` of them left out.
    pub fn offer(&mut self, lateness: Lateness, rows: u64, excluded: u64) {
        match lateness {
            Lateness::OnTime => self.on_time += rows,
            Lateness::Late => self.late += rows,
        }
        self.excluded += excluded;
    }

    /// Adds the books of another partition.
    pub fn add(&mut self, other: &Self) {
        self.on_time += other.on_time;
        self.late += other.late;
        self.excluded += other.excluded;
    }
}
