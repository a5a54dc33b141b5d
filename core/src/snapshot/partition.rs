//! The state of one partition, and the place where its source resumes.

use super::digest::Digest;
use super::metric::MetricSnapshot;
use crate::late_sample::LateSample;
use crate::partition::PartitionState;
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

/// S: all that is known of a partition at a batch boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionSnapshot {
    /// The number of the partition in its source, counted from 0; a file is partition 0.
    pub partition: u32,
    /// The place where the source resumes.
    pub position: Position,
    /// The last late records, oldest first. Not part of any digest.
    pub late_samples: Vec<LateSample>,
    /// H: event time, books and gaps.
    pub state: PartitionState,
    /// The metrics, in the order of their ids.
    pub metrics: Vec<MetricSnapshot>,
}

impl PartitionSnapshot {
    /// The offset up to which the log is read: the next offset, or a later one where no record
    /// stands between.
    pub fn read_to(&self) -> i64 {
        let next = self.state.next_offset;
        self.position.read_to.map_or(next, |read_to| read_to.max(next))
    }
}
