//! From what workers and checkpoints count to what a monitoring system reads, and the latency of
//! the last minute for the one number that a person reads.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use streamgauge_core::LatencyHistogram;

use streamgauge_checkpoint::CheckpointReport;
use streamgauge_checkpoint::backups::BackupReport;
use streamgauge_outbox::{Buckets, FlushCause, Overview, StageTimes, WorkerReport};
use streamgauge_telemetry::{BackupCounts, Distribution, Measured, WorkerLevel};

/// Upper bounds of latencies in milliseconds.
const LATENCY_MS: [u64; 13] =
    [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000];

/// How often the latencies so far are kept.
const STEP: Duration = Duration::from_secs(10);

/// How many of them, so that a spike is forgotten after a minute and a step.
const STEPS: usize = 7;

/// The span over which a worker is busy or not.
const BUSY_SPAN: Duration = Duration::from_secs(1);

/// What was counted, for monitoring; `busy` by worker.
pub(super) fn measured(
    overview: &Overview,
    (checkpoints, backups): (&CheckpointReport, &BackupReport),
    busy: &Busy,
) -> Measured {
    let batches = &overview.counts.batches;
    let flushes = FlushCause::ALL.map(|cause| (cause.name(), batches.by_cause(cause)));
    let workers = overview.workers.iter().enumerate().map(|(number, report)| WorkerLevel {
        queue_records: report.levels.queue_records,
        busy: busy.share(number),
    });
    Measured {
        flushes: flushes.into(),
        batch_rows: distribution(batches.rows(), 1.0),
        latency: latency(&overview.counts.latency),
        checkpoints: distribution(&checkpoints.durations, 1e-6),
        checkpoint_failures: checkpoints.failed,
        backups: BackupCounts {
            made: backups.made,
            failed: backups.failed,
            at_seconds: backups.at.map(|at| at / 1000),
            is_failing: backups.failing.is_some(),
        },
        workers: workers.collect(),
    }
}

/// `buckets` in a unit of which one of theirs is `unit`.
fn distribution(buckets: &Buckets, unit: f64) -> Distribution {
    let bound = |bound: Option<u64>| bound.map_or(f64::INFINITY, |bound| bound as f64 * unit);
    Distribution {
        buckets: buckets.iter().map(|(at_most, count)| (bound(at_most), count)).collect(),
        sum: buckets.sum() as f64 * unit,
    }
}

fn latency(histogram: &LatencyHistogram) -> Distribution {
    let mut below = 0;
    let mut bucket = |bound: f64, at_most: u64| {
        let count = at_most.saturating_sub(below);
        below = at_most;
        (bound, count)
    };
    let mut buckets: Vec<_> = LATENCY_MS
        .iter()
        .map(|ms| bucket(*ms as f64 / 1000.0, histogram.count_at_most(*ms)))
        .collect();
    buckets.push(bucket(f64::INFINITY, histogram.count()));
    Distribution { buckets, sum: histogram.sum_ms() as f64 / 1000.0 }
}

/// The latency of the last minute.
#[derive(Default)]
pub(super) struct RecentLatency {
    /// The latencies up to some moments, every [`STEP`], the oldest first.
    kept: VecDeque<(Instant, LatencyHistogram)>,
    now: LatencyHistogram,
}

impl RecentLatency {
    /// Takes in the latencies of all records so far.
    pub(super) fn tick(&mut self, at: Instant, latency: &LatencyHistogram) {
        if self.kept.back().is_none_or(|(kept_at, _)| at - *kept_at >= STEP) {
            // What is between two looks belongs to the step that begins.
            self.kept.push_back((at, std::mem::take(&mut self.now)));
            self.kept.drain(..self.kept.len().saturating_sub(STEPS));
        }
        self.now = latency.clone();
    }

    /// The 99th percentile in milliseconds; `None` where no record was published.
    pub(super) fn p99_ms(&self) -> Option<f64> {
        let (_, before) = self.kept.front()?;
        self.now.since(before).quantile(0.99).map(|ms| ms as f64)
    }
}

/// How busy each worker was in the last second.
#[derive(Default)]
pub(super) struct Busy {
    /// By worker: its times at the beginning of the span, and its share in the span before.
    workers: Vec<(StageTimes, f64)>,
    began: Option<Instant>,
}

