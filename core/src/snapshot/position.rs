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
}
