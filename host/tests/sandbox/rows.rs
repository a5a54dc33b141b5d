//! Rows for the input `action`.

use streamgauge::metric::Offered;
use streamgauge_core::{
    BoundedOutOfOrderness, EventTime, Field, FieldType, Flaw, LatenessClock, MetricSnapshot,
    PartitionSnapshot, PartitionState, Plan, Position, Projection, RecordBatch, RecordMeta,
    RecordTime, Row, Schema, TimestampAssigner, TimestampUnit, Value, Verdict,
};

/// A schema with nothing but `action`.
pub(crate) fn schema() -> Schema {
    schema_of("action", FieldType::Unsigned)
}

/// A schema with one field.
pub(crate) fn schema_of(name: &str, field_type: FieldType) -> Schema {
    let field = Field { name: name.to_owned(), field_type, max: None, required: false };
    Schema::new(vec![field]).expect("a schema")
}

pub(crate) fn projection() -> Projection {
    Projection::new(&schema(), &["action"])
}

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

/// A batch of `actions` from offset `first` on.
pub(crate) fn batch(first: i64, actions: &[u32]) -> RecordBatch {
    let mut batch = RecordBatch::new(&projection());
    for (offset, action) in (first..).zip(actions) {
        push(&mut batch, offset, Some(*action));
    }
    batch
}

/// Appends a row; none is a value that cannot be used.
pub(crate) fn push(batch: &mut RecordBatch, offset: i64, action: Option<u32>) {
    let mut row = Row::default();
    row.reset(1);
    row.set(0, action.map_or(Value::Invalid(Flaw::WrongType), Value::Unsigned));
    let meta = RecordMeta { offset, time: RecordTime(offset * 1000), cursor: 0 };
    let verdict = Verdict { event_time: EventTime(0), watermark: None, delay: 0 };
    batch.push(meta, verdict, &row, format!("record {offset}").as_bytes());
}

/// Rows of partition 0 up to `next_offset`, as a metric takes them.
pub(crate) fn offered<'a>(
    on_time: &'a RecordBatch,
    late: &'a RecordBatch,
    next_offset: i64,
) -> Offered<'a> {
    Offered { partition: 0, on_time, late, watermark: None, next_offset }
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
