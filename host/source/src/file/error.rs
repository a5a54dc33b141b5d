//! A file that is not there or cannot be read, in words.

use std::fs::File;
use std::path::Path;

use crate::{Missing, SourceError};

pub(super) fn open(path: &Path) -> Result<File, SourceError> {
    File::open(path).map_err(|e| unreadable(path, &e))
}

pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> SourceError {
    if error.kind() == std::io::ErrorKind::NotFound {
        return SourceError::Unavailable {
            missing: Missing::File,
            message: format!("file `{}` was not found", path.display()),
        };
    }
    failed(path, &format!("cannot be read: {error}"))
}

/// The log is opened again, and what happened is found then.
pub(super) fn moved(path: &Path, problem: &str) -> SourceError {
    SourceError::Moved { message: format!("file `{}` {problem}", path.display()) }
}

pub(super) fn fixed_partitions() -> SourceError {
    let message = "partitions of several files, or of a file that was read to its end, cannot come \
                   and go";
    SourceError::Failed { message: message.to_owned() }
}

pub(super) fn failed(path: &Path, problem: &str) -> SourceError {
    let message = format!("file `{}` {problem}", path.display());
    SourceError::Failed { message }
}
