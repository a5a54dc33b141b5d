//! When records are due: a budget that fills with time and never holds more than a second of it,
//! so a stall is not followed by a burst. Time comes in as an argument.

use std::time::Duration;

/// The longest time whose records may be made up for.
const ARREARS_MAX: Duration = Duration::from_secs(1);

/// The swing: sine waves of these depths and periods in seconds, which never line up again.
const WAVES: [(f64, f64); 3] = [(0.22, 20.0), (0.12, 13.3), (0.06, 7.1)];

/// Paces one source.
#[derive(Debug)]
pub(super) struct Pacer {
    /// Records per second on average; infinite: no pacing.
    rate: f64,
    swings: bool,
    /// Records that are due; below 1 after every full take.
    budget: f64,
    last: Duration,
}

impl Pacer {
    /// A pacer whose budget is empty at time 0.
    pub(super) fn new(rate: f64, swings: bool) -> Self {
        Self { rate, swings, budget: 0.0, last: Duration::ZERO }
    }

    /// Runs at another rate from the next take on.
    pub(super) fn set_rate(&mut self, rate: f64) {
        self.rate = rate;
    }

    /// How many records are due at `now`, the time since the start, up to `max`; they count as
    /// handed over.
    pub(super) fn take(&mut self, now: Duration, max: usize) -> usize {
        if self.rate.is_infinite() {
            return max;
        }
        let passed = now.saturating_sub(self.last).min(ARREARS_MAX);
        self.last = self.last.max(now);
        self.budget += passed.as_secs_f64() * self.rate * self.factor(now);
        // At least one record must fit, however slow the pace.
        self.budget = self.budget.min((self.rate * ARREARS_MAX.as_secs_f64()).max(1.0));
        let due = (self.budget as usize).min(max);
        self.budget -= due as f64;
        due
    }

    /// About how long until the next record is due, as of the last take.
    pub(super) fn until_due(&self) -> Duration {
        let missing = (1.0 - self.budget).max(0.0);
        Duration::try_from_secs_f64(missing / self.rate).unwrap_or(Duration::MAX)
    }

    /// What the rate is multiplied by at `now`: 1 on average, between 0.6 and 1.4.
    fn factor(&self, now: Duration) -> f64 {
        if !self.swings {
            return 1.0;
        }
        let wave = |(depth, period): &(f64, f64)| {
            depth * (now.as_secs_f64() / period * std::f64::consts::TAU).sin()
        };
        1.0 + WAVES.iter().map(wave).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes at every `step` for `seconds` and returns the sum per second.
    fn run(pacer: &mut Pacer, step_ms: u64, seconds: u64) -> Vec<usize> {
        let mut sums = vec![0; seconds as usize];
        for ms in (step_ms..=seconds * 1000).step_by(step_ms as usize) {
            let sum = &mut sums[((ms - 1) / 1000) as usize];
            *sum += pacer.take(Duration::from_millis(ms), usize::MAX);
        }
        sums
    }

    #[test]
    fn the_rate_is_kept_whatever_the_step() {
        for step in [1, 7, 50, 500] {
            let sums = run(&mut Pacer::new(1234.5, false), step, 10);
            let total: usize = sums.iter().sum();
            assert!((12_343 - total as i64).abs() <= 1235 * step as i64 / 1000 + 2, "{total}");
        }
        assert_eq!(run(&mut Pacer::new(0.5, false), 10, 10).iter().sum::<usize>(), 5);
    }

    #[test]
    fn the_swing_is_wide_smooth_and_neutral() {
        let sums = run(&mut Pacer::new(10_000.0, true), 10, 600);
        let (least, most) = (sums.iter().min(), sums.iter().max());
        assert!((5900..7000).contains(least.expect("some")), "{least:?}");
        assert!((13_000..14_100).contains(most.expect("some")), "{most:?}");
        assert!(sums.windows(2).all(|w| w[0].abs_diff(w[1]) < 2500));
        let mean = sums.iter().sum::<usize>() / sums.len();
        assert!((9900..10_100).contains(&mean), "{mean}");
    }

    #[test]
    fn a_stall_is_followed_by_a_second_of_records_at_the_most() {
        let mut pacer = Pacer::new(1000.0, false);
        assert_eq!(pacer.take(Duration::from_mins(1), usize::MAX), 1000);
        assert_eq!(pacer.take(Duration::from_mins(1), usize::MAX), 0);
        // Nor do records pile up while the caller takes fewer than are due.
        for second in 61..90 {
            assert_eq!(pacer.take(Duration::from_secs(second), 10), 10);
        }
        assert!(pacer.take(Duration::from_secs(90), usize::MAX) <= 1000);
    }

    #[test]
    fn the_wait_ends_when_the_next_record_is_due() {
        let mut pacer = Pacer::new(4.0, false);
        assert_eq!(pacer.take(Duration::ZERO, 1), 0);
        assert_eq!(pacer.until_due(), Duration::from_millis(250));
        assert_eq!(pacer.take(Duration::from_millis(250), 1), 1);
    }

    #[test]
    fn an_infinite_rate_is_no_pacing() {
        assert_eq!(Pacer::new(f64::INFINITY, true).take(Duration::ZERO, 77), 77);
    }
}
