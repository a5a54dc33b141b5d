//! A column of a record batch: values of one type, row after row, in the layout in which they
//! cross to a plugin, and a sparse list of the rows that have no usable value.

use crate::dictionary::Dictionary;
use crate::record::Flaw;
use crate::row::{Row, Value};
use crate::schema::FieldType;
use crate::short_text::ShortText;

/// Why a row has no value in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// The record has no value there.
    Missing,
    /// The record has a value that cannot be used, for this reason.
    Invalid(Flaw),
}

/// The values of a column, one entry a row; a row without a value holds a zero or the code of the
/// empty text.
#[derive(Clone, Debug)]
pub enum ColumnValues {
    /// One byte a row, 0 or 1.
    Booleans(Vec<u8>),
    /// The values of an `unsigned` field.
    U32s(Vec<u32>),
    /// The values of an `integer` field, or of a `timestamp` field in milliseconds since the Unix
    /// epoch.
    S64s(Vec<i64>),
    /// The values of a `float` field, all finite.
    F64s(Vec<f64>),
    /// The values of a `text` field.
    Dictionary(Dictionary),
}

/// What a row has in a column.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    Missing,
    Invalid(Flaw),
    Unsigned(u32),
    Integer(i64),
    Text(&'a str),
    /// A value of another type.
    Other,
}

/// One column of a batch.
#[derive(Clone, Debug)]
pub struct Column {
    values: ColumnValues,
    gaps: Vec<(u32, Gap)>,
}

impl Column {
    /// An empty column for fields of `field_type`.
    pub fn new(field_type: FieldType) -> Self {
        let values = match field_type {
            FieldType::Boolean => ColumnValues::Booleans(Vec::new()),
            FieldType::Unsigned => ColumnValues::U32s(Vec::new()),
            FieldType::Integer | FieldType::Timestamp => ColumnValues::S64s(Vec::new()),
            FieldType::Float => ColumnValues::F64s(Vec::new()),
            FieldType::Text => ColumnValues::Dictionary(Dictionary::default()),
        };
        Self { values, gaps: Vec::new() }
    }

    /// The values, row after row.
    pub fn values(&self) -> &ColumnValues {
        &self.values
    }

    /// The rows without a usable value, in increasing order.
    pub fn gaps(&self) -> &[(u32, Gap)] {
        &self.gaps
    }

    /// Appends `value` of `row` as row number `row_number`. A value of another type than the
    /// column's becomes a zero; the decoder never makes one.
    pub fn push(&mut self, row_number: u32, value: Value, row: &Row) {
        match value {
            Value::Missing => self.gaps.push((row_number, Gap::Missing)),
            Value::Invalid(flaw) => self.gaps.push((row_number, Gap::Invalid(flaw))),
            _ => {}
        }
        match (&mut self.values, value) {
            (ColumnValues::Booleans(v), Value::Boolean(x)) => v.push(u8::from(x)),
            (ColumnValues::Booleans(v), _) => v.push(0),
            (ColumnValues::U32s(v), Value::Unsigned(x)) => v.push(x),
            (ColumnValues::U32s(v), _) => v.push(0),
            (ColumnValues::S64s(v), Value::Integer(x)) => v.push(x),
            (ColumnValues::S64s(v), _) => v.push(0),
            (ColumnValues::F64s(v), Value::Float(x)) => v.push(x),
            (ColumnValues::F64s(v), _) => v.push(0.0),
            (ColumnValues::Dictionary(d), Value::Text(range)) => d.push(row.text(range)),
            (ColumnValues::Dictionary(d), _) => d.push(""),
        }
    }

    /// Appends what row number `row` has, the first one that has nothing here; returns false where
    /// that is no value. A text or a value of another type than the column's is taken for a missing
    /// one; the decoder never makes one.
    #[inline]
    pub(crate) fn append(&mut self, row: u32, value: Value) -> bool {
        match (&mut self.values, value) {
            (ColumnValues::U32s(v), Value::Unsigned(x)) => v.push(x),
            (ColumnValues::S64s(v), Value::Integer(x)) => v.push(x),
            (ColumnValues::F64s(v), Value::Float(x)) => v.push(x),
            (ColumnValues::Booleans(v), Value::Boolean(x)) => v.push(u8::from(x)),
            (_, Value::Invalid(flaw)) => return self.append_gap(row, Gap::Invalid(flaw)),
            _ => return self.append_gap(row, Gap::Missing),
        }
        true
    }

