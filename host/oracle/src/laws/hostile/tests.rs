//! Which rows that are made to hurt a plugin gets, by its inputs.

use streamgauge_plugin::ContractType::{Boolean, Float, Integer, Text, Timestamp, Unsigned};

use super::*;
use crate::laws::testing::input;

fn names(inputs: &[Input], rounds: u32) -> Vec<String> {
    trials(inputs, rounds).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn a_plugin_gets_what_its_inputs_can_be_hurt_by() {
    let always = ["extreme values", "8,192 rows in one batch", "20000 different values"];
    assert_eq!(names(&[input("n", Unsigned, false)], 200), always);
    assert_eq!(names(&[], 200), always, "also one that reads nothing");
    let with = |more: &[&'static str]| [&always[..], more].concat();
    assert_eq!(names(&[input("t", Text, false)], 200), with(&["texts of 1 MiB"]));
    assert_eq!(names(&[input("n", Float, true)], 200), with(&["rows without any value"]));
    let both = [input("n", Float, true), input("t", Text, false)];
    assert_eq!(names(&both, 200), with(&["texts of 1 MiB", "rows without any value"]));
}

#[test]
fn fewer_rounds_bring_fewer_different_values_and_many_rounds_no_more_than_the_bound() {
    let count = |rounds| trials(&[input("n", Integer, false)], rounds)[2].1.rows.len();
    assert_eq!([0, 1, 199, 200, 201, 1000].map(count), [0, 100, 19_900, 20_000, 20_000, 20_000]);
}

#[test]
fn fewer_rounds_bring_shorter_texts_and_many_rounds_none_above_the_largest_record() {
    let of = |rounds| {
        let (name, trial) = trials(&[input("t", Text, false)], rounds).swap_remove(3);
        let Datum::Text(text) = &trial.rows[0].values[0] else { panic!("{name}") };
        (name, text.len() >> 10)
    };
    let named = |name: &str, kib| (name.to_owned(), kib);
    assert_eq!(of(5), named("texts of 30 KiB", 30));
    assert_eq!(of(40), named("texts of 240 KiB", 240));
    for rounds in [171, 200, 1_000_000] {
        assert_eq!(of(rounds), named("texts of 1 MiB", 1023), "a whole number of characters");
    }
}

#[test]
fn values_that_are_to_be_different_are() {
    for kind in [Unsigned, Integer, Timestamp, Float, Text] {
        let (_, trial) = trials(&[input("x", kind, false)], 200).swap_remove(2);
        let mut shown: Vec<String> = trial.csv(&["x"]).lines().map(str::to_owned).collect();
        shown.sort_unstable();
        shown.dedup();
        assert_eq!(shown.len(), 20_000 + 1, "with the header");
    }
}

#[test]
fn every_value_fits_its_input() {
    let inputs = [Boolean, Unsigned, Integer, Float, Text, Timestamp].map(|t| input("x", t, false));
    let fits = |kind, datum: &Datum| match datum {
        Datum::Null => false,
        Datum::Boolean(_) => kind == FieldType::Boolean,
        Datum::Unsigned(_) => kind == FieldType::Unsigned,
        Datum::Integer(_) => matches!(kind, FieldType::Integer | FieldType::Timestamp),
        Datum::Float(_) => kind == FieldType::Float,
        Datum::Text(text) => kind == FieldType::Text && text.len() <= TEXT_KIB_MAX << 10,
    };
    for (name, trial) in trials(&inputs, 3) {
        for row in &trial.rows {
            let mut cells = inputs.iter().zip(&row.values);
            assert!(cells.all(|(input, datum)| fits(field_type(input.type_), datum)), "{name}");
        }
        assert!(trial.rows.is_sorted_by_key(|row| row.part), "{name}");
        assert!(trial.batches().iter().all(|batch| batch.len() <= BATCH_ROWS_MAX), "{name}");
    }
}

#[test]
fn only_a_nullable_input_goes_without_a_value() {
    let inputs = [input("a", Text, true), input("b", Unsigned, false)];
    let (_, trial) = trials(&inputs, 1).pop().expect("one has no values");
    assert!(trial.rows.len() == 20 && (0..3).all(|part| !trial.part(part).is_empty()));
    assert!(trial.rows.iter().all(|row| row.values == [Datum::Null, Datum::Unsigned(0)]));
}
