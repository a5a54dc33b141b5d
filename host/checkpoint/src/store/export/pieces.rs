//! The bytes of a snapshot, piece by piece: a snapshot is mostly accumulators, which are in memory
//! already and are not copied.
//!
//! The layout is known to `streamgauge-core` alone: the snapshot is encoded with a short mark in
//! the place of each accumulator, and the marks are found again. A mark holds a random number, so
//! nothing in a record or in a plugin's words can be one.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use streamgauge_core::{Digest, PartitionSnapshot};

/// The length of the digest at the end of a snapshot.
const SEAL_BYTES: usize = 32;

/// The length of a mark: two random numbers, and the number of the accumulator.
const MARK_BYTES: usize = 24;

/// A snapshot that is written piece by piece.
pub(in crate::store) struct Pieces<'a> {
    /// The bytes between the accumulators: a piece before each, and one behind the last.
    between: Vec<Vec<u8>>,
    accumulators: Vec<&'a [u8]>,
    seal: [u8; SEAL_BYTES],
    digest: Digest,
}

impl<'a> Pieces<'a> {
    pub(in crate::store) fn of(snapshot: &'a PartitionSnapshot) -> Self {
        let random = RandomState::new();
        let mark = |number: usize| -> [u8; MARK_BYTES] {
            let word = |salt: u64| {
                let mut hasher = random.build_hasher();
                hasher.write_u64(salt);
                hasher.finish().to_le_bytes()
            };
            let mark = [word(0), word(1), number.to_le_bytes()].concat();
            mark.try_into().expect("three words are as long as a mark")
        };
        let mut accumulators = Vec::new();
        let mut marked = without_accumulators(snapshot);
        for (metric, marked) in snapshot.metrics.iter().zip(&mut marked.metrics) {
            for (set, marked) in metric.windows.iter().zip(&mut marked.windows) {
                for (pane, marked) in set.panes.iter().zip(&mut marked.panes) {
                    let [on_time, late] = [&pane.on_time, &pane.late].map(|accumulator| {
                        let bytes = accumulator.as_deref()?;
                        accumulators.push(bytes);
                        Some(Arc::from(mark(accumulators.len() - 1)))
                    });
                    (marked.on_time, marked.late) = (on_time, late);
                }
            }
        }
        let between = between(&marked.encode(), &accumulators, mark);
        Self::sealed(between, accumulators)
    }

    fn sealed(between: Vec<Vec<u8>>, accumulators: Vec<&'a [u8]>) -> Self {
        let mut pieces =
            Self { between, accumulators, seal: [0; SEAL_BYTES], digest: Digest::ZERO };
        let mut hasher = Sha256::new();
        pieces.body().for_each(|piece| hasher.update(piece));
        pieces.seal = hasher.clone().finalize().into();
        hasher.update(pieces.seal);
        pieces.digest = Digest(hasher.finalize().into());
        pieces
    }

    fn body(&self) -> impl Iterator<Item = &[u8]> {
        let accumulators = self.accumulators.iter().copied().chain([&[][..]]);
        self.between.iter().zip(accumulators).flat_map(|(piece, bytes)| [piece.as_slice(), bytes])
    }

    /// The SHA-256 of all bytes.
    pub(in crate::store) fn digest(&self) -> Digest {
        self.digest
    }

    /// How many bytes there are.
    pub(in crate::store) fn length(&self) -> usize {
        self.body().map(<[u8]>::len).sum::<usize>() + SEAL_BYTES
    }

    /// Hands over all bytes in their order.
    pub(in crate::store) fn write(
        &self,
        mut put: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        self.body().try_for_each(&mut put)?;
        put(&self.seal)
    }
}

/// The same snapshot, whose panes are empty.
fn without_accumulators(snapshot: &PartitionSnapshot) -> PartitionSnapshot {
    let mut empty = snapshot.clone();
    let sets = empty.metrics.iter_mut().flat_map(|metric| &mut metric.windows);
    for pane in sets.flat_map(|set| &mut set.panes) {
        (pane.on_time, pane.late) = (None, None);
    }
    empty
}

/// The bytes of a marked snapshot between its marks, without the seal, and with the lengths of the
/// accumulators in the place of the marks' length.
fn between(
    marked: &[u8],
    accumulators: &[&[u8]],
    mark: impl Fn(usize) -> [u8; MARK_BYTES],
) -> Vec<Vec<u8>> {
    let mut rest = &marked[..marked.len() - SEAL_BYTES];
    let mut pieces = Vec::new();
    for (number, accumulator) in accumulators.iter().enumerate() {
        let length = (MARK_BYTES as u32).to_le_bytes();
        let sought = [&length[..], &mark(number)].concat();
        let at = rest.windows(sought.len()).position(|bytes| bytes == sought);
        let at = at.expect("each accumulator is written with its length, in the order of panes");
        let length = u32::try_from(accumulator.len()).expect("a state is smaller than 4 GiB");
        pieces.push([&rest[..at], &length.to_le_bytes()].concat());
        rest = &rest[at + sought.len()..];
    }
    pieces.push(rest.to_vec());
    pieces
}
