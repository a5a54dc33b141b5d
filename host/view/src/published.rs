//! The states that windows are made from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use streamgauge_core::{FinalPane, MetricAccounting, PartitionSnapshot, WindowBooks, WindowSpec};
use streamgauge_outbox::Overview;

/// The published states of the workers, and the settings that windows depend on.
#[derive(Clone, Default)]
pub struct Published {
    /// The states, in the order of the partitions.
    pub partitions: Vec<Arc<PartitionSnapshot>>,
    /// The final panes that were asked for.
    pub final_panes: Vec<Arc<FinalPane>>,
    /// Partitions that hold no window open.
    pub idle: BTreeSet<u32>,
    /// Metrics that stopped, with the reason.
    pub quarantined: BTreeMap<String, String>,
    /// How long final panes are kept, in event time.
    pub history_keep: Duration,
}

impl Published {
    /// The states of an overview. `idle` are the silent partitions; `None` means a bounded run,
    /// where partitions without a watermark are idle.
    pub fn new(overview: &Overview, idle: Option<BTreeSet<u32>>, history_keep: Duration) -> Self {
        let no_time = || {
            let silent = overview.partitions.iter().filter(|p| p.state.max_event_time.is_none());
            silent.map(|p| p.partition).collect()
        };
        Self {
            partitions: overview.partitions.clone(),
            final_panes: overview.final_panes.clone(),
            idle: idle.unwrap_or_else(no_time),
            quarantined: overview.levels.phases.stopped(),
            history_keep,
        }
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
    pub(super) fn window_books(&self, metric: &str) -> Vec<(WindowSpec, WindowBooks)> {
        let mut sums: BTreeMap<WindowSpec, WindowBooks> = BTreeMap::new();
        let metrics = self.partitions.iter().flat_map(|partition| &partition.metrics);
        for set in metrics.filter(|m| m.id == metric).flat_map(|m| &m.windows) {
            if set.spec != WindowSpec::Cumulative {
                let sum = sums.entry(set.spec).or_default();
                sum.expired += set.books.expired;
                sum.evicted += set.books.evicted;
            }
        }
        sums.into_iter().collect()
    }
}
