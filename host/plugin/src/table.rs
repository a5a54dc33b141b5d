//! A metric's result as the host keeps it: rows of cells, checked against the plugin's description
//! of its outputs, sorted by the dimension columns, so equal results print as equal bytes.

use std::cmp::Ordering;

use thiserror::Error;

use super::bindings::exports::streamgauge::metric::describe::Role;
use super::bindings::streamgauge::metric::types::{
    ColumnResult, FieldType, StringsResult, Table, ValuesResult,
};
use super::descriptor::Descriptor;

/// One value of a result.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A cell without a value.
    Null,
    /// A cell of a `boolean` column.
    Boolean(bool),
    /// For `unsigned`, `integer` and `timestamp`.
    Integer(i64),
    /// A cell of a `float` column.
    Float(f64),
    /// A cell of a `text` column.
    Text(String),
}

/// A metric's result: rows of cells in the order of the descriptor's outputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResultTable {
    /// Sorted by the dimension columns.
    pub rows: Vec<Vec<Cell>>,
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
    let mut rows = vec![Vec::with_capacity(expected); table.rows as usize];
    for (output, column) in descriptor.outputs.iter().zip(table.columns) {
        let wrong = || TableError::Column(output.name.clone());
        let cells = cells(output.type_, column, table.rows as usize).ok_or_else(wrong)?;
        for (row, cell) in rows.iter_mut().zip(cells) {
            row.push(cell);
        }
    }
    let dimensions: Vec<usize> =
        (0..expected).filter(|i| matches!(descriptor.outputs[*i].role, Role::Dimension)).collect();
    rows.sort_by(|a, b| {
        dimensions
            .iter()
            .map(|&i| compare(&a[i], &b[i]))
            .find(|o| o.is_ne())
            .unwrap_or(Ordering::Equal)
    });
    Ok(ResultTable { rows })
}

fn cells(described: FieldType, column: ColumnResult, rows: usize) -> Option<Vec<Cell>> {
    let mut cells: Vec<Cell> = match (described, column.values) {
        (FieldType::Boolean, ValuesResult::Booleans(v)) => {
            v.into_iter().map(|b| Cell::Boolean(b != 0)).collect()
        }
        (
            FieldType::Unsigned | FieldType::Integer | FieldType::Timestamp,
            ValuesResult::S64s(v),
        ) => v.into_iter().map(Cell::Integer).collect(),
        (FieldType::Float, ValuesResult::F64s(v)) => {
            v.into_iter().map(|x| if x.is_finite() { Cell::Float(x) } else { Cell::Null }).collect()
        }
        (FieldType::Text, ValuesResult::Strings(v)) => texts(&v)?,
        _ => return None,
    };
    if cells.len() != rows || !(column.valid.is_empty() || column.valid.len() == rows) {
        return None;
    }
    for (cell, valid) in cells.iter_mut().zip(column.valid) {
        if valid == 0 {
            *cell = Cell::Null;
        }
    }
    Some(cells)
}

fn texts(strings: &StringsResult) -> Option<Vec<Cell>> {
    strings
        .offsets
        .windows(2)
        .map(|ends| {
            let bytes = strings.utf8.get(ends[0] as usize..ends[1] as usize)?;
            Some(Cell::Text(std::str::from_utf8(bytes).ok()?.to_owned()))
        })
        .collect()
}

/// A total order: null, booleans, numbers, texts by their bytes.
fn compare(a: &Cell, b: &Cell) -> Ordering {
    fn rank(cell: &Cell) -> u8 {
        match cell {
            Cell::Null => 0,
            Cell::Boolean(_) => 1,
            Cell::Integer(_) => 2,
            Cell::Float(_) => 3,
            Cell::Text(_) => 4,
        }
    }
    match (a, b) {
        (Cell::Boolean(a), Cell::Boolean(b)) => a.cmp(b),
        (Cell::Integer(a), Cell::Integer(b)) => a.cmp(b),
        (Cell::Float(a), Cell::Float(b)) => a.total_cmp(b),
        (Cell::Text(a), Cell::Text(b)) => a.cmp(b),
        _ => rank(a).cmp(&rank(b)),
    }
}

#[cfg(test)]
mod tests;
