//! What a row may do to the panes of windows. Only a record that may move the watermark may open a
//! pane: a pane takes room and has to end, and the watermark is what ends it. So a record of a far
//! future, or one without a time of its own, changes nothing for the others.

/// What a row may do to the pane of its event time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placing {
    /// The row opens its pane if need be.
    Opens,
    /// The row is folded where its pane is open, and opens none: its event time may not move the
    /// watermark.
    Joins,
    /// The row has no pane: it has neither an event time of its own nor a stamp.
    Nowhere,
}

/// The place of a row in windows of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<P> {
    /// The row is in this pane.
    In(P),
    /// The pane of the row is final.
    Expired,
    /// The pane of the row is neither open nor final, and the row may not open it.
    Unplaced,
}

impl<P> Place<P> {
    /// The pane; `None` means that the row is in no window.
    pub fn pane(self) -> Option<P> {
        match self {
            Self::In(pane) => Some(pane),
            Self::Expired | Self::Unplaced => None,
        }
    }
}
