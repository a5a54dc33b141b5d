//! A column of a record batch: values of one type, row after row, in the layout in which they
//! cross to a plugin, and a sparse list of the rows that have no usable value.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

use crate::record::Flaw;
use crate::row::{Row, Value};
use crate::schema::FieldType;

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

/// A text column: a code per row into a table of values.
///
/// Equal texts share a value, but in a column that was cleared after rows of which most had a text of
/// their own, as ids have: there a look for equal ones costs more than it saves, so for a while each
/// row has its own value.
#[derive(Clone, Debug, Default)]
pub struct Dictionary {
    codes: Vec<u32>,
    offsets: Vec<u32>,
    utf8: Vec<u8>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// How often the column is still cleared before equal texts are looked for again.
    apart: u32,
}

/// The fewest rows that tell whether equal texts are worth looking for: a short batch of a few hundred
/// words looks like one of ids.
const TELLING_ROWS: usize = 1024;
/// How many batches have a value for each row before equal texts are looked for again.
const BATCHES_APART: u32 = 15;

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

impl Dictionary {
    /// The number of each row's value among the values.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The place in [`Dictionary::utf8`] where each value starts, and the end of the last one: one
    /// more entry than there are values, the first 0. Empty where no row was added.
    pub fn offsets(&self) -> &[u32] {
        &self.offsets
    }

    /// The values laid end to end.
    pub fn utf8(&self) -> &[u8] {
        &self.utf8
    }

    /// Appends a row with `text`, which gets the code of an equal text before it where such are
    /// looked for.
    pub fn push(&mut self, text: &str) {
        if self.offsets.is_empty() {
            self.offsets.push(0);
        }
        if self.apart > 0 {
            let code = self.append(text.as_bytes());
            self.codes.push(code);
            return;
        }
        if self.index.len() + 1 < self.offsets.len() {
            self.make_index();
        }
        let bytes = text.as_bytes();
        let hash = self.hasher.hash_one(bytes);
        let (offsets, utf8) = (&self.offsets, &self.utf8);
        let value = |code: u32| value_of(offsets, utf8, code);
        let code = if let Some(&code) = self.index.find(hash, |&c| value(c) == bytes) {
            code
        } else {
            let code = (self.offsets.len() - 1) as u32;
            let hasher = &self.hasher;
            self.index.insert_unique(hash, code, |&c| hasher.hash_one(value(c)));
            self.append(bytes)
        };
        self.codes.push(code);
    }

    /// A new value; gives its code.
    fn append(&mut self, text: &[u8]) -> u32 {
        let code = (self.offsets.len() - 1) as u32;
        self.utf8.extend_from_slice(text);
        self.offsets.push(self.utf8.len() as u32);
        code
    }

    /// The value with this code, one of [`Dictionary::codes`].
    pub fn value(&self, code: u32) -> &str {
        let bytes = value_of(&self.offsets, &self.utf8, code);
        std::str::from_utf8(bytes).expect("only whole texts are pushed")
    }

    fn clear(&mut self) {
        let (rows, values) = (self.codes.len(), self.offsets.len().saturating_sub(1));
        if self.apart > 0 {
            self.apart -= 1;
        } else if rows >= TELLING_ROWS && values * 2 > rows {
            self.apart = BATCHES_APART;
        }
        self.codes.clear();
        self.offsets.clear();
        self.utf8.clear();
        self.index.clear();
    }

    /// No text is looked at twice, and there is no index until a row is added.
    fn pick(&self, rows: &[u32]) -> Self {
        const NONE: u32 = u32::MAX;
        let mut picked = Self::default();
        if rows.is_empty() {
            return picked;
        }
        picked.codes.reserve_exact(rows.len());
        picked.offsets.push(0);
        let mut known = vec![NONE; self.offsets.len() - 1];
        for &row in rows {
            let code = self.codes[row as usize];
            let own = &mut known[code as usize];
            if *own == NONE {
                *own = picked.append(value_of(&self.offsets, &self.utf8, code));
            }
            picked.codes.push(*own);
        }
        picked
    }

    fn make_index(&mut self) {
        let (offsets, utf8, hasher) = (&self.offsets, &self.utf8, &self.hasher);
        let hash = |&code: &u32| hasher.hash_one(value_of(offsets, utf8, code));
        self.index.clear();
        for code in 0..(offsets.len() - 1) as u32 {
            self.index.insert_unique(hash(&code), code, hash);
        }
    }
}

/// The bytes of the value with this code.
fn value_of<'a>(offsets: &[u32], utf8: &'a [u8], code: u32) -> &'a [u8] {
    let code = code as usize;
    &utf8[offsets[code] as usize..offsets[code + 1] as usize]
}

#[cfg(test)]
mod tests;
