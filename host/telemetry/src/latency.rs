//! The latency of the last minute, for the one number that a person reads.
//!
//! Ten-second slices, so that an old spike is forgotten after a minute; the oldest slice is
//! cleared and used again. Time comes in as an argument.

use std::time::Duration;

use hdrhistogram::Histogram;

const SLICE_SECONDS: u64 = 10;
/// Six whole slices and the one being filled.
const SLICES: usize = 7;
/// Longer latencies, an old log being read, count as this.
const LATENCY_MS_MAX: u64 = 3_600_000;

/// Latencies of the last minute.
#[derive(Debug)]
pub(super) struct Recent {
    slices: Vec<Slice>,
}

#[derive(Debug)]
struct Slice {
    /// Which ten seconds these are, counted from the start.
    number: u64,
    histogram: Histogram<u64>,
}

impl Recent {
    /// Nothing seen.
    pub(super) fn new() -> Self {
        let slice = || Slice {
            number: 0,
            histogram: Histogram::new_with_bounds(1, LATENCY_MS_MAX, 2)
                .expect("the bounds and the precision are valid constants"),
        };
        Self { slices: std::iter::repeat_with(slice).take(SLICES).collect() }
    }

    /// Adds `count` records with the same latency, seen `at` this time since the start.
    pub(super) fn record(&mut self, at: Duration, latency_ms: u64, count: u64) {
        let number = at.as_secs() / SLICE_SECONDS;
        let slice = &mut self.slices[(number % SLICES as u64) as usize];
        if slice.number != number {
            slice.number = number;
            slice.histogram.reset();
        }
        slice.histogram.saturating_record_n(latency_ms, count);
    }

    /// The 99th percentile of the last minute; none where no record was seen.
    pub(super) fn p99_ms(&self, at: Duration) -> Option<f64> {
        let newest = at.as_secs() / SLICE_SECONDS;
        let oldest = newest.saturating_sub(SLICES as u64 - 1);
        let mut all = self.slices[0].histogram.clone();
        all.reset();
        for slice in self.slices.iter().filter(|slice| (oldest..=newest).contains(&slice.number)) {
            all.add(&slice.histogram).expect("all slices have the same bounds");
        }
        (!all.is_empty()).then(|| all.value_at_quantile(0.99) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_slowest_hundredth_is_what_is_told() {
        let mut recent = Recent::new();
        assert_eq!(recent.p99_ms(at(0)), None);
        recent.record(at(1), 10, 98);
        assert_eq!(recent.p99_ms(at(1)), Some(10.0));
        recent.record(at(15), 500, 2);
        let p99 = recent.p99_ms(at(16)).expect("records were seen");
        assert!((495.0..=505.0).contains(&p99), "{p99}");
    }

    #[test]
    fn a_spike_is_forgotten_after_a_minute_and_a_slice() {
        let mut recent = Recent::new();
        recent.record(at(5), 20_000, 1);
        assert!(recent.p99_ms(at(65)).is_some());
        assert_eq!(recent.p99_ms(at(70)), None);
        recent.record(at(75), 3, 1);
        assert_eq!(recent.p99_ms(at(75)), Some(3.0), "the slice of the spike was used again");
    }

    #[test]
    fn a_latency_of_days_is_cut_at_an_hour() {
        let mut recent = Recent::new();
        recent.record(at(0), 40 * 86_400_000, 1);
        let p99 = recent.p99_ms(at(0)).expect("a record was seen");
        assert!((3_500_000.0..3_800_000.0).contains(&p99), "{p99}");
    }
}
