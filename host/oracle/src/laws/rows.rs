//! Rows for a plugin, value by value, and the division of a trial into parts and batches.

use std::collections::HashMap;
use std::sync::Arc;

use streamgauge_plugin::{ColumnParam, DictionaryParam, StringsParam, ValuesParam};

/// How a missing value is written in CSV.
pub(super) const NULL: &str = "\\N";

/// The longest text that is shown whole, in characters.
const SHOWN_CHARS_MAX: usize = 60;

/// One value of an input.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Datum {
    Null,
    Boolean(bool),
    Unsigned(u32),
    /// A value of the types `integer` and `timestamp`.
    Integer(i64),
    Float(f64),
    Text(Arc<str>),
}

/// A row, and where it stands in its trial.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) values: Vec<Datum>,
    /// The row's part of the three: 0, 1 or 2; parts stand in this order.
    pub(super) part: u8,
    /// True if a new batch begins with this row.
    pub(super) begins: bool,
}

/// Rows in three parts, each in batches, over a window or not.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Trial {
    pub(super) rows: Vec<Row>,
    pub(super) windowed: bool,
}

/// Some rows of a trial.
pub(super) type Rows<'a> = Vec<&'a [Datum]>;

impl Trial {
    /// All rows of the trial, as one part.
    pub(super) fn whole(&self) -> Rows<'_> {
        self.rows.iter().map(|row| row.values.as_slice()).collect()
    }

    /// The rows of one part.
    pub(super) fn part(&self, part: u8) -> Rows<'_> {
        let of_part = self.rows.iter().filter(|row| row.part == part);
        of_part.map(|row| row.values.as_slice()).collect()
    }

    /// The rows batch by batch.
    pub(super) fn batches(&self) -> Vec<Rows<'_>> {
        let mut batches: Vec<Rows<'_>> = Vec::new();
        for row in &self.rows {
            match batches.last_mut() {
                Some(batch) if !row.begins => batch.push(&row.values),
                _ => batches.push(vec![&row.values]),
            }
        }
        batches
    }

    /// The batches in words: `1-2 | 3`.
    pub(super) fn batches_in_words(&self) -> String {
        let sizes: Vec<usize> = self.batches().iter().map(Vec::len).collect();
        format!("batches of rows {}", ranges(&sizes).join(" | "))
    }

    /// The parts in words: `a = 1-2, b = 3, c = none`.
    pub(super) fn parts_in_words(&self) -> String {
        let sizes: Vec<usize> = (0..3).map(|part| self.part(part).len()).collect();
        let named = ["a", "b", "c"].into_iter().zip(ranges(&sizes));
        let parts: Vec<String> = named.map(|(name, rows)| format!("{name} = {rows}")).collect();
        format!("rows {}", parts.join(", "))
    }

    /// The rows as CSV with a header; long texts are cut.
    pub(super) fn csv(&self, names: &[&str]) -> String {
        let rows = self.rows.iter().map(|row| row.values.iter().map(shown).collect());
        csv(names, rows)
    }
}

/// Rows of texts as CSV with a header.
pub(super) fn csv(names: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    let written = "memory takes every row";
    writer.write_record(names).expect(written);
    rows.for_each(|row| writer.write_record(row).expect(written));
    let bytes = writer.into_inner().expect(written);
    String::from_utf8_lossy(&bytes).trim_end().to_owned()
}

/// Rows counted from 1, such as `1-2`, from the sizes of their pieces.
fn ranges(sizes: &[usize]) -> Vec<String> {
    let mut next = 1;
    let range = |size: &usize| {
        let first = next;
        next += size;
        match size {
            0 => "none".to_owned(),
            1 => first.to_string(),
            _ => format!("{first}-{}", next - 1),
        }
    };
    sizes.iter().map(range).collect()
}

fn shown(datum: &Datum) -> String {
    match datum {
        Datum::Null => NULL.to_owned(),
        Datum::Boolean(value) => value.to_string(),
        Datum::Unsigned(value) => value.to_string(),
        Datum::Integer(value) => value.to_string(),
        Datum::Float(value) => value.to_string(),
        Datum::Text(text) if text.chars().count() > SHOWN_CHARS_MAX => {
            let start: String = text.chars().take(SHOWN_CHARS_MAX).collect();
            format!("{start}… ({} bytes)", text.len())
        }
        Datum::Text(text) => text.to_string(),
    }
}

/// The columns of some rows as the host hands them over.
pub(super) struct Batch {
    pub(super) rows: u32,
    columns: Vec<(Values, Vec<u8>)>,
}

enum Values {
    Booleans(Vec<u8>),
    Unsigned(Vec<u32>),
    Integers(Vec<i64>),
    Floats(Vec<f64>),
    Texts { codes: Vec<u32>, offsets: Vec<u32>, utf8: Vec<u8> },
}

impl Batch {
    /// The batch of `rows`; `empty` has a value of each column's type, for columns of nulls.
    pub(super) fn new(rows: &[&[Datum]], empty: &[Datum]) -> Self {
        let column = |(index, empty): (usize, &Datum)| {
            let cells: Vec<&Datum> = rows.iter().map(|row| &row[index]).collect();
            let has_nulls = cells.iter().any(|cell| **cell == Datum::Null);
            let valid = cells.iter().map(|cell| u8::from(**cell != Datum::Null));
            (values(&cells, empty), if has_nulls { valid.collect() } else { Vec::new() })
        };
        Self { rows: rows.len() as u32, columns: empty.iter().enumerate().map(column).collect() }
    }

    pub(super) fn params(&self) -> Vec<ColumnParam<'_>> {
        let param = |(values, valid)| ColumnParam { values: values_param(values), valid };
        self.columns.iter().map(|(values, valid)| param((values, valid.as_slice()))).collect()
    }
}

fn values(cells: &[&Datum], empty: &Datum) -> Values {
    macro_rules! plain {
        ($case:ident) => {
            cells.iter().map(|cell| {
                if let Datum::$case(value) = cell { *value } else { Default::default() }
            })
        };
    }
    match empty {
        Datum::Boolean(_) => Values::Booleans(plain!(Boolean).map(u8::from).collect()),
        Datum::Unsigned(_) => Values::Unsigned(plain!(Unsigned).collect()),
        Datum::Float(_) => Values::Floats(plain!(Float).collect()),
        Datum::Text(_) => dictionary(cells),
        Datum::Integer(_) | Datum::Null => Values::Integers(plain!(Integer).collect()),
    }
}

fn dictionary(cells: &[&Datum]) -> Values {
    let mut known: HashMap<&str, u32> = HashMap::new();
    let (mut codes, mut offsets, mut utf8) = (Vec::new(), vec![0], Vec::new());
    for cell in cells {
        let text = if let Datum::Text(text) = cell { text } else { "" };
        let next = known.len() as u32;
        codes.push(*known.entry(text).or_insert_with(|| {
            utf8.extend_from_slice(text.as_bytes());
            offsets.push(utf8.len() as u32);
            next
        }));
    }
    Values::Texts { codes, offsets, utf8 }
}

fn values_param(values: &Values) -> ValuesParam<'_> {
    match values {
        Values::Booleans(values) => ValuesParam::Booleans(values),
        Values::Unsigned(values) => ValuesParam::U32s(values),
        Values::Integers(values) => ValuesParam::S64s(values),
        Values::Floats(values) => ValuesParam::F64s(values),
        Values::Texts { codes, offsets, utf8 } => ValuesParam::Dictionary(DictionaryParam {
            codes,
            values: StringsParam { offsets, utf8 },
        }),
    }
}

#[cfg(test)]
mod tests;
