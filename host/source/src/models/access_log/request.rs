//! The event of the access log, before the event is written.

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::models) struct Request {
    /// In seconds since the Unix epoch.
    pub(super) time: u64,
    pub(super) path: String,
    pub(super) status: u16,
    pub(super) bytes: u64,
    pub(super) country: &'static str,
}
