//! What a metric's plugin costs on one worker.

use std::time::Duration;

/// Time and memory of one plugin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MetricCost {
    /// Rows handed to the plugin.
    pub rows: u64,
    /// Time spent on folding them.
    pub time: Duration,
    /// The linear memory of the instances, in bytes, as of now.
    pub memory_bytes: u64,
    /// Instances that failed since the worker began.
    pub traps: u64,
}

impl MetricCost {
    /// Adds the cost on another worker.
    pub fn merge(&mut self, other: Self) {
        self.rows += other.rows;
        self.time += other.time;
        self.memory_bytes += other.memory_bytes;
        self.traps += other.traps;
    }
}
