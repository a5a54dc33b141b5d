//! A window whose states are large, kept merged: as states grow by differences, only these are
//! merged, so a look costs by what changed. Where a state is not seen to have grown out of the one
//! before, everything is merged anew.

use std::collections::BTreeMap;
use std::sync::Arc;

use streamgauge_core::{AccumulatorBytes, TimeWindow};
use streamgauge_plugin::{Accumulator, CallError, Instance};

use super::WindowId;
use super::piece::{Piece, States};

/// The place of the late records among the states of a piece.
const LATE: usize = 1;

/// Accumulators of a window in an instance.
pub(super) struct Standing {
    id: WindowId,
    /// What is merged in them, by pane and partition.
    pieces: BTreeMap<(Option<TimeWindow>, u32), States>,
    on_time: Accumulator,
    late: Accumulator,
    /// Of all records; `None` means that none was late, so that those on time are all.
    total: Option<Accumulator>,
}

impl Standing {
    /// True if a window of these pieces is worth it, and can be: stored panes are read one by one.
    pub(super) fn is_for(pieces: &[Piece]) -> bool {
        let bytes = |piece: &Piece| match &piece.states {
            States::Held { states, .. } => {
                Some(AccumulatorBytes::total_bytes(states.iter().flatten()))
            }
            States::Stored(_) => None,
        };
        let all: Option<Vec<_>> = pieces.iter().map(bytes).collect();
        all.is_some_and(|all| all.into_iter().sum::<usize>() >= AccumulatorBytes::LARGE_BYTES)
    }

    /// Merges all of the pieces.
    pub(super) fn new(
        id: WindowId,
        pieces: &[Piece],
        instance: &mut Instance,
    ) -> Result<Self, CallError> {
        let (on_time, late) = (instance.create(id.window)?, instance.create(id.window)?);
        let mut standing = Self { id, pieces: BTreeMap::new(), on_time, late, total: None };
        standing.follow(pieces, instance)?;
        Ok(standing)
    }

    pub(super) fn id(&self) -> WindowId {
        self.id
    }

    /// The accumulators of the records on time, of the late ones, and of both.
    pub(super) fn sums(&self) -> [Accumulator; 3] {
        [self.on_time, self.late, self.total.unwrap_or(self.on_time)]
    }

    /// True if every piece that is merged has stayed as it was or has grown.
    pub(super) fn leads_to(&self, pieces: &[Piece]) -> bool {
        let mut known = 0;
        for piece in pieces {
            let Some(former) = self.piece(piece) else { continue };
            known += 1;
            if !piece.states.have_grown_from(former) {
                return false;
            }
        }
        known == self.pieces.len()
    }

    /// Gives the accumulators' memory back.
    pub(super) fn release(self, instance: &mut Instance) -> Result<(), CallError> {
        let Self { on_time, late, total, .. } = self;
        [on_time, late].into_iter().chain(total).try_for_each(|sum| instance.release(sum))
    }

    fn piece(&self, like: &Piece) -> Option<&States> {
        self.pieces.get(&(like.pane, like.partition))
    }

    /// Merges what is new in `pieces`, to which these [lead](Self::leads_to).
    pub(super) fn follow(
        &mut self,
        pieces: &[Piece],
        instance: &mut Instance,
    ) -> Result<(), CallError> {
        for piece in pieces {
            let States::Held { state_version, states } = &piece.states else { continue };
            for (i, (new, sum)) in states.iter().zip([self.on_time, self.late]).enumerate() {
                let old = match self.piece(piece) {
                    Some(States::Held { states, .. }) => states[i].as_ref(),
                    _ => None,
                };
                for part in news(new.as_ref(), old).unwrap_or_default() {
                    if i == LATE && self.total.is_none() {
                        let total = instance.create(self.id.window)?;
                        instance.merge(total, self.on_time)?;
                        self.total = Some(total);
                    }
                    let part = instance.restore(piece.pane, *state_version, part)?;
                    for sum in [sum].into_iter().chain(self.total) {
                        instance.merge(sum, part)?;
                    }
                    instance.release(part)?;
                }
            }
        }
        let of = |piece: &Piece| ((piece.pane, piece.partition), piece.states.clone());
        self.pieces = pieces.iter().map(of).collect();
        Ok(())
    }
}

impl States {
    fn have_grown_from(&self, former: &Self) -> bool {
        match (self, former) {
            (
                Self::Held { state_version, states },
                Self::Held { state_version: version, states: former },
            ) => {
                let mut sides = states.iter().zip(former);
                state_version == version
                    && sides.all(|(new, old)| news(new.as_ref(), old.as_ref()).is_some())
            }
            _ => false,
        }
    }
}

/// The parts of `new` that `old` does not have; `None` where `new` has not grown out of it.
fn news<'a>(
    new: Option<&'a AccumulatorBytes>,
    old: Option<&AccumulatorBytes>,
) -> Option<&'a [Arc<[u8]>]> {
    match (new, old) {
        (None, None) => Some(&[]),
        (None, Some(_)) => None,
        (Some(new), None) => Some(new.parts()),
        (Some(new), Some(old)) => new.since(old),
    }
}
