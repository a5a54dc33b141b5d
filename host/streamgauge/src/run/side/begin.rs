//! Where a reader begins, and from what.

use std::sync::Arc;

use streamgauge_core::{
    MetricPhase, MetricPlace, MetricSnapshot, PartitionSnapshot, PartitionState, Position,
};
use streamgauge_engine::Metric;
use streamgauge_plugin::Plugin;

/// Why a metric cannot be brought to its partition's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unreachable {
    /// The log no longer holds the records `[from, to)` that the metric needs next.
    Gone { partition: u32, from: i64, to: i64 },
    /// The log was another one at the metric's place.
    OtherLog { partition: u32, offset: i64 },
}

impl std::fmt::Display for Unreachable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Gone { partition, from, to } => write!(
                f,
                "records {partition}@{from} to {partition}@{} are no longer in the log",
                to - 1
            ),
            Self::OtherLog { partition, offset } => {
                write!(f, "the log of partition {partition} was another one at offset {offset}")
            }
        }
    }
}

/// The state from which a metric is read in a partition whose log begins at `low`: its own, or, for
/// one that has counted nothing, the earliest that the log has. The place is where the largest
/// event time of the partition is known.
pub(super) fn begin(
    plugin: &Plugin,
    partition: &PartitionSnapshot,
    metric: &MetricSnapshot,
    low: i64,
) -> Result<(MetricSnapshot, MetricPlace), Unreachable> {
    let state = &partition.state;
    let Some(place) = metric.phase.place() else {
        unreachable!("only a metric that lags is read");
    };
    let (number, gaps) = (partition.partition, state.gaps.len() as u32);
    let is_here = place.gaps == gaps && low <= next_of(metric, place);
    if is_here {
        return Ok((metric.clone(), *place));
    }
    if metric.accounting.folded() + metric.accounting.excluded > 0 {
        let offset = metric.next_offset;
        return Err(if place.gaps == gaps {
            Unreachable::Gone { partition: number, from: offset, to: low }
        } else {
            Unreachable::OtherLog { partition: number, offset }
        });
    }
    let of_gap = state.gaps.last().map_or(state.origin, |gap| gap.resume_at());
    let from = low.max(of_gap);
    let known = state.marks.known_from(gaps, from);
    let (offset, max_event_time) = match known {
        Some(mark) => (mark.offset, mark.max_event_time),
        None => (state.next_offset, state.max_event_time),
    };
    tracing::warn!(
        "metric `{}` begins at {number}@{offset}: the log no longer holds what was before",
        metric.id
    );
    let empty = MetricSnapshot { build: metric.build, ..Metric::empty(plugin, offset) };
    let position = Position::default();
    Ok((empty, MetricPlace { gaps, position, max_event_time }))
}

/// The first offset that the metric needs: none stands before where its log was read to.
fn next_of(metric: &MetricSnapshot, place: &MetricPlace) -> i64 {
    place.position.read_to.map_or(metric.next_offset, |read_to| read_to.max(metric.next_offset))
}

/// A partition as a reader takes it: event time as it was at the place of the metrics, and no books.
pub(super) fn partition_at(
    partition: &PartitionSnapshot,
    place: &MetricPlace,
    metrics: Vec<MetricSnapshot>,
) -> PartitionSnapshot {
    let first = metrics.first();
    let next_offset = first.map_or(partition.state.next_offset, |metric| metric.next_offset);
    let origin = first.map_or(partition.state.origin, |metric| metric.origin);
    let gaps = partition.state.gaps[..place.gaps as usize].to_vec();
    let max_event_time = place.max_event_time;
    let running = |metric| MetricSnapshot { phase: MetricPhase::Running, ..metric };
    PartitionSnapshot {
        partition: partition.partition,
        position: place.position,
        late_samples: Vec::new(),
        state: PartitionState {
            next_offset,
            max_event_time,
            gaps,
            ..PartitionState::starting_at(origin)
        },
        metrics: metrics.into_iter().map(running).collect(),
    }
}

/// The state of each partition as the overview has it.
pub(super) fn find(
    partitions: &[Arc<PartitionSnapshot>],
    number: u32,
) -> Option<&Arc<PartitionSnapshot>> {
    partitions.iter().find(|partition| partition.partition == number)
}
