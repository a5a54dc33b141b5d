//! How old the first records of a run are against their stamps: whether `year = "current"` can be
//! right. Counted beside the state and never stored, as it only leads to a warning.

use streamgauge_core::{Millis, RecordBatch};

/// An event that is this much older than its record is not of the current season.
const OLD: Millis = 60 * 86_400_000;

/// Rows looked at in one partition; they tell enough.
const ROWS_MAX: u64 = 4096;

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ages {
    /// Rows whose age was looked at.
    pub rows: u64,
    /// Rows whose event time is more than 60 days before their stamp.
    pub old: u64,
}

impl Ages {
    /// Looks at the rows of a batch, unless enough rows of its partition were looked at before.
    pub fn count(&mut self, batch: &RecordBatch) {
        if self.rows >= ROWS_MAX {
            return;
        }
        let times = batch.metas().iter().zip(batch.event_times());
        let old = times.filter(|(meta, time)| meta.time.0.saturating_sub(**time) > OLD).count();
        self.rows += u64::from(batch.rows());
        self.old += old as u64;
    }

    /// Adds what was counted elsewhere.
    pub fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.old += other.old;
    }
}
