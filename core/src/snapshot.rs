//! The state of a partition as bytes: S = H at an offset plus, per metric, its accumulators at an
//! offset of their own. The same state always gives the same bytes, so digests are comparable.
//!
//! Layout, little-endian: magic `SGSP`, version, partition, position, H, metrics in the order of
//! their ids, then SHA-256 of all before it.

use std::fmt;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::accounting::{Accounting, Lateness, MetricAccounting};
use crate::bytes::{Reader, Writer};
use crate::partition::PartitionState;
use crate::time::{EventTime, RecordTime};
use crate::window::TimeWindow;

const MAGIC: &[u8; 4] = b"SGSP";
const VERSION: u32 = 1;
const DIGEST_BYTES: usize = 32;

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digest(pub [u8; DIGEST_BYTES]);

/// Where a source goes on, and what it read last. Not part of any digest: it tells the log's
/// identity, not the result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// As [`RecordMeta::cursor`](crate::RecordMeta::cursor) of the last record.
    pub cursor: u64,
    /// Stamp and digest of the record before the next offset; none before the first.
    pub last: Option<(RecordTime, Digest)>,
}

/// The accumulator of one window and verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaneSnapshot {
    /// None for the cumulative window.
    pub window: Option<TimeWindow>,
    /// Of the records on time, or of the late ones.
    pub lateness: Lateness,
    /// What the plugin's `snapshot` gave.
    pub state: Arc<[u8]>,
}

/// The state of one metric in one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetricSnapshot {
    /// The metric's id in `pipeline.toml`.
    pub id: String,
    /// The plugin's state version.
    pub state_version: u32,
    /// The first offset that belongs to it.
    pub origin: i64,
    /// The next offset that it has not seen. Smaller than its partition's where it stopped.
    pub next_offset: i64,
    /// Its books.
    pub accounting: MetricAccounting,
    /// Its accumulators, in the order (window, on time before late).
    pub panes: Vec<PaneSnapshot>,
}

/// S: all that is known of a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionSnapshot {
    /// The partition's number.
    pub partition: u32,
    /// Where the source goes on.
    pub position: Position,
    /// Event time and books.
    pub state: PartitionState,
    /// The metrics, in the order of their ids.
    pub metrics: Vec<MetricSnapshot>,
}

/// Why bytes are not a snapshot.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum SnapshotError {
    /// Not written by Streamgauge.
    #[error("not a snapshot of a partition")]
    NotASnapshot,
    /// Written by a version that this one does not know.
    #[error("snapshot format {0} is not known here (this version reads {VERSION})")]
    UnknownVersion(u32),
    /// Cut short or changed.
    #[error("the snapshot is damaged")]
    Damaged,
}

impl PartitionSnapshot {
    /// The bytes to store.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.raw(MAGIC);
        w.u32(VERSION);
        w.u32(self.partition);
        w.u64(self.position.cursor);
        w.option(self.position.last.map(|(time, _)| time.0));
        if let Some((_, digest)) = self.position.last {
            w.raw(&digest.0);
        }
        write_state(&mut w, &self.state);
        w.u32(self.metrics.len() as u32);
        for metric in &self.metrics {
            write_metric(&mut w, metric);
        }
        let mut bytes = w.into_bytes();
        let digest = digest_of(&bytes);
        bytes.extend_from_slice(&digest.0);
        bytes
    }

    /// Reads what [`PartitionSnapshot::encode`] wrote.
    ///
    /// # Errors
    /// Bytes of another kind, of an unknown version, or damaged.
    pub fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        if !bytes.starts_with(MAGIC) {
            return Err(SnapshotError::NotASnapshot);
        }
        let version = Reader::new(&bytes[MAGIC.len()..]).u32().ok_or(SnapshotError::Damaged)?;
        if version != VERSION {
            return Err(SnapshotError::UnknownVersion(version));
        }
        let body = bytes.len().checked_sub(DIGEST_BYTES).ok_or(SnapshotError::Damaged)?;
        let (body, digest) = bytes.split_at(body);
        if digest_of(body).0 != digest {
            return Err(SnapshotError::Damaged);
        }
        read(body).ok_or(SnapshotError::Damaged)
    }

    /// The digest of H: equal at equal offsets wherever the same records were read.
    pub fn state_digest(&self) -> Digest {
        let mut w = Writer::default();
        write_state(&mut w, &self.state);
        digest_of(&w.into_bytes())
    }
}

