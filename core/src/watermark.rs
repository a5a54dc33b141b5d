//! The watermark of one partition: the largest event time so far minus a bound
//! (Flink's `BoundedOutOfOrdernessWatermarks`). A watermark never falls, because the largest event
//! time never does.

use crate::time::{EventTime, Millis};

/// The least move of a watermark that is remembered, whatever the bound, in milliseconds.
const LEAP_MIN: Millis = 3_600_000;

/// How far out of order records may be before they count as late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoundedOutOfOrderness {
    /// In milliseconds, not negative.
    pub bound: Millis,
}

impl BoundedOutOfOrderness {
    /// The watermark where `max_event_time` is the largest event time seen. `None` means that no
    /// event time was seen, so there is no watermark.
    pub fn watermark(self, max_event_time: Option<EventTime>) -> Option<EventTime> {
        max_event_time.map(|max| max.minus(self.bound))
    }

    /// A record that moves the watermark further than this at once is remembered: an hour, or ten
    /// times the bound where that is more. In milliseconds.
    pub fn leap_min(self) -> Millis {
        self.bound.saturating_mul(10).max(LEAP_MIN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watermark_is_the_bound_behind_the_largest_event_time() {
        for (bound, max, watermark) in [
            (10, Some(50), Some(40)),
            (0, Some(50), Some(50)),
            (10, None, None),
            (10, Some(i64::MIN), Some(i64::MIN)),
        ] {
            let found = BoundedOutOfOrderness { bound }.watermark(max.map(EventTime));
            assert_eq!(found, watermark.map(EventTime), "{bound} {max:?}");
        }
    }
}
