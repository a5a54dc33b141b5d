//! A histogram without locks: one atomic per bucket.
//!
//! The library's own histogram takes a lock for each observation and knows no weight; ours is
//! told `n` equal observations at once, as a worker has them at the end of a batch. The count
//! is the sum of the buckets, so a scrape between two additions is at most a little behind and
//! never contradicts itself.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;

/// Sums are kept as whole millionths, which one atomic can add.
const SUM_SCALE: f64 = 1e6;

/// A histogram with fixed upper bounds; clones share the same buckets.
#[derive(Clone, Debug)]
pub(super) struct Histogram(Arc<Buckets>);

#[derive(Debug)]
struct Buckets {
    /// Upper bounds, rising, the last one infinite.
    bounds: Vec<f64>,
    counts: Vec<AtomicU64>,
    sum_millionths: AtomicU64,
}

impl Histogram {
    /// Buckets with these rising upper bounds, and one for everything above.
    pub(super) fn new(bounds: &[f64]) -> Self {
        let bounds: Vec<f64> = bounds.iter().copied().chain([f64::INFINITY]).collect();
        let counts = bounds.iter().map(|_| AtomicU64::new(0)).collect();
        Self(Arc::new(Buckets { bounds, counts, sum_millionths: AtomicU64::new(0) }))
    }

    /// Adds `count` observations of the same value; values below zero count as zero.
    pub(super) fn observe(&self, value: f64, count: u64) {
        let value = value.max(0.0);
        let bucket = self.0.bounds.partition_point(|bound| *bound < value);
        self.0.counts[bucket].fetch_add(count, Relaxed);
        let millionths = (value * count as f64 * SUM_SCALE).round() as u64;
        self.0.sum_millionths.fetch_add(millionths, Relaxed);
    }
}

impl EncodeMetric for Histogram {
    fn encode(&self, mut encoder: MetricEncoder) -> Result<(), fmt::Error> {
        let counts = self.0.counts.iter().map(|count| count.load(Relaxed));
        let buckets: Vec<(f64, u64)> = self.0.bounds.iter().copied().zip(counts).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        let sum = self.0.sum_millionths.load(Relaxed) as f64 / SUM_SCALE;
        encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }

    fn metric_type(&self) -> MetricType {
        MetricType::Histogram
    }
}
