//! The states that windows are made from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use streamgauge_core::{
    FinalPane, MetricAccounting, MetricSnapshot, PartitionSnapshot, WindowBooks, WindowSpec,
};
use streamgauge_outbox::{HistoryStore, LaggingMetric, Overview, StoppedMetric, StoredPane};

use streamgauge_wire::MissingStatus;

use super::Trouble;
use super::former::Formers;

/// The published states of the workers, and the settings that windows depend on.
#[derive(Clone, Default)]
pub struct Published {
    /// The states, in the order of the partitions.
    pub partitions: Vec<Arc<PartitionSnapshot>>,
    /// Final panes that are not stored yet.
    pub final_panes: Vec<Arc<FinalPane>>,
    /// The stored final panes that were asked for; their states are read when they are merged.
    pub stored: Vec<StoredPane>,
    /// Where stored final panes are; `None` means nowhere.
    pub history: Option<Arc<dyn HistoryStore>>,
    /// Partitions that hold no window open.
    pub idle: BTreeSet<u32>,
    /// The moment of the look, in milliseconds since the Unix epoch.
    pub now: i64,
    /// How long final panes are kept, in event time.
    pub history_keep: Duration,
    /// The troubles of the metrics of which a build before is shown.
    pub instead: BTreeMap<String, Option<Trouble>>,
}

impl Published {
    /// The states of an overview. `idle` are the silent partitions; `None` means a bounded run,
    /// where partitions without a watermark are idle.
    /// `now` is in milliseconds since the Unix epoch.
    pub fn new(
        overview: &Overview,
        idle: Option<BTreeSet<u32>>,
        history_keep: Duration,
        now: i64,
    ) -> Self {
        let no_time = || {
            let silent = overview.partitions.iter().filter(|p| p.state.max_event_time.is_none());
            silent.map(|p| p.partition).collect()
        };
        Self {
            partitions: overview.partitions.clone(),
            final_panes: overview.final_panes.clone(),
            stored: Vec::new(),
            history: None,
            idle: idle.unwrap_or_else(no_time),
            now,
            history_keep,
            instead: BTreeMap::new(),
        }
    }

    /// The same states, with those of `formers` in the place of the builds that have not caught up.
    #[must_use]
    pub fn showing(mut self, formers: &Formers) -> Self {
        for (id, former) in formers {
            let trouble = match self.trouble(id) {
                Some(Trouble::Lagging(lagging)) => {
                    Some(Trouble::Building { lagging, shown: former.places() })
                }
                trouble => trouble,
            };
            for partition in &mut self.partitions {
                let Some(i) = partition.metrics.iter().position(|metric| metric.id == *id) else {
                    continue;
                };
                let number = partition.partition;
                let metrics = &mut Arc::make_mut(partition).metrics;
                match former.partitions.get(&number) {
                    Some(before) => metrics[i] = MetricSnapshot::clone(before),
                    None => drop(metrics.remove(i)),
                }
            }
            self.instead.insert(id.clone(), trouble);
        }
        self
    }

    /// The same states, with the final panes that are stored.
    #[must_use]
    pub fn with_history(mut self, history: Option<Arc<dyn HistoryStore>>) -> Self {
        self.history = history;
        self
    }

    /// The stop of a metric; `None` means that the metric runs.
    pub fn stopped(&self, metric: &str) -> Option<StoppedMetric> {
        StoppedMetric::all(&self.partitions).remove(metric)
    }

    /// What keeps the result of a metric from being that of all records; `None` means that nothing
    /// does.
    pub fn trouble(&self, metric: &str) -> Option<Trouble> {
        if let Some(trouble) = self.instead.get(metric) {
            return trouble.clone();
        }
        let lagging = || LaggingMetric::find(&self.partitions, metric).map(Trouble::Lagging);
        self.stopped(metric).map(Trouble::Stopped).or_else(lagging)
    }

    /// The offsets that the partitions count and a metric does not.
    pub fn missing(&self, metric: &str) -> Vec<MissingStatus> {
        let mut found = Vec::new();
        for snapshot in &self.partitions {
            let Some(own) = snapshot.metric(metric) else { continue };
            let partition = snapshot.partition;
            let mut miss = |from, to, why| {
                if from < to {
                    found.push(MissingStatus { partition, from, to, why });
                }
            };
            miss(snapshot.state.origin, own.origin, "before");
            own.missed.iter().for_each(|missed| miss(missed.from, missed.to, "gone"));
        }
        found
    }

    /// The name of the history of the build of a metric that is shown.
    pub fn series(&self, metric: &str) -> String {
        let metrics = self.partitions.iter().flat_map(|partition| &partition.metrics);
        let builds = metrics.filter(|own| own.id == metric).map(|own| own.build);
        FinalPane::series(metric, builds.max().unwrap_or_default())
    }

    /// By partition, the next offset that a metric does not count.
    pub(super) fn places(&self, metric: &str) -> Vec<(u32, i64)> {
        let of = |partition: &Arc<PartitionSnapshot>| {
            let metric = partition.metric(metric)?;
            Some((partition.partition, metric.next_offset))
        };
        self.partitions.iter().filter_map(of).collect()
    }

