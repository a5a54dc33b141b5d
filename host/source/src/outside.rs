//! What a source has besides records: someone who is told how far the stored state is, someone who
//! knows whether the log is still the same, and a meaning of stamps.

/// Tells someone outside how far the stored state is.
pub trait OffsetCommitter: Send {
    /// Announces the next offset of each partition; failures are logged, never fatal.
    fn commit(&self, offsets: &[(u32, i64)]);

    /// Waits, but not for long, until what was announced has arrived.
    fn finish(&self);
}

/// Tells whether the log is still the one that was opened.
pub trait LogGuard: Send {
    /// Whether the log is the same. After the first `false` the answer never changes.
    fn is_same(&self) -> bool;
}

/// The beginning of a record's latency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LatencyFrom {
    /// The record's stamp: the source stamps with the time of day (Kafka).
    Stamp,
    /// The moment when the worker took the record: stamps are of another time (files, generator).
    Taken,
}
