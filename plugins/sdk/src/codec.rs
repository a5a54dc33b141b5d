//! Bytes of a snapshot: little-endian, explicit, one encoding per value.
//!
//! Unsigned integers are LEB128 varints, signed ones zigzag varints, floats their eight bytes of
//! bit pattern, texts a length and UTF-8. [`Reader`] refuses bytes that [`Writer`] does not write
//! (padded varints, left-over bytes), so equal bytes and equal states mean the same thing.

use crate::{Error, Result};

/// Writes a snapshot.
///
/// ```
/// use streamgauge_sdk::codec::{Reader, Writer};
///
/// let mut writer = Writer::default();
/// writer.u64(300);
/// writer.text("购买");
/// let bytes = writer.finish();
/// assert_eq!(bytes.len(), 2 + 1 + 6);
///
/// let mut reader = Reader::new(&bytes);
/// assert_eq!(reader.u64()?, 300);
/// assert_eq!(reader.text()?, "购买");
/// reader.finish()?;
/// # Ok::<(), streamgauge_sdk::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// Appends an unsigned integer, 1 to 10 bytes.
    pub fn u64(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }

    /// Appends a signed integer, 1 to 10 bytes; small magnitudes are short.
    pub fn i64(&mut self, value: i64) {
        self.u64(((value << 1) ^ (value >> 63)) as u64);
    }

    /// Appends a float, 8 bytes; every NaN becomes the same one.
    pub fn f64(&mut self, value: f64) {
        let value = if value.is_nan() { f64::NAN } else { value };
        self.bytes.extend_from_slice(&value.to_bits().to_le_bytes());
    }

    /// Appends bytes with their length.
    pub fn bytes(&mut self, value: &[u8]) {
        self.u64(value.len() as u64);
        append(&mut self.bytes, value);
    }

    /// Appends the lengths of things that end at these places, one behind the other; their number is
    /// for the reader to know.
    pub(crate) fn lengths(&mut self, ends: &[u32]) {
        self.bytes.reserve(ends.len());
        let mut start = 0;
        for &end in ends {
            self.u64(u64::from(end - start));
            start = end;
        }
    }

    /// Makes room for so many bytes, where the writer knows about how many come.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// Appends a text with its length in bytes.
    pub fn text(&mut self, value: &str) {
        self.bytes(value.as_bytes());
    }

    /// The bytes written so far, as a finished snapshot.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// Appends `value`, mostly a few bytes: a copy of a length that the compiler does not know is a call
/// out of the component, which costs as much as all else that is done with a short key.
#[inline]
pub(crate) fn append(bytes: &mut Vec<u8>, value: &[u8]) {
    match short(value) {
        Some(padded) => {
            let end = bytes.len() + value.len();
            bytes.extend_from_slice(&padded);
            bytes.truncate(end);
        }
        None => bytes.extend_from_slice(value),
    }
}

/// Four to fifteen bytes, and whatever behind them.
#[inline]
fn short(value: &[u8]) -> Option<[u8; 16]> {
    let halves = |first: u64, last: u64| {
        let mut padded = [0; 16];
        padded[..8].copy_from_slice(&first.to_le_bytes());
        padded[8..].copy_from_slice(&last.to_le_bytes());
        Some(padded)
    };
    // Two parts that overlap: what the first has is shifted out of the last.
    match value.len() {
        8..16 => {
            let (first, last) = (value.first_chunk()?, value.last_chunk()?);
            let last = u64::from_le_bytes(*last) >> (8 * (16 - value.len()) % 64);
            halves(u64::from_le_bytes(*first), last)
        }
        4..8 => {
            let (first, last) = (value.first_chunk()?, value.last_chunk()?);
            let last = u64::from(u32::from_le_bytes(*last)) >> (8 * (8 - value.len()) % 32);
            halves(u64::from(u32::from_le_bytes(*first)) | (last << 32), 0)
        }
        _ => None,
    }
}

