//! The header of a record batch, the unit in which brokers keep and hand over records.

/// The bytes before the records of a batch.
pub(crate) const HEADER_BYTES: usize = 61;

/// The bytes of a batch that its length does not count: the first offset and the length.
const BEFORE_LENGTH: usize = 12;

/// The format of record batches since Kafka 0.11.
const MAGIC: u8 = 2;

const CODEC: i16 = 0x07;
const APPENDED: i16 = 0x08;
const TRANSACTIONAL: i16 = 0x10;
const CONTROL: i16 = 0x20;

/// Where the fields stand, from the start of the batch.
mod at {
    pub(super) const LENGTH: usize = 8;
    pub(super) const MAGIC: usize = 16;
    pub(super) const CRC: usize = 17;
    pub(super) const ATTRIBUTES: usize = 21;
    pub(super) const LAST_OFFSET_DELTA: usize = 23;
    pub(super) const FIRST_STAMP: usize = 27;
    pub(super) const LAST_STAMP: usize = 35;
    pub(super) const PRODUCER: usize = 43;
    pub(super) const COUNT: usize = 57;
    pub(super) const LEADER_EPOCH: usize = 12;
}

/// What stands before the records of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// The bytes of the whole batch.
    pub(crate) bytes: usize,
    pub(crate) first_offset: i64,
    /// The last offset that the batch stands for, whether its record is still there or not.
    pub(crate) last_offset: i64,
    /// The epoch of the leader that wrote the batch.
    pub(crate) leader_epoch: i32,
    pub(crate) producer: i64,
    pub(crate) first_stamp: i64,
    /// The stamp of all records, where the broker stamped them when it wrote them.
    pub(crate) appended: Option<i64>,
    pub(crate) records: i32,
    /// The number of the codec.
    pub(crate) codec: u8,
    pub(crate) is_transactional: bool,
    /// The batch marks the end of a transaction and holds no record for readers.
    pub(crate) is_control: bool,
}

/// Why the next bytes are no batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoBatch {
    /// An answer may end in the middle of a batch; the next fetch brings it whole.
    CutOff,
    /// The format of records before Kafka 0.11, by its number.
    Old(u8),
    /// The bytes cannot be a batch.
    Broken,
    /// The checksum does not fit.
    Checksum,
}

impl Header {
    /// The header of the batch that `bytes` begin with, whose checksum fits.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, NoBatch> {
        if bytes.len() <= at::MAGIC {
            return Err(NoBatch::CutOff);
        }
        // All formats have their number at this place.
        match bytes[at::MAGIC] {
            MAGIC => {}
            old if old < MAGIC => return Err(NoBatch::Old(old)),
            _ => return Err(NoBatch::Broken),
        }
        let length = i32::from_be_bytes(part(bytes, at::LENGTH));
        let length = usize::try_from(length).map_err(|_| NoBatch::Broken)? + BEFORE_LENGTH;
        if length < HEADER_BYTES {
            return Err(NoBatch::Broken);
        }
        let bytes = bytes.get(..length).ok_or(NoBatch::CutOff)?;
        if crc32c::crc32c(&bytes[at::ATTRIBUTES..]) != u32::from_be_bytes(part(bytes, at::CRC)) {
            return Err(NoBatch::Checksum);
        }
        let attributes = i16::from_be_bytes(part(bytes, at::ATTRIBUTES));
        let first_offset = i64::from_be_bytes(part(bytes, 0));
        let delta = i32::from_be_bytes(part(bytes, at::LAST_OFFSET_DELTA));
        let records = i32::from_be_bytes(part(bytes, at::COUNT));
        let last_offset = first_offset.checked_add(i64::from(delta));
        let last_offset = last_offset.filter(|last| first_offset >= 0 && *last >= first_offset);
        let last_stamp = i64::from_be_bytes(part(bytes, at::LAST_STAMP));
        Ok(Self {
            bytes: length,
            first_offset,
            last_offset: last_offset.ok_or(NoBatch::Broken)?,
            leader_epoch: i32::from_be_bytes(part(bytes, at::LEADER_EPOCH)),
            producer: i64::from_be_bytes(part(bytes, at::PRODUCER)),
            first_stamp: i64::from_be_bytes(part(bytes, at::FIRST_STAMP)),
            appended: (attributes & APPENDED != 0).then_some(last_stamp),
            records: if records < 0 { return Err(NoBatch::Broken) } else { records },
            codec: (attributes & CODEC) as u8,
            is_transactional: attributes & TRANSACTIONAL != 0,
            is_control: attributes & CONTROL != 0,
        })
    }
}

fn part<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    bytes[at..at + N].try_into().expect("a header is complete")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::BatchMaker;

    #[test]
    fn a_batch_is_read_as_it_was_written() {
        let batch = BatchMaker { first_offset: 70, producer: 9, ..BatchMaker::default() };
        let bytes = batch.with(&[Some(b"a"), None, Some(b"ccc")]);
        let header = Header::read(&bytes).expect("it is whole");
        assert_eq!((header.first_offset, header.last_offset, header.records), (70, 72, 3));
        assert_eq!((header.bytes, header.producer, header.codec), (bytes.len(), 9, 0));
        assert_eq!((header.appended, header.is_control), (None, false));
        // What comes after it is not its own.
        let longer = [&bytes[..], b"more"].concat();
        assert_eq!(Header::read(&longer), Ok(header));
    }

    #[test]
    fn what_is_no_batch_is_told_by_its_reason() {
        let bytes = BatchMaker::default().with(&[Some(b"a")]);
        for length in [0, 5, 17, 60, bytes.len() - 1] {
            assert_eq!(Header::read(&bytes[..length]), Err(NoBatch::CutOff), "{length} bytes");
        }
        let with = |at: usize, value: u8| {
            let mut changed = bytes.clone();
            changed[at] = value;
            Header::read(&changed)
        };
        assert_eq!(with(16, 1), Err(NoBatch::Old(1)));
        assert_eq!(with(16, 7), Err(NoBatch::Broken));
        assert_eq!(with(8, 0xFF), Err(NoBatch::Broken));
        for at in (21..bytes.len()).chain(17..21) {
            assert_eq!(with(at, !bytes[at]), Err(NoBatch::Checksum), "byte {at}");
        }
    }
}
