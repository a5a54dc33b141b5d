//! Metrics that stopped, over all partitions.

use std::collections::BTreeMap;
use std::sync::Arc;

use streamgauge_core::{MetricStop, PartitionSnapshot, StopKind, WallClock};

/// A metric that stopped in at least one partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoppedMetric {
    /// The stop that is told for all of them: the earliest one.
    pub stop: Arc<MetricStop>,
    /// The partitions in which the metric stopped, each with the next offset that it has not seen.
    pub at: Vec<(u32, i64)>,
}

impl StoppedMetric {
    /// The metrics that stopped, by id.
    pub fn all(partitions: &[Arc<PartitionSnapshot>]) -> BTreeMap<String, Self> {
        let mut found: BTreeMap<String, Self> = BTreeMap::new();
        for partition in partitions {
            for metric in &partition.metrics {
                let Some(stop) = metric.phase.stop() else { continue };
                let at = (partition.partition, metric.next_offset);
                let known = found.entry(metric.id.clone());
                let known =
                    known.or_insert_with(|| Self { stop: Arc::clone(stop), at: Vec::new() });
                known.at.push(at);
                if when(stop) < when(&known.stop) {
                    known.stop = Arc::clone(stop);
                }
            }
        }
        found
    }

    /// The places up to which the last good result counts, in words for people.
    pub fn places(&self) -> String {
        let place = |(partition, offset): &(u32, i64)| format!("{partition}@{offset}");
        self.at.iter().map(place).collect::<Vec<_>>().join(", ")
    }

    /// What to do about it, in words for people.
    pub fn remedy(&self) -> &'static str {
        match self.stop.kind {
            StopKind::MemoryLimit => {
                "raise memory_max of the metric, or let it keep fewer keys; it then goes on from where it stopped, at the next start"
            }
            StopKind::SnapshotLimit => {
                "raise snapshot_max of the metric, or let it keep fewer keys or windows; it then goes on from where it stopped, at the next start"
            }
            StopKind::TimeLimit => {
                "raise time_max of the metric, or mend its plugin; it then goes on from where it stopped, at the next start"
            }
            StopKind::RecordsGone => {
                "`streamgauge metric resume ID --accept-loss` goes on without them"
            }
            StopKind::Unknown
            | StopKind::Crash
            | StopKind::Refused
            | StopKind::Contract
            | StopKind::StackLimit => {
                "mend the metric's plugin; it then goes on from where it stopped, at the next start"
            }
        }
    }
}

/// A stop whose moment is not known comes last.
fn when(stop: &MetricStop) -> i64 {
    stop.since.map_or(i64::MAX, |WallClock(since)| since)
}

#[cfg(test)]
mod tests {
    use streamgauge_core::{
        MetricAccounting, MetricPhase, MetricSnapshot, PartitionState, Position,
    };

    use super::*;

    fn metric(id: &str, next_offset: i64, since: Option<i64>) -> MetricSnapshot {
        let stop = since.map(|since| MetricStop {
            kind: StopKind::Crash,
            reason: format!("at {since}"),
            since: Some(WallClock(since)),
            ..MetricStop::unknown()
        });
        MetricSnapshot {
            id: id.to_owned(),
            state_version: 1,
            origin: 0,
            next_offset,
            accounting: MetricAccounting::default(),
            windows: Vec::new(),
            phase: stop.map_or(MetricPhase::Running, |stop| MetricPhase::Stopped(stop.into())),
            build: 0,
            poison: None,
            missed: Vec::new(),
        }
    }

    #[test]
    fn a_metric_that_stopped_anywhere_has_stopped_and_the_earliest_stop_is_told() {
        let partition = |number, metrics| {
            Arc::new(PartitionSnapshot {
                partition: number,
                position: Position::default(),
                late_samples: Vec::new(),
                state: PartitionState::starting_at(0),
                metrics,
            })
        };
        let partitions = [
            partition(0, vec![metric("age", 7, None), metric("gender", 7, None)]),
            partition(3, vec![metric("age", 4, Some(20))]),
            partition(5, vec![metric("age", 9, Some(10))]),
        ];
        let found = StoppedMetric::all(&partitions);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["age"]);
        let age = &found["age"];
        assert_eq!((age.stop.reason.as_str(), age.places().as_str()), ("at 10", "3@4, 5@9"));
    }
}
