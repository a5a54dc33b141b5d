//! The result of a metric: a small table, columns in the order of the descriptor's outputs.

use crate::bindings::streamgauge::metric::types as wit;
use crate::codec::append;
use crate::{Error, Result};

/// A result table under construction, one column after the other.
///
/// ```
/// use streamgauge_sdk::Table;
///
/// let table = Table::default().text(["0", "2"]).integers([17, 4]);
/// assert_eq!(table.rows(), 2);
/// assert_eq!(table.cells(), [["0", "17"], ["2", "4"]]);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    columns: Vec<wit::Column>,
}

impl Table {
    /// Adds a `text` column.
    ///
    /// # Panics
    /// The texts together exceed 4 GiB.
    #[must_use]
    pub fn text<T: AsRef<str>>(self, values: impl IntoIterator<Item = T>) -> Self {
        self.with(wit::Values::Strings(strings(values)), Vec::new())
    }

    /// Adds a `text` column in which values may be missing.
    ///
    /// # Panics
    /// The texts together exceed 4 GiB.
    #[must_use]
    pub fn optional_text<'a>(self, values: impl IntoIterator<Item = Option<&'a str>>) -> Self {
        let (values, valid) = optional(values);
        self.with(wit::Values::Strings(strings(values)), valid)
    }

    /// Adds an `integer`, `unsigned` or `timestamp` (ms since the Unix epoch) column.
    #[must_use]
    pub fn integers(self, values: impl IntoIterator<Item = i64>) -> Self {
        self.with(wit::Values::S64s(values.into_iter().collect()), Vec::new())
    }

    /// Adds a `float` column.
    #[must_use]
    pub fn floats(self, values: impl IntoIterator<Item = f64>) -> Self {
        self.with(wit::Values::F64s(values.into_iter().collect()), Vec::new())
    }

    /// Adds a `boolean` column.
    #[must_use]
    pub fn booleans(self, values: impl IntoIterator<Item = bool>) -> Self {
        let values = values.into_iter().map(u8::from).collect();
        self.with(wit::Values::Booleans(values), Vec::new())
    }

    /// Adds an `integer`, `unsigned` or `timestamp` column in which values may be missing.
    #[must_use]
    pub fn optional_integers(self, values: impl IntoIterator<Item = Option<i64>>) -> Self {
        let (values, valid) = optional(values);
        self.with(wit::Values::S64s(values), valid)
    }

    /// Adds a `float` column in which values may be missing: a share of nothing, for instance.
    #[must_use]
    pub fn optional_floats(self, values: impl IntoIterator<Item = Option<f64>>) -> Self {
        let (values, valid) = optional(values);
        self.with(wit::Values::F64s(values), valid)
    }

    /// The number of rows of the first column; 0 without a column.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |column| length(&column.values))
    }

    /// Every cell as text, row after row, a missing one as `null`, for a unit test to compare.
    pub fn cells(&self) -> Vec<Vec<String>> {
        (0..self.rows())
            .map(|row| self.columns.iter().map(|column| cell(column, row)).collect())
            .collect()
    }

    /// The table as it crosses to the host.
    ///
    /// # Errors
    /// [`Error::Other`] where the columns differ in length.
    pub(crate) fn into_wit(self) -> Result<wit::Table> {
        let rows = self.rows();
        if self.columns.iter().any(|column| length(&column.values) != rows) {
            return Err(Error::Other("the result's columns differ in length".to_owned()));
        }
        Ok(wit::Table { rows: rows as u32, columns: self.columns })
    }

    fn with(mut self, values: wit::Values, valid: Vec<u8>) -> Self {
        self.columns.push(wit::Column { values, valid });
        self
    }
}

/// The values with a default for each missing one, and 1 for each that is there, else 0.
fn optional<T: Default>(values: impl IntoIterator<Item = Option<T>>) -> (Vec<T>, Vec<u8>) {
    let cell = |value: Option<T>| {
        let valid = u8::from(value.is_some());
        (value.unwrap_or_default(), valid)
    };
    values.into_iter().map(cell).unzip()
}

/// Lays texts end to end.
pub(crate) fn strings<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> wit::Strings {
    let mut laid = wit::Strings { offsets: vec![0], utf8: Vec::new() };
    for value in values {
        append(&mut laid.utf8, value.as_ref().as_bytes());
        let end = u32::try_from(laid.utf8.len()).ok();
        laid.offsets.push(end.expect("a column's texts fit in 4 GiB"));
    }
    laid
}

fn length(values: &wit::Values) -> usize {
    match values {
        wit::Values::Booleans(values) => values.len(),
        wit::Values::U32s(values) => values.len(),
        wit::Values::S64s(values) => values.len(),
        wit::Values::F64s(values) => values.len(),
        wit::Values::Dictionary(dictionary) => dictionary.codes.len(),
        wit::Values::Strings(strings) => strings.offsets.len() - 1,
    }
}

fn cell(column: &wit::Column, row: usize) -> String {
    if column.valid.get(row) == Some(&0) {
        return "null".to_owned();
    }
    match &column.values {
        wit::Values::Booleans(values) => (values[row] != 0).to_string(),
        wit::Values::U32s(values) => values[row].to_string(),
        wit::Values::S64s(values) => values[row].to_string(),
        wit::Values::F64s(values) => values[row].to_string(),
        wit::Values::Dictionary(dictionary) => {
            text(&dictionary.values, dictionary.codes[row] as usize)
        }
        wit::Values::Strings(strings) => text(strings, row),
    }
}

fn text(strings: &wit::Strings, index: usize) -> String {
    let range = strings.offsets[index] as usize..strings.offsets[index + 1] as usize;
    String::from_utf8_lossy(&strings.utf8[range]).into_owned()
}
