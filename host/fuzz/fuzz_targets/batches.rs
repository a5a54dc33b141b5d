//! Record batches of any bytes, with checksums that fit: the walk ends, reads nothing that is not
//! there, and takes no more memory than a record may.
//!
//! The first byte says whether the rest is the packed records of a batch, and of which codec, or
//! whole batches.
#![no_main]

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use streamgauge_fetch::records_of;

/// The bytes before the records of a batch.
const HEADER: usize = 61;

fuzz_target!(|data: &[u8]| {
    let Some((kind, rest)) = data.split_first() else { return };
    let bytes = if kind & 0x80 == 0 { around(kind & 7, rest) } else { mended(rest) };
    let _ = records_of(&Bytes::from(bytes), |_, value| {
        std::hint::black_box(value.map(<[u8]>::len));
    });
});

/// A batch of as many records as its first byte says, packed in the others.
fn around(codec: u8, packed: &[u8]) -> Vec<u8> {
    let (count, packed) = packed.split_first().map_or((0, packed), |(count, rest)| (*count, rest));
    let mut batch = vec![0; HEADER];
    batch[22] = codec;
    batch[26] = count;
    batch[60] = count;
    batch.extend_from_slice(packed);
    mended(&batch)
}

/// Batches one after the other, each with its length, its format and its checksum put right.
fn mended(bytes: &[u8]) -> Vec<u8> {
    let mut mended = bytes.to_vec();
    if mended.len() < HEADER {
        return mended;
    }
    let length = u32::try_from(mended.len() - 12).unwrap_or(u32::MAX);
    mended[8..12].copy_from_slice(&length.to_be_bytes());
    mended[16] = 2;
    let checksum = crc32c::crc32c(&mended[21..]);
    mended[17..21].copy_from_slice(&checksum.to_be_bytes());
    mended
}
