//! The books: how many records there were, by what became of each. Two equations hold always and
//! exactly: read = on time + late + rejected, and per metric on time + late = folded + excluded.

use crate::lateness::Lateness;
use crate::record::Rejection;

/// Rejected records by [`Rejection::kind`].
pub type RejectionCounts = [u64; Rejection::KINDS];

/// The records of a partition, or of several, counted by what became of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accounting {
    /// Records with an offset that was not read before: the sum of the next three.
    pub read: u64,
    /// Records with an event time that is not behind the watermark.
    pub on_time: u64,
    /// Records with an event time behind the watermark. Late records are kept, never dropped.
    pub late: u64,
    /// Records that cannot be read as such, by reason.
    pub rejections: RejectionCounts,
    /// Records on time or late whose event time is their stamp, for want of a usable one.
    pub fallback: u64,
    /// Records on time or late that are too far ahead of their stamp to move the watermark.
    pub future: u64,
    /// Records on time or late that are too old to move the watermark.
    pub past: u64,
    /// The delays of all late records added up, in milliseconds; saturates.
    pub late_delay_sum: u64,
    /// The largest delay of a late record, in milliseconds.
    pub late_delay_max: u64,
}

impl Accounting {
    /// Records that cannot be read as such, for all reasons together.
    pub fn rejected(&self) -> u64 {
        self.rejections.iter().sum()
    }

    /// True if every record read is on time, late or rejected.
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

/// The rows that one metric was offered, counted by what became of each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MetricAccounting {
    /// Rows offered with the verdict on time.
    pub on_time: u64,
    /// Rows offered with the verdict late.
    pub late: u64,
    /// Rows offered that have no usable value in a column that the metric reads, or that the
    /// metric refused.
    pub excluded: u64,
}

impl MetricAccounting {
    /// Rows that are in the metric's result.
    pub fn folded(&self) -> u64 {
        self.on_time + self.late - self.excluded
    }

    /// Counts `rows` offered with this verdict, of which `excluded` are not in the result.
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Books in which every count is another multiple of `n`.
    fn books(n: u64) -> Accounting {
        let mut rejections = [0; Rejection::KINDS];
        (0..).zip(&mut rejections).for_each(|(kind, count)| *count = n * kind);
        let rejected: u64 = rejections.iter().sum();
        Accounting {
            read: n * 300 + rejected,
            on_time: n * 100,
            late: n * 200,
            rejections,
            fallback: n * 4,
            future: n * 5,
            past: n * 6,
            late_delay_sum: n * 7,
            late_delay_max: n * 8,
        }
    }

    #[test]
    fn books_of_several_partitions_are_added_but_for_the_largest_delay() {
        let mut sum = books(1);
        sum.add(&books(2));
        assert_eq!(sum, Accounting { late_delay_max: 16, ..books(3) });
        assert!(sum.balanced());
        assert_eq!(sum.rejected(), 3 * 36);
        sum.add(&Accounting { late_delay_sum: u64::MAX, ..Accounting::default() });
        assert_eq!(sum.late_delay_sum, u64::MAX);
    }

    #[test]
    fn a_record_that_is_in_no_count_unbalances_the_books() {
        assert!(Accounting::default().balanced());
        assert!(!Accounting { read: books(1).read + 1, ..books(1) }.balanced());
    }

    #[test]
    fn every_row_that_a_metric_is_offered_is_folded_or_excluded() {
        let mut books = MetricAccounting::default();
        books.offer(Lateness::OnTime, 5, 2);
        books.offer(Lateness::Late, 3, 1);
        assert_eq!(books, MetricAccounting { on_time: 5, late: 3, excluded: 3 });
        assert_eq!(books.folded(), 5);
        let other = MetricAccounting { on_time: 10, late: 20, excluded: 4 };
        books.add(&other);
        assert_eq!(books, MetricAccounting { on_time: 15, late: 23, excluded: 7 });
        assert_eq!(books.folded(), 31);
    }
}
