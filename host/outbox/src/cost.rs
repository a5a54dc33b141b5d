//! What a metric's plugin costs on one worker.

use std::time::Duration;

/// Time and memory of one plugin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MetricCost {
    /// Rows handed to the plugin.
    pub rows: u64,
    /// Time spent on folding them.
    pub time: Duration,
    /// Time spent on giving states as bytes.
    pub exporting: Duration,
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
        self.exporting += other.exporting;
        self.memory_bytes += other.memory_bytes;
        self.traps += other.traps;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_on_several_workers_add_up_part_by_part() {
        let cost = |n: u64| MetricCost {
            rows: n,
            time: Duration::from_millis(10 * n),
            exporting: Duration::from_millis(5 * n),
            memory_bytes: 100 * n,
            traps: 1000 * n,
        };
        let mut sum = cost(1);
        sum.merge(cost(2));
        sum.merge(MetricCost::default());
        assert_eq!(sum, cost(3));
    }
}
