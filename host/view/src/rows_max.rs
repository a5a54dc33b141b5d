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

/// The most bytes of a table of a merged result: three of them are in an answer.
const TABLE_BYTES_MAX: usize = 2_500_000;

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
    /// Cuts `total` at `rows_max` rows and at [`TABLE_BYTES_MAX`]: the largest by the first measure
    /// stay, equal ones by key. Returns the cut with the number of rows and the sums of the rest;
    /// `None` means that nothing is cut.
    pub(super) fn of(
        outputs: &[Output],
        total: &mut ResultTable,
        rows_max: usize,
    ) -> Option<(Self, usize, Vec<Cell>)> {
        let rows = total.len();
        if rows <= rows_max && total.bytes() <= TABLE_BYTES_MAX {
            return None;
        }
        let mut order: Vec<u32> = (0..rows as u32).collect();
        if let Some(measure) = outputs.iter().position(is_measure) {
            let value = |row: &u32| number(&total.cell(*row as usize, measure));
            // Stable: rows come sorted by key.
            order.sort_by(|a, b| value(b).partial_cmp(&value(a)).unwrap_or(Ordering::Equal));
        }
        let mut bytes = 0;
        let fits = order.iter().take(rows_max).take_while(|row| {
            bytes += total.row_bytes(**row as usize);
            bytes <= TABLE_BYTES_MAX
        });
        let kept_rows = fits.count();
        let mut is_kept = vec![false; rows];
        order[..kept_rows].iter().for_each(|row| is_kept[*row as usize] = true);
        let mut index = 0..rows;
        let rest = split(outputs, total, |_| is_kept[index.next().expect("a number a row")]);
        let kept = total.rows().map(|row| key(outputs, &row)).collect();
        Some((Self { kept }, rows - kept_rows, rest))
    }

    /// Cuts another table of the same result at the same keys, and sums the rest up.
    pub(super) fn apply(&self, outputs: &[Output], table: &mut ResultTable) -> Vec<Cell> {
        split(outputs, table, |row| self.kept.contains(&key(outputs, row)))
    }
}

fn is_measure(output: &Output) -> bool {
    matches!(output.role, Role::Measure)
}

/// Takes the rows out of `table` that are not to stay, and sums them up.
fn split(
    outputs: &[Output],
    table: &mut ResultTable,
    mut stays: impl FnMut(&[Cell]) -> bool,
) -> Vec<Cell> {
    let adds_up = |output: &Output| is_measure(output) && output.additive;
    let none = |output| if adds_up(output) { Cell::Integer(0) } else { Cell::Null };
    let mut sums: Vec<Cell> = outputs.iter().map(none).collect();
    let mut kept = Vec::new();
    for (place, row) in (0..).zip(table.rows()) {
        if stays(&row) {
            kept.push(place);
            continue;
        }
        for ((sum, cell), output) in sums.iter_mut().zip(&row).zip(outputs) {
            if adds_up(output) {
                *sum = add(sum, cell);
            }
        }
    }
    *table = table.at(&kept);
    sums
}

/// The dimensions of a row; texts and missing values stay apart.
fn key(outputs: &[Output], row: &[Cell]) -> String {
    let cells = outputs.iter().zip(row).filter(|(output, _)| !is_measure(output));
    cells.map(|(_, cell)| to_json(cell).to_string() + ",").collect()
}

#[cfg(test)]
mod tests;
