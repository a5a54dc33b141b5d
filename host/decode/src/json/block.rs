//! Sixteen bytes at a time, as one number: the end of a short string or number is found, and a
//! short number is read, without a loop whose length the processor would have to guess.
//!
//! The usual tricks on words find the first byte of a kind exactly; their answers for the bytes
//! after that one are not used.

const ONES: u128 = u128::MAX / 0xFF;
const HIGHS: u128 = ONES << 7;

/// The bytes of a record from some position on; zeros behind its end.
#[derive(Clone, Copy)]
pub(super) struct Block(u128);

/// The digits that a block starts with.
pub(super) struct Digits {
    /// The number of digits, up to eight.
    pub(super) count: usize,
    /// The number that the digits spell; `None` means that there are eight digits or more.
    pub(super) number: Option<u32>,
}

impl Block {
    /// The size of a block, in bytes.
    pub(super) const BYTES: usize = 16;

    /// The block at `at`, which is not behind the end of `bytes`.
    #[inline]
    pub(super) fn at(bytes: &[u8], at: usize) -> Self {
        if let Some(block) = bytes[at..].first_chunk::<{ Self::BYTES }>() {
            return Self(u128::from_le_bytes(*block));
        }
        let missing = Self::BYTES - (bytes.len() - at);
        if missing == Self::BYTES {
            return Self(0);
        }
        if let Some(block) = bytes.last_chunk::<{ Self::BYTES }>() {
            return Self(u128::from_le_bytes(*block) >> (8 * missing));
        }
        let mut block = [0; Self::BYTES];
        block[..Self::BYTES - missing].copy_from_slice(&bytes[at..]);
        Self(u128::from_le_bytes(block))
    }

    /// The position of the first quote, backslash or control character (`None` means that the block
    /// has none), and whether all bytes before that position are ASCII.
    #[inline]
    pub(super) fn special(self) -> (Option<usize>, bool) {
        let zero_in = |x: u128| x.wrapping_sub(ONES) & !x;
        let quote = zero_in(self.0 ^ (ONES * u128::from(b'"')));
        let backslash = zero_in(self.0 ^ (ONES * u128::from(b'\\')));
        let control = self.0.wrapping_sub(ONES * 0x20) & !self.0;
        let found = (quote | backslash | control) & HIGHS;
        // With nothing found this covers all bytes.
        let before = (found & found.wrapping_neg()).wrapping_sub(1);
        let is_ascii = self.0 & before & HIGHS == 0;
        ((found != 0).then_some(found.trailing_zeros() as usize / 8), is_ascii)
    }

    /// The digits that this block starts with, among its first eight bytes.
    #[inline]
    pub(super) fn digits(self) -> Digits {
        const ONES: u64 = u64::MAX / 0xFF;
        let word = self.0 as u64;
        let high_nibbles = |x: u64| (x & (ONES * 0xF0)) ^ (ONES * 0x30);
        let others = high_nibbles(word) | high_nibbles(word.wrapping_add(ONES * 6));
        let count = others.trailing_zeros() as usize / 8;
        if count == 0 || count == 8 {
            return Digits { count, number: None };
        }
        // Leading zeros in front, and then pairs, fours and eights of digits at once.
        let digits = (word << (64 - 8 * count)) & (ONES * 0x0F);
        let pairs = (digits * 10 + (digits >> 8)) & 0x00FF_00FF_00FF_00FF;
        let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
        let number = (fours * 10_000 + (fours >> 32)) as u32;
        Digits { count, number: Some(number) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn blocks_see_what_a_loop_sees(
            bytes in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..40),
                prop::collection::vec(prop::sample::select(b"0123456789/:\"\\\x1F\x20\x7F\x80!#[]".to_vec()), 0..40),
                prop::collection::vec(b'0'..=b'9', 0..40),
            ],
        ) {
            for at in 0..=bytes.len() {
                let rest = &bytes[at..];
                let mut block = [0; Block::BYTES];
                for (to, from) in block.iter_mut().zip(rest) {
                    *to = *from;
                }
                let found = block.iter().position(|b| matches!(b, b'"' | b'\\' | ..0x20));
                let is_ascii = block[..found.unwrap_or(Block::BYTES)].is_ascii();
                prop_assert_eq!(Block::at(&bytes, at).special(), (found, is_ascii));

                let digits = Block::at(&bytes, at).digits();
                let count = block[..8].iter().take_while(|b| b.is_ascii_digit()).count();
                prop_assert_eq!(digits.count, count);
                let text = std::str::from_utf8(&block[..count]).unwrap();
                let number = if count < 8 { text.parse().ok() } else { None };
                prop_assert_eq!(digits.number, number);
            }
        }
    }
}
