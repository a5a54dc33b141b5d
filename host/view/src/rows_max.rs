//! The bound of a merged result: a metric may keep as many keys as its memory holds, but no more
//! than so many rows leave the view. The largest stay, and the rest is one row.
//!
//! The three tables of a result are cut at the same keys, those of the total, so that a row that is
//! there is whole.

use std::cmp::Ordering;
use std::collections::HashSet;

use streamgauge_plugin::{Cell, Output, ResultTable, Role};

use super::cells::{add, number, to_json};

/// The most rows of a merged result.
pub const RESULT_ROWS_MAX: usize = 100_000;

/// The rows of a result that were cut, summed up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OtherRows {
    /// The number of rows that were cut.
    pub keys: usize,
    /// By output, the sum over all records; null where values do not add up.
    pub total: Vec<Cell>,
    /// The same over the records on time.
    pub on_time: Vec<Cell>,
    /// The same over the late records.
    pub late: Vec<Cell>,
}

/// The keys that stay of a result that is too large.
pub(super) struct Cut {
    kept: HashSet<String>,
}

impl Cut {
    /// Cuts `total` at `rows_max` rows: the largest by the first measure stay, equal ones by key.
    /// Returns the cut with the number of rows and the sums of the rest; `None` means that nothing
    /// is cut.
    pub(super) fn of(
        outputs: &[Output],
        total: &mut ResultTable,
        rows_max: usize,
    ) -> Option<(Self, usize, Vec<Cell>)> {
        let rows = total.rows.len();
        if rows <= rows_max {
            return None;
        }
        let mut order: Vec<usize> = (0..rows).collect();
        if let Some(measure) = outputs.iter().position(is_measure) {
            let value = |row: &usize| number(&total.rows[*row][measure]);
            // Stable: rows come sorted by key.
            order.sort_by(|a, b| value(b).partial_cmp(&value(a)).unwrap_or(Ordering::Equal));
        }
        let is_kept = order[..rows_max].iter().copied().collect::<HashSet<usize>>();
        let mut index = 0..rows;
        let rest = split(total, |_| is_kept.contains(&index.next().expect("a number a row")));
        let kept = total.rows.iter().map(|row| key(outputs, row)).collect();
        Some((Self { kept }, rows - rows_max, sums(outputs, &rest)))
    }

    /// Cuts another table of the same result at the same keys, and sums the rest up.
    pub(super) fn apply(&self, outputs: &[Output], table: &mut ResultTable) -> Vec<Cell> {
        let rest = split(table, |row| self.kept.contains(&key(outputs, row)));
        sums(outputs, &rest)
    }
}

fn is_measure(output: &Output) -> bool {
    matches!(output.role, Role::Measure)
}

/// Takes the rows out of `table` that are not to stay.
fn split(table: &mut ResultTable, mut stays: impl FnMut(&[Cell]) -> bool) -> Vec<Vec<Cell>> {
    let rows = std::mem::take(&mut table.rows);
    let (kept, rest) = rows.into_iter().partition(|row| stays(row));
    table.rows = kept;
    rest
}

/// The dimensions of a row; texts and missing values stay apart.
fn key(outputs: &[Output], row: &[Cell]) -> String {
    let cells = outputs.iter().zip(row).filter(|(output, _)| !is_measure(output));
    cells.map(|(_, cell)| to_json(cell).to_string() + ",").collect()
}

fn sums(outputs: &[Output], rows: &[Vec<Cell>]) -> Vec<Cell> {
    let sum = |(column, output): (usize, &Output)| {
        if !is_measure(output) || !output.additive {
            return Cell::Null;
        }
        rows.iter().fold(Cell::Integer(0), |sum, row| add(&sum, &row[column]))
    };
    outputs.iter().enumerate().map(sum).collect()
}

#[cfg(test)]
mod tests;
