//! The periodic line in the log about late records: how many, how late.

use std::sync::Arc;
use std::time::{Duration, Instant};

use streamgauge_core::{Accounting, Millis};

use streamgauge_outbox::WorkerReport;

/// Sums up late records every so often.
pub(super) struct LateSummary {
    every: Duration,
    next: Instant,
    last: Option<Accounting>,
    /// The largest delay since then.
    largest: Millis,
    /// By worker: the last publication whose delays are known.
    seen: Vec<u64>,
}

impl LateSummary {
    pub(super) fn new(every: Duration) -> Self {
        Self { every, next: Instant::now() + every, last: None, largest: 0, seen: Vec::new() }
    }

    /// Looks at the books and at what the workers tell. Logs when it is time and there is
    /// something to tell. The books that the first look finds are of an earlier run.
    pub(super) fn tick(&mut self, books: &Accounting, workers: &[Arc<WorkerReport>]) {
        self.largest = self.largest.max(self.largest_of(workers));
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

    /// The largest delay that the workers told since the last call.
    fn largest_of(&mut self, workers: &[Arc<WorkerReport>]) -> Millis {
        self.seen.resize(workers.len(), 0);
        let told = workers.iter().zip(&mut self.seen).map(|(report, seen)| {
            // Another worker in the place of one that has ended counts anew.
            let before = if report.publications < *seen { 0 } else { *seen };
            *seen = report.publications;
            report.delays.since(before)
        });
        told.max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(publications: u64, peaks: &[(u64, Millis)]) -> Arc<WorkerReport> {
        let mut report = WorkerReport { publications, ..WorkerReport::default() };
        for (number, delay) in peaks {
            report.delays.add(*number, *delay);
        }
        Arc::new(report)
    }

    #[test]
    fn a_delay_is_learned_once_from_each_worker() {
        let mut summary = LateSummary::new(Duration::from_mins(1));
        let both = [worker(3, &[(1, 10), (3, 70)]), worker(9, &[(4, 50)])];
        assert_eq!(summary.largest_of(&both), 70);
        assert_eq!(summary.largest_of(&both), 0);
        let later = [worker(5, &[(1, 10), (3, 70), (5, 20)]), worker(10, &[(4, 50)])];
        assert_eq!(summary.largest_of(&later), 20);
        assert_eq!(summary.largest_of(&[worker(1, &[(1, 30)])]), 30, "a worker that began anew");
    }
}
