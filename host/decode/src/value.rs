//! From a token of either format to the value of a field: the one place that decides which values
//! are missing and which are wrong, so that every path through the decoders agrees.

mod number;

use streamgauge_core::{Field, FieldType, Flaw, TEXT_BYTES_MAX, Value, Values, parse_rfc3339};

use crate::json::ShortString;

/// A value as written in a record.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token<'a> {
    /// `null`, or a bare `NaN`, which is how some writers of JSON spell an empty value.
    Null,
    /// `true` or `false` in JSON, without quotes.
    Boolean(bool),
    /// The text of a number as written; ASCII.
    Number(&'a [u8]),
    /// The content of a string, or a CSV cell.
    Text(&'a str),
    /// A list or an object.
    Nested,
}

/// A wanted field: its slot, and the type that its tokens become.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    slot: usize,
    kind: Kind,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Text,
    Scalar(Scalar),
}

#[derive(Clone, Copy, Debug)]
enum Scalar {
    Boolean,
    Unsigned { max: u32 },
    Integer,
    Float,
    Timestamp,
}

impl Column {
    /// The column of `field` in `slot`.
    pub(super) fn new(slot: usize, field: &Field) -> Self {
        let kind = match field.field_type {
            FieldType::Text => Kind::Text,
            FieldType::Boolean => Kind::Scalar(Scalar::Boolean),
            FieldType::Unsigned => {
                Kind::Scalar(Scalar::Unsigned { max: field.max.unwrap_or(u32::MAX) })
            }
            FieldType::Integer => Kind::Scalar(Scalar::Integer),
            FieldType::Float => Kind::Scalar(Scalar::Float),
            FieldType::Timestamp => Kind::Scalar(Scalar::Timestamp),
        };
        Self { slot, kind }
    }

    /// Sets this column's slot of `row`; a former value (of a repeated key) is replaced.
    #[inline]
    pub(super) fn store(&self, token: Token<'_>, row: &mut impl Values) {
        match self.kind {
            Kind::Text => self.store_text(token, row),
            Kind::Scalar(scalar) => row.set(self.slot, scalar.value(token)),
        }
    }

    /// Sets this column's slot to `number`, written as the few digits `text`; the same as storing
    /// [`Token::Number`], only faster.
    #[inline]
    pub(super) fn store_whole(&self, number: u32, text: &[u8], row: &mut impl Values) {
        if let Kind::Scalar(Scalar::Unsigned { max }) = self.kind
            && number <= max
        {
            row.set_unsigned(self.slot, number);
        } else {
            self.store_other_whole(number, text, row);
        }
    }

    fn store_other_whole(&self, number: u32, text: &[u8], row: &mut impl Values) {
        match self.kind {
            Kind::Scalar(Scalar::Integer | Scalar::Timestamp) => {
                row.set(self.slot, Value::Integer(number.into()));
            }
            _ => self.store(Token::Number(text), row),
        }
    }

    /// Sets this column's slot to the content of a string; the same as storing [`Token::Text`], only
    /// faster. `None` means that the content is not UTF-8.
    #[expect(clippy::inline_always, reason = "done for most strings that are wanted")]
    #[inline(always)]
    pub(super) fn store_short(
        &self,
        string: &ShortString<'_>,
        row: &mut impl Values,
    ) -> Option<()> {
        if matches!(self.kind, Kind::Text) && row.set_short(self.slot, string.text()) {
            return Some(());
        }
        self.store_bytes(string.content(), row)
    }

    #[inline(never)]
    fn store_bytes(&self, text: &[u8], row: &mut impl Values) -> Option<()> {
        self.store(Token::Text(std::str::from_utf8(text).ok()?), row);
        Some(())
    }

    /// Keeps a text unchanged, with its white space, and other scalars as written.
    fn store_text(&self, token: Token<'_>, row: &mut impl Values) {
        let text = match token {
            Token::Text(text) => text,
            Token::Number(text) => std::str::from_utf8(text).expect("numbers are ASCII"),
            Token::Boolean(true) => "true",
            Token::Boolean(false) => "false",
            Token::Null => return row.set(self.slot, Value::Missing),
            Token::Nested => return row.set(self.slot, Value::Invalid(Flaw::WrongType)),
        };
        if text.len() > TEXT_BYTES_MAX {
            row.set(self.slot, Value::Invalid(Flaw::TooLong));
        } else {
            row.set_text(self.slot, text);
        }
    }
}

impl Scalar {
    #[inline]
    fn value(self, token: Token<'_>) -> Value {
        let text = match token {
            Token::Number(text) => text,
            Token::Text(text) => {
                let text = text.trim_ascii();
                if is_missing(text) {
                    return Value::Missing;
                }
                text.as_bytes()
            }
            Token::Null => return Value::Missing,
            Token::Boolean(boolean) => return self.boolean(boolean),
            Token::Nested => return Value::Invalid(Flaw::WrongType),
        };
        self.parse(text).unwrap_or_else(Value::Invalid)
    }

    fn boolean(self, boolean: bool) -> Value {
        match self {
            Self::Boolean => Value::Boolean(boolean),
            _ => Value::Invalid(Flaw::WrongType),
        }
    }

    #[inline]
    fn parse(self, text: &[u8]) -> Result<Value, Flaw> {
        match self {
            Self::Unsigned { max } => {
                let number = number::whole(text)?;
                let number = u32::try_from(number).map_err(|_| Flaw::OutOfRange)?;
                Ok(unsigned(number, max))
            }
            Self::Integer => number::whole(text).map(Value::Integer),
            Self::Float => number::float(text).map(Value::Float),
            Self::Boolean => parse_boolean(text).map(Value::Boolean),
            Self::Timestamp => parse_timestamp(text).map(Value::Integer),
        }
    }
}

fn unsigned(number: u32, max: u32) -> Value {
    if number > max { Value::Invalid(Flaw::OutOfRange) } else { Value::Unsigned(number) }
}

/// The spellings of an empty number in strings and CSV cells. A text is missing only if it is
/// empty: `NaN` and `null` may be somebody's name.
fn is_missing(text: &str) -> bool {
    match text.len() {
        0 => true,
        3 => text.eq_ignore_ascii_case("nan"),
        4 => text.eq_ignore_ascii_case("null"),
        _ => false,
    }
}

fn parse_boolean(text: &[u8]) -> Result<bool, Flaw> {
    if text.eq_ignore_ascii_case(b"true") {
        return Ok(true);
    }
    if text.eq_ignore_ascii_case(b"false") {
        return Ok(false);
    }
    match number::whole(text) {
        Ok(0) => Ok(false),
        Ok(1) => Ok(true),
        _ => Err(Flaw::WrongType),
    }
}

/// Reads a number unchanged; the reader of the column knows its unit.
fn parse_timestamp(text: &[u8]) -> Result<i64, Flaw> {
    let number = number::whole(text);
    if number != Err(Flaw::WrongType) {
        return number;
    }
    let text = std::str::from_utf8(text).map_err(|_| Flaw::WrongType)?;
    parse_rfc3339(text).map(|instant| instant.0).ok_or(Flaw::WrongType)
}
