//! One row as the arguments of a plugin's `add`.

use super::value::Value;
use streamgauge_plugin::{ColumnParam, DictionaryParam, StringsParam, ValuesParam};

/// The value of one input of a plugin, in the form in which it crosses.
pub(super) enum Cell {
    Booleans([u8; 1]),
    U32s([u32; 1]),
    S64s([i64; 1]),
    F64s([f64; 1]),
    Text { ends: [u32; 2], utf8: Vec<u8> },
}

/// An input of one row: its value, and a flag for a null.
pub(super) struct Input {
    cell: Cell,
    valid: &'static [u8],
}

impl Input {
    /// A value that is there.
    pub(super) fn new(value: &Value) -> Option<Self> {
        let cell = match value {
            Value::Missing | Value::Invalid(_) => return None,
            Value::Boolean(truth) => Cell::Booleans([u8::from(*truth)]),
            Value::Unsigned(number) => Cell::U32s([*number]),
            Value::Integer(number) => Cell::S64s([*number]),
            Value::Float(number) => Cell::F64s([*number]),
            Value::Text(text) => {
                Cell::Text { ends: [0, text.len() as u32], utf8: text.as_bytes().to_vec() }
            }
        };
        Some(Self { cell, valid: &[] })
    }

    /// A null in the form of `cell`.
    pub(super) fn null(cell: Cell) -> Self {
        Self { cell, valid: &[0] }
    }

    /// The input as the column of a call with one row.
    pub(super) fn param(&self) -> ColumnParam<'_> {
        let values = match &self.cell {
            Cell::Booleans(values) => ValuesParam::Booleans(values),
            Cell::U32s(values) => ValuesParam::U32s(values),
            Cell::S64s(values) => ValuesParam::S64s(values),
            Cell::F64s(values) => ValuesParam::F64s(values),
            Cell::Text { ends, utf8 } => ValuesParam::Dictionary(DictionaryParam {
                codes: &[0],
                values: StringsParam { offsets: ends, utf8 },
            }),
        };
        ColumnParam { values, valid: self.valid }
    }
}
