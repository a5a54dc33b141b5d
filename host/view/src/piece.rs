//! What a window is merged from.

use streamgauge_core::{AccumulatorBytes, TimeWindow};
use streamgauge_outbox::StoredPane;

/// The states of one partition in one pane.
#[derive(Clone)]
pub(super) struct Piece {
    /// The window's pane; `None` means the cumulative window.
    pub(super) pane: Option<TimeWindow>,
    pub(super) partition: u32,
    pub(super) states: States,
}

/// The states of a pane, or the place where they are.
#[derive(Clone)]
pub(super) enum States {
    Held {
        state_version: u32,
        states: [Option<AccumulatorBytes>; 2],
    },
    /// Read while they are merged, so that one pane is in memory at a time.
    Stored(StoredPane),
}

impl States {
    fn are_same(&self, other: &Self) -> bool {
        let same = |a: &Option<AccumulatorBytes>, b: &Option<AccumulatorBytes>| match (a, b) {
            (Some(a), Some(b)) => a.is(b),
            (a, b) => a.is_none() && b.is_none(),
        };
        match (self, other) {
            (Self::Held { states: a, .. }, Self::Held { states: b, .. }) => {
                a.iter().zip(b).all(|(a, b)| same(a, b))
            }
            (Self::Stored(a), Self::Stored(b)) => a == b,
            _ => false,
        }
    }
}

/// The number of pieces at the beginning of both that are the very same.
pub(super) fn same_pieces(one: &[Piece], other: &[Piece]) -> usize {
    let place = |piece: &Piece| (piece.pane, piece.partition);
    let same = |(a, b): &(&Piece, &Piece)| place(a) == place(b) && a.states.are_same(&b.states);
    one.iter().zip(other).take_while(same).count()
}
