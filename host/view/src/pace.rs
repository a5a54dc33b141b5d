//! How often a result is made: a metric may take a twentieth of a core for that.

use std::time::Duration;

/// The moments at which a result is made again, by what the one before cost.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    /// When the next one is due, in milliseconds since the Unix epoch.
    due: i64,
    /// How long after the last one that is.
    pause: Duration,
}

impl Pace {
    /// Of the time, one part in so many.
    const PART: u32 = 20;

    /// The longest pause, whatever a result costs.
    const PAUSE_MAX: Duration = Duration::from_secs(30);

    /// A pause that is worth telling.
    const TOLD_FROM: Duration = Duration::from_secs(2);

    /// True if the next one may be made at `now`.
    pub(super) fn is_due(&self, now: i64) -> bool {
        // A clock that was set back makes nobody wait.
        now >= self.due || self.due - now > self.pause.as_millis() as i64
    }

    /// A result was made at `now`, and took `spent`.
    pub(super) fn note(&mut self, now: i64, spent: Duration) {
        self.pause = (spent * Self::PART).min(Self::PAUSE_MAX);
        self.due = now + self.pause.as_millis() as i64;
    }

    /// The pause in seconds; `None` means that it is too short to be seen.
    pub(super) fn every(&self) -> Option<u32> {
        (self.pause >= Self::TOLD_FROM).then(|| self.pause.as_secs_f64().round() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dear_result_is_made_less_often_and_a_cheap_one_each_time() {
        let millis = Duration::from_millis;
        let mut pace = Pace::default();
        assert!(pace.is_due(1_000));
        pace.note(1_000, millis(2));
        assert!((pace.is_due(1_040), pace.is_due(1_039)) == (true, false));
        assert_eq!(pace.every(), None, "nobody sees that");
        pace.note(2_000, millis(200));
        assert!((pace.is_due(5_999), pace.is_due(6_000)) == (false, true));
        assert_eq!(pace.every(), Some(4));
        pace.note(8_000, Duration::from_secs(9));
        assert_eq!((pace.is_due(37_999), pace.is_due(38_000)), (false, true));
        assert!(pace.is_due(1_000), "the clock was set back");
    }
}
