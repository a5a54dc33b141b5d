//! Windows over event time. A metric's accumulators belong to windows; the cumulative window, the
//! only one that is assigned so far, is all of time and written as no window.

use crate::time::EventTime;

/// A half-open interval `[start, end)` of event time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeWindow {
    /// The first instant inside.
    pub start: EventTime,
    /// The first instant after it.
    pub end: EventTime,
}
