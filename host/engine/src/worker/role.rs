//! What an engine is for.

/// What the states of an engine are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// They are those of the partitions.
    Worker,
    /// They bring metrics to their partitions' places. The records were read before, so rejected
    /// ones have their letters.
    SideReader,
}
