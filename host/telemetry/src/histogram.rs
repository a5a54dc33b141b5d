//! A distribution that is counted elsewhere and shown here: each report replaces the distribution
//! as a whole, so a scrape sees the distribution of one moment.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

/// Counts by rising upper bounds; the last bound is infinite.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Each bound with the observations between the bound before and this one.
    pub buckets: Vec<(f64, u64)>,
    /// The sum of all observed values.
    pub sum: f64,
}

/// The distribution that was handed over last; clones share it.
#[derive(Clone, Debug)]
pub(super) struct Histogram(Arc<Mutex<Distribution>>);

impl Histogram {
    /// A distribution without observations.
    pub(super) fn new() -> Self {
        let empty = Distribution { buckets: vec![(f64::INFINITY, 0)], sum: 0.0 };
        Self(Arc::new(Mutex::new(empty)))
    }

    /// Replaces the distribution that is shown.
    pub(super) fn set(&self, distribution: Distribution) {
        *self.lock() = distribution;
    }

    fn lock(&self) -> MutexGuard<'_, Distribution> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EncodeMetric for Histogram {
    fn encode(&self, mut encoder: MetricEncoder) -> Result<(), fmt::Error> {
        let Distribution { buckets, sum } = self.lock().clone();
        let count = buckets.iter().map(|(_, count)| count).sum();
        encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}
