//! The counts of the last stored checkpoint. A counter that outlives the process shows these and no
//! newer ones: whatever was counted after the checkpoint is counted again after a crash, so a
//! counter of the live books would go back.

use std::collections::BTreeMap;
use std::sync::Arc;

use streamgauge_core::{Accounting, MetricAccounting, PartitionSnapshot};

/// Counts over all partitions, as of one stored checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredTotals {
    /// The books of the records.
    pub accounting: Accounting,
    /// The books of each metric.
    pub metrics: BTreeMap<String, MetricAccounting>,
}

impl StoredTotals {
    /// The counts of `partitions`.
    pub(crate) fn of(partitions: &[Arc<PartitionSnapshot>]) -> Self {
        let mut totals = Self::default();
        for snapshot in partitions {
            totals.accounting.add(&snapshot.state.accounting);
            for metric in &snapshot.metrics {
                totals.metrics.entry(metric.id.clone()).or_default().add(&metric.accounting);
            }
        }
        totals
    }
}
