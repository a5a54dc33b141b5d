//! A column of any type as keys, for metrics that learn the type from their configuration.
//!
//! A generic metric reads a column whose type its user states (`type = "unsigned"`). [`Keys`]
//! gives such a column one shape: a few values, and for each row the number of its value. A text
//! column has this shape already; small numbers share an entry, and each large number has an entry
//! of its own.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use smol_str::SmolStr;

use crate::codec::{Reader, Writer, bad_state};
use crate::config::Value;
use crate::counter::Key;
use crate::hash::hash64;
use crate::order;
use crate::{Batch, Config, Error, FieldType, Result};

/// The first number whose rows do not share one entry of [`Keys`] per batch.
const SHARED: usize = 256;
/// The code of a row that is null.
const NULL: u32 = u32::MAX;

/// The type of a column that a metric may read as keys.
///
/// ```
/// use streamgauge_sdk::{Config, FieldType, KeyType};
///
/// let config = Config::parse(r#"{"type": "unsigned", "who_type": "float"}"#)?;
/// assert_eq!(KeyType::from_config(&config, "type")?.field_type(), FieldType::Unsigned);
/// assert_eq!(KeyType::from_config(&config, "what_type")?, KeyType::Text);
/// let error = KeyType::from_config(&config, "who_type").expect_err("floats are no keys");
/// assert!(error.to_string().starts_with("config key `who_type` is"));
/// # Ok::<(), streamgauge_sdk::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeyType {
    /// Keys are the texts of a `text` column.
    #[default]
    Text,
    /// Keys are the numbers of an `unsigned` column.
    Unsigned,
    /// Keys are the numbers of an `integer` column.
    Integer,
    /// Keys are the two values of a `boolean` column.
    Boolean,
}

/// One key of any type. Numbers are in the order of numbers, texts in the order of their bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnyKey {
    /// A value of a `boolean` column.
    Boolean(bool),
    /// A value of an `integer` or `unsigned` column.
    Integer(i64),
    /// A value of a `text` column; up to 23 bytes take no memory of their own.
    Text(SmolStr),
}

/// The keys of a batch: values, and for each row the number of its value. Values may repeat.
///
/// ```
/// use streamgauge_sdk::{AnyKey, KeyType, Keys, testing::TestBatch};
///
/// let rows = TestBatch::default().text([Some("a"), None, Some("b"), Some("a")]);
/// let keys = Keys::of(&rows.batch(), 0, KeyType::Text)?;
/// assert_eq!(keys.get(3), Some(&AnyKey::Text("a".into())));
/// assert_eq!(keys.get(1), None);
/// let counts: Vec<u64> = keys.tally().map(|(_, events)| events).collect();
/// assert_eq!(counts, [2, 1]);
/// # Ok::<(), streamgauge_sdk::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Keys {
    values: Vec<AnyKey>,
    codes: Vec<u32>,
}

impl KeyType {
    /// The names that a configuration may give.
    pub const NAMES: [&str; 4] = ["text", "unsigned", "integer", "boolean"];

    /// Reads a type from a configuration; text where the key is absent.
    ///
    /// # Errors
    /// [`Error::BadConfig`] where the value is another text than the [`NAMES`](Self::NAMES).
    pub fn from_config(config: &Config, key: &str) -> Result<Self> {
        Ok(match config.choice(key, &Self::NAMES)? {
            "unsigned" => Self::Unsigned,
            "integer" => Self::Integer,
            "boolean" => Self::Boolean,
            _ => Self::Text,
        })
    }

    /// The type that the descriptor's input has.
    pub fn field_type(self) -> FieldType {
        match self {
            Self::Text => FieldType::Text,
            Self::Unsigned => FieldType::Unsigned,
            Self::Integer => FieldType::Integer,
            Self::Boolean => FieldType::Boolean,
        }
    }

    /// One key or a list of keys of this type from a configuration; an absent key gives an empty
    /// list.
    ///
    /// # Errors
    /// [`Error::BadConfig`] where a value is not of this type.
    pub fn keys_in(self, config: &Config, key: &str) -> Result<Vec<AnyKey>> {
        let values = match config.get(key) {
            None => &[],
            Some(Value::List(values)) => values.as_slice(),
            Some(value) => std::slice::from_ref(value),
        };
        let wrong = || Error::config(key, &format!("has a value that is not {}", self.name()));
        values.iter().map(|value| self.key_of(value).ok_or_else(wrong)).collect()
    }

    fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Unsigned => "an unsigned integer of 32 bits",
            Self::Integer => "an integer of 64 bits",
            Self::Boolean => "true or false",
        }
    }

    fn key_of(self, value: &Value) -> Option<AnyKey> {
        match (self, value) {
            (Self::Text, Value::Text(text)) => Some(text.as_str().into()),
            (Self::Boolean, Value::Boolean(boolean)) => Some(AnyKey::Boolean(*boolean)),
            (Self::Integer, Value::Number(digits)) => digits.parse().ok().map(AnyKey::Integer),
            (Self::Unsigned, Value::Number(digits)) => {
                digits.parse::<u32>().ok().map(|number| AnyKey::Integer(number.into()))
            }
            _ => None,
        }
    }
}

/// A text that is looked for among keys, and hashed as one.
pub(crate) struct TextKey<'a>(pub(crate) &'a str);

impl Hash for AnyKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::Boolean(boolean) => state.write_u64(u64::from(*boolean)),
            Self::Integer(number) => state.write_u64(number.cast_unsigned()),
            Self::Text(text) => TextKey(text).hash(state),
        }
    }
}

impl Hash for TextKey<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(self.0.as_bytes());
    }
}