impl Busy {
    /// Takes in what the workers tell.
    pub(super) fn tick(&mut self, at: Instant, workers: &[Arc<WorkerReport>]) {
        if self.began.is_some_and(|began| at - began < BUSY_SPAN) {
            return;
        }
        self.began = Some(at);
        self.workers.resize(workers.len(), (StageTimes::default(), 0.0));
        for ((before, busy), report) in self.workers.iter_mut().zip(workers) {
            let now = report.counts.stages;
            // Another worker in the place of one that has ended counts anew.
            let since = if now.total() < before.total() { now } else { now.since(before) };
            (*before, *busy) = (now, since.busy());
        }
    }

    fn share(&self, worker: usize) -> f64 {
        self.workers.get(worker).map_or(0.0, |(_, busy)| *busy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use streamgauge_outbox::{WorkerCounts, WorkerLevels};

    #[test]
    fn monitoring_gets_what_was_counted_in_seconds_and_rows() {
        let mut counts = WorkerCounts::default();
        counts.batches.flushed(10, FlushCause::Delay);
        counts.batches.flushed(8192, FlushCause::Full);
        counts.latency.record(30, 999);
        counts.latency.record(0, 1);
        let levels = WorkerLevels { queue_records: 77, ..WorkerLevels::default() };
        let workers = vec![Arc::new(WorkerReport { levels, ..WorkerReport::default() })];
        let overview = Overview { counts, workers, ..Overview::default() };
        let mut checkpoints = CheckpointReport { failed: 2, ..CheckpointReport::default() };
        checkpoints.durations.observe(4000);
        let found = measured(&overview, (&checkpoints, &BackupReport::default()), &Busy::default());
        assert_eq!(found.flushes, [("full", 1), ("available", 0), ("delay", 1), ("end", 0)]);
        let up_to = |distribution: &Distribution, bound: f64| -> u64 {
            let buckets = distribution.buckets.iter().filter(|(le, _)| *le <= bound);
            buckets.map(|(_, count)| count).sum()
        };
        assert_eq!((up_to(&found.batch_rows, 5.0), up_to(&found.batch_rows, 10.0)), (0, 1));
        assert_eq!((up_to(&found.batch_rows, f64::INFINITY), found.batch_rows.sum), (2, 8202.0));
        assert_eq!((up_to(&found.latency, 0.005), up_to(&found.latency, 0.05)), (1, 1000));
        assert!((found.latency.sum - 29.97).abs() < 1e-9);
        assert_eq!((up_to(&found.checkpoints, 0.0025), up_to(&found.checkpoints, 0.005)), (0, 1));
        assert!((found.checkpoints.sum - 0.004).abs() < 1e-9);
        assert_eq!(found.checkpoint_failures, 2);
        assert_eq!(found.workers, [WorkerLevel { queue_records: 77, busy: 0.0 }]);
    }

    #[test]
    fn a_spike_is_forgotten_after_a_minute_and_a_step() {
        let start = Instant::now();
        let at = |seconds: u64| start + Duration::from_secs(seconds);
        let (mut recent, mut latency) = (RecentLatency::default(), LatencyHistogram::default());
        assert_eq!(recent.p99_ms(), None);
        recent.tick(at(0), &latency);
        latency.record(20_000, 1);
        recent.tick(at(5), &latency);
        assert!(recent.p99_ms().is_some_and(|ms| ms >= 20_000.0));
        for seconds in 6..=65 {
            recent.tick(at(seconds), &latency);
        }
        assert!(recent.p99_ms().is_some());
        for seconds in 66..=71 {
            recent.tick(at(seconds), &latency);
        }
        assert_eq!(recent.p99_ms(), None);
        latency.record(3, 1);
        recent.tick(at(72), &latency);
        assert_eq!(recent.p99_ms(), Some(3.0));
    }

    #[test]
    fn a_worker_is_busy_by_its_last_second() {
        let start = Instant::now();
        let worker = |waiting: u64, decode: u64| {
            let mut report = WorkerReport::default();
            report.counts.stages = StageTimes {
                waiting: Duration::from_millis(waiting),
                decode: Duration::from_millis(decode),
                ..StageTimes::default()
            };
            [Arc::new(report)]
        };
        let mut busy = Busy::default();
        busy.tick(start, &worker(750, 250));
        assert!((busy.share(0) - 0.25).abs() < 1e-9);
        busy.tick(start + BUSY_SPAN / 2, &worker(1250, 250));
        assert!((busy.share(0) - 0.25).abs() < 1e-9, "within the span");
        busy.tick(start + BUSY_SPAN, &worker(1250, 750));
        assert!((busy.share(0) - 0.5).abs() < 1e-9);
        busy.tick(start + 2 * BUSY_SPAN, &worker(0, 10));
        assert!((busy.share(0) - 1.0).abs() < 1e-9, "a worker that began anew");
        assert!(busy.share(7).abs() < 1e-9);
    }
}
