//! The time that the caller hands in, so that the laws read no clock.

use std::time::Duration;

/// A function that tells how much time has passed since some moment: the caller has a clock, the
/// laws have no clock.
pub type Clock<'a> = &'a dyn Fn() -> Duration;
