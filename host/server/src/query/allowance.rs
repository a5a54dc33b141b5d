//! The time that questions without a token may take: a tenth of a core over a while, and a second at
//! once. So a stranger who asks all the time takes nothing from the pipeline.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The share of a core.
const SHARE: f64 = 0.1;

/// The most seconds that may be spent at once.
const SECONDS_MAX: f64 = 1.0;

/// What is left to be spent.
pub(crate) struct Allowance {
    content: Mutex<Content>,
}

struct Content {
    /// Below 0 after a question that took long.
    seconds: f64,
    at: Instant,
}

impl Allowance {
    pub(crate) fn new(now: Instant) -> Self {
        Self { content: Mutex::new(Content { seconds: SECONDS_MAX, at: now }) }
    }

    /// Refuses a question with the time to wait before the next one.
    pub(crate) fn check(&self, now: Instant) -> Result<(), Duration> {
        let seconds = self.left(now, 0.0);
        if seconds > 0.0 { Ok(()) } else { Err(Duration::from_secs_f64(0.1 - seconds / SHARE)) }
    }

    /// A question took so long.
    pub(crate) fn spend(&self, now: Instant, took: Duration) {
        self.left(now, took.as_secs_f64());
    }

    fn left(&self, now: Instant, spent: f64) -> f64 {
        // The values are good after any panic.
        let mut content = self.content.lock().unwrap_or_else(PoisonError::into_inner);
        let earned = now.saturating_duration_since(content.at).as_secs_f64() * SHARE;
        content.seconds = (content.seconds + earned).min(SECONDS_MAX) - spent;
        content.at = now.max(content.at);
        content.seconds
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_of_the_time_is_spent_however_often_is_asked() {
        let start = Instant::now();
        let allowance = Allowance::new(start);
        let (mut now, mut spent) = (start, Duration::ZERO);
        let (hour, took) = (Duration::from_hours(1), Duration::from_millis(700));
        while now < start + hour {
            match allowance.check(now) {
                Ok(()) => {
                    now += took;
                    spent += took;
                    allowance.spend(now, took);
                }
                Err(wait) => {
                    now += wait;
                    assert!(allowance.check(now).is_ok(), "{wait:?}");
                }
            }
        }
        assert!((300.0..365.0).contains(&spent.as_secs_f64()), "{spent:?}");
    }
}
