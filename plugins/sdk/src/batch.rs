//! Typed views over the rows that arrived together.
//!
//! A batch is checked once, when it crosses into the component: every column has as many rows as
//! the batch, every dictionary code points at a text, every text is UTF-8. After the check only a
//! wrong index or type can fail, which is a mistake of the metric and not of the data.
//! No view copies: a text column is read through its dictionary, not as one string per row.

use crate::bindings::streamgauge::metric::types as wit;
use crate::{Error, Result};

/// Rows that arrived together; columns in the order of the descriptor's inputs.
#[derive(Debug, Clone)]
pub struct Batch {
    rows: usize,
    columns: Vec<wit::Column>,
}

/// A column of numbers or booleans, row after row.
///
/// `T` is `u32` (unsigned), `i64` (integer, timestamp in ms), `f64` (float) or `bool`.
#[derive(Debug, Clone, Copy)]
pub struct Column<'a, T: Cell> {
    values: &'a [T::Stored],
    valid: &'a [u8],
}

/// A column of texts: each row holds the code of one of a few distinct texts.
///
/// A code means something inside its batch only, so a metric never keeps codes.
#[derive(Debug, Clone, Copy)]
pub struct TextColumn<'a> {
    codes: &'a [u32],
    valid: &'a [u8],
    values: &'a wit::Strings,
    utf8: &'a str,
}

/// A type that a [`Column`] can hold. The trait is sealed, because the contract knows no others.
pub trait Cell: Copy + sealed::Sealed {
    /// The form of one value in the batch.
    type Stored: Copy + std::fmt::Debug + 'static;
    /// The value that a stored cell stands for.
    fn load(stored: Self::Stored) -> Self;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for u32 {}
    impl Sealed for i64 {}
    impl Sealed for f64 {}
    impl Sealed for bool {}
}

macro_rules! cells {
    ($($cell:ty, $stored:ty, $value:ident => $load:expr;)*) => {
        $(impl Cell for $cell {
            type Stored = $stored;
            fn load($value: $stored) -> Self {
                $load
            }
        })*
    };
}

cells! {
    u32, u32, value => value;
    i64, i64, value => value;
    f64, f64, value => value;
    bool, u8, value => value != 0;
}

impl Batch {
    /// Checks the shape of a batch as it crossed from the host.
    ///
    /// # Errors
    /// [`Error::Other`] where a column is not as long as the batch or a text column is malformed.
    pub(crate) fn new(raw: wit::Batch) -> Result<Self> {
        let rows = raw.rows as usize;
        for (index, column) in raw.columns.iter().enumerate() {
            check_column(column, rows)
                .map_err(|problem| Error::Other(format!("column {index} {problem}")))?;
        }
        Ok(Self { rows, columns: raw.columns })
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The `unsigned` column of input `index`.
    ///
    /// # Errors
    /// [`Error::Other`] where the descriptor has no such input or gives it another type.
    pub fn unsigned(&self, index: usize) -> Result<Column<'_, u32>> {
        self.cells(index, "unsigned", |values| match values {
            wit::Values::U32s(values) => Some(values),
            _ => None,
        })
    }

    /// The `integer` or `timestamp` (ms since the Unix epoch) column of input `index`.
    ///
    /// # Errors
    /// [`Error::Other`] where the descriptor has no such input or gives it another type.
    pub fn integers(&self, index: usize) -> Result<Column<'_, i64>> {
        self.cells(index, "integer or timestamp", |values| match values {
            wit::Values::S64s(values) => Some(values),
            _ => None,
        })
    }

    /// The `float` column of input `index`.
    ///
    /// # Errors
    /// [`Error::Other`] where the descriptor has no such input or gives it another type.
    pub fn floats(&self, index: usize) -> Result<Column<'_, f64>> {
        self.cells(index, "float", |values| match values {
            wit::Values::F64s(values) => Some(values),
            _ => None,
        })
    }

    /// The `boolean` column of input `index`.
    ///
    /// # Errors
    /// [`Error::Other`] where the descriptor has no such input or gives it another type.
    pub fn booleans(&self, index: usize) -> Result<Column<'_, bool>> {
        self.cells(index, "boolean", |values| match values {
            wit::Values::Booleans(values) => Some(values),
            _ => None,
        })
    }

    /// The `text` column of input `index`.
    ///
    /// # Errors
    /// [`Error::Other`] where the descriptor has no such input or gives it another type.
    pub fn text(&self, index: usize) -> Result<TextColumn<'_>> {
        let column = self.column(index)?;
        match &column.values {
            wit::Values::Dictionary(dictionary) => Ok(TextColumn {
                codes: &dictionary.codes,
                valid: &column.valid,
                values: &dictionary.values,
                utf8: std::str::from_utf8(&dictionary.values.utf8).map_err(|_| {
                    Error::Other(format!("column {index} holds a text that is not UTF-8"))
                })?,
            }),
            _ => Err(wrong_type(index, "text")),
        }
    }

    fn cells<'a, T: Cell>(
        &'a self,
        index: usize,
        expected: &str,
        pick: impl Fn(&'a wit::Values) -> Option<&'a Vec<T::Stored>>,
    ) -> Result<Column<'a, T>> {
        let column = self.column(index)?;
        let values = pick(&column.values).ok_or_else(|| wrong_type(index, expected))?;
        Ok(Column { values, valid: &column.valid })
    }

    fn column(&self, index: usize) -> Result<&wit::Column> {
        self.columns.get(index).ok_or_else(|| Error::Other(format!("there is no column {index}")))
    }
}

