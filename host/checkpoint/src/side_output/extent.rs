//! Where a side output is, as a checkpoint names it.

/// How much has been written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// The number of the file that is written: so many were full before.
    pub segment: u64,
    /// The length of the file.
    pub bytes: u64,
    /// The number of entries in the side output.
    pub entries: u64,
}
