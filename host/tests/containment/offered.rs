//! Rows as a worker hands them to a metric.

use streamgauge_core::{
    BoundedOutOfOrderness, EventTime, LatenessClock, MetricPlace, MetricSnapshot,
    PartitionSnapshot, PartitionState, Plan, Position, RecordBatch, TimestampAssigner,
    TimestampUnit,
};
use streamgauge_engine::Offered;

use crate::rows::projection;

/// A plan without disorder, where stamps are event times.
pub(crate) fn plan() -> Plan {
    Plan {
        projection: projection(),
        timestamps: TimestampAssigner::Field { slot: 0, unit: TimestampUnit::Millis },
        watermark: BoundedOutOfOrderness { bound: 0 },
        future_skew: None,
        earliest: None,
        lateness: LatenessClock::Watermark,
    }
}

/// The place at an offset, each of which is told from the others.
pub(crate) fn place(next_offset: i64) -> MetricPlace {
    let max_event_time = Some(EventTime(1000 + next_offset));
    let position = Position { cursor: next_offset as u64, ..Position::default() };
    MetricPlace { gaps: 2, position, max_event_time }
}

/// Rows of partition 0 up to `next_offset`, as a metric takes them.
pub(crate) fn offered<'a>(
    on_time: &'a RecordBatch,
    late: &'a RecordBatch,
    next_offset: i64,
) -> Offered<'a> {
    let place = place(next_offset);
    Offered { partition: 0, on_time, late, watermark: None, next_offset, place, placed: None }
}

/// The state of a partition whose next offset is `at`.
pub(crate) fn partition(number: u32, at: i64, metrics: Vec<MetricSnapshot>) -> PartitionSnapshot {
    PartitionSnapshot {
        partition: number,
        position: Position::default(),
        late_samples: Vec::new(),
        state: PartitionState { next_offset: at, ..PartitionState::starting_at(0) },
        metrics,
    }
}
