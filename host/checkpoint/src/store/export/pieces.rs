//! The bytes of a snapshot, piece by piece: a snapshot is mostly accumulators, which are in memory
//! already and are not copied.

use std::sync::Arc;

use streamgauge_core::{Digest, PartitionSnapshot, digest_of_pieces};

/// A snapshot that is written piece by piece.
pub(in crate::store) struct Pieces {
    pieces: Vec<Arc<[u8]>>,
}

impl Pieces {
    pub(in crate::store) fn of(snapshot: &PartitionSnapshot) -> Self {
        Self { pieces: snapshot.encode_shared() }
    }

    /// The SHA-256 of all bytes.
    pub(in crate::store) fn digest(&self) -> Digest {
        digest_of_pieces(&self.pieces)
    }

    /// How many bytes there are.
    pub(in crate::store) fn length(&self) -> usize {
        self.pieces.iter().map(|piece| piece.len()).sum()
    }

    /// All bytes in their order.
    pub(in crate::store) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(|piece| &**piece)
    }
}
