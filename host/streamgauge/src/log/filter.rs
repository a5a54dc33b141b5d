//! What is logged: the filter of `STREAMGAUGE_LOG`, or the one of the command.

use std::env::{self, VarError};

use thiserror::Error;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

/// The variable that sets the filter of the log.
const VARIABLE: &str = "STREAMGAUGE_LOG";

/// librdkafka's own lines: the program tells their matter in its own words.
const QUIET: &str = "librdkafka=error,rdkafka=error";

/// A text that is no filter.
#[derive(Debug, Error, PartialEq, Eq)]
#[error(
    "{VARIABLE} = \"{text}\": {reason}\nhint: one of error, warn, info, debug, trace, off; or with \
     exceptions by target, as in \"info,plugin=debug\""
)]
pub(crate) struct FilterError {
    text: String,
    reason: String,
}

/// The filter of the environment; `default` where the variable is not set or empty.
pub(super) fn from_environment(default: &str) -> Result<EnvFilter, FilterError> {
    match env::var(VARIABLE) {
        Ok(text) if !text.trim().is_empty() => parse(&text),
        Ok(_) | Err(VarError::NotPresent) => parse(default),
        Err(VarError::NotUnicode(text)) => Err(FilterError {
            text: text.to_string_lossy().into_owned(),
            reason: "it is not UTF-8".to_owned(),
        }),
    }
}

fn parse(text: &str) -> Result<EnvFilter, FilterError> {
    let refused = |reason: String| FilterError { text: text.to_owned(), reason };
    for directive in text.split(',').map(str::trim) {
        // A bare word that is no level would be a target, and everything else would be silent.
        let is_bare = !directive.contains(['=', '[', ']', '{', '}']);
        if is_bare && directive.parse::<LevelFilter>().is_err() {
            return Err(refused(format!("`{directive}` is no level")));
        }
    }
    // A later directive of the same target replaces the quiet one.
    EnvFilter::builder()
        .parse(format!("{QUIET},{text}"))
        .map_err(|error| refused(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_targets_are_a_filter() {
        for text in ["debug", "WARN", "off", "info,plugin=off", "librdkafka=debug,info", "1"] {
            assert!(parse(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn nonsense_is_refused_with_the_word_that_is_wrong() {
        for (text, word) in [
            ("dbug", "`dbug`"),
            ("info,verbose", "`verbose`"),
            ("plugin=loud", "error parsing level filter"),
            ("debug;info", "`debug;info`"),
        ] {
            let error = parse(text).expect_err(text).to_string();
            assert!(error.contains(word) && error.contains("STREAMGAUGE_LOG"), "{text}: {error}");
        }
    }

    #[test]
    fn lines_of_librdkafka_stay_quiet_unless_they_are_asked_for() {
        let shown = |text| parse(text).expect("a filter").to_string();
        assert!(shown("debug").contains("librdkafka=error"), "{}", shown("debug"));
        let asked = shown("info,librdkafka=debug");
        assert!(asked.contains("librdkafka=debug") && !asked.contains("librdkafka=error"));
    }
}
