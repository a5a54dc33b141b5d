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

pub(super) fn truncated(path: &Path, length: u64, position: u64) -> SourceError {
    let problem = format!(
        "has only {length} bytes, but {position} were read before; \
         hint: a file may grow but not shrink, `streamgauge state reset` starts anew"
    );
    failed(path, &problem)
}

pub(super) fn replaced(path: &Path, position: u64) -> SourceError {
    let problem = format!(
        "is not the one that was read: another record stands before byte {position}, so it was \
         replaced or rewritten; hint: put the file that was read back, or `streamgauge run \
         --rebuild` begins anew with this one"
    );
    failed(path, &problem)
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