impl<'a, T: Cell> Column<'a, T> {
    /// How many rows there are, nulls included.
    pub fn rows(&self) -> usize {
        self.values.len()
    }

    /// The value of a row, or `None` where it is null.
    ///
    /// # Panics
    /// `row` is not below [`rows`](Self::rows).
    pub fn get(&self, row: usize) -> Option<T> {
        is_valid(self.valid, row).then(|| T::load(self.values[row]))
    }

    /// Every row in order; `None` where it is null.
    pub fn iter(&self) -> impl Iterator<Item = Option<T>> + use<'a, T> {
        let column = *self;
        (0..column.rows()).map(move |row| column.get(row))
    }

    /// The stored cells of all rows, for a fast path; `None` means that some row is null.
    pub fn without_nulls(&self) -> Option<&'a [T::Stored]> {
        self.valid.is_empty().then_some(self.values)
    }
}

impl<'a> TextColumn<'a> {
    /// How many rows there are, nulls included.
    pub fn rows(&self) -> usize {
        self.codes.len()
    }

    /// The number of entries of the dictionary; every code is below it. Texts may repeat.
    pub fn entries(&self) -> usize {
        self.values.offsets.len().saturating_sub(1)
    }

    /// The text that a code stands for.
    ///
    /// # Panics
    /// `code` is not below [`entries`](Self::entries).
    pub fn entry(&self, code: usize) -> &'a str {
        let range = self.values.offsets[code] as usize..self.values.offsets[code + 1] as usize;
        self.utf8.get(range).expect("offsets were checked with the batch")
    }

    /// The code of a row, or `None` where it is null.
    ///
    /// # Panics
    /// `row` is not below [`rows`](Self::rows).
    pub fn code(&self, row: usize) -> Option<usize> {
        is_valid(self.valid, row).then(|| self.codes[row] as usize)
    }

    /// The text of a row, or `None` where it is null.
    ///
    /// # Panics
    /// `row` is not below [`rows`](Self::rows).
    pub fn get(&self, row: usize) -> Option<&'a str> {
        self.code(row).map(|code| self.entry(code))
    }

    /// Every row in order; `None` where it is null.
    pub fn iter(&self) -> impl Iterator<Item = Option<&'a str>> + use<'a> {
        let column = *self;
        (0..column.rows()).map(move |row| column.get(row))
    }

    /// The number of rows that point at each entry of the dictionary. Nulls are not counted.
    pub fn tally(&self) -> Vec<u32> {
        let mut tally = vec![0; self.entries()];
        if self.valid.is_empty() {
            for &code in self.codes {
                tally[code as usize] += 1;
            }
        } else {
            for (&code, &valid) in self.codes.iter().zip(self.valid) {
                tally[code as usize] += u32::from(valid != 0);
            }
        }
        tally
    }

    /// Where the text of each entry of the dictionary ends, and all these texts.
    pub(crate) fn texts(&self) -> Option<(&'a [u32], &'a str)> {
        let ends = self.values.offsets.get(1..)?;
        Some((ends, self.utf8.get(..ends.last().map_or(0, |end| *end as usize))?))
    }

    /// The text of each entry that is in a row, with the number of its rows. Texts may repeat.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (&'a str, u64)> + use<'a> {
        let column = *self;
        let entries = column.tally().into_iter().enumerate();
        let of = move |(code, rows): (usize, u32)| (column.entry(code), u64::from(rows));
        entries.filter(|(_, rows)| *rows > 0).map(of)
    }
}

fn is_valid(valid: &[u8], row: usize) -> bool {
    valid.is_empty() || valid[row] != 0
}

fn wrong_type(index: usize, expected: &str) -> Error {
    Error::Other(format!("column {index} is not of type {expected}"))
}

fn check_column(column: &wit::Column, rows: usize) -> Result<(), &'static str> {
    let values = match &column.values {
        wit::Values::Booleans(values) => values.len(),
        wit::Values::U32s(values) => values.len(),
        wit::Values::S64s(values) => values.len(),
        wit::Values::F64s(values) => values.len(),
        wit::Values::Dictionary(dictionary) => {
            check_dictionary(dictionary)?;
            dictionary.codes.len()
        }
        wit::Values::Strings(_) => return Err("is not a dictionary"),
    };
    if values != rows || !(column.valid.is_empty() || column.valid.len() == rows) {
        return Err("is not as long as its batch");
    }
    Ok(())
}

fn check_dictionary(dictionary: &wit::Dictionary) -> Result<(), &'static str> {
    let wit::Strings { offsets, utf8 } = &dictionary.values;
    let text = std::str::from_utf8(utf8).map_err(|_| "holds a text that is not UTF-8")?;
    let ascending = offsets.windows(2).all(|pair| pair[0] <= pair[1]);
    let inside = offsets.iter().all(|&offset| text.is_char_boundary(offset as usize));
    if offsets.first() != Some(&0) || !ascending || !inside {
        return Err("has wrong offsets");
    }
    let largest = dictionary.codes.iter().copied().max();
    if largest.is_some_and(|code| code as usize >= offsets.len() - 1) {
        return Err("has a code outside its dictionary");
    }
    Ok(())
}

#[cfg(test)]
mod tests;
