//! How far behind records are, in buckets that grow with the distance. The counts tell how many
//! records any bound would make late, and which bound would keep a given share on time.

use crate::log_linear::{bucket_of, range_of};
use crate::time::Millis;

/// Every power of two is cut into eight buckets; values below 8 ms have a bucket each.
const CUT_BITS: u32 = 3;

/// The number of buckets.
const BUCKETS: usize = 496;

/// Records counted by how many milliseconds each was behind. docs/semantics.md has the layout.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LatenessHistogram {
    /// Records by bucket; the last count is not 0.
    counts: Vec<u64>,
}

impl LatenessHistogram {
    /// Counts a record that was `behind` by so many milliseconds; a negative number counts as 0.
    #[inline]
    pub fn record(&mut self, behind: Millis) {
        // Most records are not behind.
        if behind <= 0
            && let Some(count) = self.counts.first_mut()
        {
            *count += 1;
            return;
        }
        self.add(bucket_of::<CUT_BITS>(behind.max(0).unsigned_abs()), 1);
    }

    fn add(&mut self, bucket: usize, records: u64) {
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += records;
    }

    /// Adds the records of another partition.
    pub fn merge(&mut self, other: &Self) {
        for (bucket, records) in other.buckets() {
            self.add(bucket as usize, records);
        }
    }

    /// The buckets that are not empty, in increasing order: index and records.
    pub fn buckets(&self) -> impl Iterator<Item = (u32, u64)> {
        let counts = self.counts.iter().enumerate();
        counts.filter(|(_, count)| **count > 0).map(|(i, count)| (i as u32, *count))
    }

    /// The histogram with these [`LatenessHistogram::buckets`]. `None` means that no histogram has
    /// such buckets: one is out of order, out of range or without records.
    pub fn from_buckets(buckets: impl Iterator<Item = (u32, u64)>) -> Option<Self> {
        let mut histogram = Self::default();
        for (bucket, records) in buckets {
            let bucket = bucket as usize;
            if bucket >= BUCKETS || bucket < histogram.counts.len() || records == 0 {
                return None;
            }
            histogram.add(bucket, records);
        }
        Some(histogram)
    }

    /// The records of all buckets together.
    pub fn records(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The smallest bound in milliseconds, as the largest value of a bucket, that at least
    /// `per_mille` of a thousand records keep. `None` means that there are no records.
    pub fn bound_for(&self, per_mille: u64) -> Option<Millis> {
        let all = u128::from(self.records());
        let mut within = 0;
        self.buckets().find_map(|(bucket, records)| {
            within += u128::from(records);
            (within * 1000 >= all * u128::from(per_mille)).then(|| bucket_range(bucket).1)
        })
    }
}

/// The smallest and the largest value of a bucket, in milliseconds. Values beyond 63 bits are cut.
pub fn bucket_range(bucket: u32) -> (Millis, Millis) {
    let (low, high) = range_of::<CUT_BITS>(u64::from(bucket));
    (low.min(i64::MAX as u64) as Millis, high.min(i64::MAX as u64) as Millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_the_range_of_its_bucket() {
        let powers = (0..63).flat_map(|e| [(1_u64 << e) - 1, 1 << e, (1 << e) + 1, (1 << e) / 3]);
        for value in powers.chain([i64::MAX as u64]) {
            let found = bucket_of::<CUT_BITS>(value);
            let (low, high) = bucket_range(found as u32);
            assert!((low..=high).contains(&(value as i64)), "{value} in {found}: {low} to {high}");
            assert!(found < BUCKETS);
        }
        for index in 1..BUCKETS as u32 - 8 {
            assert_eq!(bucket_range(index).0, bucket_range(index - 1).1 + 1, "{index}");
        }
    }

    #[test]
    fn the_bound_for_a_share_is_the_end_of_a_bucket() {
        let mut histogram = LatenessHistogram::default();
        assert_eq!(histogram.bound_for(999), None);
        (0..999).for_each(|_| histogram.record(-5));
        histogram.record(1000);
        assert_eq!(histogram.bound_for(999), Some(0));
        histogram.record(2000);
        assert_eq!(histogram.bound_for(999), Some(1023));
        assert_eq!(histogram.bound_for(1000), Some(2047));
        assert_eq!(histogram.records(), 1001);
    }

    #[test]
    fn buckets_come_back_as_they_went() {
        let mut histogram = LatenessHistogram::default();
        for value in [0, 3, 3, 70_000, i64::MAX] {
            histogram.record(value);
        }
        let read = LatenessHistogram::from_buckets(histogram.buckets());
        assert_eq!(read, Some(histogram));
        for bad in [vec![(496, 1)], vec![(3, 0)], vec![(3, 1), (3, 1)], vec![(4, 1), (3, 1)]] {
            assert_eq!(LatenessHistogram::from_buckets(bad.into_iter()), None);
        }
    }
}
