//! One decoded record: a value per slot of the projection. A decoder puts values where a
//! [`Values`] keeps them: in the columns of a batch ([`OpenRow`](crate::OpenRow)), or, for one record
//! alone, in a [`Row`]. A row is reused from record to record, so decoding allocates nothing once its
//! buffers have grown.

use crate::record::Flaw;
use crate::short_text::ShortText;

/// A piece of a row's text buffer, valid until the row is reset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextRange {
    start: u32,
    end: u32,
}

/// The value of one slot: of the slot's field type, missing, or invalid.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Absent, null, empty or `NaN`.
    Missing,
    /// Present but unusable, for this reason.
    Invalid(Flaw),
    /// The value of a `boolean` field.
    Boolean(bool),
    /// The value of an `unsigned` field; the decoder makes a number above the field's `max`
    /// [`Value::Invalid`].
    Unsigned(u32),
    /// The value of an `integer` field, or of a `timestamp` field in milliseconds since the Unix
    /// epoch.
    Integer(i64),
    /// The value of a `float` field; finite.
    Float(f64),
    /// The value of a `text` field; not empty.
    Text(TextRange),
}

/// Where the values of one record go, by slot. A slot without a value is missing; where a slot gets
/// several values, the last one counts.
pub trait Values {
    /// Takes all values back.
    fn take_back(&mut self);

    /// Sets the value of `slot`, which is no text.
    fn set(&mut self, slot: usize, value: Value);

    /// Sets `slot` to a text; the empty text is a missing value.
    fn set_text(&mut self, slot: usize, text: &str);

    /// As [`Values::set`] with a number that is valid in `slot`.
    #[inline]
    fn set_unsigned(&mut self, slot: usize, number: u32) {
        self.set(slot, Value::Unsigned(number));
    }

    /// Sets `slot` to a text and returns true if that takes no look at the text's encoding. Else
    /// nothing is set, and the caller tries again with a text that is known to be UTF-8.
    #[inline]
    fn set_short(&mut self, _slot: usize, _text: ShortText) -> bool {
        false
    }
}

/// The values of one record by slot of a [`Projection`](crate::Projection).
#[derive(Clone, Debug, Default)]
pub struct Row {
    values: Vec<Value>,
    text: String,
}

impl Row {
    /// Empties the row and gives it `slots` missing values.
    pub fn reset(&mut self, slots: usize) {
        self.values.clear();
        self.values.resize(slots, Value::Missing);
        self.text.clear();
    }

    /// The values by slot.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// Sets the value of `slot`. The value before is replaced: of a repeated key, the last wins.
    pub fn set(&mut self, slot: usize, value: Value) {
        self.values[slot] = value;
    }

    /// Sets `slot` to a text; the empty text is a missing value.
    pub fn set_text(&mut self, slot: usize, text: &str) {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        let range = TextRange { start, end: self.text.len() as u32 };
        self.values[slot] = if text.is_empty() { Value::Missing } else { Value::Text(range) };
    }

    /// The text that a [`Value::Text`] of this row stands for.
    pub fn text(&self, range: TextRange) -> &str {
        &self.text[range.start as usize..range.end as usize]
    }
}

impl Values for Row {
    fn take_back(&mut self) {
        self.reset(self.values.len());
    }

    #[inline]
    fn set(&mut self, slot: usize, value: Value) {
        self.set(slot, value);
    }

    fn set_text(&mut self, slot: usize, text: &str) {
        self.set_text(slot, text);
    }
}

#[cfg(test)]
mod tests;
