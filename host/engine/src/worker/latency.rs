//! End-to-end latency: from a record's stamp to the moment its effect is published. Records with
//! the same millisecond are counted together, so a record costs a comparison.

use streamgauge_core::{LatencyHistogram, WallClock};

/// Runs kept until the next publication; beyond it neighbours share a run.
const RUNS_MAX: usize = 4096;

/// How many records are measured from which millisecond.
#[derive(Default)]
pub(super) struct Runs {
    runs: Vec<(i64, u64)>,
}

impl Runs {
    /// Adds a record that is measured from `millis`.
    #[inline]
    pub(super) fn push(&mut self, millis: i64) {
        self.add(millis, 1);
    }

    /// Takes over the records of `other`.
    pub(super) fn append(&mut self, other: &mut Self) {
        for (millis, count) in other.runs.drain(..) {
            self.add(millis, count);
        }
    }

    #[inline]
    fn add(&mut self, millis: i64, count: u64) {
        let full = self.runs.len() >= RUNS_MAX;
        match self.runs.last_mut() {
            Some((last, sum)) if *last == millis || full => *sum += count,
            _ => self.runs.push((millis, count)),
        }
    }

    /// All of these records are published at `now`. A producer's clock ahead of ours makes no
    /// latency below 0.
    pub(super) fn published(&mut self, now: WallClock, latency: &mut LatencyHistogram) {
        for (millis, count) in self.runs.drain(..) {
            let took = now.0.saturating_sub(millis).max(0);
            latency.record(took.unsigned_abs(), count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_count_from_their_millisecond_to_the_publication() {
        let (mut pending, mut unpublished) = (Runs::default(), Runs::default());
        for millis in [100, 100, 107, 1000] {
            pending.push(millis);
        }
        unpublished.append(&mut pending);
        let mut latency = LatencyHistogram::default();
        unpublished.published(WallClock(110), &mut latency);
        unpublished.published(WallClock(900), &mut latency);
        assert_eq!((latency.count(), latency.sum_ms()), (4, 23), "the last one is from the future");
        assert_eq!(latency.count_at_most(3), 2);
    }
    #[test]
    fn beyond_the_largest_number_of_runs_no_record_is_lost() {
        let mut runs = Runs::default();
        let pushed = RUNS_MAX as i64 + 3;
        (0..pushed).for_each(|millis| runs.push(millis));
        assert_eq!(runs.runs.len(), RUNS_MAX);
        let mut latency = LatencyHistogram::default();
        runs.published(WallClock(RUNS_MAX as i64), &mut latency);
        assert_eq!(latency.count(), pushed as u64);
        assert_eq!(latency.count_at_most(1), 4, "the last three share the run of the one before");
        runs.push(7);
        assert_eq!(runs.runs, [(7, 1)], "what was published is no more");
    }

    #[test]
    fn stamps_at_the_ends_of_time_are_measured() {
        let mut runs = Runs::default();
        for millis in [i64::MIN, i64::MAX, 0] {
            runs.push(millis);
        }
        let mut latency = LatencyHistogram::default();
        runs.published(WallClock(i64::MAX), &mut latency);
        assert_eq!((latency.count(), latency.count_at_most(0)), (3, 1));
    }
}
