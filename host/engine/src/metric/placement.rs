//! Which panes the rows of a batch are in, by one kind of windows.

use std::collections::BTreeMap;

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
    /// The rows of each pane, in increasing order.
    pub(super) by_pane: BTreeMap<EventTime, Vec<u32>>,
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

    /// True if a row is in no pane.
    pub(super) fn leaves_out(&self) -> bool {
        matches!(self, Self::Rows(rows) if rows.outside > 0)
    }

    pub(super) fn of(mut rows: Rows) -> Self {
        match rows.panes.first() {
            Some(Some(first))
                if rows.outside == 0 && rows.panes.iter().all(|row| *row == Some(*first)) =>
            {
                Self::Whole(*first)
            }
            _ => {
                rows.find_by_pane();
                Self::Rows(rows)
            }
        }
    }
}

impl Rows {
    pub(super) fn with_capacity(rows: u32) -> Self {
        Self { panes: Vec::with_capacity(rows as usize), ..Self::default() }
    }

    fn find_by_pane(&mut self) {
        let mut from = 0;
        // Rows of one pane mostly come one after the other.
        for run in self.panes.chunk_by(|one, next| one == next) {
            let to = from + run.len() as u32;
            if let Some(pane) = run[0] {
                self.by_pane.entry(pane).or_default().extend(from..to);
            }
            from = to;
        }
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
