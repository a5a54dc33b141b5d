//! Windows over event time, as docs/semantics.md says: which windows there are, how people write
//! them, and how people ask for one of them.

mod ask;
mod text;

use std::cmp::Ordering;

use thiserror::Error;

use crate::time::{EventTime, Millis};

pub use self::ask::{WINDOWS_TOGETHER_MAX, WindowAsk, WindowAskError};
pub use self::text::ParseWindowError;

/// One civil day where clocks do not change.
pub(crate) const DAY: Millis = 86_400_000;

/// The smallest pane.
const PANE_MIN: Millis = 1000;

/// The longest window, in days.
const DAYS_MAX: Millis = 3660;

/// The most panes that a sliding window is merged from.
const PANES_MAX: Millis = 288;

/// A half-open interval `[start, end)` of event time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeWindow {
    /// The first instant inside.
    pub start: EventTime,
    /// The first instant after it.
    pub end: EventTime,
}

impl TimeWindow {
    /// All of time that can be told.
    pub const ALWAYS: Self = Self { start: EventTime(i64::MIN), end: EventTime(i64::MAX) };

    /// Whether `time` is inside.
    pub fn contains(self, time: EventTime) -> bool {
        self.start <= time && time < self.end
    }
}

/// One of the `windows` of a metric. The order is that of snapshots and results: by size, then by
/// slide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WindowSpec {
    /// All of time.
    Cumulative,
    /// Windows of one size, one after the other.
    Tumbling {
        /// Elapsed milliseconds that divide a day, or days of 86,400,000.
        size: Millis,
    },
    /// Windows that overlap, made of panes.
    Sliding {
        /// A multiple of the pane.
        size: Millis,
        /// From the start of one window to that of the next; smaller than the size.
        slide: Millis,
    },
}

/// Why there is no such window.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum WindowSpecError {
    /// Windows of less than a day start again every day.
    #[error("does not divide a day")]
    NoDivisor,
    /// Windows of more than a day are made of days.
    #[error("is more than a day but not a whole number of days")]
    NoDays,
    /// Too small or too large.
    #[error("must be from 1s to {DAYS_MAX}d")]
    OutOfRange,
    /// A slide that is not smaller than the size.
    #[error("slides by no less than its size")]
    SlideTooLarge,
    /// Too many panes.
    #[error("is made of {0} panes, more than {PANES_MAX}")]
    TooManyPanes(Millis),
}

impl WindowSpec {
    /// Windows of `size`.
    ///
    /// # Errors
    /// The size neither divides a day nor is a whole number of days.
    pub fn tumbling(size: Millis) -> Result<Self, WindowSpecError> {
        check_step(size)?;
        Ok(Self::Tumbling { size })
    }

    /// Windows of `size` that start every `slide`.
    ///
    /// # Errors
    /// The slide is no window size or not smaller than the size; the size has too many panes, or
    /// is not made of days where the slide is.
    pub fn sliding(size: Millis, slide: Millis) -> Result<Self, WindowSpecError> {
        check_step(slide)?;
        if size > DAYS_MAX * DAY {
            return Err(WindowSpecError::OutOfRange);
        }
        if slide >= size {
            return Err(WindowSpecError::SlideTooLarge);
        }
        if slide >= DAY && size % DAY != 0 {
            return Err(WindowSpecError::NoDays);
        }
        let pane = gcd(size, slide);
        if pane < PANE_MIN {
            return Err(WindowSpecError::OutOfRange);
        }
        if size / pane > PANES_MAX {
            return Err(WindowSpecError::TooManyPanes(size / pane));
        }
        Ok(Self::Sliding { size, slide })
    }

    /// The size of a pane; none for the cumulative window.
    pub fn pane(self) -> Option<Millis> {
        match self {
            Self::Cumulative => None,
            Self::Tumbling { size } => Some(size),
            Self::Sliding { size, slide } => Some(gcd(size, slide)),
        }
    }

