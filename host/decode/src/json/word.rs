//! Eight bytes at a time, as one number: the end of a short string or number is found, and a short
//! number is read, without a loop whose length the processor would have to guess.
//!
//! The usual tricks on words find the first byte of a kind exactly; their answers for the bytes
//! after that one are not used.

const ONES: u64 = u64::MAX / 0xFF;
const HIGHS: u64 = ONES << 7;

/// Eight bytes of a record and its margin.
#[derive(Clone, Copy)]
pub(super) struct Word(u64);

/// The first byte of some kind in a word.
#[derive(Clone, Copy)]
pub(super) struct Found {
    /// The highest bit of that byte; above it, whatever.
    flags: u64,
}

impl Word {
    /// The size of a word, in bytes.
    pub(super) const BYTES: usize = 8;

    #[inline]
    pub(super) fn of(bytes: [u8; Self::BYTES]) -> Self {
        Self(u64::from_le_bytes(bytes))
    }

    /// The first byte that is a quote, a backslash or a control character; `None` means that the word
    /// has none.
    #[inline]
    pub(super) fn special(self) -> Option<Found> {
        Found::first(self.ends() & !self.0)
    }

    /// The first byte that is a quote, a backslash, a control character or not ASCII.
    #[inline]
    pub(super) fn special_or_not_ascii(self) -> Option<Found> {
        Found::first(self.ends() | self.0)
    }

    /// The highest bit of each byte that is a quote, a backslash or a control character, up to the
    /// first of them or the first that is not ASCII; else whatever.
    #[inline]
    fn ends(self) -> u64 {
        // With the second bit flipped, a quote and the control characters are what is below 0x21.
        let quote_or_control = (self.0 ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
        let backslash = (self.0 ^ (ONES * u64::from(b'\\'))).wrapping_sub(ONES);
        quote_or_control | backslash
    }

    /// The word as it was read, in little-endian order.
    #[inline]
    pub(super) fn bits(self) -> u64 {
        self.0
    }

    /// The bytes up to and with the one that was found; zeros behind it.
    #[inline]
    pub(super) fn through(self, found: Found) -> u64 {
        self.0 & (found.flags ^ (found.flags - 1))
    }

    /// The number that one to seven digits at the start of the word spell, and how many there are.
    #[inline]
    pub(super) fn short_number(self) -> Option<(usize, u32)> {
        let digits = self.0 ^ (ONES * 0x30);
        let others = (digits.wrapping_add(ONES * 0x76) | digits) & HIGHS;
        let bits = others.trailing_zeros();
        let count = bits as usize / 8;
        if !(1..Self::BYTES).contains(&count) {
            return None;
        }
        // Leading zeros in front, and then pairs, fours and eights of digits at once.
        let digits = digits << (64 - 8 * count);
        let pairs = (digits * 10 + (digits >> 8)) & 0x00FF_00FF_00FF_00FF;
        let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
        Some((count, (fours * 10_000 + (fours >> 32)) as u32))
    }
}

impl Found {
    #[inline]
    fn first(flags: u64) -> Option<Self> {
        let flags = flags & HIGHS;
        (flags != 0).then_some(Self { flags })
    }

    /// The position of the byte in its word.
    #[inline]
    pub(super) fn position(self) -> usize {
        self.flags.trailing_zeros() as usize / 8
    }
}

/// True if all bytes of `word` are ASCII.
#[inline]
pub(super) fn is_ascii(word: u64) -> bool {
    word & HIGHS == 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_byte() -> impl Strategy<Value = u8> {
        let near = b"0123456789/:\"\\\x1F\x20\x7F\x80!#[]\x00\xA2\xDC\xB0".to_vec();
        prop_oneof![any::<u8>(), prop::sample::select(near), b'0'..=b'9']
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn words_see_what_a_loop_sees(bytes in prop::array::uniform8(any_byte())) {
            let word = Word::of(bytes);
            let found = bytes.iter().position(|b| matches!(b, b'"' | b'\\' | ..0x20));
            let special = word.special();
            prop_assert_eq!(special.map(Found::position), found);
            if let (Some(special), Some(found)) = (special, found) {
                let mut through = [0; 8];
                through[..=found].copy_from_slice(&bytes[..=found]);
                prop_assert_eq!(word.through(special), u64::from_le_bytes(through));
            }
            let found = bytes.iter().position(|b| matches!(b, b'"' | b'\\' | ..0x20 | 0x80..));
            prop_assert_eq!(word.special_or_not_ascii().map(Found::position), found);
            prop_assert_eq!(is_ascii(word.bits()), bytes.is_ascii());

            let count = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
            let text = std::str::from_utf8(&bytes[..count]).unwrap();
            let number = if count < 8 { text.parse().ok() } else { None };
            prop_assert_eq!(word.short_number(), number.map(|number| (count, number)));
        }
    }
}
