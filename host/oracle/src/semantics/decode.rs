//! A record's bytes as the values of its fields, or the reason why the record is rejected.

use std::fmt;

use streamgauge_core::Field;

use super::csv;
use super::json::{self, JsonError};
use super::rules::Rules;
use super::value::{Token, Value};
use streamgauge_pipeline::Format;

/// The largest record, in bytes.
const RECORD_BYTES_MAX: usize = 1 << 20;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Why a record is rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// Nothing, or nothing but ASCII white space.
    Empty,
    /// A record of more than 1 MiB.
    TooLarge,
    /// The bytes are not valid UTF-8.
    NotUtf8,
    /// Not one complete JSON text.
    NotJson,
    /// JSON, but not an object.
    NotAnObject,
    /// Not one complete CSV row.
    NotCsv,
    /// A CSV row with another number of cells than there are columns.
    FieldCount {
        /// The number of columns that a row should have.
        expected: usize,
        /// The number of cells in the row.
        found: usize,
    },
    /// A required field without a value; holds the field's name.
    RequiredMissing(String),
    /// A required field with an unusable value; holds the field's name and the flaw of the value.
    RequiredInvalid(String, &'static str),
}

impl Rejection {
    /// The names of all reasons, in the order in which the state counts them.
    pub const NAMES: [&'static str; 9] = [
        "empty",
        "too_large",
        "not_utf8",
        "not_json",
        "not_an_object",
        "not_csv",
        "field_count",
        "required_missing",
        "required_invalid",
    ];

    /// The reason's place in [`Rejection::NAMES`].
    pub fn number(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::TooLarge => 1,
            Self::NotUtf8 => 2,
            Self::NotJson => 3,
            Self::NotAnObject => 4,
            Self::NotCsv => 5,
            Self::FieldCount { .. } => 6,
            Self::RequiredMissing(_) => 7,
            Self::RequiredInvalid(..) => 8,
        }
    }

    /// The reason's name, one of [`Rejection::NAMES`].
    pub fn name(&self) -> &'static str {
        Self::NAMES[self.number()]
    }
}

/// The name, and in brackets which field or how many.
impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::FieldCount { expected, found } => write!(f, " ({found} instead of {expected})"),
            Self::RequiredMissing(field) => write!(f, " ({field})"),
            Self::RequiredInvalid(field, flaw) => write!(f, " ({field}: {flaw})"),
            _ => Ok(()),
        }
    }
}

/// The values of the record `bytes`, in the order of the schema.
pub(super) fn decode(rules: &Rules, bytes: &[u8]) -> Result<Vec<Value>, Rejection> {
    if bytes.len() > RECORD_BYTES_MAX {
        return Err(Rejection::TooLarge);
    }
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Rejection::NotUtf8)?;
    if text.trim_ascii().is_empty() {
        return Err(Rejection::Empty);
    }
    match rules.format {
        Format::Json => from_json(&rules.fields, text),
        Format::Csv => from_csv(rules, text),
    }
}

fn from_json(fields: &[Field], text: &str) -> Result<Vec<Value>, Rejection> {
    let members = json::read_object(text).map_err(|error| match error {
        JsonError::NotJson => Rejection::NotJson,
        JsonError::NotAnObject => Rejection::NotAnObject,
    })?;
    let value = |field: &Field| {
        members.get(&field.name).map_or(Value::Missing, |token| Value::read(field, token))
    };
    Ok(fields.iter().map(value).collect())
}

fn from_csv(rules: &Rules, text: &str) -> Result<Vec<Value>, Rejection> {
    let cells = csv::cells(text).ok_or(Rejection::NotCsv)?;
    let (expected, found) = (rules.csv_columns.len(), cells.len());
    if expected != found {
        return Err(Rejection::FieldCount { expected, found });
    }
    let mut values = vec![Value::Missing; rules.fields.len()];
    for (cell, column) in cells.into_iter().zip(&rules.csv_columns) {
        if let Some(field) = *column {
            values[field] = Value::read(&rules.fields[field], &Token::Text(cell));
        }
    }
    Ok(values)
}

/// Rejects a record by the first required field of the schema that has no valid value.
pub(super) fn check_required(fields: &[Field], values: &[Value]) -> Result<(), Rejection> {
    for (field, value) in fields.iter().zip(values).filter(|(field, _)| field.required) {
        match value {
            Value::Missing => return Err(Rejection::RequiredMissing(field.name.clone())),
            Value::Invalid(flaw) => {
                return Err(Rejection::RequiredInvalid(field.name.clone(), flaw));
            }
            _ => {}
        }
    }
    Ok(())
}
