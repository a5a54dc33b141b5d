//! A metric's result as the host keeps it: rows of cells, checked against the plugin's description
//! of its outputs, sorted by the dimension columns, so equal results print as equal bytes. The cells
//! lie in columns: a result of 100,000 keys has 2 MB, and not 14.

mod cell;
mod column;

use std::cmp::Ordering;

use thiserror::Error;

use super::bindings::exports::streamgauge::metric::describe::Role;
use super::bindings::streamgauge::metric::types::{
    ColumnResult, FieldType, StringsResult, Table, ValuesResult,
};
use super::descriptor::Descriptor;
use column::{Column, Values};

pub use cell::Cell;

/// A metric's result: rows of cells in the order of the descriptor's outputs, sorted by the
/// dimensions.
#[derive(Clone, Debug, Default)]
pub struct ResultTable {
    columns: Vec<Column>,
}

impl ResultTable {
    /// A table of these rows, in their order.
    pub fn of_rows(rows: impl IntoIterator<Item = Vec<Cell>>) -> Self {
        let mut columns: Vec<Vec<Cell>> = Vec::new();
        for row in rows {
            columns.resize(columns.len().max(row.len()), Vec::new());
            columns.iter_mut().zip(row).for_each(|(column, cell)| column.push(cell));
        }
        let column = |cells| Column::new(Values::Cells(cells), Vec::new());
        Self { columns: columns.into_iter().map(column).collect() }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.columns.first().map_or(0, Column::len)
    }

    /// True if no row is there.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The rows, one after the other.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Vec<Cell>> {
        (0..self.len()).map(|row| self.columns.iter().map(|column| column.cell(row)).collect())
    }

    /// The value of a row in a column.
    pub fn cell(&self, row: usize, column: usize) -> Cell {
        self.columns[column].cell(row)
    }

    /// Appends bytes that are the same for rows with the same values in `columns`, and for no others.
    pub fn write_key(&self, row: usize, columns: &[usize], key: &mut Vec<u8>) {
        for column in columns {
            self.columns[*column].write_key(row, key);
        }
    }

    /// Appends the value of a row in a column as JSON: a number that JSON has not is `null`.
    pub fn write_json(&self, row: usize, column: usize, json: &mut Vec<u8>) {
        self.columns[column].write_json(row, json);
    }

    /// The memory that a row takes, in bytes.
    pub fn row_bytes(&self, row: usize) -> usize {
        self.columns.iter().map(|column| column.row_bytes(row)).sum()
    }

    /// The memory that the rows take, in bytes.
    pub fn bytes(&self) -> usize {
        (0..self.len()).map(|row| self.row_bytes(row)).sum()
    }

    /// The same table with the rows at `places` only, in that order.
    #[must_use]
    pub fn at(&self, places: &[u32]) -> Self {
        Self { columns: self.columns.iter().map(|column| column.at(places)).collect() }
    }
}

impl PartialEq for ResultTable {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.rows().eq(other.rows())
    }
}

/// The difference between a plugin's table and the plugin's description.
#[derive(Debug, Error)]
pub enum TableError {
    /// Another number of columns than outputs.
    #[error("the number of columns is {found} instead of {expected}")]
    Columns {
        /// The number of outputs that the plugin described.
        expected: usize,
        /// The number of columns in the table.
        found: usize,
    },
    /// A column of another length or type.
    #[error("column `{0}` is not of its described type, or not one value a row")]
    Column(String),
}

pub(super) fn read(descriptor: &Descriptor, table: Table) -> Result<ResultTable, TableError> {
    let (expected, found) = (descriptor.outputs.len(), table.columns.len());
    if expected != found {
        return Err(TableError::Columns { expected, found });
    }
    let rows = table.rows as usize;
    let mut columns = Vec::with_capacity(expected);
    for (output, found) in descriptor.outputs.iter().zip(table.columns) {
        let wrong = || TableError::Column(output.name.clone());
        columns.push(column(output.type_, found, rows).ok_or_else(wrong)?);
    }
    let dimensions: Vec<usize> =
        (0..expected).filter(|i| matches!(descriptor.outputs[*i].role, Role::Dimension)).collect();
    let read = ResultTable { columns };
    let mut order: Vec<u32> = (0..table.rows).collect();
    let by_dimensions = |a: &u32, b: &u32| {
        let compared =
            dimensions.iter().map(|&i| read.columns[i].compare(*a as usize, *b as usize));
        compared.into_iter().find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
    };
    if order.is_sorted_by(|a, b| by_dimensions(a, b).is_le()) {
        return Ok(read);
    }
    order.sort_by(by_dimensions);
    Ok(read.at(&order))
}

fn column(described: FieldType, column: ColumnResult, rows: usize) -> Option<Column> {
    let mut nulls: Vec<bool> = column.valid.iter().map(|valid| *valid == 0).collect();
    let values = match (described, column.values) {
        (FieldType::Boolean, ValuesResult::Booleans(v)) => {
            Values::Booleans(v.into_iter().map(|b| b != 0).collect())
        }
        (
            FieldType::Unsigned | FieldType::Integer | FieldType::Timestamp,
            ValuesResult::S64s(v),
        ) => Values::Integers(v),
        (FieldType::Float, ValuesResult::F64s(v)) => {
            if v.iter().any(|x| !x.is_finite()) {
                nulls.resize(v.len().max(nulls.len()), false);
                nulls.iter_mut().zip(&v).for_each(|(null, x)| *null |= !x.is_finite());
            }
            Values::Floats(v)
        }
        (FieldType::Text, ValuesResult::Strings(v)) => texts(v)?,
        _ => return None,
    };
    let column = Column::new(values, nulls);
    (column.len() == rows && column.is_whole()).then_some(column)
}

fn texts(strings: StringsResult) -> Option<Values> {
    let utf8 = String::from_utf8(strings.utf8).ok()?;
    let (Some(first), ends) = (strings.offsets.first().copied(), strings.offsets.get(1..)) else {
        return Some(Values::Texts(String::new(), Vec::new()));
    };
    let ends = ends.unwrap_or_default().to_vec();
    let begin = |i: usize| i.checked_sub(1).map_or(first, |before| ends[before]);
    let is_text = |i: usize| utf8.get(begin(i) as usize..ends[i] as usize).is_some();
    if !(0..ends.len()).all(is_text) {
        return None;
    }
    match first {
        0 => Some(Values::Texts(utf8, ends)),
        // What is before the first text belongs to none.
        _ if ends.is_empty() => Some(Values::Texts(String::new(), ends)),
        _ => {
            let ends = ends.iter().map(|end| end - first).collect();
            Some(Values::Texts(utf8[first as usize..].to_owned(), ends))
        }
    }
}

#[cfg(test)]
mod tests;
