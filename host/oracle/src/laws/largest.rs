//! The law of a result cut short: its rows, and what the others add up to, are those of the whole
//! result.

use std::cmp::Ordering;

use streamgauge_plugin::{Cell, Largest, Output, ResultTable};

use super::bench::Bench;
use super::compare::{ROUNDING, is_measure, number, table};
use super::difference::Difference;
use super::rows::Trial;

/// The cuts that are tried: a page shows a few rows, or a sum alone.
const CUTS: [u32; 4] = [0, 1, 3, 10];

/// Cuts the result of all rows, and that of the rows of a part at the same keys.
pub(super) fn cut_short(bench: &mut Bench<'_>, trial: &Trial) -> Result<(), Difference> {
    let accumulators = [bench.fold(&trial.whole())?, bench.fold(&trial.part(0))?];
    let wholes = [bench.result(accumulators[0])?, bench.result(accumulators[1])?];
    for rows in CUTS {
        if let Some(found) = bench.largest(&accumulators, rows)? {
            compare(bench, &wholes, &found, rows as usize)?;
        }
    }
    Ok(())
}

fn compare(
    bench: &Bench<'_>,
    wholes: &[ResultTable; 2],
    found: &Largest,
    rows: usize,
) -> Result<(), Difference> {
    let descriptor = bench.plugin().descriptor();
    let outputs = &descriptor.outputs;
    let mut order: Vec<Vec<Cell>> = wholes[0].rows().collect();
    order.sort_by(|a, b| larger_first(outputs, a, b));
    let kept = &order[..rows.min(order.len())];
    let of = |side: usize| if side == 0 { "all rows" } else { "a" };
    for (side, whole) in wholes.iter().enumerate() {
        let is_kept = |row: &Vec<Cell>| kept.iter().any(|kept| same_key(outputs, kept, row));
        let (expected, rest): (Vec<_>, Vec<_>) = whole.rows().partition(is_kept);
        let sums = outputs.iter().enumerate().map(|(column, output)| sum(output, &rest, column));
        let pairs = [
            ("rows", ResultTable::of_rows(expected), found.tables[side].clone()),
            (
                "sum of the others",
                ResultTable::of_rows([sums.collect()]),
                ResultTable::of_rows([found.sums[side].clone()]),
            ),
        ];
        for (what, expected, found) in pairs {
            if !are_alike(&expected, &found) {
                let words = format!("the {what} of the largest {rows} of {} differ", of(side));
                let shown = |name: &str, of: &ResultTable| (name.to_owned(), table(descriptor, of));
                let sides = [shown("of the whole result", &expected), shown("largest", &found)];
                return Err(Difference { words, sides: Some(sides) });
            }
        }
    }
    let left = order.len() - kept.len();
    if found.left_out == left {
        return Ok(());
    }
    let words = format!("{left} rows are left out, and {} are told", found.left_out);
    Err(Difference { words, sides: None })
}

/// Rows come in the order of keys, and sorting keeps that where values are equal.
fn larger_first(outputs: &[Output], a: &[Cell], b: &[Cell]) -> Ordering {
    let value = |row: &[Cell]| {
        let column = outputs.iter().position(is_measure);
        // A missing value is the smallest, and a zero is a zero with whatever sign.
        column.map_or(0.0, |column| number(&row[column]).max(f64::NEG_INFINITY) + 0.0)
    };
    value(b).total_cmp(&value(a))
}

fn same_key(outputs: &[Output], a: &[Cell], b: &[Cell]) -> bool {
    let mut columns = (0..outputs.len()).filter(|column| !is_measure(&outputs[*column]));
    columns.all(|column| a[column] == b[column])
}

fn sum(output: &Output, rows: &[Vec<Cell>], column: usize) -> Cell {
    if !is_measure(output) || !output.additive {
        return Cell::Null;
    }
    let cells = rows.iter().map(|row| &row[column]);
    let whole = |cell: &Cell| match cell {
        Cell::Integer(value) => Some(i128::from(*value)),
        Cell::Boolean(value) => Some(i128::from(*value)),
        Cell::Null => Some(0),
        Cell::Float(_) | Cell::Text(_) => None,
    };
    match cells.clone().map(whole).sum::<Option<i128>>().map(i64::try_from) {
        Some(Ok(sum)) => Cell::Integer(sum),
        _ => Cell::Float(cells.map(number).filter(|value| !value.is_nan()).sum()),
    }
}

/// Equal, floats within rounding.
fn are_alike(a: &ResultTable, b: &ResultTable) -> bool {
    let alike = |(a, b): (&Cell, &Cell)| match (a, b) {
        (Cell::Float(x), Cell::Float(y)) => (x - y).abs() <= ROUNDING * x.abs().max(1.0),
        _ => a == b,
    };
    let rows = |(a, b): (Vec<Cell>, Vec<Cell>)| a.iter().zip(&b).all(alike);
    a.len() == b.len() && a.rows().zip(b.rows()).all(rows)
}
