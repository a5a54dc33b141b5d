//! The counts that a warning is judged by: those of the last minute, or of the last thousand records
//! where a minute has fewer. A fault that began today is found however long the history is, and a
//! fault that was mended is forgotten.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use streamgauge_core::{Accounting, MetricAccounting, WindowSpec};
use streamgauge_outbox::Overview;
use streamgauge_view::document;

/// The span of time that tells enough.
const SPAN: Duration = Duration::from_mins(1);

/// The records that tell enough.
const RECORDS: u64 = 1000;

/// How often counts are kept.
const STEP: Duration = Duration::from_secs(5);

/// The most counts that are kept.
const KEPT_MAX: usize = 300;

/// Counts over all partitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) books: Accounting,
    /// By metric; metrics that stopped are left out.
    pub(super) metrics: BTreeMap<String, MetricSums>,
}

/// Counts of one metric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MetricSums {
    pub(super) books: MetricAccounting,
    /// Rows whose window was final, by kind of windows.
    pub(super) expired: BTreeMap<WindowSpec, u64>,
}

impl Sums {
    /// What has been counted so far.
    pub(super) fn of(overview: &Overview) -> Self {
        let mut metrics: BTreeMap<String, MetricSums> = BTreeMap::new();
        let snapshots = overview.partitions.iter().flat_map(|partition| &partition.metrics);
        for metric in snapshots.filter(|metric| metric.phase.stop().is_none()) {
            let sums = metrics.entry(metric.id.clone()).or_default();
            sums.books.add(&metric.accounting);
            for set in metric.windows.iter().filter(|set| set.spec != WindowSpec::Cumulative) {
                *sums.expired.entry(set.spec).or_default() += set.books.expired;
            }
        }
        Self { books: document::accounting(&overview.partitions), metrics }
    }

    /// What was counted after `before`. Counts that went back were counted anew.
    fn since(&self, before: &Self) -> Self {
        if self.books.read < before.books.read {
            return self.clone();
        }
        let mut sums = self.clone();
        let (now, then) = (&mut sums.books, &before.books);
        let rejections = now.rejections.iter_mut().zip(then.rejections);
        for (count, before) in [
            (&mut now.read, then.read),
            (&mut now.on_time, then.on_time),
            (&mut now.late, then.late),
            (&mut now.fallback, then.fallback),
            (&mut now.future, then.future),
            (&mut now.past, then.past),
        ]
        .into_iter()
        .chain(rejections)
        {
            *count = count.saturating_sub(before);
        }
        for (id, metric) in &mut sums.metrics {
            let Some(before) = before.metrics.get(id) else { continue };
            let (now, then) = (&mut metric.books, &before.books);
            now.on_time = now.on_time.saturating_sub(then.on_time);
            now.late = now.late.saturating_sub(then.late);
            now.excluded = now.excluded.saturating_sub(then.excluded);
            for (spec, expired) in &mut metric.expired {
                *expired = expired.saturating_sub(before.expired.get(spec).copied().unwrap_or(0));
            }
        }
        sums
    }
}

/// Counts at some moments, the oldest first.
#[derive(Default)]
pub(super) struct Span {
    kept: VecDeque<(Instant, Sums)>,
}

impl Span {
    /// Takes in what has been counted until `at`, and returns what was counted over the span.
    pub(super) fn look(&mut self, at: Instant, now: &Sums) -> Sums {
        if self.kept.back().is_none_or(|(kept_at, _)| at - *kept_at >= STEP) {
            self.kept.push_back((at, now.clone()));
        }
        let tells = |(kept_at, sums): &(Instant, Sums)| {
            at - *kept_at >= SPAN && now.books.read.saturating_sub(sums.books.read) >= RECORDS
        };
        while self.kept.len() > KEPT_MAX || self.kept.get(1).is_some_and(tells) {
            self.kept.pop_front();
        }
        // Before there was a first look, nothing was counted.
        let first = self.kept.front().filter(|_| self.kept.len() > 1);
        let span = first.map_or_else(|| now.clone(), |(_, first)| now.since(first));
        if span.books.read == 0 { now.clone() } else { span }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(read: u64, rejected: u64) -> Sums {
        let mut books = Accounting { read, on_time: read - rejected, ..Accounting::default() };
        books.rejections[3] = rejected;
        Sums { books, ..Sums::default() }
    }

    #[test]
    fn a_fault_is_seen_after_a_long_history_and_forgotten_after_its_mend() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut span = Span::default();
        span.look(at(0), &sums(1_000_000, 0));
        for second in 1..=70 {
            span.look(at(second), &sums(1_000_000 + second * 100, second * 100));
        }
        let bad = span.look(at(71), &sums(1_007_100, 7_100)).books;
        assert_eq!((bad.read, bad.rejected()), (bad.read, bad.read), "all of the last minute");
        for second in 72..=140 {
            span.look(at(second), &sums(1_000_000 + second * 100, 7_100));
        }
        let good = span.look(at(141), &sums(1_014_100, 7_100)).books;
        assert!(good.read >= 6000 && good.rejected() == 0, "{good:?}");
    }

    #[test]
    fn a_slow_stream_is_judged_by_its_last_thousand_records() {
        let start = Instant::now();
        let mut span = Span::default();
        let mut seen = Sums::default();
        for minute in 0..200 {
            let at = start + Duration::from_secs(60 * minute);
            seen = span.look(at, &sums(minute * 10, minute * 10));
        }
        assert!((1000..=1010).contains(&seen.books.read), "{}", seen.books.read);
    }

    #[test]
    fn a_silent_stream_keeps_the_verdict_over_all_that_was_read() {
        let start = Instant::now();
        let mut span = Span::default();
        for second in 0..200 {
            let at = start + Duration::from_secs(second);
            assert_eq!(span.look(at, &sums(30, 30)).books.rejected(), 30);
        }
    }
}
