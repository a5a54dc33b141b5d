//! A short text as two words, which tell at a glance whether two texts are the same: no loop, no
//! hash, and no look at the text's encoding where it was looked at before.

const ONES: u64 = u64::MAX / 0xFF;
const HIGHS: u64 = ONES << 7;

/// The bytes of a text, a quote behind them, and zeros: different for any two texts, since the last
/// byte that is not a zero is the quote behind the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShortText {
    first: u64,
    second: u64,
}

impl ShortText {
    /// The longest text that fits, in bytes.
    pub const BYTES_MAX: usize = 15;

    /// The text of these words in little-endian order: its bytes, a quote, and nothing but zeros.
    #[inline]
    pub fn from_words([first, second]: [u64; 2]) -> Self {
        Self { first, second }
    }

    /// `text` as words; `None` for the empty text, which is no value, and for a long one.
    #[inline]
    pub(crate) fn of(text: &[u8]) -> Option<Self> {
        if text.is_empty() || text.len() > Self::BYTES_MAX {
            return None;
        }
        let mut bytes = [0; 16];
        bytes[..text.len()].copy_from_slice(text);
        bytes[text.len()] = b'"';
        let (words, _) = bytes.as_chunks::<8>();
        Some(Self::from_words([u64::from_le_bytes(words[0]), u64::from_le_bytes(words[1])]))
    }

    /// True if all bytes are ASCII, and so a text for certain.
    #[inline]
    pub fn is_ascii(self) -> bool {
        (self.first | self.second) & HIGHS == 0
    }

    /// The length of the text, in bytes.
    #[inline]
    pub(crate) fn len(self) -> usize {
        let zeros = match self.second {
            0 => 8 + self.first.leading_zeros() / 8,
            second => second.leading_zeros() / 8,
        };
        Self::BYTES_MAX.saturating_sub(zeros as usize)
    }

    /// The bytes of the text, and what stands behind it.
    #[inline]
    pub(crate) fn bytes(self) -> [u8; 16] {
        let both = u128::from(self.first) | u128::from(self.second) << 64;
        both.to_le_bytes()
    }

    /// One of so many places, a power of two, that is another one for most other texts.
    #[inline]
    pub(crate) fn place(self, places: usize) -> usize {
        let mixed = (self.first ^ self.second.rotate_left(23)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 52) as usize & places.wrapping_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_of_one_to_fifteen_bytes_are_short() {
        assert_eq!(ShortText::of(b""), None);
        assert_eq!(ShortText::of(b"0123456789abcdef"), None);
        let short = ShortText::of(b"0123456789abcde").expect("fifteen bytes");
        assert_eq!((short.len(), &short.bytes()), (15, b"0123456789abcde\""));
        assert_eq!(ShortText::from_words([u64::from(b'"'), 0]).len(), 0, "the empty text");
    }

    proptest! {
        /// Also texts that end in quotes and zeros.
        #[test]
        fn words_are_as_different_as_texts(
            one in prop::collection::vec(prop::sample::select(b"a\"\0\xE6".to_vec()), 1..16),
            other in prop::collection::vec(prop::sample::select(b"a\"\0\xE6".to_vec()), 1..16),
        ) {
            let (a, b) = (ShortText::of(&one).unwrap(), ShortText::of(&other).unwrap());
            prop_assert_eq!(a == b, one == other);
            prop_assert_eq!((a.len(), a.is_ascii()), (one.len(), one.is_ascii()));
            prop_assert_eq!(&a.bytes()[..a.len()], &one);
            prop_assert!(a.place(256) < 256);
        }
    }
}
