//! The result of a metric: a small table, columns in the order of the descriptor's outputs.

use crate::bindings::streamgauge::metric::types as wit;
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
    columns: Vec<wit::Values>,
}

impl Table {
    /// Adds a `text` column.
    ///
    /// # Panics
    /// Where the texts together exceed 4 GiB.
    #[must_use]
    pub fn text<T: AsRef<str>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.columns.push(wit::Values::Strings(strings(values)));
        self
    }

    /// Adds an `integer`, `unsigned` or `timestamp` (ms since the Unix epoch) column.
    #[must_use]
    pub fn integers(mut self, values: impl IntoIterator<Item = i64>) -> Self {
        self.columns.push(wit::Values::S64s(values.into_iter().collect()));
        self
    }

    /// Adds a `float` column.
    #[must_use]
    pub fn floats(mut self, values: impl IntoIterator<Item = f64>) -> Self {
        self.columns.push(wit::Values::F64s(values.into_iter().collect()));
        self
    }

    /// Adds a `boolean` column.
    #[must_use]
    pub fn booleans(mut self, values: impl IntoIterator<Item = bool>) -> Self {
        self.columns.push(wit::Values::Booleans(values.into_iter().map(u8::from).collect()));
        self
    }

    /// Number of rows of the first column; 0 where there is no column.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, length)
    }

    /// Every cell as text, row after row: what a unit test compares.
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
        if self.columns.iter().any(|column| length(column) != rows) {
            return Err(Error::Other("the result's columns differ in length".to_owned()));
        }
        let columns =
            self.columns.into_iter().map(|values| wit::Column { values, valid: Vec::new() });
        Ok(wit::Table { rows: rows as u32, columns: columns.collect() })
    }
}

/// Lays texts end to end.
pub(crate) fn strings<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> wit::Strings {
    let mut laid = wit::Strings { offsets: vec![0], utf8: Vec::new() };
    for value in values {
        laid.utf8.extend_from_slice(value.as_ref().as_bytes());
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

fn cell(values: &wit::Values, row: usize) -> String {
    match values {
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
