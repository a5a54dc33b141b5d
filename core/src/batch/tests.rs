//! A batch keeps place, times and bytes of each record beside the columns, until it is cleared.

use super::*;
use crate::row::Value;
use crate::testing::{row, schema};
use crate::time::RecordTime;

/// What the row at `offset` may do to its pane.
fn placing(offset: i64) -> Placing {
    match offset {
        3 => Placing::Joins,
        4 => Placing::Nowhere,
        _ => Placing::Opens,
    }
}

fn push(batch: &mut RecordBatch, offset: i64, raw: &[u8]) {
    let meta = RecordMeta { offset, time: RecordTime(offset * 10), cursor: 0 };
    let watermark = (offset > 0).then_some(EventTime(offset - 1));
    let (event_time, placing) = (EventTime(offset * 100), placing(offset));
    let verdict = Verdict { event_time, placing, watermark, delay: offset };
    batch.push(meta, verdict, &row(&[Value::Unsigned(offset as u32)]), raw);
}

#[test]
fn every_row_keeps_its_place_its_times_and_its_bytes() {
    let mut batch = RecordBatch::new(&Projection::new(&schema(&["n"]), &["n"]));
    assert!(batch.is_empty());
    for (offset, raw) in [(0, &b"first"[..]), (3, b""), (4, b"last")] {
        push(&mut batch, offset, raw);
    }
    assert_eq!((batch.rows(), batch.is_empty(), batch.raw_bytes()), (3, false, 9));
    assert_eq!([0, 1, 2].map(|row| batch.raw(row)), [&b"first"[..], b"", b"last"]);
    assert_eq!(batch.event_times(), [0, 300, 400]);
    assert_eq!(batch.placings(), [(1, Placing::Joins), (2, Placing::Nowhere)]);
    assert_eq!(batch.timeless().collect::<Vec<_>>(), [2]);
    assert_eq!([1, 2].map(|row| batch.event_time(row)), [Some(EventTime(300)), None]);
    assert_eq!(batch.watermarks(), [None, Some(EventTime(2)), Some(EventTime(3))]);
    assert_eq!(batch.delays(), [0, 3, 4]);
    assert_eq!(batch.metas().iter().map(|meta| meta.offset).collect::<Vec<_>>(), [0, 3, 4]);
}

#[test]
fn a_cleared_batch_is_as_a_new_one() {
    let projection = Projection::new(&schema(&["n"]), &["n"]);
    let mut used = RecordBatch::new(&projection);
    push(&mut used, 4, b"before");
    used.clear();
    let mut new = RecordBatch::new(&projection);
    assert_eq!(format!("{used:?}"), format!("{new:?}"));
    push(&mut used, 8, b"after");
    push(&mut new, 8, b"after");
    assert_eq!(format!("{used:?}"), format!("{new:?}"));
    assert_eq!(used.raw(0), b"after");
}
