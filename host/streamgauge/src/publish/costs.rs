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
}

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
    }

    /// Nanoseconds a row; none before the first one.
    pub(super) fn ns_per_row(&self, metric: &str) -> Option<f64> {
        self.metrics.get(metric)?.ns_per_row
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
