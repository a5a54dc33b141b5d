//! The outcome of one check: the sentence that must hold, and the failure where it does not.

use super::difference::Difference;

/// One thing that was checked.
#[derive(Clone, Debug)]
pub struct Check {
    /// The law, as a sentence that must hold.
    pub name: String,
    /// The number of rounds in which the law was tried.
    pub rounds: u32,
    /// The reason why the law does not hold; `None` means that the law holds.
    pub failure: Option<Failure>,
}

/// Why a check failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The difference that was found, or the error that came up.
    pub difference: Difference,
    /// The smallest rows that were found to show the difference, as CSV with a header; `None` means
    /// that no rows are needed.
    pub rows: Option<String>,
    /// How the rows were divided, in words; empty means that they were not.
    pub division: String,
}

impl Failure {
    /// A failure that needs no rows to be shown.
    pub(super) fn of_words(words: String) -> Self {
        let difference = Difference { words, sides: None };
        Self { difference, rows: None, division: String::new() }
    }
}

impl Check {
    pub(super) fn new(name: impl Into<String>, rounds: u32, failure: Option<Failure>) -> Self {
        Self { name: name.into(), rounds, failure }
    }

    /// True if no round broke the law.
    pub fn holds(&self) -> bool {
        self.failure.is_none()
    }
}
