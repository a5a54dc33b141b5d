//! Values of results: their sums, their order and their JSON.

use serde_json::{Number, Value};
use streamgauge_plugin::Cell;

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
