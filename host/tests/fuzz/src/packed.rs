//! Record batches of any bytes, with checksums that fit.

use bytes::Bytes;
use streamgauge_fetch::records_of;

/// The bytes before the records of a batch.
const HEADER: usize = 61;

/// Walks whole batches, one after the other, each with its length, its format and its checksum put
/// right.
pub(crate) fn walk(bytes: &[u8]) {
    let _ = records_of(&Bytes::from(mended(bytes)), |_, value| {
        std::hint::black_box(value.map(<[u8]>::len));
    });
}

/// Walks a batch of as many records as the first byte says, packed in the others by this codec.
pub(crate) fn unpack(codec: u8, bytes: &[u8]) {
    let (count, packed) = bytes.split_first().map_or((0, bytes), |(count, rest)| (*count, rest));
    let mut batch = vec![0; HEADER];
    batch[22] = codec;
    batch[26] = count;
    batch[60] = count;
    batch.extend_from_slice(packed);
    walk(&batch);
}

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
