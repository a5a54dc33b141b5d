//! Which records a metric counts that does not count all of its partition.

use std::collections::BTreeSet;

/// The records of one partition that a metric counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// The first offset that it counts.
    pub from: i64,
    /// The offset after the last one.
    pub to: i64,
    /// Ranges in between that it misses: how many gaps the log had before, the first offset, and the
    /// one after the last.
    pub missed: Vec<(u32, i64, i64)>,
    /// Records that are left out of it because its plugin crashes at them.
    pub left_out: BTreeSet<i64>,
}

impl Part {
    /// True if the metric counts the record at `offset`, before which the log had so many gaps.
    pub(super) fn holds(&self, gaps: usize, offset: i64) -> bool {
        let is_missed =
            |&(of, from, to): &(u32, i64, i64)| of as usize == gaps && (from..to).contains(&offset);
        (self.from..self.to).contains(&offset) && !self.missed.iter().any(is_missed)
    }
}
