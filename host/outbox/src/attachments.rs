//! What comes about beside a state and belongs to it: published under the same lock, written
//! before the checkpoint that covers both.

use std::sync::Arc;

use streamgauge_core::FinalPane;

use crate::DeadLetter;
use crate::Entry;
use crate::LateRecord;

/// Dead letters, late records and final panes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attachments {
    /// Rows left out and records rejected.
    pub letters: Vec<DeadLetter>,
    /// Late records, where they are written out.
    pub late: Vec<LateRecord>,
    /// Panes that became final.
    pub final_panes: Vec<Arc<FinalPane>>,
}

impl Attachments {
    /// Moves all of `other` behind what is here.
    pub fn append(&mut self, mut other: Self) {
        self.letters.append(&mut other.letters);
        self.late.append(&mut other.late);
        self.final_panes.append(&mut other.final_panes);
    }

    /// About how much memory it takes, in bytes.
    pub(super) fn size_bytes(&self) -> usize {
        let panes = self.final_panes.iter().map(|pane| pane_bytes(pane)).sum::<usize>();
        size_bytes(&self.letters) + size_bytes(&self.late) + panes
    }
}

fn size_bytes(entries: &[impl Entry]) -> usize {
    entries.iter().map(Entry::size_bytes).sum()
}

fn pane_bytes(pane: &FinalPane) -> usize {
    let states = [&pane.on_time, &pane.late].into_iter().flatten();
    size_of::<FinalPane>() + pane.metric.len() + states.map(|state| state.len()).sum::<usize>()
}
