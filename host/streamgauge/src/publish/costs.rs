//! What a row costs in each plugin, over the last ten seconds in which there were rows.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use streamgauge_outbox::MetricCost;
use streamgauge_outbox::Overview;

/// The span that a cost is taken over.
const SPAN: Duration = Duration::from_secs(10);

/// How often a sample is kept.
const STEP: Duration = Duration::from_secs(1);

/// Costs by metric.
#[derive(Default)]
pub(super) struct Costs {
    metrics: BTreeMap<String, Cost>,
    /// By metric and worker.
    shares: BTreeMap<(String, usize), Share>,
}

/// The time that a plugin took of one worker, at some moments of the last ten seconds.
#[derive(Default)]
struct Share(VecDeque<(Instant, Duration)>);

#[derive(Default)]
struct Cost {
    samples: VecDeque<(Instant, MetricCost)>,
    ns_per_row: Option<f64>,
}

impl Costs {
    /// Takes in what the workers told.
    pub(super) fn tick(&mut self, overview: &Overview) {
        let now = Instant::now();
        for (id, cost) in &overview.counts.costs {
            self.metrics.entry(id.clone()).or_default().add(now, *cost);
        }
        self.shares.retain(|(_, worker), _| *worker < overview.workers.len());
        for (worker, report) in overview.workers.iter().enumerate() {
            for (id, cost) in &report.counts.costs {
                let share = self.shares.entry((id.clone(), worker)).or_default();
                share.add(now, cost.time + cost.exporting);
            }
        }
    }

    /// The largest share of a worker's time, 0 to 1, that the plugin took over the last ten
    /// seconds; 0 before ten seconds are known.
    pub(super) fn largest_share(&self, metric: &str) -> f64 {
        let of_metric = self.shares.iter().filter(|((id, _), _)| id == metric);
        of_metric.map(|(_, share)| share.of_span()).fold(0.0, f64::max)
    }

    /// Nanoseconds a row; none before the first one.
    pub(super) fn ns_per_row(&self, metric: &str) -> Option<f64> {
        self.metrics.get(metric)?.ns_per_row
    }
}

impl Share {
    fn add(&mut self, now: Instant, time: Duration) {
        let Self(samples) = self;
        // Another worker in the place of one that has ended counts anew.
        if samples.back().is_some_and(|(_, before)| time < *before) {
            samples.clear();
        }
        if samples.len() > 1 && now - samples[samples.len() - 2].0 < STEP {
            samples.pop_back();
        }
        samples.push_back((now, time));
        while samples.len() > 2 && now - samples[1].0 >= SPAN {
            samples.pop_front();
        }
    }

    fn of_span(&self) -> f64 {
        let (Some((from, before)), Some((to, after))) = (self.0.front(), self.0.back()) else {
            return 0.0;
        };
        let span = *to - *from;
        if span < SPAN {
            0.0
        } else {
            after.saturating_sub(*before).as_secs_f64() / span.as_secs_f64()
        }
    }
}

impl Cost {
    fn add(&mut self, now: Instant, cost: MetricCost) {
        if self.samples.back().is_none_or(|(at, _)| now - *at >= STEP) {
            self.samples.push_back((now, cost));
            while self.samples.len() > 2 && now - self.samples[1].0 >= SPAN {
                self.samples.pop_front();
            }
        }
        let first = self.samples.front().map_or_else(MetricCost::default, |(_, first)| *first);
        // A run that is over before a second sample has all of its rows in the first one.
        let before = if self.samples.len() < 2 { MetricCost::default() } else { first };
        let rows = cost.rows.saturating_sub(before.rows);
        if rows > 0 {
            let time = cost.time.saturating_sub(before.time);
            self.ns_per_row = Some(time.as_nanos() as f64 / rows as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_that_of_the_last_ten_seconds() {
        let start = Instant::now();
        let ms = Duration::from_millis;
        let mut share = Share::default();
        for tenth in 0..=95 {
            share.add(start + ms(100 * tenth), ms(80 * tenth));
        }
        assert!(share.of_span().abs() < 1e-9, "too early to tell");
        for tenth in 96..=200 {
            share.add(start + ms(100 * tenth), ms(80 * tenth));
        }
        assert!((share.of_span() - 0.8).abs() < 0.01, "{}", share.of_span());
        for tenth in 201..=320 {
            share.add(start + ms(100 * tenth), ms(80 * 200));
        }
        assert!(share.of_span().abs() < 0.01, "it rests");
        share.add(start + ms(33_000), ms(0));
        assert!(share.of_span().abs() < 1e-9, "another worker");
    }

    #[test]
    fn a_cost_is_that_of_the_last_rows_and_stays_without_new_ones() {
        let cost = |rows, micros| MetricCost {
            rows,
            time: Duration::from_micros(micros),
            ..MetricCost::default()
        };
        let start = Instant::now();
        let mut known = Cost::default();
        assert_eq!(known.ns_per_row, None);
        known.add(start, cost(0, 0));
        known.add(start + STEP, cost(1000, 50));
        assert_eq!(known.ns_per_row, Some(50.0));
        known.add(start + 20 * STEP, cost(2000, 70));
        known.add(start + 21 * STEP, cost(3000, 90));
        assert_eq!(known.ns_per_row, Some(20.0));
        known.add(start + 50 * STEP, cost(3000, 90));
        known.add(start + 60 * STEP, cost(3000, 90));
        assert_eq!(known.ns_per_row, Some(20.0));
    }
}
