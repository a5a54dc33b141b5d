//! A late record may leave the pipeline beside its results.

/// The fate of late records besides being counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LateOutput {
    /// Late records are only counted.
    None,
    /// Late records are collected, to be written out.
    Collected,
}
