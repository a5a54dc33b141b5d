//! The records of one batch, read where they were unpacked to.

use bytes::Bytes;

use super::codec::Unpacker;
use super::codec_error::CodecError;
use super::header::Header;

/// A record may take so many bytes, plain and with its key and headers. A batch that says that one
/// takes more cannot be read; brokers take no such record unless somebody allows them to.
const RECORD_BYTES_MAX: usize = 128 << 20;

/// How many bytes are unpacked at a time, so that they are still in a near cache when they are read.
const PIECE_BYTES: usize = 64 << 10;

/// The plain bytes that stay when nothing is walked.
const KEPT_BYTES_MAX: usize = 4 << 20;

/// Plain bytes of records: those that were handed over, and after them those that were not.
#[derive(Default)]
pub(crate) struct Plain {
    /// As long as it ever was, so that it is not cleared again and again.
    bytes: Vec<u8>,
    /// Where the next record begins.
    at: usize,
    /// Where the unpacked bytes end.
    end: usize,
}

/// A batch whose records are being handed over.
pub(crate) struct Walk {
    header: Header,
    /// How many records were not read.
    left: i32,
}

/// A record and where its value stands among the plain bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) offset: i64,
    pub(crate) stamp: i64,
    /// Start and end; `None` means that there is no value.
    pub(crate) value: Option<(usize, usize)>,
}

/// What a step through a batch came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Record(Found),
    /// The next record is not unpacked yet.
    Short,
    /// All records were read.
    Over,
}

/// Why the records of a batch cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum WalkError {
    Codec(CodecError),
    /// The bytes are no records.
    Broken,
    /// One record takes more than is allowed.
    TooLarge,
}

impl Plain {
    /// What the places of [`Found`] are places in.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.end]
    }

    /// How many bytes stand before the next record.
    pub(crate) fn walked(&self) -> usize {
        self.at
    }

    /// Forgets what was handed over.
    pub(crate) fn compact(&mut self) {
        self.bytes.copy_within(self.at..self.end, 0);
        self.end -= self.at;
        self.at = 0;
        if self.end == 0 && self.bytes.len() > KEPT_BYTES_MAX {
            self.bytes = Vec::new();
        }
    }

    /// Forgets what was not handed over, too.
    pub(crate) fn abandon(&mut self) {
        self.end = self.at;
    }

    /// Unpacks another piece of the batch that is open. Call it where [`Walk::next`] is short.
    pub(crate) fn unpack(&mut self, unpacker: &mut Unpacker) -> Result<(), WalkError> {
        if self.end - self.at > RECORD_BYTES_MAX {
            return Err(WalkError::TooLarge);
        }
        let piece = self.end + PIECE_BYTES;
        if self.bytes.len() < piece {
            self.bytes.resize(piece.max(self.bytes.len() * 2), 0);
        }
        let read = unpacker.read(&mut self.bytes[self.end..piece]).map_err(WalkError::Codec)?;
        self.end += read;
        // The records that are said to be there are not.
        if read == 0 { Err(WalkError::Broken) } else { Ok(()) }
    }
}

impl Walk {
    /// Begins with the batch of `header`, whose records are packed in `packed`.
    pub(crate) fn open(
        header: Header,
        packed: Bytes,
        unpacker: &mut Unpacker,
    ) -> Result<Self, WalkError> {
        unpacker.open(header.codec, packed).map_err(WalkError::Codec)?;
        Ok(Self { header, left: header.records })
    }

    /// The last offset of the batch.
    pub(crate) fn last_offset(&self) -> i64 {
        self.header.last_offset
    }

    /// How many records were not read.
    pub(crate) fn left(&self) -> usize {
        self.left.unsigned_abs() as usize
    }

    /// The next record among the plain bytes.
    #[inline]
    pub(crate) fn next(&mut self, plain: &mut Plain) -> Result<Step, WalkError> {
        if self.left == 0 {
            return Ok(Step::Over);
        }
        let bytes = &plain.bytes[..plain.end];
        let mut at = plain.at;
        let Some(length) = varint(bytes, &mut at) else {
            // No number takes more than ten bytes.
            return if bytes.len() - plain.at < 10 {
                Ok(Step::Short)
            } else {
                Err(WalkError::Broken)
            };
        };
        let length = usize::try_from(length).map_err(|_| WalkError::Broken)?;
        if length > RECORD_BYTES_MAX {
            return Err(WalkError::TooLarge);
        }
        let end = at + length;
        let Some(record) = bytes.get(..end) else { return Ok(Step::Short) };
        let found = self.read(record, at).ok_or(WalkError::Broken)?;
        plain.at = end;
        self.left -= 1;
        Ok(Step::Record(found))
    }

    /// The record that begins at `at`, after its length, and ends with `bytes`.
    #[inline]
    fn read(&self, bytes: &[u8], at: usize) -> Option<Found> {
        // One byte of attributes, of which none is in use.
        let mut at = at + 1;
        let stamp = varint(bytes, &mut at)?;
        let delta = varint(bytes, &mut at)?;
        let key = varint(bytes, &mut at)?;
        at = at.checked_add(usize::try_from(key.max(0)).ok()?)?;
        let length = varint(bytes, &mut at)?;
        let value = match usize::try_from(length) {
            Ok(length) => {
                let end = at.checked_add(length)?;
                (end <= bytes.len()).then_some(())?;
                Some((at, end))
            }
            Err(_) => None,
        };
        let stamp = self.header.appended.unwrap_or(self.header.first_stamp.wrapping_add(stamp));
        Some(Found { offset: self.header.first_offset.checked_add(delta)?, stamp, value })
    }
}

/// A number of one to ten bytes, the low bits first, its sign in the lowest.
#[inline]
fn varint(bytes: &[u8], at: &mut usize) -> Option<i64> {
    let first = *bytes.get(*at)?;
    *at += 1;
    if first < 0x80 {
        return Some(i64::from(first >> 1) ^ -i64::from(first & 1));
    }
    let mut value = u64::from(first & 0x7F);
    for shift in (7..64).step_by(7) {
        let byte = *bytes.get(*at)?;
        *at += 1;
        value |= u64::from(byte & 0x7F) << shift;
        if byte < 0x80 {
            return Some((value >> 1) as i64 ^ -((value & 1) as i64));
        }
    }
    None
}
