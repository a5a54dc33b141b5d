//! Whether a file is still the one that was read: the record before a position is the one that was
//! read up to there. A file may grow; one that was replaced, or rewritten, would be read on in the
//! middle of a line.
//!
//! Deliberately absent: more than that one record. Where it is equal in both files, they are taken
//! for the same.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use streamgauge_core::{BYTE_ORDER_MARK, Digest, digest_of};

use super::error::{open, replaced, unreadable};
use super::input::{Packing, packing_of};
use crate::SourceError;

/// How far before a position a record may begin: further than a quoted cell reaches.
const REACH: u64 = 128 << 10;

/// The most lines of one record, and one more.
const LINES_MAX: usize = 101;

/// The last record before a position of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The position after the record.
    pub(super) end: u64,
    pub(super) digest: Digest,
}

/// What changes where somebody wrote to a file, or put another one in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Trace {
    length: u64,
    identity: (u64, u64),
    modified: (i64, i64),
}

impl Trace {
    pub(super) fn of(path: &Path) -> Result<Self, SourceError> {
        let found = fs::metadata(path).map_err(|error| unreadable(path, &error))?;
        Ok(Self {
            length: found.len(),
            identity: (found.dev(), found.ino()),
            modified: (found.mtime(), found.mtime_nsec()),
        })
    }

    pub(super) fn is_of_same_file(&self, other: &Self) -> bool {
        self.identity == other.identity
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }
}

/// Refuses a file in which another record than that of `mark` stands before the mark's end.
pub(super) fn check(path: &Path, mark: Mark) -> Result<(), SourceError> {
    let before = |error: io::Error| unreadable(path, &error);
    let mut file = open(path)?;
    if packing_of(&mut file).map_err(before)? != Packing::Plain {
        return Ok(());
    }
    let start = mark.end.saturating_sub(REACH);
    file.seek(SeekFrom::Start(start)).map_err(before)?;
    let mut bytes = Vec::new();
    file.take(mark.end - start).read_to_end(&mut bytes).map_err(before)?;
    let is_whole = bytes.len() as u64 == mark.end - start;
    if is_whole && may_end_with(&bytes, start == 0, mark.digest) {
        return Ok(());
    }
    Err(replaced(path, mark.end))
}

/// False if no record of this digest can stand at the end of `bytes`, which begin the file if
/// `is_beginning`.
fn may_end_with(bytes: &[u8], is_beginning: bool, digest: Digest) -> bool {
    let line = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let value =
        if line.len() < bytes.len() { line.strip_suffix(b"\r").unwrap_or(line) } else { line };
    let starts = memchr::memrchr_iter(b'\n', value).map(|line_end| line_end + 1);
    let starts: Vec<usize> = starts.take(LINES_MAX).collect();
    // The record may begin further ahead.
    if starts.is_empty() && !is_beginning {
        return true;
    }
    let first = is_beginning.then_some(0);
    let marked = bytes.starts_with(BYTE_ORDER_MARK).then_some(BYTE_ORDER_MARK.len());
    let mut all = starts.into_iter().chain(first).chain(marked.filter(|_| is_beginning));
    all.any(|start| start <= value.len() && digest_of(&value[start..]) == digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_found_at_the_end_of_what_was_read() {
        let check = |bytes: &[u8], is_beginning, record: &[u8], expected| {
            let found = may_end_with(bytes, is_beginning, digest_of(record));
            assert_eq!(found, expected, "{:?}", String::from_utf8_lossy(bytes));
        };
        check(b"one\ntwo\n", true, b"two", true);
        check(b"one\r\ntwo\r\n", true, b"two", true);
        check(b"one\ntwo", true, b"two", true);
        check(b"one\n", true, b"one", true);
        check(b"\xEF\xBB\xBFone\n", true, b"one", true);
        check(b"a\n1,\"2\n2\",3\n", true, b"1,\"2\n2\",3", true);
        check(b"one\nTWO\n", true, b"two", false);
        check(b"one\ntwo\n\n", true, b"two", false);
        check(b"one\ntw", true, b"two", false);
        check(b"", true, b"two", false);
        check(b"cut off\ntwo\n", false, b"two", true);
        check(b"cut off\nTWO\n", false, b"two", false);
        check(b"a line without an end", false, b"two", true);
    }
}
