//! Windows over event time. A metric's accumulators belong to windows; the cumulative window is
//! all of time.

use crate::time::EventTime;

/// A half-open interval `[start, end)` of event time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeWindow {
    /// The first instant inside.
    pub start: EventTime,
    /// The first instant after it.
    pub end: EventTime,
}

/// Which windows a record belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowAssigner {
    /// One window that never ends; written as no window at all.
    Cumulative,
}

impl WindowAssigner {
    /// The name in `pipeline.toml`.
    pub fn spec(self) -> &'static str {
        match self {
            Self::Cumulative => "cumulative",
        }
    }
}
