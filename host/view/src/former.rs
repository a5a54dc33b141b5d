//! The build of a metric that is shown until the one that is being built has caught up.

use std::collections::BTreeMap;
use std::sync::Arc;

use streamgauge_core::MetricSnapshot;

/// The build of a metric before the one that is being built, as it was when it was replaced.
#[derive(Debug)]
pub struct Former {
    /// The fingerprint of the metric that it was.
    pub fingerprint: String,
    /// Its state in each partition, at a place of its own.
    pub partitions: BTreeMap<u32, Arc<MetricSnapshot>>,
}

impl Former {
    /// By partition, the next offset that it does not count.
    pub(super) fn places(&self) -> Vec<(u32, i64)> {
        let place = |(partition, own): (&u32, &Arc<MetricSnapshot>)| (*partition, own.next_offset);
        self.partitions.iter().map(place).collect()
    }
}

/// The builds that are shown in the place of those that are being built, by metric.
pub type Formers = BTreeMap<String, Arc<Former>>;
