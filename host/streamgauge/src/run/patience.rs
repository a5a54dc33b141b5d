//! A run waits for what is missing outside, or gives up.

use std::time::Duration;

/// The way of a run while something outside is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Wait and try again.
    Retry,
    /// The run ends with a failure.
    GiveUp,
}

impl Patience {
    /// How long something outside has to answer: short where it is asked again.
    pub(super) fn answer_timeout(self) -> Duration {
        match self {
            Self::Retry => Duration::from_millis(700),
            Self::GiveUp => Duration::from_secs(5),
        }
    }
}
