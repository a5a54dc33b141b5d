//! Which panes the rows of a batch are in, by one kind of windows.

use streamgauge_core::{EventTime, Place, TimeWindow};

/// The panes of the rows of a batch.
pub(super) enum Placement {
    /// One pane for all of them.
    Whole(EventTime),
    /// A pane, or none, for each row.
    Rows(Rows),
}

/// The panes of rows, one by one.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Rows {
    /// By row; `None` means that the row is expired or unplaced.
    pub(super) panes: Vec<Option<EventTime>>,
    /// The rows that are unplaced, in increasing order.
    pub(super) unplaced: Vec<u32>,
    /// How many rows are in no pane.
    pub(super) outside: u32,
}

impl Placement {
    /// Whether the row was offered to a pane.
    pub(super) fn holds(&self, row: u32) -> bool {
        match self {
            Self::Whole(_) => true,
            Self::Rows(rows) => rows.panes[row as usize].is_some(),
        }
    }

    pub(super) fn of(rows: Rows) -> Self {
        match rows.panes.first() {
            Some(Some(first))
                if rows.outside == 0 && rows.panes.iter().all(|row| *row == Some(*first)) =>
            {
                Self::Whole(*first)
            }
            _ => Self::Rows(rows),
        }
    }
}

impl Rows {
    pub(super) fn with_capacity(rows: u32) -> Self {
        Self { panes: Vec::with_capacity(rows as usize), unplaced: Vec::new(), outside: 0 }
    }

    pub(super) fn push(&mut self, place: Place<TimeWindow>) {
        if place == Place::Unplaced {
            self.unplaced.push(self.panes.len() as u32);
        }
        let pane = place.pane().map(|pane| pane.start);
        self.outside += u32::from(pane.is_none());
        self.panes.push(pane);
    }
}
