//! One letter for each row that a metric leaves out.

use streamgauge_core::RecordTime;

use super::*;
use crate::metric::testing::batch;

fn input(name: &str, column: InputColumn) -> InputBinding {
    InputBinding { column, name: name.to_owned() }
}

/// Reads the number, under the name that the metric has for it, and the event time.
fn inputs(nullable: bool) -> Vec<InputBinding> {
    let age = InputColumn::Slot { slot: 1, nullable };
    vec![input("@event-time", InputColumn::EventTime), input("years", age)]
}

fn letters(nullable: bool, refused: &[(u32, &str)]) -> Letters {
    let batch =
        batch(&[(5, None, Some(1)), (7, None, None), (8, None, Some(100)), (9, None, Some(2))]);
    let inputs = inputs(nullable);
    let columns: Vec<InputColumn> = inputs.iter().map(|input| input.column).collect();
    let selection = Selection::new(&batch, &columns);
    let refused: Vec<(u32, String)> = refused.iter().map(|(r, w)| (*r, (*w).to_owned())).collect();
    letters_of((3, "ages"), &inputs, &batch, &selection, &refused)
}

/// The letter of the record at `offset`.
fn letter(offset: i64, reason: &'static str, detail: &'static str) -> DeadLetter<'static> {
    DeadLetter {
        partition: 3,
        offset,
        time: RecordTime(offset * 10),
        metric: Some("ages".into()),
        reason: reason.into(),
        detail: Some(detail.into()),
        value: Some(format!("record {offset}").into_bytes().into()),
    }
}

#[test]
fn a_row_without_a_usable_value_is_told_by_the_field_that_the_metric_reads() {
    let (missing, invalid) = (letter(7, "missing", "years"), letter(8, "out_of_range", "years"));
    assert_eq!(letters(false, &[]), Letters::from_iter([missing, invalid.clone()]));
    assert_eq!(letters(true, &[]), Letters::from_iter([invalid]), "null is a value there");
}

#[test]
fn a_row_that_the_plugin_refused_is_told_in_its_words() {
    let found = letters(true, &[(0, "one is too few"), (3, "two, too")]);
    let expected = [
        letter(8, "out_of_range", "years"),
        letter(5, "refused_by_plugin", "one is too few"),
        letter(9, "refused_by_plugin", "two, too"),
    ];
    assert_eq!(found, Letters::from_iter(expected));
}
