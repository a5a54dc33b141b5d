//! The thorough path: `serde_json` decides what is JSON. The verdicts of this path are the right
//! ones; the scanner beside it is only faster.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Deserializer;
use serde_json::value::RawValue;
use streamgauge_core::{Rejection, Values};

use super::names::Names;
use super::tolerant;
use crate::value::{Column, Token};

/// Fills `row`, which has nothing.
pub(super) fn read(text: &str, names: &Names, row: &mut impl Values) -> Result<(), Rejection> {
    if !surrogates_pair_up(text.as_bytes()) {
        return Err(Rejection::NotJson);
    }
    if read_strict(text, names, row).is_ok() {
        return Ok(());
    }
    row.take_back();
    let strict = tolerant::rewrite(text);
    let text = strict.as_deref().unwrap_or(text);
    if strict.is_some() && read_strict(text, names, row).is_ok() {
        return Ok(());
    }
    // Not an object, or not JSON at all.
    match serde_json::from_str::<&RawValue>(text) {
        Ok(raw) if !raw.get().starts_with('{') => Err(Rejection::NotAnObject),
        _ => Err(Rejection::NotJson),
    }
}

fn read_strict(text: &str, names: &Names, row: &mut impl Values) -> serde_json::Result<()> {
    let mut json = Deserializer::from_str(text);
    json.deserialize_map(Members { names, row })?;
    json.end()
}

/// Hands the content of a JSON string to `row`, without a copy where the string has no escapes.
pub(super) fn store_string(
    json: &str,
    column: Option<&Column>,
    row: &mut impl Values,
) -> Option<()> {
    let mut json = Deserializer::from_str(json);
    json.deserialize_str(Content { column, row }).ok()?;
    json.end().ok()
}

struct Members<'a, V> {
    names: &'a Names,
    row: &'a mut V,
}

impl<'de, V: Values> Visitor<'de> for Members<'_, V> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(column) = map.next_key_seed(Key(self.names))? {
            match column {
                Some(column) => store(map.next_value()?, column, self.row)?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

fn store<E: serde::de::Error>(
    raw: &RawValue,
    column: Column,
    row: &mut impl Values,
) -> Result<(), E> {
    let text = raw.get();
    let token = match text.as_bytes().first() {
        Some(b'"') => {
            return store_string(text, Some(&column), row).ok_or(E::custom("not a string"));
        }
        Some(b'n') => Token::Null,
        Some(b't') => Token::Boolean(true),
        Some(b'f') => Token::Boolean(false),
        Some(b'{' | b'[') => Token::Nested,
        _ => Token::Number(text.as_bytes()),
    };
    column.store(token, row);
    Ok(())
}

/// Reads a key and looks up the column of that key.
struct Key<'a>(&'a Names);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<Column>;

    fn deserialize<D: serde::Deserializer<'de>>(self, key: D) -> Result<Self::Value, D::Error> {
        key.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<Column>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.column(name))
    }
}

/// Stores the content of a string.
struct Content<'a, V> {
    column: Option<&'a Column>,
    row: &'a mut V,
}

impl<V: Values> Visitor<'_> for Content<'_, V> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if let Some(column) = self.column {
            column.store(Token::Text(text), self.row);
        }
        Ok(())
    }
}

/// True if every escaped surrogate is half of a pair. `serde_json` checks pairs only in strings
/// that it hands out, but a verdict must not depend on which columns are wanted.
///
/// In JSON a backslash stands in strings only; text that is not JSON at all is refused later.
fn surrogates_pair_up(text: &[u8]) -> bool {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let escape = &rest[at..];
        rest = match code_unit(escape) {
            Some(0xD800..=0xDBFF) => match escape.get(6..).and_then(code_unit) {
                Some(0xDC00..=0xDFFF) => &escape[12..],
                _ => return false,
            },
            Some(0xDC00..=0xDFFF) => return false,
            _ => escape.get(2..).unwrap_or_default(),
        };
    }
    true
}

/// The code unit that `\uXXXX` at the start of `text` stands for.
fn code_unit(text: &[u8]) -> Option<u16> {
    let digits = text.strip_prefix(b"\\u")?.first_chunk::<4>()?;
    let digit = |byte: u8| char::from(byte).to_digit(16);
    digits.iter().try_fold(0, |unit, &byte| Some(unit << 4 | digit(byte)? as u16))
}
