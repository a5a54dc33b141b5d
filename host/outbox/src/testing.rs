//! Batches that the tests of several modules share.

use streamgauge_core::{
    EventTime, Field, FieldType, Millis, Placing, Projection, RecordBatch, RecordMeta, RecordTime,
    Row, Schema, Verdict,
};

/// A record that is a row: its place, its times in milliseconds, and its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) offset: i64,
    pub(crate) stamp: i64,
    pub(crate) event_time: i64,
    pub(crate) watermark: Option<i64>,
    pub(crate) delay: Millis,
    pub(crate) raw: Vec<u8>,
}

/// A record on time at the epoch.
pub(crate) fn record(offset: i64, raw: &[u8]) -> Record {
    Record { offset, stamp: 0, event_time: 0, watermark: None, delay: 0, raw: raw.to_vec() }
}

/// A batch without columns.
pub(crate) fn batch(records: &[Record]) -> RecordBatch {
    let field_type = FieldType::Unsigned;
    let unread = Field { name: "age".to_owned(), field_type, max: None, required: false };
    let schema = Schema::new(vec![unread]).expect("a schema");
    let mut batch = RecordBatch::new(&Projection::new(&schema, &[]));
    for record in records {
        let Record { offset, stamp, event_time, watermark, delay, raw } = record;
        let meta = RecordMeta { offset: *offset, time: RecordTime(*stamp), cursor: 0 };
        let verdict = Verdict {
            event_time: EventTime(*event_time),
            placing: Placing::Opens,
            watermark: watermark.map(EventTime),
            delay: *delay,
        };
        batch.push(meta, verdict, &Row::default(), raw);
    }
    batch
}
