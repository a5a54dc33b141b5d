//! The state of a partition as bytes: S = H at an offset plus, per metric, its accumulators at an
//! offset of their own. The same state always gives the same bytes, so digests are comparable.
//!
//! The layout is written down in docs/state-format.md.

mod decode;
mod encode;
mod final_pane;

use std::fmt;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::accounting::MetricAccounting;
use crate::bytes::Writer;
use crate::late_sample::LateSample;
use crate::partition::PartitionState;
use crate::time::RecordTime;
use crate::window::{TimeWindow, WindowSpec};
use crate::window_set::WindowBooks;

pub use final_pane::FinalPane;

const MAGIC: &[u8; 4] = b"SGSP";
const VERSION: u32 = 2;
const DIGEST_BYTES: usize = 32;

/// A SHA-256, shown in hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; DIGEST_BYTES]);

/// The place where a source resumes, and the record it read last. A position is not part of any
/// digest, because it tells which log was read and not the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The [`RecordMeta::cursor`](crate::RecordMeta::cursor) of the last record.
    pub cursor: u64,
    /// Stamp and digest of the record before the next offset; `None` means that none was read.
    pub last: Option<(RecordTime, Digest)>,
}

/// The accumulators of one pane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaneSnapshot {
    /// The interval of the pane; `None` means all of time, for the cumulative window.
    pub window: Option<TimeWindow>,
    /// Rows folded after the watermark had passed the pane's end.
    pub corrections: u64,
    /// The bytes that the plugin's `snapshot` gave for the records on time; `None` means that
    /// there were none.
    pub on_time: Option<Arc<[u8]>>,
    /// The bytes that the plugin's `snapshot` gave for the late records; `None` means that there
    /// were none.
    pub late: Option<Arc<[u8]>>,
}

/// The open panes of one of a metric's windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowSetSnapshot {
    /// The kind of windows.
    pub spec: WindowSpec,
    /// The rows without a pane, and the panes that became final early.
    pub books: WindowBooks,
    /// The number of panes with a row that became final so far.
    pub sealed: u64,
    /// A digest over the final panes with a row, in the order in which they became final.
    pub chain: Digest,
    /// The open panes by start.
    pub panes: Vec<PaneSnapshot>,
}

/// The state of one metric in one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricSnapshot {
    /// The metric's id in `pipeline.toml`.
    pub id: String,
    /// The state version of the plugin that wrote the accumulators.
    pub state_version: u32,
    /// The first offset that the state covers.
    pub origin: i64,
    /// The next offset to fold; smaller than the partition's where the metric stopped.
    pub next_offset: i64,
    /// The books over every row that the metric was offered.
    pub accounting: MetricAccounting,
    /// The open panes of each kind of windows, in the order of [`WindowSpec`].
    pub windows: Vec<WindowSetSnapshot>,
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

/// Why bytes are not a snapshot that can be read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SnapshotError {
    /// The bytes do not begin as Streamgauge writes them.
    #[error("not a snapshot")]
    NotASnapshot,
    /// The bytes are in this version of the format, which the program does not know.
    #[error("snapshot format {0} is not known here")]
    UnknownVersion(u32),
    /// The bytes were cut short or changed.
    #[error("the snapshot is damaged")]
    Damaged,
}

impl Digest {
    /// The first link of every chain of digests.
    pub const ZERO: Self = Self([0; DIGEST_BYTES]);

    /// The chain with one more link.
    #[must_use]
    pub fn chain(self, link: Self) -> Self {
        digest_of(&[self.0, link.0].concat())
    }
}

impl WindowSetSnapshot {
    /// The state of the windows `spec` before the first row.
    pub fn empty(spec: WindowSpec) -> Self {
        let books = WindowBooks::default();
        Self { spec, books, sealed: 0, chain: Digest::ZERO, panes: Vec::new() }
    }
}

impl PartitionSnapshot {
    /// The bytes to store; equal snapshots give equal bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        encode::partition(&mut w, self);
        seal(w.into_bytes())
    }

    /// Reads what [`PartitionSnapshot::encode`] wrote.
    ///
    /// # Errors
    /// Bytes of another kind, of an unknown version, or damaged.
    pub fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let body = unseal(bytes, MAGIC, VERSION)?;
        decode::partition(body).ok_or(SnapshotError::Damaged)
    }

    /// The digest of H: equal at equal offsets if the same records were read, on any machine.
    pub fn state_digest(&self) -> Digest {
        let mut w = Writer::default();
        encode::state(&mut w, &self.state);
        digest_of(&w.into_bytes())
    }
}

impl MetricSnapshot {
    /// The digest of everything in this snapshot: equal at equal offsets if the same rows were
    /// offered.
    pub fn digest(&self) -> Digest {
        let mut w = Writer::default();
        encode::metric(&mut w, self);
        digest_of(&w.into_bytes())
    }
}

/// `body` with its digest.
fn seal(mut body: Vec<u8>) -> Vec<u8> {
    let digest = digest_of(&body);
    body.extend_from_slice(&digest.0);
    body
}

/// The bytes between the version and the digest, if magic, version and digest are right.
fn unseal<'a>(bytes: &'a [u8], magic: &[u8], version: u32) -> Result<&'a [u8], SnapshotError> {
    let rest = bytes.strip_prefix(magic).ok_or(SnapshotError::NotASnapshot)?;
    let (found, _) = rest.split_first_chunk::<4>().ok_or(SnapshotError::Damaged)?;
    let found = u32::from_le_bytes(*found);
    if found != version {
        return Err(SnapshotError::UnknownVersion(found));
    }
    let body = bytes.len().checked_sub(DIGEST_BYTES).ok_or(SnapshotError::Damaged)?;
    let (body, digest) = bytes.split_at(body);
    if digest_of(body).0 != digest {
        return Err(SnapshotError::Damaged);
    }
    body.get(magic.len() + size_of::<u32>()..).ok_or(SnapshotError::Damaged)
}

/// The SHA-256 of `bytes`.
pub fn digest_of(bytes: &[u8]) -> Digest {
    Digest(Sha256::digest(bytes).into())
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
