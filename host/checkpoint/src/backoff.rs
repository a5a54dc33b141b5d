//! How long to wait before what failed is tried again: longer after each failure in a row.

use std::time::Duration;

/// The wait after the first failure.
const FIRST: Duration = Duration::from_millis(200);

/// The longest wait.
const LONGEST: Duration = Duration::from_secs(5);

/// Failures in a row.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Notes a failure, and returns how long to wait after it.
    pub fn failed(&mut self) -> Duration {
        self.failures += 1;
        self.wait().unwrap_or_default()
    }

    /// The next failure is the first one again.
    pub fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// How long to wait after the last failure; `None` means that nothing failed.
    pub fn wait(&self) -> Option<Duration> {
        let doublings = self.failures.checked_sub(1)?.min(16);
        Some((FIRST * 2_u32.pow(doublings)).min(LONGEST))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_in_a_row_doubles_the_wait_up_to_five_seconds() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.wait(), None);
        let waits: Vec<u128> = (0..8).map(|_| backoff.failed().as_millis()).collect();
        assert_eq!(waits, [200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
        (0..100).for_each(|_| assert_eq!(backoff.failed(), LONGEST));
        backoff.succeeded();
        assert_eq!((backoff.wait(), backoff.failed()), (None, FIRST));
    }
}
