//! One column of a result, values beside each other: a tenth of the memory of a cell for each.

use std::cmp::Ordering;

use super::cell::Cell;

/// The values of a column, in the order of the rows.
#[derive(Clone, Debug)]
pub(super) struct Column {
    values: Values,
    /// True where a row has no value; empty if every row has one.
    nulls: Vec<bool>,
}

#[derive(Clone, Debug)]
pub(super) enum Values {
    Booleans(Vec<bool>),
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    /// Texts end to end, with the end of each.
    Texts(String, Vec<u32>),
    /// Cells of any type, as nobody but a test has them in one column.
    Cells(Vec<Cell>),
}

/// A [`Cell`] that is looked at in its place.
enum Value<'a> {
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(&'a str),
}

impl Column {
    /// A column of `values`; `nulls` is empty, or has an entry a row.
    pub(super) fn new(values: Values, nulls: Vec<bool>) -> Self {
        Self { values, nulls }
    }

    pub(super) fn len(&self) -> usize {
        match &self.values {
            Values::Booleans(values) => values.len(),
            Values::Integers(values) => values.len(),
            Values::Floats(values) => values.len(),
            Values::Texts(_, ends) => ends.len(),
            Values::Cells(cells) => cells.len(),
        }
    }

    /// True if the column says of every row whether it has a value, or of none.
    pub(super) fn is_whole(&self) -> bool {
        self.nulls.is_empty() || self.nulls.len() == self.len()
    }

    pub(super) fn cell(&self, row: usize) -> Cell {
        match self.value(row) {
            Value::Null => Cell::Null,
            Value::Boolean(value) => Cell::Boolean(value),
            Value::Integer(value) => Cell::Integer(value),
            Value::Float(value) => Cell::Float(value),
            Value::Text(text) => Cell::Text(text.to_owned()),
        }
    }

    fn value(&self, row: usize) -> Value<'_> {
        if self.nulls.get(row) == Some(&true) {
            return Value::Null;
        }
        match &self.values {
            Values::Booleans(values) => Value::Boolean(values[row]),
            Values::Integers(values) => Value::Integer(values[row]),
            Values::Floats(values) => Value::Float(values[row]),
            Values::Texts(utf8, ends) => Value::Text(text(utf8, ends, row)),
            Values::Cells(cells) => match &cells[row] {
                Cell::Null => Value::Null,
                Cell::Boolean(value) => Value::Boolean(*value),
                Cell::Integer(value) => Value::Integer(*value),
                Cell::Float(value) => Value::Float(*value),
                Cell::Text(text) => Value::Text(text),
            },
        }
    }

    /// Appends bytes that are the same where the value is the same; those of one value never begin
    /// like all those of another.
    pub(super) fn write_key(&self, row: usize, key: &mut Vec<u8>) {
        match self.value(row) {
            Value::Null => key.push(0),
            Value::Boolean(value) => key.extend([1, u8::from(value)]),
            Value::Integer(value) => {
                key.push(2);
                key.extend(value.to_le_bytes());
            }
            Value::Float(value) => {
                key.push(3);
                key.extend(value.to_bits().to_le_bytes());
            }
            Value::Text(text) => {
                key.push(4);
                key.extend(text.len().to_le_bytes());
                key.extend_from_slice(text.as_bytes());
            }
        }
    }

    /// Appends the value of a row as JSON; a number that JSON has not is `null`.
    pub(super) fn write_json(&self, row: usize, json: &mut Vec<u8>) {
        let written = match self.value(row) {
            Value::Null => serde_json::to_writer(json, &()),
            Value::Boolean(value) => serde_json::to_writer(json, &value),
            Value::Integer(value) => serde_json::to_writer(json, &value),
            Value::Float(value) => serde_json::to_writer(json, &value),
            Value::Text(text) => serde_json::to_writer(json, text),
        };
        written.expect("a value can be written to memory");
    }

    /// The order of two rows: rows without a value first, texts by their bytes.
    pub(super) fn compare(&self, a: usize, b: usize) -> Ordering {
        let has_value = |row: usize| self.nulls.get(row) != Some(&true);
        has_value(a).cmp(&has_value(b)).then_with(|| match &self.values {
            _ if !has_value(a) => Ordering::Equal,
            Values::Booleans(values) => values[a].cmp(&values[b]),
            Values::Integers(values) => values[a].cmp(&values[b]),
            Values::Floats(values) => values[a].total_cmp(&values[b]),
            Values::Texts(utf8, ends) => text(utf8, ends, a).cmp(text(utf8, ends, b)),
            // Rows that are given are in their order.
            Values::Cells(_) => Ordering::Equal,
        })
    }

    /// The bytes that a row takes here.
    pub(super) fn row_bytes(&self, row: usize) -> usize {
        match &self.values {
            Values::Booleans(_) => 1,
            Values::Integers(_) | Values::Floats(_) => size_of::<i64>(),
            Values::Texts(utf8, ends) => text(utf8, ends, row).len() + size_of::<u32>(),
            Values::Cells(_) => size_of::<Cell>(),
        }
    }

    /// The rows at `places`, in that order.
    pub(super) fn at(&self, places: &[u32]) -> Self {
        let rows = || places.iter().map(|place| *place as usize);
        let values = match &self.values {
            Values::Booleans(values) => Values::Booleans(rows().map(|row| values[row]).collect()),
            Values::Integers(values) => Values::Integers(rows().map(|row| values[row]).collect()),
            Values::Floats(values) => Values::Floats(rows().map(|row| values[row]).collect()),
            Values::Texts(utf8, ends) => {
                let texts = || rows().map(|row| text(utf8, ends, row));
                let mut all = String::with_capacity(texts().map(str::len).sum());
                let mut end_of = |text: &str| {
                    all.push_str(text);
                    all.len() as u32
                };
                let ends = texts().map(&mut end_of).collect();
                Values::Texts(all, ends)
            }
            Values::Cells(cells) => Values::Cells(rows().map(|row| cells[row].clone()).collect()),
        };
        let nulls = if self.nulls.is_empty() {
            Vec::new()
        } else {
            rows().map(|row| self.nulls[row]).collect()
        };
        Self { values, nulls }
    }
}

fn text<'a>(utf8: &'a str, ends: &[u32], row: usize) -> &'a str {
    let start = row.checked_sub(1).map_or(0, |before| ends[before]);
    &utf8[start as usize..ends[row] as usize]
}
