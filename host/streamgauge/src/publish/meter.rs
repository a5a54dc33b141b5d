//! Rates from totals over the last second, a point a second for five minutes, and how long each
//! partition has been silent.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use streamgauge_core::Accounting;

use streamgauge_outbox::StageTimes;
use streamgauge_wire::{SeriesByName, StageStatus};

/// The span that rates are taken over.
const SPAN: Duration = Duration::from_secs(1);

/// Points kept for the page.
const POINTS_MAX: usize = 300;

/// What was counted until one moment.
#[derive(Clone, Copy, Default)]
pub(super) struct Totals {
    /// Records taken by the workers.
    pub(super) taken: u64,
    /// Batches handed to the plugins, and their rows.
    pub(super) batches: (u64, u64),
    /// What the workers have spent.
    pub(super) stages: StageTimes,
    /// What is published; none before state is restored, as all of it would count at once.
    pub(super) books: Option<(u64, u64, u64)>,
}

/// What is measured elsewhere and shown over time.
#[derive(Clone, Copy, Default)]
pub(super) struct Levels {
    /// Records up to the log's end.
    pub(super) lag: Option<u64>,
    /// Record timestamp to published.
    pub(super) latency_p99_ms: Option<f64>,
}

/// Rates.
pub(super) struct Meter {
    samples: VecDeque<(Instant, Totals)>,
    series: Arc<SeriesByName>,
    next_point: Instant,
}

/// Records read, late and rejected, of those that are published.
pub(super) fn published(books: &Accounting) -> (u64, u64, u64) {
    (books.read, books.late, books.rejected())
}

impl Meter {
    pub(super) fn new() -> Self {
        let next_point = Instant::now() + SPAN;
        Self { samples: VecDeque::new(), series: Arc::default(), next_point }
    }

    /// Takes in the totals as of now.
    pub(super) fn tick(&mut self, totals: Totals) {
        let at = Instant::now();
        self.samples.push_back((at, totals));
        while self.samples.len() > 2 && at - self.samples[1].0 >= SPAN {
            self.samples.pop_front();
        }
    }

    /// Adds a point to each series, once a second.
    pub(super) fn point(&mut self, levels: Levels) {
        let at = Instant::now();
        if at < self.next_point {
            return;
        }
        self.next_point = at + SPAN;
        let (published, late, rejected) = self.published_per_second();
        let values = [
            ("events_per_second", Some(self.events_per_second())),
            ("published_per_second", Some(published)),
            ("late_per_second", Some(late)),
            ("rejected_per_second", Some(rejected)),
            ("batch_rows", Some(self.batch_rows())),
            ("lag", levels.lag.map(|lag| lag as f64)),
            ("latency_p99_ms", levels.latency_p99_ms),
        ];
        let now = Utc::now().timestamp_millis();
        let series = Arc::make_mut(&mut self.series);
        for (name, value) in values {
            let Some(value) = value else { continue };
            let points = series.entry(name).or_default();
            points.push((now, value));
            points.drain(..points.len().saturating_sub(POINTS_MAX));
        }
    }

    /// The span of the samples, in seconds, with the first and the last one.
    fn ends(&self) -> Option<(f64, &Totals, &Totals)> {
        let (first, last) = (self.samples.front()?, self.samples.back()?);
        let seconds = (last.0 - first.0).as_secs_f64();
        (seconds >= 0.05).then_some((seconds, &first.1, &last.1))
    }

    /// Records read per second.
    pub(super) fn events_per_second(&self) -> f64 {
        let rate = |(seconds, first, last): (f64, &Totals, &Totals)| {
            last.taken.saturating_sub(first.taken) as f64 / seconds
        };
        self.ends().map_or(0.0, rate)
    }

    /// Records published per second: all, late ones, rejected ones.
    fn published_per_second(&self) -> (f64, f64, f64) {
        let rates = self.ends().and_then(|(seconds, first, last)| {
            let (from, to) = (first.books?, last.books?);
            let rate = |from: u64, to: u64| to.saturating_sub(from) as f64 / seconds;
            Some((rate(from.0, to.0), rate(from.1, to.1), rate(from.2, to.2)))
        });
        rates.unwrap_or_default()
    }

    /// Mean rows of the batches of the last second; 0 without any.
    pub(super) fn batch_rows(&self) -> f64 {
        let Some((_, first, last)) = self.ends() else { return 0.0 };
        let batches = last.batches.0.saturating_sub(first.batches.0);
        last.batches.1.saturating_sub(first.batches.1) as f64 / batches.max(1) as f64
    }

    /// What the workers spent the last second on; all of it waiting where they told nothing.
    pub(super) fn stages(&self) -> StageStatus {
        let ends = self.ends();
        let spent = ends.map(|(_, first, last)| last.stages.since(&first.stages));
        let spent = spent.unwrap_or_default();
        let total = spent.total().as_nanos() as f64;
        if total <= 0.0 {
            return StageStatus { waiting: 1.0, ..StageStatus::default() };
        }
        let share = |time: Duration| time.as_nanos() as f64 / total;
        StageStatus {
            waiting: share(spent.waiting),
            decode: share(spent.decode),
            plugins: share(spent.plugins),
            publish: share(spent.publish),
            blocked: share(spent.blocked),
        }
    }

    /// A point a second.
    pub(super) fn series(&self) -> Arc<SeriesByName> {
        Arc::clone(&self.series)
    }
}

/// Since when each partition has not moved.
#[derive(Default)]
pub(super) struct Silence {
    since: BTreeMap<u32, (i64, Instant)>,
}

impl Silence {
    /// How long `partition` has been at `offset`.
    pub(super) fn of(&mut self, partition: u32, offset: i64, now: Instant) -> Duration {
        let entry = self.since.entry(partition).or_insert((offset, now));
        if entry.0 != offset {
            *entry = (offset, now);
        }
        now - entry.1
    }
}

#[cfg(test)]
mod tests {
    use std::thread::sleep;

    use super::*;

    #[test]
    fn what_was_restored_is_no_rate_and_shares_add_up() {
        let mut meter = Meter::new();
        let idle = StageStatus { waiting: 1.0, ..StageStatus::default() };
        assert_eq!(meter.stages(), idle);
        meter.tick(Totals::default());
        sleep(Duration::from_millis(60));
        let restored = Totals { books: Some((1000, 10, 1)), ..Totals::default() };
        meter.tick(restored);
        assert_eq!(meter.published_per_second(), (0.0, 0.0, 0.0));
        meter.samples.pop_front();
        sleep(Duration::from_millis(60));
        let stages = StageTimes {
            waiting: Duration::from_millis(30),
            decode: Duration::from_millis(40),
            plugins: Duration::from_millis(20),
            publish: Duration::from_millis(10),
            blocked: Duration::ZERO,
        };
        meter.tick(Totals { books: Some((1600, 40, 4)), batches: (3, 600), taken: 900, stages });
        let (all, late, rejected) = meter.published_per_second();
        assert!((all / late - 20.0).abs() < 1e-9 && (all / rejected - 200.0).abs() < 1e-9);
        assert!((meter.batch_rows() - 200.0).abs() < 1e-9);
        let shares =
            StageStatus { waiting: 0.3, decode: 0.4, plugins: 0.2, publish: 0.1, blocked: 0.0 };
        assert_eq!(meter.stages(), shares);
        meter.next_point = Instant::now();
        meter.point(Levels { lag: None, latency_p99_ms: Some(7.0) });
        let names: Vec<_> = meter.series().keys().copied().collect();
        assert!(names.contains(&"latency_p99_ms") && !names.contains(&"lag"), "{names:?}");
    }
}
