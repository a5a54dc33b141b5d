//! The law of a result cut short: it is the whole result, cut.

use std::cmp::Ordering;

use crate::Metric;
use crate::bindings::exports::streamgauge::metric::describe::{Output, Role};

/// Cells of rows, as text.
type Rows = Vec<Vec<String>>;

/// Holds what `metric` gives as the largest rows of `first`, and as the same of `other`, against
/// their whole results.
pub(super) fn check<M: Metric>(metric: &M, first: &M::Accumulator, other: &M::Accumulator) {
    let outputs = metric.describe().raw.outputs;
    let result = |state| metric.result(state).expect("the metric gives a result").cells();
    let wholes: [Rows; 2] = [result(first), result(other)];
    let mut sorted = wholes[0].clone();
    sorted.sort_by(|a, b| larger_first(&outputs, a, b));
    for rows in [0, 1, 2, 7, 64, sorted.len()] {
        let largest = metric.largest(&[first, other], rows).expect("the metric gives a result");
        let Some(largest) = largest else { continue };
        let (kept, left) = sorted.split_at(rows.min(sorted.len()));
        let law = format!("law: the largest {rows} rows are those of the whole result");
        assert_eq!(largest.left_out(), left.len() as u64, "{law}");
        assert_eq!((largest.tables().len(), largest.sums().len()), (2, 2), "{law}");
        for ((whole, table), sums) in wholes.iter().zip(largest.tables()).zip(largest.sums()) {
            let is_kept = |row: &Vec<String>| {
                kept.iter().any(|kept| keys(&outputs, kept) == keys(&outputs, row))
            };
            let (mut expected, rest): (Rows, Rows) = whole.iter().cloned().partition(is_kept);
            let mut found = table.cells();
            for rows in [&mut found, &mut expected] {
                rows.sort_by(|a, b| keys(&outputs, a).cmp(&keys(&outputs, b)));
            }
            assert_eq!(found, expected, "{law}");
            check_sums(&outputs, &rest, &sums.cells(), &law);
        }
    }
}

fn check_sums(outputs: &[Output], rest: &Rows, sums: &Rows, law: &str) {
    assert_eq!(sums.len(), 1, "{law}: the others add up to one row");
    for (column, output) in outputs.iter().enumerate() {
        let found = &sums[0][column];
        if output.role == Role::Dimension || !output.additive {
            assert_eq!(found, "null", "{law}: `{}` does not add up", output.name);
            continue;
        }
        let sum: f64 = rest.iter().map(|row| row[column].parse::<f64>().unwrap_or(0.0)).sum();
        let found: f64 = found.parse().expect("a number");
        let is_near = (found - sum).abs() <= 1e-9 * sum.abs().max(1.0);
        assert!(is_near, "{law}: `{}` adds up to {sum} and not {found}", output.name);
    }
}

fn larger_first(outputs: &[Output], a: &[String], b: &[String]) -> Ordering {
    let measure = outputs.iter().position(|output| output.role == Role::Measure);
    let value = |row: &[String]| {
        measure.map_or(0.0, |column| row[column].parse().unwrap_or(f64::NEG_INFINITY))
    };
    value(b).total_cmp(&value(a)).then_with(|| keys(outputs, a).cmp(&keys(outputs, b)))
}

fn keys<'a>(outputs: &[Output], row: &'a [String]) -> Vec<&'a String> {
    let dimensions = outputs.iter().zip(row).filter(|(output, _)| output.role == Role::Dimension);
    dimensions.map(|(_, cell)| cell).collect()
}