impl MetricSnapshot {
    /// The digest of this metric's state.
    pub fn digest(&self) -> Digest {
        let mut w = Writer::default();
        write_metric(&mut w, self);
        digest_of(&w.into_bytes())
    }
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

fn write_state(w: &mut Writer, state: &PartitionState) {
    w.i64(state.origin);
    w.i64(state.next_offset);
    w.option(state.max_event_time.map(|t| t.0));
    let books = &state.accounting;
    for count in [books.read, books.on_time, books.late] {
        w.u64(count);
    }
    w.u32(books.rejections.len() as u32);
    books.rejections.iter().for_each(|count| w.u64(*count));
    for count in [books.fallback, books.future, books.late_delay_sum, books.late_delay_max] {
        w.u64(count);
    }
}

fn write_metric(w: &mut Writer, metric: &MetricSnapshot) {
    w.bytes(metric.id.as_bytes());
    w.u32(metric.state_version);
    w.i64(metric.origin);
    w.i64(metric.next_offset);
    let books = &metric.accounting;
    for count in [books.on_time, books.late, books.excluded] {
        w.u64(count);
    }
    w.u32(metric.panes.len() as u32);
    for pane in &metric.panes {
        w.option(pane.window.map(|window| window.start.0));
        if let Some(window) = pane.window {
            w.i64(window.end.0);
        }
        w.u8(u8::from(pane.lateness == Lateness::Late));
        w.bytes(&pane.state);
    }
}

fn read(body: &[u8]) -> Option<PartitionSnapshot> {
    let mut r = Reader::new(body);
    r.raw(MAGIC.len())?;
    r.u32()?;
    let partition = r.u32()?;
    let cursor = r.u64()?;
    let last = match r.option()? {
        Some(time) => Some((RecordTime(time), Digest(r.raw(DIGEST_BYTES)?.try_into().ok()?))),
        None => None,
    };
    let state = read_state(&mut r)?;
    let metrics = (0..r.u32()?).map(|_| read_metric(&mut r)).collect::<Option<_>>()?;
    let position = Position { cursor, last };
    r.is_empty().then_some(PartitionSnapshot { partition, position, state, metrics })
}

fn read_state(r: &mut Reader<'_>) -> Option<PartitionState> {
    let (origin, next_offset) = (r.i64()?, r.i64()?);
    let max_event_time = r.option()?.map(EventTime);
    let mut accounting =
        Accounting { read: r.u64()?, on_time: r.u64()?, late: r.u64()?, ..Accounting::default() };
    if r.u32()? as usize != accounting.rejections.len() {
        return None;
    }
    for count in &mut accounting.rejections {
        *count = r.u64()?;
    }
    accounting.fallback = r.u64()?;
    accounting.future = r.u64()?;
    accounting.late_delay_sum = r.u64()?;
    accounting.late_delay_max = r.u64()?;
    Some(PartitionState { origin, next_offset, max_event_time, accounting })
}

fn read_metric(r: &mut Reader<'_>) -> Option<MetricSnapshot> {
    let id = String::from_utf8(r.bytes()?.to_vec()).ok()?;
    let state_version = r.u32()?;
    let (origin, next_offset) = (r.i64()?, r.i64()?);
    let accounting = MetricAccounting { on_time: r.u64()?, late: r.u64()?, excluded: r.u64()? };
    let panes = (0..r.u32()?).map(|_| read_pane(r)).collect::<Option<_>>()?;
    Some(MetricSnapshot { id, state_version, origin, next_offset, accounting, panes })
}

fn read_pane(r: &mut Reader<'_>) -> Option<PaneSnapshot> {
    let window = match r.option()? {
        Some(start) => Some(TimeWindow { start: EventTime(start), end: EventTime(r.i64()?) }),
        None => None,
    };
    let lateness = match r.u8()? {
        0 => Lateness::OnTime,
        1 => Lateness::Late,
        _ => return None,
    };
    Some(PaneSnapshot { window, lateness, state: r.bytes()?.into() })
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
mod tests;
