//! The state of a partition as bytes: S = H at an offset plus, per metric, its accumulators at an
//! offset of their own. The same state always gives the same bytes, so digests are comparable.
//!
//! The layout is written down in docs/state-format.md.

mod accumulator_bytes;
mod decode;
mod digest;
mod encode;
mod envelope;
mod final_pane;
mod metric;
mod partition;
mod phase;
mod position;
mod series;

use std::sync::Arc;

use crate::bytes::Writer;
use envelope::{MAGIC, OLDEST, VERSION, unseal_versions};

pub use accumulator_bytes::AccumulatorBytes;
pub use digest::{Digest, digest_of, digest_of_pieces};
pub use envelope::{SnapshotError, seal, unseal, unseal_version};
pub use final_pane::FinalPane;
pub use metric::{MISSED_MAX, MetricSnapshot, MissedRecords, PaneSnapshot, WindowSetSnapshot};
pub use partition::PartitionSnapshot;
pub use phase::{
    Crash, LeftOut, MetricLag, MetricPhase, MetricPlace, MetricStop, POISON_MAX, POISON_ROWS,
    PluginCall, Poison, PoisonRecord, RecordRange, StopKind,
};
pub use position::{FileMark, Position};

impl PartitionSnapshot {
    /// The bytes to store; equal snapshots give equal bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        encode::partition(&mut w, self);
        seal(w.into_bytes())
    }

    /// The bytes of [`PartitionSnapshot::encode`] in pieces, of which accumulators are shared and not
    /// copied.
    pub fn encode_shared(&self) -> Vec<Arc<[u8]>> {
        let mut w = Writer::of_pieces();
        encode::partition(&mut w, self);
        let mut pieces = w.into_pieces();
        let seal = digest_of_pieces(&pieces);
        pieces.push(seal.0.as_slice().into());
        pieces
    }

    /// Reads what [`PartitionSnapshot::encode`] wrote, in this version or an earlier one.
    ///
    /// # Errors
    /// Bytes of another kind, of an unknown version, or damaged.
    pub fn decode(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let (version, body) = unseal_versions(bytes, MAGIC, OLDEST..=VERSION)?;
        decode::partition(body, version).ok_or(SnapshotError::Damaged)
    }

    /// The digest of H: equal at equal offsets if the same records were read, on any machine.
    pub fn state_digest(&self) -> Digest {
        let mut w = Writer::default();
        encode::state(&mut w, &self.state);
        digest_of(&w.into_bytes())
    }
}

impl MetricSnapshot {
    /// The digest of everything in this snapshot but the phase: equal at equal offsets if the same
    /// rows were offered. `None` means that an accumulator has differences: it must be made whole
    /// first, which takes its plugin.
    pub fn digest(&self) -> Option<Digest> {
        self.is_whole().then(|| {
            let mut w = Writer::default();
            encode::metric(&mut w, self);
            digest_of(&w.into_bytes())
        })
    }
}

#[cfg(test)]
mod tests;
