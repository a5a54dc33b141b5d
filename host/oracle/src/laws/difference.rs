//! The reason why a law does not hold, with the two sides where two things were compared.

use streamgauge_plugin::CallError;

/// The reason why a law does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The reason as a sentence for people.
    pub words: String,
    /// The two things that differ, each with its name; `None` means that nothing was compared.
    pub sides: Option<[(String, String); 2]>,
}

impl From<CallError> for Difference {
    fn from(error: CallError) -> Self {
        Self { words: error.to_string(), sides: None }
    }
}