    /// Appends the number of row number `row`; returns false, and appends nothing, where the row has
    /// something here or numbers are of another type.
    #[inline]
    pub(crate) fn append_unsigned(&mut self, row: u32, number: u32) -> bool {
        match &mut self.values {
            ColumnValues::U32s(v) if v.len() == row as usize => {
                v.push(number);
                true
            }
            _ => false,
        }
    }

    /// Appends a text, as [`Column::append`]; the empty one is missing.
    pub(crate) fn append_text(&mut self, row: u32, text: &str) -> bool {
        match &mut self.values {
            ColumnValues::Dictionary(d) if !text.is_empty() => {
                d.push(text);
                true
            }
            _ => self.append_gap(row, Gap::Missing),
        }
    }

    /// Appends a text if that takes no look at its encoding; returns false, and appends nothing,
    /// where it does or the row has something here.
    #[inline]
    pub(crate) fn append_short(&mut self, row: u32, text: ShortText) -> bool {
        match &mut self.values {
            ColumnValues::Dictionary(d) if d.codes().len() == row as usize => d.push_short(text),
            _ => false,
        }
    }

    /// Appends a row without a value, and returns false.
    pub(crate) fn append_gap(&mut self, row: u32, gap: Gap) -> bool {
        self.gaps.push((row, gap));
        match &mut self.values {
            ColumnValues::Booleans(v) => v.push(0),
            ColumnValues::U32s(v) => v.push(0),
            ColumnValues::S64s(v) => v.push(0),
            ColumnValues::F64s(v) => v.push(0.0),
            ColumnValues::Dictionary(d) => d.push(""),
        }
        false
    }

    /// How many rows have something here.
    #[inline]
    pub(crate) fn rows(&self) -> usize {
        match &self.values {
            ColumnValues::Booleans(v) => v.len(),
            ColumnValues::U32s(v) => v.len(),
            ColumnValues::S64s(v) => v.len(),
            ColumnValues::F64s(v) => v.len(),
            ColumnValues::Dictionary(d) => d.codes().len(),
        }
    }