    /// Size and slide as a snapshot has them: both 0 for cumulative, equal for tumbling.
    pub fn to_millis(self) -> (Millis, Millis) {
        match self {
            Self::Cumulative => (0, 0),
            Self::Tumbling { size } => (size, size),
            Self::Sliding { size, slide } => (size, slide),
        }
    }

    /// The window of which [`WindowSpec::to_millis`] gave these.
    ///
    /// # Errors
    /// There is no such window.
    pub fn from_millis(size: Millis, slide: Millis) -> Result<Self, WindowSpecError> {
        match (size, slide) {
            (0, 0) => Ok(Self::Cumulative),
            (size, slide) if size == slide => Self::tumbling(size),
            (size, slide) => Self::sliding(size, slide),
        }
    }
}

impl Ord for WindowSpec {
    fn cmp(&self, other: &Self) -> Ordering {
        self.to_millis().cmp(&other.to_millis())
    }
}

impl PartialOrd for WindowSpec {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Whether windows can start every `step`.
fn check_step(step: Millis) -> Result<(), WindowSpecError> {
    if !(PANE_MIN..=DAYS_MAX * DAY).contains(&step) {
        Err(WindowSpecError::OutOfRange)
    } else if step >= DAY {
        if step % DAY == 0 { Ok(()) } else { Err(WindowSpecError::NoDays) }
    } else if DAY % step == 0 {
        Ok(())
    } else {
        Err(WindowSpecError::NoDivisor)
    }
}

fn gcd(a: Millis, b: Millis) -> Millis {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Millis = 60_000;
    const HOUR: Millis = 60 * MINUTE;

    #[test]
    fn sizes_divide_a_day_or_are_days() {
        for size in [1000, MINUTE, 10 * MINUTE, 8 * HOUR, DAY, 7 * DAY] {
            let spec = WindowSpec::tumbling(size).expect("a window");
            assert_eq!(spec.pane(), Some(size));
        }
        for (size, error) in [
            (7 * MINUTE, WindowSpecError::NoDivisor),
            (DAY + HOUR, WindowSpecError::NoDays),
            (999, WindowSpecError::OutOfRange),
            (-DAY, WindowSpecError::OutOfRange),
            (4000 * DAY, WindowSpecError::OutOfRange),
        ] {
            assert_eq!(WindowSpec::tumbling(size), Err(error), "{size}");
        }
    }

    #[test]
    fn a_sliding_window_is_made_of_panes() {
        let pane = |size, slide| WindowSpec::sliding(size, slide).map(WindowSpec::pane);
        assert_eq!(pane(10 * MINUTE, MINUTE), Ok(Some(MINUTE)));
        assert_eq!(pane(10 * MINUTE, 4 * MINUTE), Ok(Some(2 * MINUTE)));
        assert_eq!(pane(7 * DAY, DAY), Ok(Some(DAY)));
        assert_eq!(pane(2 * DAY, HOUR), Ok(Some(HOUR)));
        assert_eq!(pane(MINUTE, MINUTE), Err(WindowSpecError::SlideTooLarge));
        assert_eq!(pane(36 * HOUR, DAY), Err(WindowSpecError::NoDays));
        assert_eq!(pane(DAY, MINUTE), Err(WindowSpecError::TooManyPanes(1440)));
        assert_eq!(pane(DAY, 7 * MINUTE), Err(WindowSpecError::NoDivisor));
    }

    #[test]
    fn windows_stand_by_size_then_by_slide() {
        let mut specs = [
            WindowSpec::Tumbling { size: HOUR },
            WindowSpec::Tumbling { size: 10 * MINUTE },
            WindowSpec::Sliding { size: 10 * MINUTE, slide: MINUTE },
            WindowSpec::Cumulative,
        ];
        specs.sort();
        let shown = specs.map(|spec| spec.to_string());
        assert_eq!(shown, ["cumulative", "10m/1m", "10m", "1h"]);
    }
}
