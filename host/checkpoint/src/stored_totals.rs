//! The counts of the last stored checkpoint. A counter that outlives the process shows these and no
//! newer ones: whatever was counted after the checkpoint is counted again after a crash, so a
//! counter of the live books would go back.

use std::collections::BTreeMap;
use std::sync::Arc;

use streamgauge_core::{Accounting, MetricAccounting, PartitionSnapshot, WindowBooks, WindowSpec};

/// Counts over all partitions, as of one stored checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredTotals {
    /// The books of the records.
    pub accounting: Accounting,
    /// The books of each metric.
    pub metrics: BTreeMap<String, MetricTotals>,
}

/// Counts of one metric.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MetricTotals {
    /// The books of the rows.
    pub accounting: MetricAccounting,
    /// The rows that are in no window, by kind of windows; without the cumulative one.
    pub windows: BTreeMap<WindowSpec, WindowBooks>,
}

impl StoredTotals {
    /// The counts of `partitions`.
    pub(crate) fn of(partitions: &[Arc<PartitionSnapshot>]) -> Self {
        let mut totals = Self::default();
        for snapshot in partitions {
            totals.accounting.add(&snapshot.state.accounting);
            for metric in &snapshot.metrics {
                let of_metric = totals.metrics.entry(metric.id.clone()).or_default();
                of_metric.accounting.add(&metric.accounting);
                for set in metric.windows.iter().filter(|s| s.spec != WindowSpec::Cumulative) {
                    of_metric.windows.entry(set.spec).or_default().add(&set.books);
                }
            }
        }
        totals
    }
}
