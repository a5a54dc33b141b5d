//! The periodic line in the log about late records: how many, how late.

use std::time::{Duration, Instant};

use streamgauge_core::Accounting;

/// Sums up late records every so often.
pub(super) struct LateSummary {
    every: Duration,
    next: Instant,
    last: Option<Accounting>,
}

impl LateSummary {
    pub(super) fn new(every: Duration) -> Self {
        Self { every, next: Instant::now() + every, last: None }
    }

    /// Looks at the books; logs when it is time and there is something to tell. What the first
    /// look finds is of an earlier run.
    pub(super) fn tick(&mut self, books: &Accounting) {
        let last = *self.last.get_or_insert(*books);
        if Instant::now() < self.next {
            return;
        }
        self.next = Instant::now() + self.every;
        self.last = Some(*books);
        let late = books.late.saturating_sub(last.late);
        if late == 0 {
            return;
        }
        let delays = books.late_delay_sum.saturating_sub(last.late_delay_sum);
        tracing::info!(
            late,
            mean_delay_seconds = delays / late / 1000,
            largest_delay_seconds_ever = books.late_delay_max / 1000,
            "late records in the last {:?}; all are counted",
            self.every
        );
    }
}
