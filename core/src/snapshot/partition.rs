//! The state of one partition, and the place where its source resumes.

use super::metric::MetricSnapshot;
use super::phase::MetricPlace;
use super::position::Position;
use crate::late_sample::LateSample;
use crate::partition::PartitionState;

/// S: all that is known of a partition at a batch boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionSnapshot {
    /// The number of the partition in its source, counted from 0; a file is partition 0.
    pub partition: u32,
    /// The place where the source resumes.
    pub position: Position,
    /// The last late records, oldest first. Not part of any digest.
    pub late_samples: Vec<LateSample>,
    /// H: event time, books and gaps.
    pub state: PartitionState,
    /// The metrics, in the order of their ids.
    pub metrics: Vec<MetricSnapshot>,
}

impl PartitionSnapshot {
    /// The offset up to which the log is read: the next offset, or a later one where no record
    /// stands between.
    pub fn read_to(&self) -> i64 {
        let next = self.state.next_offset;
        self.position.read_to.map_or(next, |read_to| read_to.max(next))
    }

    /// The place of a metric that is where this partition is.
    pub fn place(&self) -> MetricPlace {
        MetricPlace::at(&self.state, self.position)
    }

    /// The state of the metric with this id.
    pub fn metric(&self, id: &str) -> Option<&MetricSnapshot> {
        self.metrics.iter().find(|metric| metric.id == id)
    }
}
