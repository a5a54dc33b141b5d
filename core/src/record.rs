//! A record's place in its log, and what can be wrong with its bytes. Bad data is data: these are
//! values to be counted and written to the dead letters, not errors that stop anything.

use std::fmt;

use crate::time::RecordTime;

/// The largest record that is decoded, in bytes; a larger one is [`Rejection::TooLarge`].
pub const RECORD_BYTES_MAX: usize = 1 << 20;

/// The largest text that one value may hold, in bytes; a larger one is [`Flaw::TooLong`].
pub const TEXT_BYTES_MAX: usize = 64 << 10;

/// U+FEFF in UTF-8, which some programs write at the start of a text. A file and a record may
/// begin with it; it is never part of their content.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Where a record stands and when it was stamped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordMeta {
    /// Position in the partition's log.
    pub offset: i64,
    /// The source's stamp.
    pub time: RecordTime,
    /// Where the source would go on after this record (a byte position in a file; 0 where the
    /// offset says it all).
    pub cursor: u64,
}

/// Why the value of one field is not usable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Flaw {
    /// A value of another kind: a list, an object, a text where a number belongs.
    WrongType,
    /// Reads as a number that the type or the field's `max` does not allow.
    OutOfRange,
    /// A number with a fraction where a whole number belongs.
    Fraction,
    /// Longer than the limit for one value.
    TooLong,
}

impl Flaw {
    /// A stable name for reasons, counts and dead letters.
    pub fn name(self) -> &'static str {
        match self {
            Self::WrongType => "wrong_type",
            Self::OutOfRange => "out_of_range",
            Self::Fraction => "fraction",
            Self::TooLong => "too_long",
        }
    }
}

/// Why a record cannot be read as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rejection {
    /// No value at all, or nothing but white space.
    Empty,
    /// Larger than the limit for one record.
    TooLarge,
    /// Not UTF-8.
    NotUtf8,
    /// Not one complete JSON text.
    NotJson,
    /// JSON, but not an object.
    NotAnObject,
    /// Not one complete CSV row: an open quote.
    NotCsv,
    /// A CSV row with another number of fields than the header or the schema.
    FieldCount {
        /// Fields that there should be.
        expected: u32,
        /// Fields that there are.
        found: u32,
    },
    /// A `required` field without a value; by slot.
    RequiredMissing(usize),
    /// A `required` field with an unusable value; by slot.
    RequiredInvalid(usize, Flaw),
}

impl Rejection {
    /// How many different reasons there are.
    pub const KINDS: usize = 9;

    /// The names of all reasons, in the order of [`Rejection::kind`].
    pub const NAMES: [&'static str; Self::KINDS] = [
        "empty",
        "too_large",
        "not_utf8",
        "not_json",
        "not_an_object",
        "not_csv",
        "field_count",
        "required_missing",
        "required_invalid",
    ];

    /// A number per reason, below [`Rejection::KINDS`].
    pub fn kind(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::TooLarge => 1,
            Self::NotUtf8 => 2,
            Self::NotJson => 3,
            Self::NotAnObject => 4,
            Self::NotCsv => 5,
            Self::FieldCount { .. } => 6,
            Self::RequiredMissing(_) => 7,
            Self::RequiredInvalid(..) => 8,
        }
    }

    /// A stable name for counts and dead letters.
    pub fn name(&self) -> &'static str {
        Self::NAMES[self.kind()]
    }
}

/// `text` without one [`BYTE_ORDER_MARK`] at its start.
pub fn without_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_number_and_a_name_of_its_own() {
        let flaw = Flaw::WrongType;
        let all = [
            (Rejection::Empty, "empty"),
            (Rejection::TooLarge, "too_large"),
            (Rejection::NotUtf8, "not_utf8"),
            (Rejection::NotJson, "not_json"),
            (Rejection::NotAnObject, "not_an_object"),
            (Rejection::NotCsv, "not_csv"),
            (Rejection::FieldCount { expected: 6, found: 7 }, "field_count"),
            (Rejection::RequiredMissing(0), "required_missing"),
            (Rejection::RequiredInvalid(0, flaw), "required_invalid"),
        ];
        for (number, (rejection, name)) in all.into_iter().enumerate() {
            assert_eq!((rejection.kind(), rejection.name()), (number, name));
        }
    }

    #[test]
    fn one_byte_order_mark_at_the_start_is_not_content() {
        for (text, content) in [
            (&b"\xEF\xBB\xBF{}"[..], &b"{}"[..]),
            (b"\xEF\xBB\xBF\xEF\xBB\xBF", b"\xEF\xBB\xBF"),
            (b"\xEF\xBB", b"\xEF\xBB"),
            (b"{\xEF\xBB\xBF}", b"{\xEF\xBB\xBF}"),
            (b"", b""),
        ] {
            assert_eq!(without_byte_order_mark(text), content);
        }
    }
}
