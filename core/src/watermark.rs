//! The watermark of one partition: the largest event time so far minus a bound
//! (Flink's `BoundedOutOfOrdernessWatermarks`). It never goes back.

use crate::time::{EventTime, Millis};

/// How far out of order records may be before they count as late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BoundedOutOfOrderness {
    /// In milliseconds, not negative.
    pub bound: Millis,
}

impl BoundedOutOfOrderness {
    /// The watermark where `max_event_time` is the largest event time seen; none before the first.
    pub fn watermark(self, max_event_time: Option<EventTime>) -> Option<EventTime> {
        max_event_time.map(|max| max.minus(self.bound))
    }
}
