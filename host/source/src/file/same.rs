//! Whether a file is still the one that was read: before a position stand the bytes that were read
//! there. A file may grow; one that was replaced, or written anew, would be read on in the middle of
//! a line.
//!
//! Deliberately absent: more than the last 8 KiB and the last record. Where they are equal in both
//! files, they are taken for the same.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;

use streamgauge_core::{BYTE_ORDER_MARK, Digest, FileMark, Position, digest_of};

use super::error::unreadable;
use super::input::Input;
use crate::SourceError;

/// How much before its place a mark covers: enough that equal lines do not make equal files.
const WINDOW: u64 = 8 << 10;

/// How far before a position a record may begin: further than a quoted cell reaches.
const REACH: u64 = 128 << 10;

/// The most lines of one record, and one more.
const LINES_MAX: usize = 101;

/// The last record that was read of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Last {
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
        Ok(Self::from(&found))
    }

    /// The device that holds the file, and its number there.
    pub(super) fn identity(&self) -> (u64, u64) {
        self.identity
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// The last write, in milliseconds since the Unix epoch.
    pub(super) fn modified(&self) -> i64 {
        let (seconds, nanoseconds) = self.modified;
        seconds.saturating_mul(1000).saturating_add(nanoseconds / 1_000_000)
    }
}

impl From<&Metadata> for Trace {
    fn from(found: &Metadata) -> Self {
        Self {
            length: found.len(),
            identity: (found.dev(), found.ino()),
            modified: (found.mtime(), found.mtime_nsec()),
        }
    }
}

/// True if a state with this position can be read on in the file.
pub(super) fn holds(path: &Path, position: &Position) -> Result<bool, SourceError> {
    if let Some(mark) = &position.mark {
        let bytes = bytes_before(path, mark.at, WINDOW)?;
        if bytes.is_none_or(|bytes| digest_of(&bytes) != mark.digest) {
            return Ok(false);
        }
    }
    let Some((_, digest)) = position.last else {
        return Ok(Trace::of(path)?.length() >= position.cursor);
    };
    let bytes = bytes_before(path, position.cursor, REACH)?;
    Ok(bytes.is_some_and(|bytes| may_end_with(&bytes, position.cursor <= REACH, digest)))
}

/// The last bytes before `end` of the unpacked file, at most so many; `None` means that the file ends
/// before.
fn bytes_before(path: &Path, end: u64, most: u64) -> Result<Option<Vec<u8>>, SourceError> {
    let count = end.min(most);
    let mut bytes = Vec::new();
    let input = Input::open(path, end - count)?.bytes;
    input.take(count).read_to_end(&mut bytes).map_err(|error| unreadable(path, &error))?;
    Ok((bytes.len() as u64 == count).then_some(bytes))
}

/// The mark at `last` of an open file that is not compressed, given the mark before; `None` means that
/// the file does not hold what was read.
pub(super) fn mark_on(file: &File, before: FileMark, last: Last) -> io::Result<Option<FileMark>> {
    let at = |end: u64| {
        let count = end.min(WINDOW);
        let mut bytes = vec![0; count as usize];
        file.read_exact_at(&mut bytes, end - count).map(|()| bytes)
    };
    let read = at(before.at).and_then(|there| Ok((there, at(last.end)?)));
    match read {
        // In this order: what was written between the two looks is read again at the next one.
        Ok((there, bytes)) if digest_of(&there) == before.digest => {
            let is_whole = may_end_with(&bytes, last.end <= WINDOW, last.digest);
            let mark = FileMark { at: last.end, digest: digest_of(&bytes), ..before };
            Ok(is_whole.then_some(mark))
        }
        Ok(_) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// The mark of a file of which nothing is read.
pub(super) fn first_mark(identity: (u64, u64), first_offset: i64) -> FileMark {
    let (device, inode) = identity;
    FileMark { at: 0, digest: digest_of(b""), device, inode, first_offset, left: None }
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