impl TextKey<'_> {
    /// True if it is this key.
    pub(crate) fn is(&self, key: &AnyKey) -> bool {
        matches!(key, AnyKey::Text(text) if text == self.0)
    }

    #[inline]
    pub(crate) fn key(&self) -> AnyKey {
        self.0.into()
    }
}

impl From<&str> for AnyKey {
    #[inline]
    fn from(text: &str) -> Self {
        Self::Text(smol(text))
    }
}

/// The text, copied byte by byte where it takes no memory of its own: so few bytes cost less than a
/// copy of unknown length, which is a call out of the component.
#[inline]
fn smol(text: &str) -> SmolStr {
    const INLINE_BYTES_MAX: usize = 23;
    if text.len() <= INLINE_BYTES_MAX { SmolStr::new_inline(text) } else { text.into() }
}

impl AnyKey {
    /// The [`hash64`] of the key: of a text its bytes, of a number its 64 bits in little-endian
    /// order, of a boolean one byte.
    pub fn hash64(&self) -> u64 {
        match self {
            Self::Boolean(boolean) => hash64(&[u8::from(*boolean)]),
            Self::Integer(number) => hash64(&number.to_le_bytes()),
            Self::Text(text) => hash64(text.as_bytes()),
        }
    }
}

impl Key for AnyKey {
    /// The type is the first byte.
    fn prefix(&self, shared: usize) -> u64 {
        let behind = shared.saturating_sub(1);
        let (kind, value) = match self {
            Self::Boolean(boolean) => (0, boolean.prefix(behind)),
            Self::Integer(number) => (1, number.prefix(behind)),
            Self::Text(text) => (2, order::text_prefix(text, behind)),
        };
        if shared > 0 { value } else { (kind << 56) | (value >> 8) }
    }

    fn show(&self) -> Cow<'_, str> {
        match self {
            Self::Boolean(boolean) => boolean.to_string().into(),
            Self::Integer(number) => number.to_string().into(),
            Self::Text(text) => text.as_str().into(),
        }
    }

    fn write(&self, writer: &mut Writer) {
        match self {
            Self::Boolean(boolean) => {
                writer.u64(0);
                writer.u64(u64::from(*boolean));
            }
            Self::Integer(number) => {
                writer.u64(1);
                writer.i64(*number);
            }
            Self::Text(text) => {
                writer.u64(2);
                writer.text(text);
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self> {
        Ok(match reader.u64()? {
            0 => Self::Boolean(<bool as Key>::read(reader)?),
            1 => Self::Integer(reader.i64()?),
            2 => reader.text()?.into(),
            _ => return Err(bad_state("has a key of an unknown type")),
        })
    }
}

impl Keys {
    /// The column of input `index`, which is of this type.
    ///
    /// # Errors
    /// [`Error::Other`] where the descriptor has no such input or gives it another type.
    pub fn of(batch: &Batch, index: usize, kind: KeyType) -> Result<Self> {
        Ok(match kind {
            KeyType::Text => {
                let column = batch.text(index)?;
                let texts = 0..column.entries();
                let values = texts.map(|code| TextKey(column.entry(code)).key());
                let code = |row| column.code(row).map_or(NULL, |code| code as u32);
                let codes = (0..column.rows()).map(code).collect();
                Self { values: values.collect(), codes }
            }
            KeyType::Unsigned => {
                Self::numbers(batch.unsigned(index)?.iter().map(|value| value.map(i64::from)))
            }
            KeyType::Integer => Self::numbers(batch.integers(index)?.iter()),
            KeyType::Boolean => {
                let values = [false, true].map(AnyKey::Boolean).to_vec();
                let codes = batch.booleans(index)?.iter();
                Self { values, codes: codes.map(|row| row.map_or(NULL, u32::from)).collect() }
            }
        })
    }

    /// The number of rows, nulls included.
    pub fn rows(&self) -> usize {
        self.codes.len()
    }

    /// The values that the codes stand for. Values may repeat, and some may be in no row.
    pub fn values(&self) -> &[AnyKey] {
        &self.values
    }

    /// The place of a row's value among the [`values`](Self::values); `None` means null.
    ///
    /// # Panics
    /// `row` is not below [`rows`](Self::rows).
    pub fn code(&self, row: usize) -> Option<usize> {
        let code = self.codes[row];
        (code != NULL).then_some(code as usize)
    }

    /// The key of a row; `None` means null.
    ///
    /// # Panics
    /// `row` is not below [`rows`](Self::rows).
    pub fn get(&self, row: usize) -> Option<&AnyKey> {
        self.code(row).map(|code| &self.values[code])
    }

    /// Every value that is in a row, with the number of its rows. Values may repeat.
    pub fn tally(&self) -> impl Iterator<Item = (&AnyKey, u64)> {
        let mut tally = vec![0_u64; self.values.len()];
        for code in self.codes.iter().filter(|&&code| code != NULL) {
            tally[*code as usize] += 1;
        }
        self.values.iter().zip(tally).filter(|(_, events)| *events > 0)
    }

    fn numbers(rows: impl Iterator<Item = Option<i64>>) -> Self {
        let mut values = Vec::new();
        let mut shared = [NULL; SHARED];
        let mut enter = |number: i64| {
            values.push(AnyKey::Integer(number));
            (values.len() - 1) as u32
        };
        let code = |row: Option<i64>| {
            let Some(number) = row else { return NULL };
            let small = usize::try_from(number).ok().and_then(|index| shared.get_mut(index));
            match small {
                Some(code) if *code != NULL => *code,
                Some(code) => {
                    *code = enter(number);
                    *code
                }
                None => enter(number),
            }
        };
        let codes = rows.map(code).collect();
        Self { values, codes }
    }
}

#[cfg(test)]
mod tests;
