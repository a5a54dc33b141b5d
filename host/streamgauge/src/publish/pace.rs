//! How often the result of a metric is made anew: by what that costs.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// What making results may take of a core, all metrics together: one part in so many.
const PART: u32 = 10;

/// How often a result is made whatever it costs.
const AT_LEAST_EVERY: Duration = Duration::from_secs(10);

/// When the result of each metric is made next.
#[derive(Debug, Default)]
pub(super) struct Pace {
    next: BTreeMap<String, Instant>,
}

impl Pace {
    /// True if the result of a metric is to be made.
    pub(super) fn is_due(&self, metric: &str, now: Instant) -> bool {
        self.next.get(metric).is_none_or(|next| *next <= now)
    }

    /// The result of a metric was made in this span, one of `count` metrics that share what is to be
    /// had.
    pub(super) fn made(&mut self, metric: &str, (begun, done): (Instant, Instant), count: usize) {
        self.next.retain(|_, next| *next > begun);
        self.next.insert(metric.to_owned(), done + pause(done - begun, count));
    }
}

/// How long a metric waits whose result took `spent` to make.
fn pause(spent: Duration, count: usize) -> Duration {
    let parts = PART.saturating_mul(count.try_into().unwrap_or(u32::MAX));
    spent.saturating_mul(parts).min(AT_LEAST_EVERY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dear_result_waits_and_the_others_do_not() {
        let (mut pace, start) = (Pace::default(), Instant::now());
        let at = |millis: u64| start + Duration::from_millis(millis);
        assert!(pace.is_due("dear", at(0)));
        pace.made("dear", (at(0), at(50)), 2);
        pace.made("cheap", (at(50), at(51)), 2);
        let due = |millis| (pace.is_due("dear", at(millis)), pace.is_due("cheap", at(millis)));
        assert_eq!((due(70), due(71)), ((false, false), (false, true)));
        assert_eq!((due(1049), due(1050)), ((false, true), (true, true)));
        assert_eq!(pause(Duration::from_secs(9), 1), AT_LEAST_EVERY);
    }
}
