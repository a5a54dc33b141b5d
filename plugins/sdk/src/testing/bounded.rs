//! Two results of a bounded metric agree if they differ by no more than the errors that they state.
//!
//! A measure with an error measure is an interval, and two results agree where the intervals of
//! each key overlap. A key that one result lacks counts there as 0 with the largest error of that
//! table, as the contract says. A float without an error agrees within rounding, and whatever else
//! is a measure must be equal.

use std::collections::{BTreeMap, BTreeSet};

use crate::Table;
use crate::bindings::exports::streamgauge::metric::describe as wit;

/// Relative rounding that a float without an error may differ by.
const ROUNDING: f64 = 1e-9;

/// A value with its error by key, and the largest error.
type Measure = (BTreeMap<Vec<String>, (f64, f64)>, f64);

/// Compares two results of `outputs` and panics with `law` if they differ by more than they may.
pub(super) fn check(outputs: &[wit::Output], a: &Table, b: &Table, law: &str) {
    let (a, b) = (a.cells(), b.cells());
    let measures = outputs
        .iter()
        .enumerate()
        .filter(|(_, output)| output.role == wit::Role::Measure && output.error_of.is_none());
    for (index, output) in measures {
        let error = outputs.iter().position(|other| other.error_of.as_ref() == Some(&output.name));
        let [a, b] = [&a, &b].map(|cells| measure(outputs, cells, index, error));
        check_measure(&a, &b, &format!("{law}: {}", output.name));
    }
}

fn check_measure(a: &Measure, b: &Measure, law: &str) {
    let keys: BTreeSet<_> = a.0.keys().chain(b.0.keys()).collect();
    for key in keys {
        let at = |(values, largest): &Measure| values.get(key).copied().unwrap_or((0.0, *largest));
        let ((a, a_error), (b, b_error)) = (at(a), at(b));
        // A missing value is NaN here and agrees with a missing value only.
        let agree = (a - b).abs() <= a_error + b_error || (a.is_nan() && b.is_nan());
        assert!(agree, "{law} of {key:?} is {a} ± {a_error} and {b} ± {b_error}");
    }
}

fn measure(
    outputs: &[wit::Output],
    cells: &[Vec<String>],
    index: usize,
    error: Option<usize>,
) -> Measure {
    let number = |text: &String| text.parse::<f64>().unwrap_or(f64::NAN);
    let is_float = outputs[index].type_ == wit::FieldType::Float;
    let row = |row: &Vec<String>| {
        let keys =
            outputs.iter().zip(row).filter(|(output, _)| output.role == wit::Role::Dimension);
        let value = number(&row[index]);
        let rounding = if is_float { ROUNDING * value.abs() } else { 0.0 };
        let error = error.map_or(rounding, |error| number(&row[error]));
        (keys.map(|(_, key)| key.clone()).collect(), (value, error))
    };
    let values: BTreeMap<_, _> = cells.iter().map(row).collect();
    let largest = values.values().map(|(_, error)| *error).fold(0.0, f64::max);
    (values, largest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Descriptor;
    use crate::Output;

    fn outputs() -> Vec<wit::Output> {
        let events = Output::measure("events", ("事件数", "Events"));
        Descriptor::new("sketch", "0.1.0", ("概要", "A sketch"))
            .output(Output::dimension("key", ("键", "Key")))
            .output(events)
            .output(Output::measure("error", ("误差", "Error")).error_of("events"))
            .raw
            .outputs
    }

    fn table(keys: &[&str], events: &[i64], errors: &[i64]) -> Table {
        let (events, errors) = (events.iter().copied(), errors.iter().copied());
        Table::default().text(keys).integers(events).integers(errors)
    }

    #[test]
    fn overlapping_intervals_agree_and_a_missing_row_is_0() {
        let a = table(&["a", "b"], &[10, 3], &[2, 2]);
        check(&outputs(), &a, &table(&["a"], &[13], &[1]), "law");
    }

    #[test]
    #[should_panic(expected = "law: events of [\"a\"] is 10 ± 2 and 13 ± 0")]
    fn disjoint_intervals_do_not_agree() {
        let a = table(&["a"], &[10], &[2]);
        check(&outputs(), &a, &table(&["a"], &[13], &[0]), "law");
    }

    #[test]
    #[should_panic(expected = "law: events of [\"b\"] is 3 ± 1 and 0 ± 1")]
    fn a_missing_row_is_no_excuse() {
        let a = table(&["a", "b"], &[10, 3], &[1, 1]);
        check(&outputs(), &a, &table(&["a"], &[10], &[1]), "law");
    }
}