/// Reads what a [`Writer`] wrote, in the same order.
///
/// Every method fails with [`Error::BadState`] where the bytes end too early or are not those that
/// the writer writes.
#[derive(Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the first of `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// How many bytes are left.
    pub fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// The next value, an unsigned integer.
    ///
    /// # Errors
    /// [`Error::BadState`], as for every method.
    pub fn u64(&mut self) -> Result<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && byte > 1 {
                break;
            }
            value |= bits << shift;
            if byte < 0x80 {
                if byte == 0 && shift > 0 {
                    break;
                }
                return Ok(value);
            }
        }
        Err(bad_state("holds an integer that is not in shortest form"))
    }

    /// The next value, a signed integer.
    ///
    /// # Errors
    /// [`Error::BadState`], as for every method.
    pub fn i64(&mut self) -> Result<i64> {
        let zigzag = self.u64()?;
        Ok((zigzag >> 1) as i64 ^ -((zigzag & 1) as i64))
    }

    /// The next value, a float.
    ///
    /// # Errors
    /// [`Error::BadState`], as for every method.
    pub fn f64(&mut self) -> Result<f64> {
        let mut bits = [0; 8];
        bits.copy_from_slice(self.take(8)?);
        Ok(f64::from_bits(u64::from_le_bytes(bits)))
    }

    /// The next value, bytes written with their length.
    ///
    /// # Errors
    /// [`Error::BadState`], as for every method.
    pub fn bytes(&mut self) -> Result<&'a [u8]> {
        let length = self.u64()?;
        self.take(usize::try_from(length).unwrap_or(usize::MAX))
    }

    /// The next value, a text.
    ///
    /// # Errors
    /// [`Error::BadState`], as for every method.
    pub fn text(&mut self) -> Result<&'a str> {
        std::str::from_utf8(self.bytes()?).map_err(|_| bad_state("holds a text that is not UTF-8"))
    }

    /// Where so many things end whose lengths are written.
    pub(crate) fn lengths(&mut self, count: u64) -> Result<Vec<u32>> {
        let mut ends = Vec::with_capacity(count.min(self.remaining() as u64) as usize);
        let mut end = 0_u32;
        for _ in 0..count {
            let next = u32::try_from(self.u64()?).ok().and_then(|length| end.checked_add(length));
            end = next.ok_or_else(|| bad_state("holds more than 4 GiB"))?;
            ends.push(end);
        }
        Ok(ends)
    }

    /// Checks that no byte is left over.
    ///
    /// # Errors
    /// [`Error::BadState`], as for every method.
    pub fn finish(self) -> Result<()> {
        if self.rest.is_empty() { Ok(()) } else { Err(bad_state("is longer than expected")) }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        let (taken, rest) =
            self.rest.split_at_checked(length).ok_or_else(|| bad_state("ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }
}

/// A [`Error::BadState`] that begins with "snapshot".
#[must_use]
pub fn bad_state(problem: &str) -> Error {
    Error::BadState(format!("snapshot {problem}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_round_trip_at_their_edges() {
        for value in [0, 1, 127, 128, 16_383, 16_384, u64::MAX - 1, u64::MAX] {
            let mut writer = Writer::default();
            writer.u64(value);
            writer.i64(value as i64);
            writer.i64((value as i64).wrapping_neg());
            let bytes = writer.finish();
            let mut reader = Reader::new(&bytes);
            assert_eq!(reader.u64(), Ok(value));
            assert_eq!(reader.i64(), Ok(value as i64));
            assert_eq!(reader.i64(), Ok((value as i64).wrapping_neg()));
            assert_eq!(reader.finish(), Ok(()));
        }
    }

    #[test]
    fn bytes_of_every_length_are_written_as_they_are() {
        let text: Vec<u8> = (1..=40).collect();
        for length in 0..=text.len() {
            let mut writer = Writer::default();
            writer.bytes(&text[..length]);
            writer.u64(7);
            let written = [&[length as u8], &text[..length], &[7]].concat();
            assert_eq!(writer.finish(), written);
        }
    }

    #[test]
    fn floats_round_trip_and_every_nan_is_one() {
        let mut writer = Writer::default();
        writer.f64(-0.0);
        writer.f64(f64::from_bits(0xfff8_0000_0000_0001));
        let bytes = writer.finish();
        let mut reader = Reader::new(&bytes);
        assert_eq!(reader.f64().map(f64::to_bits), Ok((-0.0_f64).to_bits()));
        assert_eq!(reader.f64().map(f64::to_bits), Ok(f64::NAN.to_bits()));
    }

    #[test]
    fn bytes_that_no_writer_writes_are_refused() {
        let cases: [(&[u8], &str); 5] = [
            (&[], "ends too early"),
            (&[0x80], "ends too early"),
            (&[0x80, 0x00], "not in shortest form"),
            (&[0xff; 11], "not in shortest form"),
            (&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02], "shortest form"),
        ];
        for (bytes, expected) in cases {
            let error = Reader::new(bytes).u64().expect_err("not a varint").to_string();
            assert!(error.contains(expected), "{bytes:?}: {error}");
        }
        assert!(Reader::new(&[0xff, 0xff, 0x03, b'a']).text().is_err());
        assert!(Reader::new(&[1, 0xff]).text().is_err());
        assert!(Reader::new(&[0]).finish().is_err());
    }
}
