//! The reasons for which a metric refuses a configuration, rows or a snapshot.
//!
//! Refusing is not a crash: the instance stays usable. A case that only a broken program can reach
//! (an overflowing counter) is a panic instead, which the host contains.
//!
//! The messages are written by hand: a derive macro would take most of the time of a plugin's first
//! build.

use std::fmt;

use crate::bindings::streamgauge::metric::types::MetricError;

/// The result of a metric's fallible calls.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a metric refuses a configuration, some rows or a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The `[metric.config]` table is wrong; the text names the key.
    BadConfig(String),
    /// All rows of the batch that cannot be used; nothing of the batch may have been added.
    ///
    /// The host calls once more without these rows and writes each to the dead letters. A second
    /// refusal breaks the contract, and the host stops the metric.
    BadRows(Vec<BadRow>),
    /// The snapshot is of another version, or not a snapshot of this metric.
    BadState(String),
    /// Any other reason; the host stops the metric.
    Other(String),
}

/// A row that a metric cannot use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Index of the row in its batch, from 0.
    pub row: u32,
    /// The reason for the dead letter, without the content of the record.
    pub reason: String,
}

impl Error {
    /// A configuration error about one key.
    pub fn config(key: &str, problem: &str) -> Self {
        Self::BadConfig(format!("config key `{key}` {problem}"))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadConfig(text) | Self::BadState(text) | Self::Other(text) => f.write_str(text),
            Self::BadRows(rows) => write!(f, "{} rows cannot be used", rows.len()),
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for MetricError {
    fn from(error: Error) -> Self {
        match error {
            Error::BadConfig(text) => Self::BadConfig(text),
            Error::BadRows(rows) => {
                Self::BadRows(rows.into_iter().map(|bad| (bad.row, bad.reason)).collect())
            }
            Error::BadState(text) => Self::BadState(text),
            Error::Other(text) => Self::Other(text),
        }
    }
}
