//! The comparison of two states: bit for bit, or for merges of a bounded plugin within the errors
//! that its results state.
//!
//! A measure with an error measure is an interval, and two results agree where the intervals of
//! each key overlap. A key that one result lacks counts there as 0 with the largest error of that
//! table, as the contract says. A float without an error agrees within rounding, and whatever else
//! is a measure must be equal.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::bench::{Bench, Seen};
use super::difference::Difference;
use super::rows::{NULL, csv};
use streamgauge_plugin::{Cell, Descriptor, Output, Plugin, ResultTable, Role};

/// Relative rounding that a float without an error may differ by.
pub(super) const ROUNDING: f64 = 1e-9;

/// The most rows of a result and bytes of a state that are shown.
const ROWS_SHOWN_MAX: usize = 10;
const BYTES_SHOWN_MAX: usize = 48;

/// An error if the two differ in bytes or result.
pub(super) fn differ(
    bench: &Bench<'_>,
    a: (&str, &Seen),
    b: (&str, &Seen),
) -> Result<(), Difference> {
    if a.1 == b.1 { Ok(()) } else { Err(told("they differ", bench.plugin(), a, b)) }
}

/// An error if the two snapshots differ.
pub(super) fn bytes_differ(a: (&str, &[u8]), b: (&str, &[u8])) -> Result<(), Difference> {
    if a.1 == b.1 {
        return Ok(());
    }
    let side = |(name, bytes): (&str, &[u8])| (name.to_owned(), hex(bytes));
    Err(Difference { words: "the states differ".to_owned(), sides: Some([side(a), side(b)]) })
}

/// As [`differ`] for an exact plugin; for a bounded one, an error if the results are further apart
/// than they may be.
pub(super) fn disagree(
    bench: &Bench<'_>,
    a: (&str, &Seen),
    b: (&str, &Seen),
) -> Result<(), Difference> {
    let descriptor = bench.plugin().descriptor();
    if !descriptor.is_bounded {
        return differ(bench, a, b);
    }
    match apart(descriptor, &a.1.result, &b.1.result) {
        None => Ok(()),
        Some(words) => Err(told(&words, bench.plugin(), a, b)),
    }
}

fn told(words: &str, plugin: &Plugin, a: (&str, &Seen), b: (&str, &Seen)) -> Difference {
    let same_result = a.1.result == b.1.result;
    let show = |seen: &Seen| {
        if same_result { hex(&seen.bytes) } else { table(plugin.descriptor(), &seen.result) }
    };
    let words = if same_result {
        format!("{words}: the results are equal, the states are not")
    } else {
        words.to_owned()
    };
    let side = |(name, seen): (&str, &Seen)| (name.to_owned(), show(seen));
    Difference { words, sides: Some([side(a), side(b)]) }
}

/// The first way in which the results are further apart than allowed.
fn apart(descriptor: &Descriptor, a: &ResultTable, b: &ResultTable) -> Option<String> {
    let outputs = &descriptor.outputs;
    let is_value = |output: &Output| is_measure(output) && output.error_of.is_none();
    outputs.iter().enumerate().filter(|(_, output)| is_value(output)).find_map(|(index, output)| {
        let error = outputs.iter().position(|o| o.error_of.as_deref() == Some(&output.name));
        let [a, b] = [a, b].map(|table| Measure::of(outputs, table, index, error));
        a.apart_from(&b, &output.name)
    })
}

pub(super) fn is_measure(output: &Output) -> bool {
    matches!(output.role, Role::Measure)
}

/// A measure by key: each value with its error.
struct Measure {
    values: BTreeMap<Vec<String>, (f64, f64)>,
    largest_error: f64,
}

impl Measure {
    fn of(outputs: &[Output], table: &ResultTable, index: usize, error: Option<usize>) -> Self {
        let dimensions: Vec<usize> =
            (0..outputs.len()).filter(|at| !is_measure(&outputs[*at])).collect();
        let value = |row: Vec<Cell>| {
            let key = dimensions.iter().map(|at| text(&row[*at])).collect();
            let value = number(&row[index]);
            let rounding = match row[index] {
                Cell::Float(value) => value.abs() * ROUNDING,
                _ => 0.0,
            };
            (key, (value, error.map_or(rounding, |at| number(&row[at]).max(rounding))))
        };
        let values: BTreeMap<_, _> = table.rows().map(value).collect();
        let errors = values.values().map(|(_, error)| *error);
        let largest_error = errors.fold(0.0, f64::max);
        Self { values, largest_error }
    }

    fn at(&self, key: &Vec<String>) -> (f64, f64) {
        self.values.get(key).copied().unwrap_or((0.0, self.largest_error))
    }

    fn apart_from(&self, other: &Self, name: &str) -> Option<String> {
        let keys: BTreeSet<_> = self.values.keys().chain(other.values.keys()).collect();
        keys.into_iter().find_map(|key| {
            let ((a, a_error), (b, b_error)) = (self.at(key), other.at(key));
            // A missing value is NaN here and agrees with a missing value only.
            let agree = (a - b).abs() <= a_error + b_error || (a.is_nan() && b.is_nan());
            let of = if key.is_empty() { String::new() } else { format!(" of {}", key.join(", ")) };
            (!agree).then(|| format!("{name}{of} is {a} ± {a_error} and {b} ± {b_error}"))
        })
    }
}

pub(super) fn number(cell: &Cell) -> f64 {
    match cell {
        Cell::Integer(value) => *value as f64,
        Cell::Float(value) => *value,
        Cell::Boolean(value) => f64::from(u8::from(*value)),
        Cell::Null | Cell::Text(_) => f64::NAN,
    }
}

/// A cell as CSV shows it.
pub(super) fn text(cell: &Cell) -> String {
    match cell {
        Cell::Null => NULL.to_owned(),
        Cell::Boolean(value) => value.to_string(),
        Cell::Integer(value) => value.to_string(),
        Cell::Float(value) => value.to_string(),
        Cell::Text(text) => text.clone(),
    }
}

pub(super) fn table(descriptor: &Descriptor, table: &ResultTable) -> String {
    let names: Vec<&str> = descriptor.outputs.iter().map(|o| o.name.as_str()).collect();
    let rows = table.rows().take(ROWS_SHOWN_MAX);
    let mut shown = csv(&names, rows.map(|row| row.iter().map(text).collect()));
    if table.len() > ROWS_SHOWN_MAX {
        let more = table.len() - ROWS_SHOWN_MAX;
        write!(shown, "\n… and {more} more rows").expect("memory takes every text");
    }
    shown
}

fn hex(bytes: &[u8]) -> String {
    let shown = bytes.iter().take(BYTES_SHOWN_MAX).map(|byte| format!("{byte:02x}"));
    let rest = if bytes.len() > BYTES_SHOWN_MAX { " …" } else { "" };
    format!("{} bytes: {}{rest}", bytes.len(), shown.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests;
