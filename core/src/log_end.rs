//! Where the log of a partition ends, as far as its source knows.

/// The end of a partition's log as far as the source knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEnd {
    /// The partition's number.
    pub partition: u32,
    /// The offset after the last record. `None` means that there is no end or that it is not known.
    pub end: Option<i64>,
}
