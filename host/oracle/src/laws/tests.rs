//! A law that is broken on purpose is found by generated rows, and told by few of them.

use std::cell::Cell;
use std::time::Duration;

use streamgauge_core::FieldType;
use streamgauge_core::random::Random;
use streamgauge_plugin::ContractType::{Integer, Text};

use super::rows::Datum;
use super::testing::{input, row, trial};
use super::*;

fn difference(words: &str) -> Difference {
    Difference { words: words.to_owned(), sides: None }
}

fn no_time_passes() -> Duration {
    Duration::ZERO
}

/// Looks for a trial that fails, as the laws are held, and makes it small.
fn counterexample(fails: impl Fn(&Trial) -> Option<Difference>) -> Option<Trial> {
    let inputs = [input("key", Text, true), input("n", Integer, false)];
    let mut trials =
        (0..300).map(|round| generate::trial(&inputs, &Vocabulary::default(), 11, round));
    let (trial, difference) = trials.find_map(|t| Some((t.clone(), fails(&t)?)))?;
    Some(shrink(trial, difference, &no_time_passes, fails).0)
}

fn sum(rows: &[&[Datum]]) -> i128 {
    let number = |row: &&[Datum]| if let Datum::Integer(n) = row[1] { i128::from(n) } else { 0 };
    rows.iter().map(number).sum()
}

#[test]
fn a_sum_that_forgets_at_the_end_of_a_batch_needs_one_cut_to_be_found() {
    // A batch of three rows or more loses its last one.
    let fold = |batches: &[rows::Rows<'_>]| -> i128 {
        batches.iter().map(|batch| sum(&batch[..batch.len().min(2)])).sum()
    };
    let small = counterexample(|trial| {
        let (whole, cut) = (fold(&[trial.whole()]), fold(&trial.batches()));
        if whole == cut { None } else { Some(difference("cut")) }
    });
    let small = small.expect("generated rows find it");
    assert_eq!((small.rows.len(), small.batches().len()), (3, 2), "{small:?}");
    assert!(!small.windowed && small.rows.iter().all(|row| row.part == 0));
}

#[test]
fn an_order_that_matters_is_told_by_one_row_in_each_of_two_parts() {
    let key = |row: Option<&&[Datum]>| row.map(|row| row[0].clone());
    let small = counterexample(|trial| {
        let [a, b] = [0, 1].map(|part| key(trial.part(part).first()));
        // Merging keeps the first key of the left side, so it is not commutative.
        let (left, right) = (a.clone().or(b.clone()), b.or(a));
        if left == right { None } else { Some(difference("order")) }
    });
    let small = small.expect("generated rows find it");
    assert_eq!(small.parts_in_words(), "rows a = 1, b = 2, c = none", "{small:?}");
    assert!(small.rows.iter().all(|row| row.values[1] == Datum::Integer(0) && !row.begins));
}

#[test]
fn a_value_that_is_odd_is_found_and_kept() {
    let is_smallest = |datum: &Datum| *datum == Datum::Integer(i64::MIN);
    let small = counterexample(|trial| {
        let overflows = trial.rows.iter().any(|row| is_smallest(&row.values[1]));
        overflows.then(|| difference("overflow"))
    });
    let small = small.expect("the generator brings the ends of the range");
    assert_eq!(small.rows.len(), 1);
    assert!(is_smallest(&small.rows[0].values[1]));
    let nulls = counterexample(|trial| {
        let has_null = trial.rows.iter().any(|row| row.values[0] == Datum::Null);
        has_null.then(|| difference("null"))
    });
    assert_eq!(nulls.map(|trial| trial.rows.len()), Some(1));
}

#[test]
fn a_law_that_holds_has_no_counterexample() {
    let found = counterexample(|trial| {
        let parts: i128 = (0..3).map(|part| sum(&trial.part(part))).sum();
        if sum(&trial.whole()) == parts { None } else { Some(difference("parts")) }
    });
    assert_eq!(found, None);
}

#[test]
fn shrinking_ends_when_its_time_is_over_with_what_fails_so_far() {
    let (looks, tries) = (Cell::new(0_u64), Cell::new(0_u64));
    let clock = || {
        looks.set(looks.get() + 1);
        Duration::from_secs(looks.get())
    };
    let rows = trial((0..1000).map(|number| row(number, 0, true)));
    let all_odd = |trial: &Trial| {
        tries.set(tries.get() + 1);
        if trial.rows.len() >= 400 { Some(difference("smaller")) } else { None }
    };
    let first = Difference { words: "first".to_owned(), sides: None };
    let (small, difference) = shrink(rows, first, &clock, all_odd);
    assert!(tries.get() <= 10, "a look at the clock for each try");
    assert!((400..1000).contains(&small.rows.len()), "{}", small.rows.len());
    assert_eq!(difference.words, "smaller", "the one of the trial that is told");
}

#[test]
fn usual_rows_have_some_dozens_of_values_a_column() {
    let inputs = [input("key", Text, false), input("n", Integer, false)];
    let rows = generate::usual(&inputs, &mut Random::of(3, 1, 0), 5000);
    let mut texts: Vec<String> = rows.iter().map(|row| format!("{:?}", row[0])).collect();
    texts.sort_unstable();
    texts.dedup();
    assert!((2..=40).contains(&texts.len()), "{}", texts.len());
    assert_eq!(generate::plain(FieldType::Text), Datum::Text("a".into()));
}
