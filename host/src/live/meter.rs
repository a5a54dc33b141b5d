//! Rates from totals: records a second over the last second, a point a second for five minutes,
//! and how long each partition has been silent.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;

/// The span that rates are taken over.
const SPAN: Duration = Duration::from_secs(1);

/// Points kept for the page.
const POINTS_MAX: usize = 300;

/// What was counted at one moment.
#[derive(Clone, Copy)]
struct Sample {
    at: Instant,
    taken: u64,
    batches: u64,
    rows: u64,
}

/// Rates.
pub(super) struct Meter {
    samples: VecDeque<Sample>,
    points: Arc<Vec<(i64, f64)>>,
    next_point: Instant,
}

impl Meter {
    pub(super) fn new() -> Self {
        Self { samples: VecDeque::new(), points: Arc::default(), next_point: Instant::now() + SPAN }
    }

    /// Takes in the totals as of now: records taken, batches and their rows.
    pub(super) fn tick(&mut self, taken: u64, (batches, rows): (u64, u64)) {
        let at = Instant::now();
        self.samples.push_back(Sample { at, taken, batches, rows });
        while self.samples.len() > 2 && at - self.samples[1].at >= SPAN {
            self.samples.pop_front();
        }
        if at >= self.next_point {
            self.next_point = at + SPAN;
            let point = (Utc::now().timestamp_millis(), self.events_per_second());
            let points = Arc::make_mut(&mut self.points);
            points.push(point);
            if points.len() > POINTS_MAX {
                points.remove(0);
            }
        }
    }

    /// Records read per second.
    pub(super) fn events_per_second(&self) -> f64 {
        let (Some(first), Some(last)) = (self.samples.front(), self.samples.back()) else {
            return 0.0;
        };
        let seconds = (last.at - first.at).as_secs_f64();
        if seconds < 0.05 { 0.0 } else { last.taken.saturating_sub(first.taken) as f64 / seconds }
    }

    /// Mean rows of the batches of the last second; 0 without any.
    pub(super) fn batch_rows(&self) -> f64 {
        let (Some(first), Some(last)) = (self.samples.front(), self.samples.back()) else {
            return 0.0;
        };
        let batches = last.batches.saturating_sub(first.batches);
        last.rows.saturating_sub(first.rows) as f64 / batches.max(1) as f64
    }

    /// A point a second.
    pub(super) fn series(&self) -> Arc<Vec<(i64, f64)>> {
        Arc::clone(&self.points)
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
