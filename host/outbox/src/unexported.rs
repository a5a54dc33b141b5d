//! Things that belong to a state and are published with it.

use std::sync::Arc;

use streamgauge_core::FinalPane;

use crate::{DeadLetter, LateRecord};

/// What came about since the last export and belongs to the next one.
#[derive(Default)]
pub struct Unexported {
    /// Rows left out.
    pub letters: Vec<DeadLetter>,
    /// Late records, where they are written out.
    pub late: Vec<LateRecord>,
    /// Panes that became final.
    pub final_panes: Vec<Arc<FinalPane>>,
}

impl Unexported {
    /// Moves all of it to the end of `other`.
    pub fn append_to(&mut self, other: &mut Self) {
        other.letters.append(&mut self.letters);
        other.late.append(&mut self.late);
        other.final_panes.append(&mut self.final_panes);
    }

    /// Forgets letters and final panes; late records belong to no metric.
    pub fn clear(&mut self) {
        self.letters.clear();
        self.final_panes.clear();
    }
}
