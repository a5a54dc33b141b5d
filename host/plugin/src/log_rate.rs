//! How many lines an instance may log: what a plugin says in every call would push the host's own
//! lines out of a log that has a bound.

use std::time::Instant;

/// The lines that may come at once.
const AT_ONCE: f64 = 64.0;

/// The lines of each second after that.
const PER_SECOND: f64 = 4.0;

/// The lines that an instance may still log.
#[derive(Debug)]
pub(super) struct LogRate {
    left: f64,
    at: Instant,
    left_out: u64,
}

impl LogRate {
    pub(super) fn new(now: Instant) -> Self {
        Self { left: AT_ONCE, at: now, left_out: 0 }
    }

    /// Takes the place of one line. The number of lines that had none since the last one that had is
    /// returned; `None` means that this one has none.
    pub(super) fn take(&mut self, now: Instant) -> Option<u64> {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.left = (self.left + passed * PER_SECOND).min(AT_ONCE);
        self.at = now;
        if self.left < 1.0 {
            self.left_out += 1;
            return None;
        }
        self.left -= 1.0;
        Some(std::mem::take(&mut self.left_out))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_plugin_that_logs_without_end_gets_four_lines_a_second() {
        let start = Instant::now();
        let mut rate = LogRate::new(start);
        let mut lines = 0;
        let mut left_out = 0;
        for millis in 0..60_000 {
            if let Some(before) = rate.take(start + Duration::from_millis(millis)) {
                lines += 1;
                left_out += before;
            }
        }
        assert!((64 + 236..=64 + 240).contains(&lines), "{lines}");
        assert!(left_out + lines > 59_700, "all but the last are told: {left_out}");
        // After a pause there is room for a burst again.
        let later = start + Duration::from_hours(1);
        assert!((0..64).all(|_| rate.take(later).is_some()) && rate.take(later).is_none());
    }
}
