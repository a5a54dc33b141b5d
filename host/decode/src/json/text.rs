//! What is left of a record while it is scanned: a place in it, from which common things are stepped
//! over without a loop whose length the processor would have to guess.
//!
//! Zeros stand behind the record ([`Padded`]). A zero ends whatever is looked for here, so the end of
//! the record needs no look of its own.

use streamgauge_core::{Padded, ShortText};

use super::word::{Found, Word};

/// The longest piece between two values that is remembered, in bytes.
pub(super) const LEAD_BYTES_MAX: usize = Padded::MARGIN;

/// The end of a record, from some place in it, and the margin.
#[derive(Clone, Copy)]
pub(super) struct Text<'t>(&'t [u8]);

/// The bytes between two values, laid out so that comparing them takes no loop and no call.
pub(super) struct Lead {
    halves: [u128; 2],
    masks: [u128; 2],
    /// At most [`LEAD_BYTES_MAX`].
    length: usize,
}

/// A string of at most fifteen bytes without escapes.
#[derive(Clone, Copy)]
pub(in super::super) struct ShortString<'t> {
    /// The content, and what stands behind it.
    content: &'t [u8; 16],
    length: usize,
}

impl<'t> Text<'t> {
    /// The whole record.
    #[inline]
    pub(super) fn new(record: Padded<'t>) -> Self {
        Self(record.with_margin())
    }

    /// What is left, and the margin behind it.
    #[inline]
    pub(super) fn with_margin(self) -> &'t [u8] {
        self.0
    }

    /// What stands behind the first `bytes` bytes, `None` where there are not so many.
    #[inline]
    pub(super) fn skip(self, bytes: usize) -> Option<Self> {
        self.0.get(bytes..).map(Self)
    }

    /// The next bytes, of which there may be zeros of the margin; `None` never happens.
    #[inline]
    pub(super) fn next(self) -> Option<&'t [u8; Padded::MARGIN]> {
        self.0.first_chunk()
    }

    /// What stands behind `lead`, if the text starts with it.
    #[inline]
    pub(super) fn strip(self, lead: &Lead) -> Option<Self> {
        let found = halves(self.next()?);
        let differs = |half: usize| (found[half] ^ lead.halves[half]) & lead.masks[half] != 0;
        if differs(0) || (lead.length > LEAD_BYTES_MAX / 2 && differs(1)) {
            return None;
        }
        self.skip(lead.length)
    }
}

/// A code of one digit, the most frequent number of all, in front of a comma or a brace.
#[inline]
pub(super) fn single_digit(next: &[u8; Padded::MARGIN]) -> Option<u8> {
    let digit = next[0].wrapping_sub(b'0');
    (digit < 10 && matches!(next[1], b',' | b'}')).then_some(digit)
}

/// A whole number of two to seven digits in front of a comma or a brace, and how many they are.
#[inline]
pub(super) fn short_number(next: &[u8; Padded::MARGIN]) -> Option<(u32, usize)> {
    let (words, _) = next.as_chunks();
    let (count, number) = Word::of(words[0]).short_number()?;
    (next[0] != b'0' && matches!(next[count], b',' | b'}')).then_some((number, count))
}

/// The string whose first quote is the first of the next bytes, if it is a short one of ASCII.
#[inline]
pub(super) fn short_ascii(next: &[u8; Padded::MARGIN]) -> Option<ShortString<'_>> {
    short_string(next, Word::special_or_not_ascii)
}

/// The string whose first quote is the first of the next bytes, if it is a short one.
#[inline]
pub(super) fn short_text(next: &[u8; Padded::MARGIN]) -> Option<ShortString<'_>> {
    short_string(next, Word::special)
}

#[inline]
fn short_string(
    next: &[u8; Padded::MARGIN],
    end: impl Fn(Word) -> Option<Found>,
) -> Option<ShortString<'_>> {
    let content: &[u8; 16] = next[1..].first_chunk()?;
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
        let mut bytes = [0; LEAD_BYTES_MAX];
        bytes[..lead.len()].copy_from_slice(lead);
        let mut mask = [0; LEAD_BYTES_MAX];
        mask[..lead.len()].fill(0xFF);
        Some(Self { halves: halves(&bytes), masks: halves(&mask), length: lead.len() })
    }
}

#[inline]
fn halves(bytes: &[u8; LEAD_BYTES_MAX]) -> [u128; 2] {
    let (chunks, _) = bytes.as_chunks();
    [u128::from_le_bytes(chunks[0]), u128::from_le_bytes(chunks[1])]
}
