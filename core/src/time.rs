//! The clocks as types. Event time (what the record says) and record time (what the source
//! stamped) never mix by accident; wall-clock time is an argument and never read here.

use std::fmt;

/// A duration in milliseconds.
pub type Millis = i64;

/// A point in event time, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventTime(pub i64);

/// When the source stamped the record, in milliseconds since the Unix epoch: Kafka's timestamp,
/// a file's modification time, the generator's seeded clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordTime(pub i64);

/// The time of day where the program runs, in milliseconds since the Unix epoch. It only ever
/// comes in as an argument, and only [`LatenessClock::Processing`](crate::LatenessClock) uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallClock(pub i64);

impl EventTime {
    /// This point moved by `duration`; saturates at the ends of the range.
    #[must_use]
    pub fn plus(self, duration: Millis) -> Self {
        Self(self.0.saturating_add(duration))
    }

    /// This point moved back by `duration`; saturates at the ends of the range.
    #[must_use]
    pub fn minus(self, duration: Millis) -> Self {
        Self(self.0.saturating_sub(duration))
    }

    /// The time from `earlier` to this point; saturates.
    pub fn since(self, earlier: Self) -> Millis {
        self.0.saturating_sub(earlier.0)
    }
}

impl From<RecordTime> for EventTime {
    /// The fallback rule: a record without a usable event time happened when it was stamped.
    fn from(time: RecordTime) -> Self {
        Self(time.0)
    }
}

impl fmt::Display for EventTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}
