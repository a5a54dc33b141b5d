//! When a result that failed is tried again: a plugin may have had no time, or no memory, for a
//! moment, and a try may cost all of its `time_max`.

/// The waits before tries, in milliseconds: doubled after each failure up to the most.
const WAIT_MIN: i64 = 1000;
const WAIT_MAX: i64 = 60_000;

/// The failures in a row, and when the last one was. Moments are milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Retry {
    failures: u32,
    failed: i64,
}

impl Retry {
    /// One more failure, at `now`.
    pub(super) fn failed(self, now: i64) -> Self {
        Self { failures: self.failures + 1, failed: now }
    }

    /// True if it is too early for another try. A clock that was set back makes nobody wait.
    pub(super) fn waits(self, now: i64) -> bool {
        let Some(before) = self.failures.checked_sub(1) else { return false };
        let wait = (WAIT_MIN << before.min(16)).min(WAIT_MAX);
        (self.failed..self.failed.saturating_add(wait)).contains(&now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_with_each_failure_up_to_a_minute() {
        let mut retry = Retry::default();
        assert!(!retry.waits(0), "nothing has failed");
        for wait in [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000] {
            retry = retry.failed(500);
            assert!(retry.waits(500) && retry.waits(499 + wait), "{wait}");
            assert!(!retry.waits(500 + wait) && !retry.waits(499), "{wait}");
        }
    }
}