    /// What row number `row` has here, which is the last one.
    #[inline]
    pub(crate) fn last(&self, row: u32) -> Cell<'_> {
        match self.gaps.last() {
            Some((with_gap, Gap::Missing)) if *with_gap == row => return Cell::Missing,
            Some((with_gap, Gap::Invalid(flaw))) if *with_gap == row => {
                return Cell::Invalid(*flaw);
            }
            _ => {}
        }
        let row = row as usize;
        match &self.values {
            ColumnValues::U32s(v) => Cell::Unsigned(v[row]),
            ColumnValues::S64s(v) => Cell::Integer(v[row]),
            ColumnValues::Dictionary(d) => Cell::Text(d.value(d.codes()[row])),
            ColumnValues::Booleans(_) | ColumnValues::F64s(_) => Cell::Other,
        }
    }

    /// Takes back what row number `row` has here, which is the last one; returns true where that was
    /// a gap.
    pub(crate) fn take_back(&mut self, row: u32) -> bool {
        match &mut self.values {
            ColumnValues::Booleans(v) => v.truncate(row as usize),
            ColumnValues::U32s(v) => v.truncate(row as usize),
            ColumnValues::S64s(v) => v.truncate(row as usize),
            ColumnValues::F64s(v) => v.truncate(row as usize),
            ColumnValues::Dictionary(d) => d.pop(),
        }
        self.gaps.pop_if(|(with_gap, _)| *with_gap == row).is_some()
    }

    /// Moves what row number `row` has here, which is the last one, to row number `to` of `other`, a
    /// column of the same type.
    pub(crate) fn move_last(&mut self, row: u32, other: &mut Self, to: u32) {
        let number = row as usize;
        match (&self.values, &mut other.values) {
            (ColumnValues::Booleans(v), ColumnValues::Booleans(other)) => other.push(v[number]),
            (ColumnValues::U32s(v), ColumnValues::U32s(other)) => other.push(v[number]),
            (ColumnValues::S64s(v), ColumnValues::S64s(other)) => other.push(v[number]),
            (ColumnValues::F64s(v), ColumnValues::F64s(other)) => other.push(v[number]),
            (ColumnValues::Dictionary(d), ColumnValues::Dictionary(other)) => {
                other.push(d.value(d.codes()[number]));
            }
            _ => unreachable!("both batches have the columns of one projection"),
        }
        if let Some((_, gap)) = self.gaps.last().filter(|(with_gap, _)| *with_gap == row) {
            other.gaps.push((to, *gap));
        }
        self.take_back(row);
    }

    /// A column of the same type without rows and without buffers.
    pub(crate) fn bare(&self) -> Self {
        let values = match &self.values {
            ColumnValues::Booleans(_) => ColumnValues::Booleans(Vec::new()),
            ColumnValues::U32s(_) => ColumnValues::U32s(Vec::new()),
            ColumnValues::S64s(_) => ColumnValues::S64s(Vec::new()),
            ColumnValues::F64s(_) => ColumnValues::F64s(Vec::new()),
            ColumnValues::Dictionary(_) => ColumnValues::Dictionary(Dictionary::default()),
        };
        Self { values, gaps: Vec::new() }
    }

    /// How much memory the buffers take, in bytes.
    pub(crate) fn buffer_bytes(&self) -> usize {
        let values = match &self.values {
            ColumnValues::Booleans(v) => v.capacity(),
            ColumnValues::U32s(v) => v.capacity() * size_of::<u32>(),
            ColumnValues::S64s(v) => v.capacity() * size_of::<i64>(),
            ColumnValues::F64s(v) => v.capacity() * size_of::<f64>(),
            ColumnValues::Dictionary(d) => d.buffer_bytes(),
        };
        values + self.gaps.capacity() * size_of::<(u32, Gap)>()
    }

    /// Drops all rows and keeps the buffers.
    pub fn clear(&mut self) {
        self.gaps.clear();
        match &mut self.values {
            ColumnValues::Booleans(v) => v.clear(),
            ColumnValues::U32s(v) => v.clear(),
            ColumnValues::S64s(v) => v.clear(),
            ColumnValues::F64s(v) => v.clear(),
            ColumnValues::Dictionary(d) => d.clear(),
        }
    }

    /// A copy that holds only `rows`, which increase; row numbers start again at 0.
    #[must_use]
    pub fn pick(&self, rows: &[u32]) -> Self {
        fn pick<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().map(|&r| values[r as usize]).collect()
        }
        let values = match &self.values {
            ColumnValues::Booleans(v) => ColumnValues::Booleans(pick(v, rows)),
            ColumnValues::U32s(v) => ColumnValues::U32s(pick(v, rows)),
            ColumnValues::S64s(v) => ColumnValues::S64s(pick(v, rows)),
            ColumnValues::F64s(v) => ColumnValues::F64s(pick(v, rows)),
            ColumnValues::Dictionary(d) => ColumnValues::Dictionary(d.pick(rows)),
        };
        if self.gaps.is_empty() {
            return Self { values, gaps: Vec::new() };
        }
        let gaps = rows
            .iter()
            .enumerate()
            .filter_map(|(new, old)| {
                let found = self.gaps.binary_search_by_key(old, |(row, _)| *row).ok()?;
                Some((new as u32, self.gaps[found].1))
            })
            .collect();
        Self { values, gaps }
    }

    /// One byte for each of `rows` rows, 0 for a row without a usable value, else 1. Empty where
    /// every row has one, as the plugin contract says.
    pub fn validity(&self, rows: u32) -> Vec<u8> {
        if self.gaps.is_empty() {
            return Vec::new();
        }
        let mut valid = vec![1; rows as usize];
        for (row, _) in &self.gaps {
            valid[*row as usize] = 0;
        }
        valid
    }
}

#[cfg(test)]
mod tests;
