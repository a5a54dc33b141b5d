//! Places in the log of a partition: where it ends, and where reading begins.

/// The end of a partition's log as far as the source knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEnd {
    /// The number of the partition, from 0.
    pub partition: u32,
    /// The offset after the last record. `None` means that there is no end or that it is not known.
    pub end: Option<i64>,
}

/// The part of a partition's log that is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadFrom {
    /// The offset of the first record.
    pub offset: i64,
    /// As [`RecordMeta::cursor`](crate::RecordMeta) of the record before the first one.
    pub cursor: u64,
    /// The first offset that is not read; `None` means no bound.
    pub stop: Option<i64>,
}
