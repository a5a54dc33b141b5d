//! How long records took, in buckets that grow with the time: one value that its owner replaces
//! whole, that a reader merges with those of others, and whose past a reader subtracts.

use crate::log_linear::{bucket_of, range_of};

/// Every power of two is cut into 32 buckets, so a bucket is at most 1/32 as wide as its smallest
/// value; times below 32 ms have a bucket each.
const CUT_BITS: u32 = 5;

/// The largest time that is told from longer ones, in milliseconds: 4 h 39 min. Longer times, an
/// old log being read, are in the last bucket.
const MS_MAX: u64 = (1 << 24) - 1;

/// Records by their latency in milliseconds, counted since the start of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LatencyHistogram {
    /// Records by bucket; the last one is not 0.
    counts: Vec<u64>,
    sum_ms: u64,
}

impl LatencyHistogram {
    /// Adds `count` records that took `ms` milliseconds each.
    pub fn record(&mut self, ms: u64, count: u64) {
        if count > 0 {
            *self.bucket_mut(bucket_of::<CUT_BITS>(ms.min(MS_MAX))) += count;
            self.sum_ms = self.sum_ms.saturating_add(ms.saturating_mul(count));
        }
    }

    fn bucket_mut(&mut self, bucket: usize) -> &mut u64 {
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        &mut self.counts[bucket]
    }

    /// Adds the records of another worker or of another run.
    pub fn merge(&mut self, other: &Self) {
        if let Some(last) = other.counts.len().checked_sub(1) {
            self.bucket_mut(last);
        }
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.sum_ms = self.sum_ms.saturating_add(other.sum_ms);
    }

    /// The records that came after `earlier`, an older value of this same histogram. Where
    /// `earlier` holds more (a run that began anew), the difference is 0.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let before = earlier.counts.iter().copied().chain(std::iter::repeat(0));
        let mut counts: Vec<u64> = self
            .counts
            .iter()
            .zip(before)
            .map(|(now, before)| now.saturating_sub(before))
            .collect();
        counts.truncate(counts.iter().rposition(|count| *count > 0).map_or(0, |last| last + 1));
        Self { counts, sum_ms: self.sum_ms.saturating_sub(earlier.sum_ms) }
    }

    /// How many records there are.
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The latencies of all records added up, in milliseconds; saturates. Unlike the buckets, the
    /// sum also counts what is longer than the longest bucket.
    pub fn sum_ms(&self) -> u64 {
        self.sum_ms
    }

    /// The latency in milliseconds that a `share` of the records (0 to 1) did not exceed: the
    /// largest value of the bucket, so at most 1/32 too high. `None` means that there are no
    /// records.
    pub fn quantile(&self, share: f64) -> Option<u64> {
        let rank = ((share.clamp(0.0, 1.0) * self.count() as f64).ceil() as u64).max(1);
        let mut within = 0;
        let bucket = self.counts.iter().position(|count| {
            within += count;
            within >= rank
        })?;
        Some(range_of::<CUT_BITS>(bucket as u64).1)
    }

    /// How many records took at most `ms` milliseconds. The bucket that holds `ms` counts whole,
    /// so records up to 1/32 longer may be among them; from the last bucket on, all records are.
    pub fn count_at_most(&self, ms: u64) -> u64 {
        self.counts.iter().take(bucket_of::<CUT_BITS>(ms.min(MS_MAX)) + 1).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Latencies of all sizes, also beyond the last bucket.
    fn latencies() -> impl Strategy<Value = Vec<u64>> {
        vec((any::<u32>(), 0..32_u32).prop_map(|(bits, shift)| u64::from(bits >> shift)), 0..200)
    }

    fn histogram(latencies: &[u64]) -> LatencyHistogram {
        let mut histogram = LatencyHistogram::default();
        for ms in latencies {
            histogram.record(*ms, 1);
        }
        histogram
    }

    proptest! {
        #[test]
        fn a_quantile_is_the_exact_one_or_up_to_a_thirty_second_more(
            mut all in latencies(),
            per_mille in 0..=1000_usize,
        ) {
            let share = per_mille as f64 / 1000.0;
            let found = histogram(&all).quantile(share);
            all.sort_unstable();
            let rank = ((share * all.len() as f64).ceil() as usize).max(1);
            let exact = all.get(rank - 1).map(|ms| (*ms).min(MS_MAX));
            prop_assert_eq!(found.is_some(), exact.is_some());
            if let (Some(found), Some(exact)) = (found, exact) {
                prop_assert!((exact..=exact + exact / 32).contains(&found), "{found}, not {exact}");
            }
        }

        #[test]
        fn a_merge_is_as_if_one_had_seen_all(first in latencies(), second in latencies()) {
            let mut merged = histogram(&first);
            merged.merge(&histogram(&second));
            let all = [first.clone(), second.clone()].concat();
            prop_assert_eq!(&merged, &histogram(&all));
            prop_assert_eq!(merged.count(), all.len() as u64);
            prop_assert_eq!(merged.sum_ms(), all.iter().sum::<u64>());
        }

        #[test]
        fn what_came_since_is_what_was_added(before in latencies(), after in latencies()) {
            let earlier = histogram(&before);
            let mut now = earlier.clone();
            for ms in &after {
                now.record(*ms, 1);
            }
            prop_assert_eq!(now.since(&earlier), histogram(&after));
            prop_assert_eq!(earlier.since(&now), LatencyHistogram::default());
        }

        #[test]
        fn no_record_within_the_limit_is_missed(all in latencies(), limit in any::<u32>()) {
            let limit = u64::from(limit >> (limit % 32));
            let counted = histogram(&all).count_at_most(limit);
            let within = |limit: u64| all.iter().filter(|ms| **ms <= limit).count() as u64;
            let is_last = limit >= MS_MAX - MS_MAX / 64;
            let last = if is_last { u64::MAX } else { limit + limit / 32 };
            prop_assert!((within(limit)..=within(last)).contains(&counted), "{counted}");
        }
    }

    #[test]
    fn times_below_32_ms_are_exact() {
        for ms in 0..32 {
            let one = histogram(&[ms]);
            assert_eq!(one.quantile(0.5), Some(ms));
            assert_eq!((one.count_at_most(ms), one.sum_ms()), (1, ms));
            assert!(ms == 0 || one.count_at_most(ms - 1) == 0, "{ms}");
        }
    }

    #[test]
    fn the_slowest_hundredth_is_what_is_told() {
        let mut histogram = LatencyHistogram::default();
        assert_eq!(histogram.quantile(0.99), None);
        histogram.record(10, 99);
        histogram.record(500, 1);
        assert_eq!(histogram.quantile(0.99), Some(10));
        histogram.record(500, 1);
        assert_eq!(histogram.quantile(0.99), Some(503));
        assert_eq!((histogram.count(), histogram.sum_ms()), (101, 1990));
    }

    #[test]
    fn a_latency_of_days_is_in_the_last_bucket_and_whole_in_the_sum() {
        let forty_days = 40 * 86_400_000;
        let histogram = histogram(&[forty_days]);
        assert_eq!(histogram.quantile(1.0), Some(MS_MAX));
        assert_eq!(histogram.sum_ms(), forty_days);
        assert_eq!(histogram.count_at_most(3_600_000), 0);
        assert_eq!(histogram.counts.len(), 640);
    }

    #[test]
    fn no_records_leave_no_trace() {
        let mut histogram = LatencyHistogram::default();
        histogram.record(1000, 0);
        histogram.merge(&LatencyHistogram::default());
        assert_eq!(histogram, LatencyHistogram::default());
    }
}
