//! The periodic line in the log about late records: how many, how late.

use std::time::{Duration, Instant};

use streamgauge_core::{Accounting, Millis};

/// Sums up late records every so often.
pub(super) struct LateSummary {
    every: Duration,
    next: Instant,
    last: Option<Accounting>,
    /// The largest delay since then.
    largest: Millis,
}

impl LateSummary {
    pub(super) fn new(every: Duration) -> Self {
        Self { every, next: Instant::now() + every, last: None, largest: 0 }
    }

    /// Looks at the books; `largest` is the largest delay since the last look. Logs when it is
    /// time and there is something to tell. What the first look finds is of an earlier run.
    pub(super) fn tick(&mut self, books: &Accounting, largest: Millis) {
        self.largest = self.largest.max(largest);
        let last = *self.last.get_or_insert(*books);
        if Instant::now() < self.next {
            return;
        }
        self.next = Instant::now() + self.every;
        self.last = Some(*books);
        let largest = std::mem::take(&mut self.largest);
        let late = books.late.saturating_sub(last.late);
        if late == 0 {
            return;
        }
        let delays = books.late_delay_sum.saturating_sub(last.late_delay_sum);
        tracing::info!(
            late,
            mean_delay_seconds = delays / late / 1000,
            largest_delay_seconds = largest / 1000,
            "late records in the last {:?}; all are counted",
            self.every
        );
    }
}
