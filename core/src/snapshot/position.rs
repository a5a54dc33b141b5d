//! The place where a source resumes.

use super::digest::Digest;
use crate::time::RecordTime;

/// The place where a source resumes, and the record it read last. A position is not part of any
/// digest, because it tells which log was read and not the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The [`RecordMeta::cursor`](crate::RecordMeta::cursor) of the last record.
    pub cursor: u64,
    /// Stamp and digest of the record before the next offset; `None` means that none was read.
    pub last: Option<(RecordTime, Digest)>,
    /// The offset up to which the log is read, where that is past the next offset: a log may end
    /// with offsets that hold no record (markers of transactions, aborted records, compaction).
    pub read_to: Option<i64>,
    /// The file that is read; `None` for other sources, and for what was stored before marks were.
    pub mark: Option<FileMark>,
}

/// Tells a file from one that took its place, and from itself after it was written anew: file and
/// bytes before a byte that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileMark {
    /// The byte at which the digest ends, no later than the cursor.
    pub at: u64,
    /// The digest of the last 8 KiB before that byte, or of all that stands before it.
    pub digest: Digest,
    /// The device that holds the file.
    pub device: u64,
    /// The number of the file on the device. It finds a file again that was renamed, and proves
    /// nothing, because numbers are given again.
    pub inode: u64,
    /// The offset of the first record of the file, which is past 0 after others were read.
    pub first_offset: i64,
    /// The last write to a file that was read to its end after another one had taken its place, in
    /// milliseconds since the Unix epoch; `None` while the file is read.
    pub left: Option<i64>,
}
