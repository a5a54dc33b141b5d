//! A record as it is scanned: with zeros behind it, so that words can be read at every place of the
//! record without a look at its end. A zero ends whatever it stands behind, text or number, and is
//! part of no JSON, so the margin is never taken for content.
//!
//! **Invariant**: the margin is zeros; only [`Padded::append`] makes one.

use crate::record::{BYTE_ORDER_MARK, without_byte_order_mark};

/// A record and its margin.
#[derive(Clone, Copy, Debug)]
pub struct Padded<'a>(&'a [u8]);

impl<'a> Padded<'a> {
    /// How many zeros there are behind a record.
    pub const MARGIN: usize = 64;

    /// Appends `record` and a margin to `buffer`.
    #[inline]
    pub fn append(record: &[u8], buffer: &'a mut Vec<u8>) -> Self {
        let start = buffer.len();
        buffer.reserve(record.len() + Self::MARGIN);
        buffer.extend_from_slice(record);
        buffer.extend_from_slice(&[0; Self::MARGIN]);
        Self(&buffer[start..])
    }

    /// The bytes of the record, without the margin.
    #[inline]
    pub fn record(self) -> &'a [u8] {
        Self::without_margin(self.0)
    }

    /// The record and the zeros behind it.
    #[inline]
    pub fn with_margin(self) -> &'a [u8] {
        self.0
    }

    /// `text`, the end of a padded record, without the zeros behind the record.
    #[inline]
    pub fn without_margin(text: &[u8]) -> &[u8] {
        &text[..text.len().saturating_sub(Self::MARGIN)]
    }

    /// The record without one byte order mark at its start.
    #[inline]
    #[must_use]
    pub fn without_byte_order_mark(self) -> Self {
        // Hardly any record has one.
        match self.0.first() {
            Some(first) if *first == BYTE_ORDER_MARK[0] => Self(without_byte_order_mark(self.0)),
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_stand_behind_a_record_wherever_it_begins() {
        let mut buffer = b"before".to_vec();
        let padded = Padded::append(b"record", &mut buffer);
        assert_eq!(padded.record(), b"record");
        let (record, margin) = padded.with_margin().split_at(6);
        assert_eq!((record, margin), (&b"record"[..], &[0; Padded::MARGIN][..]));
    }

    #[test]
    fn a_byte_order_mark_is_never_taken_from_the_margin() {
        for (record, content) in [
            (&b"\xEF\xBB\xBF{}"[..], &b"{}"[..]),
            (b"\xEF\xBB\xBF", b""),
            (b"\xEF\xBB", b"\xEF\xBB"),
            (b"", b""),
        ] {
            let mut buffer = Vec::new();
            let padded = Padded::append(record, &mut buffer).without_byte_order_mark();
            assert_eq!(padded.record(), content);
            assert_eq!(padded.with_margin().len(), content.len() + Padded::MARGIN);
        }
    }
}
