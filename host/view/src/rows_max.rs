//! The bound of a merged result: a metric may keep as many keys as its memory holds, but no more
//! than so many rows leave the view. The largest stay, and the rest is one row.
//!
//! The three tables of a result are cut at the same keys, those of the total, so that a row that is
//! there is whole.

use std::collections::HashSet;

use streamgauge_plugin::{Cell, Output, ResultTable, Role};
use streamgauge_wire::Panel;

use super::cells::{add, number};

/// The most rows of a merged result.
pub const RESULT_ROWS_MAX: usize = 100_000;

/// The most bytes of a table of a merged result: three of them are in an answer.
const TABLE_BYTES_MAX: usize = 2_500_000;

/// How many rows of a result are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rows {
    /// As many as may leave the view.
    All,
    /// The largest by the first measure; where the plugin gives no such part, all.
    Largest(u32),
}

impl Rows {
    /// What `panel` shows of a result with these `outputs`.
    pub(super) fn of(outputs: &[Output], panel: &Panel) -> Self {
        let mut measures = outputs.iter().filter(|output| is_measure(output));
        let Some(first) = measures.next() else { return Self::All };
        let is_first = panel.measures.first().is_some_and(|measure| measure.name == first.name);
        let by = |name: &str| outputs.iter().all(|one| is_measure(one) || one.name == name);
        match &panel.dimension {
            // The panel shows what all keys add up to.
            None if panel.measures.iter().all(|measure| measure.additive) => Self::Largest(0),
            Some(dimension)
                if is_first
                    && panel.across.is_none()
                    && panel.sorted
                    && panel.top > 0
                    && by(&dimension.name) =>
            {
                // A frame that leaves out a single key shows it instead.
                Self::Largest(panel.top.saturating_add(2))
            }
            _ => Self::All,
        }
    }

    /// What shows enough for both.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Largest(own), Self::Largest(other)) => Self::Largest(own.max(other)),
            _ => Self::All,
        }
    }

    /// At most as many rows as this are asked for.
    pub(super) fn most(self) -> u32 {
        match self {
            Self::All => RESULT_ROWS_MAX as u32,
            Self::Largest(rows) => rows,
        }
    }
}

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

impl OtherRows {
    /// These rows and `more` that were cut at another time.
    pub(super) fn and(self, more: Self) -> Self {
        let sum = |own: Vec<Cell>, more: Vec<Cell>| {
            own.iter().zip(&more).map(|(own, more)| add(own, more)).collect()
        };
        Self {
            keys: self.keys + more.keys,
            total: sum(self.total, more.total),
            on_time: sum(self.on_time, more.on_time),
            late: sum(self.late, more.late),
        }
    }
}

/// The keys that stay of a result that is too large.
pub(super) struct Cut {
    kept: HashSet<Box<[u8]>>,
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
        let order = largest(outputs, total, rows_max);
        let mut bytes = 0;
        let fits = order.iter().take_while(|row| {
            bytes += total.row_bytes(**row as usize);
            bytes <= TABLE_BYTES_MAX
        });
        let kept_rows = fits.count();
        let mut is_kept = vec![false; rows];
        order[..kept_rows].iter().for_each(|row| is_kept[*row as usize] = true);
        let rest = split(outputs, total, &is_kept);
        let dimensions = dimensions(outputs);
        let key = |row| {
            let mut key = Vec::new();
            total.write_key(row, &dimensions, &mut key);
            key.into_boxed_slice()
        };
        let kept = (0..total.len()).map(key).collect();
        Some((Self { kept }, rows - kept_rows, rest))
    }

    /// Cuts another table of the same result at the same keys, and sums the rest up.
    pub(super) fn apply(&self, outputs: &[Output], table: &mut ResultTable) -> Vec<Cell> {
        let (dimensions, mut key) = (dimensions(outputs), Vec::new());
        let is_kept = |row| {
            key.clear();
            table.write_key(row, &dimensions, &mut key);
            self.kept.contains(key.as_slice())
        };
        let is_kept: Vec<bool> = (0..table.len()).map(is_kept).collect();
        split(outputs, table, &is_kept)
    }
}

/// The `rows_max` rows with the largest first measure, the largest first; equal ones by key, as rows
/// come sorted by it.
fn largest(outputs: &[Output], table: &ResultTable, rows_max: usize) -> Vec<u32> {
    let mut rows: Vec<u32> = (0..table.len() as u32).collect();
    if let Some(measure) = outputs.iter().position(is_measure) {
        // A zero is a zero, with whatever sign.
        let value = |row| number(&table.cell(row, measure)) + 0.0;
        let values: Vec<f64> = (0..table.len()).map(value).collect();
        let value = |row: &u32| values[*row as usize];
        let larger_first = |a: &u32, b: &u32| value(b).total_cmp(&value(a)).then_with(|| a.cmp(b));
        if rows_max < rows.len() {
            // Not all of them are put in order.
            rows.select_nth_unstable_by(rows_max, larger_first);
            rows.truncate(rows_max);
        }
        rows.sort_unstable_by(larger_first);
    }
    rows.truncate(rows_max);
    rows
}

/// The columns by which rows are told apart.
fn dimensions(outputs: &[Output]) -> Vec<usize> {
    (0..outputs.len()).filter(|column| !is_measure(&outputs[*column])).collect()
}

fn is_measure(output: &Output) -> bool {
    matches!(output.role, Role::Measure)
}

/// Takes the rows out of `table` that are not kept, and sums them up.
fn split(outputs: &[Output], table: &mut ResultTable, is_kept: &[bool]) -> Vec<Cell> {
    let sum = |(column, output): (usize, &Output)| {
        if !(is_measure(output) && output.additive) {
            return Cell::Null;
        }
        let left = (0..table.len()).filter(|row| !is_kept[*row]);
        left.fold(Cell::Integer(0), |sum, row| add(&sum, &table.cell(row, column)))
    };
    let sums = outputs.iter().enumerate().map(sum).collect();
    let kept: Vec<u32> = (0..).zip(is_kept).filter_map(|(row, kept)| kept.then_some(row)).collect();
    *table = table.at(&kept);
    sums
}

#[cfg(test)]
mod tests;
