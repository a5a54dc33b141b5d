//! Batches whose rows a test places in event time.

use streamgauge_core::{
    EventTime, Field, FieldType, Flaw, Placing, Projection, RecordBatch, RecordMeta, RecordTime,
    Row, Schema, Value, Verdict,
};

/// A text and a number in each row; both may be missing.
pub(super) fn projection() -> Projection {
    let field = |name: &str, field_type| Field {
        name: name.to_owned(),
        field_type,
        max: None,
        required: false,
    };
    let fields = vec![field("city", FieldType::Text), field("age", FieldType::Unsigned)];
    Projection::new(&Schema::new(fields).expect("a schema"), &["city", "age"])
}

/// A row: its offset, the watermark before it, and its number; a number of 100 or more is invalid.
pub(super) type Placed = (i64, Option<i64>, Option<u32>);

/// A batch of such rows, whose event times are their offsets.
pub(super) fn batch(rows: &[Placed]) -> RecordBatch {
    let mut batch = RecordBatch::new(&projection());
    for (offset, watermark, age) in rows.iter().copied() {
        let mut row = Row::default();
        row.reset(2);
        row.set_text(0, "北京");
        match age {
            Some(age) if age < 100 => row.set(1, Value::Unsigned(age)),
            Some(_) => row.set(1, Value::Invalid(Flaw::OutOfRange)),
            None => {}
        }
        let meta = RecordMeta { offset, time: RecordTime(offset * 10), cursor: 0 };
        let watermark = watermark.map(EventTime);
        let event_time = EventTime(offset);
        let verdict = Verdict { event_time, placing: Placing::Opens, watermark, delay: 0 };
        batch.push(meta, verdict, &row, format!("record {offset}").as_bytes());
    }
    batch
}
