//! A row without a value reaches a metric only where the input takes null, a row with an unusable
//! value never; columns that the metric does not read do not matter.

use proptest::prelude::*;

use super::*;
use crate::batch::Verdict;
use crate::column::ColumnValues;
use crate::placing::Placing;
use crate::record::{Flaw, RecordMeta};
use crate::row::Value;
use crate::schema::Projection;
use crate::testing::{row, schema};
use crate::time::{EventTime, RecordTime};

const MISSING: Value = Value::Missing;
const BAD: Value = Value::Invalid(Flaw::WrongType);

fn n(number: u32) -> Value {
    Value::Unsigned(number)
}

/// A batch of two `unsigned` columns.
fn batch(rows: &[[Value; 2]]) -> RecordBatch {
    let mut batch = RecordBatch::new(&Projection::new(&schema(&["a", "b"]), &["a", "b"]));
    for (offset, values) in (0..).zip(rows) {
        let meta = RecordMeta { offset, time: RecordTime(0), cursor: 0 };
        let placing = if offset == 1 { Placing::Nowhere } else { Placing::Joins };
        let event_time = EventTime(0);
        let verdict = Verdict { event_time, placing, watermark: None, delay: 0 };
        batch.push(meta, verdict, &row(values), b"");
    }
    batch
}

fn input(slot: usize, nullable: bool) -> InputColumn {
    InputColumn::Slot { slot, nullable }
}

fn out(row: u32, slot: usize, gap: Gap) -> Exclusion {
    Exclusion { row, slot: Some(slot), gap }
}

const INVALID: Gap = Gap::Invalid(Flaw::WrongType);

#[test]
fn a_missing_value_keeps_a_row_from_inputs_that_are_not_nullable() {
    let batch = batch(&[[n(1), n(1)], [MISSING, n(2)], [BAD, n(3)]]);
    let strict = Selection::new(&batch, &[input(0, false)]);
    assert_eq!(strict.excluded(), [out(1, 0, Gap::Missing), out(2, 0, INVALID)]);
    assert_eq!(strict.rows(&batch, &[]), [0]);
    let nullable = Selection::new(&batch, &[input(0, true)]);
    assert_eq!(nullable.excluded(), [out(2, 0, INVALID)]);
    assert_eq!(nullable.rows(&batch, &[]), [0, 1]);
}

#[test]
fn columns_that_a_metric_does_not_read_do_not_matter() {
    let batch = batch(&[[MISSING, n(1)], [BAD, n(2)]]);
    let other = Selection::new(&batch, &[input(1, false)]);
    assert_eq!(other.excluded(), []);
    assert_eq!(other.rows(&batch, &[]), [0, 1]);
    assert_eq!(Selection::new(&batch, &[]).rows(&batch, &[]), [0, 1]);
}

#[test]
fn a_row_without_any_time_is_kept_from_metrics_that_read_the_time() {
    let batch = batch(&[[n(1), n(1)], [n(2), n(2)], [n(3), BAD]]);
    let time = Selection::new(&batch, &[InputColumn::EventTime, input(1, false)]);
    let timeless = Exclusion { row: 1, slot: None, gap: Gap::Missing };
    assert_eq!(time.excluded(), [timeless, out(2, 1, INVALID)]);
    assert_eq!(Selection::new(&batch, &[input(0, false)]).excluded(), []);
}

#[test]
fn a_row_with_several_gaps_is_left_out_once_for_the_first_input() {
    let batch = batch(&[[n(1), BAD], [BAD, MISSING], [MISSING, BAD], [n(4), n(4)]]);
    let by_slot = Selection::new(&batch, &[input(0, false), input(1, false)]);
    let expected = [out(0, 1, INVALID), out(1, 0, INVALID), out(2, 0, Gap::Missing)];
    assert_eq!(by_slot.excluded(), expected);
    // The order is that of the metric's inputs, not that of the schema.
    let reversed = Selection::new(&batch, &[input(1, false), input(0, false)]);
    let expected = [out(0, 1, INVALID), out(1, 1, Gap::Missing), out(2, 1, INVALID)];
    assert_eq!(reversed.excluded(), expected);
    // Where the first input takes null, the second one's reason counts.
    let nullable = Selection::new(&batch, &[input(0, true), input(1, false)]);
    assert_eq!(nullable.excluded(), [out(0, 1, INVALID), out(1, 0, INVALID), out(2, 1, INVALID)]);
    assert_eq!(nullable.rows(&batch, &[]), [3]);
}

proptest! {
    #[test]
    fn the_rows_that_are_left_are_those_that_nothing_leaves_out(
        excluded in prop::collection::vec(any::<bool>(), 0..30),
        refused in prop::collection::vec(any::<bool>(), 30),
    ) {
        let rows: Vec<_> = excluded.iter().map(|out| [if *out { MISSING } else { n(1) }, n(1)]).collect();
        let (batch, count) = (batch(&rows), excluded.len() as u32);
        let selection = Selection::new(&batch, &[input(0, false)]);
        let refused: Vec<u32> = (0..count).filter(|row| refused[*row as usize]).collect();
        let is_left = |row: &u32| !selection.excludes(*row) && !refused.contains(row);
        let expected: Vec<u32> = (0..count).filter(is_left).collect();
        prop_assert_eq!(selection.rows(&batch, &refused), expected);
    }
}

#[test]
fn refused_rows_go_out_with_the_others() {
    let batch = batch(&[[n(1), n(1)], [MISSING, n(1)], [n(3), n(1)], [n(4), n(1)]]);
    let selection = Selection::new(&batch, &[input(0, false)]);
    assert_eq!(selection.rows(&batch, &[2]), [0, 3]);
    assert_eq!(selection.rows(&batch, &[0, 2, 3]), [0_u32; 0]);
    let picked = batch.columns()[0].pick(&selection.rows(&batch, &[2]));
    assert!(matches!(picked.values(), ColumnValues::U32s(v) if v[..] == [1, 4]));
    assert_eq!(picked.gaps(), []);
}
