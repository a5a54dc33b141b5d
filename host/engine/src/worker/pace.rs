//! How often a worker publishes its states: by what they cost.

use std::time::Duration;

/// What the plugins may spend on the states that are published: one part in so many of the time.
const PUBLISH_PART: u32 = 20;

/// How often states are published whatever they cost.
const PUBLISH_AT_LEAST_EVERY: Duration = Duration::from_secs(5);

/// How long to wait with the next publication after one for which the plugins took `spent`, where
/// `every` is asked for, which is no longer than [`PUBLISH_AT_LEAST_EVERY`].
pub(super) fn publish_pause(spent: Duration, every: Duration) -> Duration {
    (spent * PUBLISH_PART).clamp(every, PUBLISH_AT_LEAST_EVERY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dear_states_are_published_less_often_but_for_ever() {
        let millis = Duration::from_millis;
        for (spent, pause) in [(0, 100), (5, 100), (6, 120), (50, 1000), (250, 5000), (900, 5000)] {
            assert_eq!(publish_pause(millis(spent), millis(100)), millis(pause), "{spent} ms");
        }
        assert_eq!(publish_pause(millis(1), millis(20)), millis(20));
    }
}
