//! Values of results: their sums, their order and their JSON.

use serde_json::{Number, Value};
use streamgauge_plugin::{Cell, ResultTable};

pub(super) fn add(a: &Cell, b: &Cell) -> Cell {
    match (a, b) {
        (Cell::Integer(a), Cell::Integer(b)) => {
            a.checked_add(*b).map_or(Cell::Float(*a as f64 + *b as f64), Cell::Integer)
        }
        (Cell::Null, other) | (other, Cell::Null) => other.clone(),
        _ => Cell::Float(number(a) + number(b)),
    }
}

pub(super) fn number(cell: &Cell) -> f64 {
    match cell {
        Cell::Integer(n) => *n as f64,
        Cell::Float(x) => *x,
        Cell::Boolean(b) => f64::from(u8::from(*b)),
        Cell::Null | Cell::Text(_) => f64::NEG_INFINITY,
    }
}

/// The text of a key in frames, and in questions for one.
pub(super) fn key_text(cell: &Cell) -> String {
    match cell {
        Cell::Null => String::new(),
        Cell::Boolean(b) => b.to_string(),
        Cell::Integer(n) => n.to_string(),
        Cell::Float(x) => x.to_string(),
        Cell::Text(text) => text.clone(),
    }
}

/// The rows of `table` whose text in `column` is `key`.
pub(super) fn with_text(table: &ResultTable, column: usize, key: &str) -> ResultTable {
    let is_it = |row: &u32| key_text(&table.cell(*row as usize, column)) == key;
    table.at(&(0..table.len() as u32).filter(is_it).collect::<Vec<_>>())
}

/// A cell as JSON.
pub(crate) fn to_json(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Boolean(b) => Value::Bool(*b),
        Cell::Integer(n) => Value::from(*n),
        Cell::Float(x) => Number::from_f64(*x).map_or(Value::Null, Value::Number),
        Cell::Text(text) => Value::from(text.as_str()),
    }
}