    /// The sum of the next offsets of a metric over all partitions; `None` means that it is in none.
    pub(super) fn counted_to(&self, metric: &str) -> Option<i64> {
        let places = self.places(metric);
        (!places.is_empty()).then(|| places.iter().map(|(_, offset)| offset).sum())
    }

    /// The counts of a metric over all partitions.
    pub fn accounting(&self, metric: &str) -> MetricAccounting {
        let mut sum = MetricAccounting::default();
        let metrics = self.partitions.iter().flat_map(|partition| &partition.metrics);
        metrics.filter(|m| m.id == metric).for_each(|m| sum.add(&m.accounting));
        sum
    }

    /// The rows left out of the windows of a metric, over all partitions; the cumulative window
    /// leaves none out.
    pub fn window_books(&self, metric: &str) -> Vec<(WindowSpec, WindowBooks)> {
        let mut sums: BTreeMap<WindowSpec, WindowBooks> = BTreeMap::new();
        let metrics = self.partitions.iter().flat_map(|partition| &partition.metrics);
        for set in metrics.filter(|m| m.id == metric).flat_map(|m| &m.windows) {
            if set.spec != WindowSpec::Cumulative {
                sums.entry(set.spec).or_default().add(&set.books);
            }
        }
        sums.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use streamgauge_core::{EventTime, MetricPhase, MetricStop, StopKind};

    use super::*;
    use crate::testing::{METRIC, MINUTE, metric, partition, set};

    const MINUTES: WindowSpec = WindowSpec::Tumbling { size: MINUTE };

    fn published(metrics: Vec<Vec<MetricSnapshot>>) -> Published {
        let partitions = (0..).zip(metrics);
        let of = |(number, metrics)| Arc::new(partition(number, None, metrics));
        Published { partitions: partitions.map(of).collect(), ..Published::default() }
    }

    #[test]
    fn in_a_bounded_run_a_partition_without_event_time_holds_no_window_open() {
        let at = |number, time| Arc::new(partition(number, time, Vec::new()));
        let partitions = vec![at(0, None), at(1, Some(i64::MIN)), at(2, None), at(3, Some(0))];
        let overview = Overview { partitions, ..Overview::default() };
        let idle = |silent| Published::new(&overview, silent, Duration::ZERO, 0).idle;
        assert_eq!(idle(None), [0, 2].into());
        assert_eq!(idle(Some([3].into())), [3].into(), "a live run tells who is silent");
        assert_eq!(idle(Some(BTreeSet::new())), BTreeSet::new());
    }

    #[test]
    fn a_metric_that_stopped_in_one_partition_is_quarantined_with_the_reason() {
        let stop = |reason: &str| MetricStop { reason: reason.to_owned(), ..MetricStop::unknown() };
        let stop = MetricStop { kind: StopKind::Crash, ..stop("trap") };
        let stopped = MetricSnapshot {
            phase: MetricPhase::Stopped(stop.into()),
            ..metric(METRIC, Vec::new())
        };
        let metrics = vec![vec![metric(METRIC, Vec::new())], vec![stopped]];
        let partitions = published(metrics).partitions;
        let overview = Overview { partitions, ..Overview::default() };
        let published = Published::new(&overview, None, Duration::from_hours(1), 5);
        let stopped = published.stopped(METRIC).expect("it stopped");
        assert_eq!((stopped.stop.to_string().as_str(), stopped.places().as_str()), ("trap", "1@0"));
        assert_eq!(published.stopped("gender"), None);
        assert_eq!((published.history_keep, published.now), (Duration::from_hours(1), 5));
    }

    #[test]
    fn the_books_of_a_metric_are_those_of_its_partitions() {
        let of = |id: &str, n: u64| MetricSnapshot {
            accounting: MetricAccounting { on_time: 100 * n, late: 10 * n, excluded: n },
            ..metric(id, Vec::new())
        };
        let published =
            published(vec![vec![of(METRIC, 1), of("ages", 7)], vec![], vec![of(METRIC, 2)]]);
        let expected = MetricAccounting { on_time: 300, late: 30, excluded: 3 };
        assert_eq!(published.accounting(METRIC), expected);
        assert_eq!(published.accounting("ag"), MetricAccounting::default());
    }

    #[test]
    fn rows_left_out_of_windows_are_told_by_kind_and_never_of_the_cumulative_one() {
        let of = |spec, expired, evicted| {
            let floor = Some(EventTime(7));
            let mut set = set(spec, Vec::new());
            set.books = WindowBooks { floor, expired, unplaced: 5, evicted };
            set
        };
        let days = WindowSpec::Tumbling { size: 86_400_000 };
        let first = vec![of(WindowSpec::Cumulative, 9, 9), of(days, 1, 2), of(MINUTES, 3, 4)];
        let metrics = |windows| vec![metric(METRIC, windows)];
        let published = published(vec![metrics(first), metrics(vec![of(days, 10, 20)])]);
        let books =
            |expired, unplaced, evicted| WindowBooks { floor: None, expired, unplaced, evicted };
        let found = published.window_books(METRIC);
        assert_eq!(found, [(MINUTES, books(3, 5, 4)), (days, books(11, 10, 22))]);
        assert!(published.window_books("gender").is_empty());
    }
}
