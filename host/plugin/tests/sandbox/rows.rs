//! Rows for the input `action`.

use streamgauge_core::{
    EventTime, Field, FieldType, Flaw, Placing, Projection, RecordBatch, RecordMeta, RecordTime,
    Row, Schema, Value, Verdict,
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

/// A batch of `actions` from offset `first` on.
pub(crate) fn batch(first: i64, actions: &[u32]) -> RecordBatch {
    let mut batch = RecordBatch::new(&projection());
    for (offset, action) in (first..).zip(actions) {
        push(&mut batch, offset, Some(*action));
    }
    batch
}

/// Appends a row; `None` is a value that cannot be used.
pub(crate) fn push(batch: &mut RecordBatch, offset: i64, action: Option<u32>) {
    push_at(batch, offset, 0, action);
}

/// The same, at an event time in milliseconds.
pub(crate) fn push_at(batch: &mut RecordBatch, offset: i64, event_time: i64, action: Option<u32>) {
    let mut row = Row::default();
    row.reset(1);
    row.set(0, action.map_or(Value::Invalid(Flaw::WrongType), Value::Unsigned));
    let meta = RecordMeta { offset, time: RecordTime(offset * 1000), cursor: 0 };
    let (event_time, placing) = (EventTime(event_time), Placing::Opens);
    let verdict = Verdict { event_time, placing, watermark: None, delay: 0 };
    batch.push(meta, verdict, &row, format!("record {offset}").as_bytes());
}
