//! The clocks as types. Event time (what the record says) and record time (what the source
//! stamped) never mix by accident; wall-clock time is an argument and never read here.

use std::fmt;

/// A duration in milliseconds; negative for what lies the other way.
pub type Millis = i64;

/// A point in event time, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventTime(pub i64);

/// When the source stamped the record, in milliseconds since the Unix epoch: Kafka's timestamp,
/// a file's modification time, the generator's seeded clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordTime(pub i64);

/// The time of day where the program runs, in milliseconds since the Unix epoch. Wall-clock time
/// is always an argument, and only [`LatenessClock::Processing`](crate::LatenessClock) uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallClock(pub i64);

impl EventTime {
    /// The point that is `duration` later; saturates at the ends of the range.
    #[must_use]
    pub fn plus(self, duration: Millis) -> Self {
        Self(self.0.saturating_add(duration))
    }

    /// The point that is `duration` earlier; saturates at the ends of the range.
    #[must_use]
    pub fn minus(self, duration: Millis) -> Self {
        Self(self.0.saturating_sub(duration))
    }

    /// The time from `earlier` to this point, negative if `earlier` is the later one; saturates.
    pub fn since(self, earlier: Self) -> Millis {
        self.0.saturating_sub(earlier.0)
    }
}

impl RecordTime {
    /// The time of a record without a stamp, as Kafka and the stored state write it.
    pub const NONE: Self = Self(-1);

    /// The stamp as a point in event time; `None` means that the record has no stamp.
    pub fn stamp(self) -> Option<EventTime> {
        (self != Self::NONE).then_some(EventTime(self.0))
    }

    /// The stamp in milliseconds since the Unix epoch; `None` means that the record has none.
    pub fn millis(self) -> Option<i64> {
        self.stamp().map(|stamp| stamp.0)
    }
}

impl fmt::Display for EventTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn event_time_stops_at_the_ends_of_its_range() {
        let (first, last) = (EventTime(i64::MIN), EventTime(i64::MAX));
        assert_eq!(EventTime(5).plus(3), EventTime(8));
        assert_eq!(EventTime(5).minus(8), EventTime(-3));
        assert_eq!((last.plus(1), first.minus(1)), (last, first));
        assert_eq!((first.plus(-1), last.minus(-1)), (first, last));
        assert_eq!(EventTime(5).since(EventTime(8)), -3);
        assert_eq!((last.since(first), first.since(last)), (Millis::MAX, Millis::MIN));
    }

    #[test]
    fn a_stamp_is_a_time_unless_there_is_none() {
        assert_eq!(RecordTime(7).stamp(), Some(EventTime(7)));
        assert_eq!(RecordTime(-2).millis(), Some(-2));
        assert_eq!((RecordTime::NONE.stamp(), RecordTime(-1).millis()), (None, None));
    }
}
