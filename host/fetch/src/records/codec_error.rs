//! Why the records of a batch cannot be unpacked.

use std::io;

/// Why a batch cannot be unpacked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum CodecError {
    /// No such codec is known, by its number.
    Unknown(u8),
    /// The bytes are not of the codec; the reason in its own words.
    Broken(String),
}

impl From<io::Error> for CodecError {
    fn from(error: io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}
