//! A metric that lags, over all partitions: how much of the log it has still to read.

use std::sync::Arc;

use streamgauge_core::PartitionSnapshot;

/// How far a metric is that is brought to its partitions' places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaggingMetric {
    /// Offsets that the metric has read, of all partitions.
    pub read: u64,
    /// Offsets that its partitions have read since the metric's origin.
    pub of: u64,
    /// By partition, the next offset that the metric does not count.
    pub at: Vec<(u32, i64)>,
}

impl LaggingMetric {
    /// How far `metric` is; `None` means that it lags nowhere. A metric that the partitions do not know
    /// yet has its whole way before it.
    pub fn find(partitions: &[Arc<PartitionSnapshot>], metric: &str) -> Option<Self> {
        let mut found = Self { read: 0, of: 0, at: Vec::new() };
        let mut lags = false;
        for partition in partitions {
            let Some(own) = partition.metric(metric) else {
                let (origin, next) = (partition.state.origin, partition.state.next_offset);
                found.of += u64::try_from(next - origin).unwrap_or(0);
                found.at.push((partition.partition, origin));
                lags = true;
                continue;
            };
            let since = |offset: i64| u64::try_from(offset - own.origin).unwrap_or(0);
            lags |= own.phase.is_lagging();
            found.read += since(own.next_offset);
            found.of += since(partition.state.next_offset);
            found.at.push((partition.partition, own.next_offset));
        }
        lags.then_some(found)
    }

    /// The share of the log that is read, in percent, rounded down.
    pub fn percent(&self) -> u64 {
        (u128::from(self.read) * 100 / u128::from(self.of.max(1))).min(100) as u64
    }
}

#[cfg(test)]
mod tests {
    use streamgauge_core::{
        MetricAccounting, MetricPhase, MetricSnapshot, PartitionState, Position,
    };

    use super::*;

    #[test]
    fn a_metric_that_lags_anywhere_tells_how_much_of_the_log_it_has_read() {
        let partition = |number, own: i64, offset, phase| {
            let metric = MetricSnapshot {
                id: "age".to_owned(),
                state_version: 1,
                origin: 100,
                next_offset: own,
                accounting: MetricAccounting::default(),
                windows: Vec::new(),
                phase,
                build: 0,
                poison: None,
                missed: Vec::new(),
            };
            Arc::new(PartitionSnapshot {
                partition: number,
                position: Position::default(),
                late_samples: Vec::new(),
                state: PartitionState { next_offset: offset, ..PartitionState::starting_at(100) },
                metrics: vec![metric],
            })
        };
        let lagging = MetricPhase::Lagging(Box::default());
        let partitions =
            [partition(0, 300, 300, MetricPhase::Running), partition(2, 150, 300, lagging)];
        let found = LaggingMetric::find(&partitions, "age").expect("it lags");
        assert_eq!((found.read, found.of, found.percent()), (250, 400, 62));
        assert_eq!(found.at, [(0, 300), (2, 150)]);
        assert_eq!(LaggingMetric::find(&partitions[..1], "age"), None);
        let unknown = LaggingMetric::find(&partitions, "gender").expect("it is to come");
        assert_eq!((unknown.read, unknown.of), (0, 400));
        assert_eq!(LaggingMetric::find(&[], "gender"), None);
    }
}
