//! The form of the log's lines: the one of `--log-format`, or of `STREAMGAUGE_LOG_FORMAT`.

use std::env;

use clap::ValueEnum;
use thiserror::Error;

/// The variable that sets the form where the option does not.
const VARIABLE: &str = "STREAMGAUGE_LOG_FORMAT";

/// The form of the log's lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line, for programs that gather logs.
    Json,
}

/// A text that names no form.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{VARIABLE} = \"{text}\" is no form of the log\nhint: text or json")]
pub(crate) struct FormatError {
    text: String,
}

impl LogFormat {
    /// The form of the environment; lines for people where the variable is not set or empty.
    ///
    /// # Errors
    /// The variable names no form.
    pub(crate) fn from_environment() -> Result<Self, FormatError> {
        let text = env::var_os(VARIABLE).unwrap_or_default();
        Self::parse(text.to_string_lossy().trim())
    }

    fn parse(text: &str) -> Result<Self, FormatError> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        Self::from_str(text, true).map_err(|_| FormatError { text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_named_by_a_word() {
        for (text, form) in
            [("", LogFormat::Text), ("text", LogFormat::Text), ("JSON", LogFormat::Json)]
        {
            assert_eq!(LogFormat::parse(text), Ok(form), "{text}");
        }
        let error = LogFormat::parse("logfmt").expect_err("no form").to_string();
        assert!(
            error.contains("STREAMGAUGE_LOG_FORMAT = \"logfmt\"") && error.contains("hint"),
            "{error}"
        );
    }
}
