//! All records of some batches at once, for whoever has no partition to keep places in: measuring and
//! trying out.

use bytes::Bytes;

use super::codec::Unpacker;
use super::header::{HEADER_BYTES, Header, NoBatch};
use super::walk::{Plain, Step, Walk, WalkError};

/// Calls `each` with the offset and the value of every record in `batches`, as a broker answers them
/// one after the other, and gives the number of batches. Markers are records here, and so is what was
/// aborted.
///
/// # Errors
/// The bytes are no record batches; the reason. What came before was handed over.
pub fn records_of(
    batches: &Bytes,
    mut each: impl FnMut(i64, Option<&[u8]>),
) -> Result<usize, String> {
    let (mut unpacker, mut plain) = (Unpacker::default(), Plain::default());
    let (mut at, mut count) = (0, 0);
    loop {
        let header = match Header::read(&batches[at..]) {
            Ok(header) => header,
            Err(NoBatch::CutOff) => return Ok(count),
            Err(other) => return Err(format!("{other:?} at byte {at}")),
        };
        let packed = batches.slice(at + HEADER_BYTES..at + header.bytes);
        let walked = walk(header, packed, &mut unpacker, &mut plain, &mut each);
        walked.map_err(|error| format!("{error:?} in the batch at byte {at}"))?;
        at += header.bytes;
        count += 1;
    }
}

fn walk(
    header: Header,
    packed: Bytes,
    unpacker: &mut Unpacker,
    plain: &mut Plain,
    each: &mut impl FnMut(i64, Option<&[u8]>),
) -> Result<(), WalkError> {
    let mut walk = Walk::open(header, packed, unpacker)?;
    loop {
        match walk.next(plain)? {
            Step::Record(found) => {
                each(found.offset, found.value.map(|(start, end)| &plain.bytes()[start..end]));
            }
            Step::Short => {
                plain.compact();
                plain.unpack(unpacker)?;
            }
            Step::Over => break,
        }
    }
    plain.abandon();
    plain.compact();
    unpacker.close();
    Ok(())
}
