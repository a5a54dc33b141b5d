//! What comes next in a record: the text before a value, and a short value, each looked at without a
//! loop whose length the processor would have to guess.
//!
//! Zeros stand behind the record ([`Padded`]). A zero ends whatever is looked for here, so the end of
//! the record needs no look of its own.

use streamgauge_core::{Padded, ShortText};

use super::word::{Found, Word};

/// The longest piece between two values that is remembered, in bytes.
const LEAD_BYTES_MAX: usize = 31;

/// How many bytes there are from the start of a value on, of which some may be of the margin.
const START_BYTES: usize = 32;

/// What is left from some place of a record on: what comes next of it, of which some may be of the
/// margin.
pub(super) type Ahead = [u8; Padded::MARGIN];

/// The same from the start of a value on.
pub(super) type Start = [u8; START_BYTES];

/// The bytes between two values, laid out so that comparing them takes no loop and no call.
pub(super) struct Lead {
    halves: [u128; 2],
    masks: [u128; 2],
    /// In bytes; at most [`LEAD_BYTES_MAX`].
    length: usize,
}

/// A string of at most fifteen bytes without escapes.
#[derive(Clone, Copy)]
pub(in super::super) struct ShortString<'t> {
    /// The content, and what stands behind it.
    content: &'t [u8; 16],
    length: usize,
}

/// A code of one digit, the most frequent number of all, in front of a comma or a brace.
#[inline]
pub(super) fn single_digit(start: &Start) -> Option<u8> {
    let digit = start[0].wrapping_sub(b'0');
    (digit < 10 && matches!(start[1], b',' | b'}')).then_some(digit)
}

/// A whole number of two to seven digits in front of a comma or a brace, and how many they are.
#[inline]
pub(super) fn short_number(start: &Start) -> Option<(u32, usize)> {
    let (words, _) = start.as_chunks();
    let (count, number) = Word::of(words[0]).short_number()?;
    (start[0] != b'0' && matches!(start[count], b',' | b'}')).then_some((number, count))
}

/// The string whose first quote is the first of the bytes of `start`, if it is a short one of ASCII.
#[inline]
pub(super) fn short_ascii(start: &Start) -> Option<ShortString<'_>> {
    short_string(start, Word::special_or_not_ascii)
}

/// The string whose first quote is the first of the bytes of `start`, if it is a short one.
#[inline]
pub(super) fn short_text(start: &Start) -> Option<ShortString<'_>> {
    short_string(start, Word::special)
}

#[inline]
fn short_string(start: &Start, end: impl Fn(Word) -> Option<Found>) -> Option<ShortString<'_>> {
    let content: &[u8; 16] = start[1..].first_chunk()?;
    let (words, _) = content.as_chunks();
    let length = match end(Word::of(words[0])) {
        Some(end) => end.position(),
        None => Word::BYTES + end(Word::of(words[1]))?.position(),
    };
    (content[length] == b'"').then_some(ShortString { content, length })
}

impl<'t> ShortString<'t> {
    /// The bytes of the content.
    #[inline]
    pub(in super::super) fn content(self) -> &'t [u8] {
        &self.content[..self.length]
    }

    /// The content as a text, if it is one.
    #[inline]
    pub(in super::super) fn text(self) -> ShortText {
        let both = u128::from_le_bytes(*self.content) & THROUGH[self.length % 16];
        ShortText::from_words([both as u64, (both >> 64) as u64])
    }

    /// The length with the quotes.
    #[inline]
    pub(super) fn quoted_length(self) -> usize {
        self.length + 2
    }
}

/// The first bytes, as many as a text of this length and the quote behind it have.
const THROUGH: [u128; 16] = {
    let mut through = [0; 16];
    let mut length = 0;
    while length < 16 {
        through[length] = u128::MAX >> (8 * (15 - length));
        length += 1;
    }
    through
};

impl Lead {
    /// Remembers `lead`; `None` where it is too long.
    pub(super) fn new(lead: &[u8]) -> Option<Self> {
        if lead.len() > LEAD_BYTES_MAX {
            return None;
        }
        let mut bytes = [0; START_BYTES];
        bytes[..lead.len()].copy_from_slice(lead);
        let mut mask = [0; START_BYTES];
        mask[..lead.len()].fill(0xFF);
        Some(Self { halves: halves(&bytes), masks: halves(&mask), length: lead.len() })
    }

    /// The length in bytes.
    #[inline]
    pub(super) fn len(&self) -> usize {
        // No change, but seen by the compiler.
        self.length & LEAD_BYTES_MAX
    }

    /// What stands behind these bytes, if they are what comes next.
    #[inline]
    pub(super) fn strip_from<'t>(&self, ahead: &'t Ahead) -> Option<&'t Start> {
        let found = halves(ahead.first_chunk()?);
        let differs = |half: usize| (found[half] ^ self.halves[half]) & self.masks[half] != 0;
        if differs(0) || (self.len() > START_BYTES / 2 && differs(1)) {
            return None;
        }
        ahead[self.len()..].first_chunk()
    }
}

#[inline]
fn halves(bytes: &Start) -> [u128; 2] {
    let (chunks, _) = bytes.as_chunks();
    [u128::from_le_bytes(chunks[0]), u128::from_le_bytes(chunks[1])]
}
