//! Records as a source hands them over: many at once, their bytes as ranges of one buffer, so that
//! taking a record costs no call and no allocation.
//!
//! A source keeps the buffer and a [`BlockIndex`] and fills both anew for each block. Where the
//! bytes do not stand in a buffer of the source yet, a [`BlockBuffer`] collects them.
//!
//! **Invariant**: the records of one partition are in the order of their offsets.

use std::ops::Range;

use crate::record::RecordMeta;

/// Stands for the length of a value that is not there.
const ABSENT: u32 = u32::MAX;

/// A buffer that grew beyond this for one large record, in bytes, does not stay that large.
const KEPT_BYTES_MAX: usize = 4 << 20;

/// How much one block may hold. Both are reached by the last record and not before it, so a block
/// holds at least one record however large that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockLimits {
    /// The most records of one block.
    pub records: usize,
    /// The bytes that make a block full.
    pub bytes: usize,
}

/// Places of records in their logs, and ranges of their bytes in a buffer that the source owns.
#[derive(Clone, Debug, Default)]
pub struct BlockIndex {
    entries: Vec<Entry>,
    /// By neighbours of one partition: its number, and the end of the run among the entries.
    runs: Vec<(u32, usize)>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    meta: RecordMeta,
    start: u32,
    /// [`ABSENT`] where the record has no value.
    length: u32,
}

/// A block whose bytes are collected record by record.
#[derive(Clone, Debug, Default)]
pub struct BlockBuffer {
    index: BlockIndex,
    bytes: Vec<u8>,
}

/// Records that stand in one buffer.
#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    index: &'a BlockIndex,
    bytes: &'a [u8],
}

/// The answer of a source that is asked for its next records.
#[derive(Clone, Copy, Debug)]
pub enum Fetched<'a> {
    /// At least one record.
    Records {
        /// The records, in the source's own memory until the next call.
        block: Block<'a>,
        /// Whether the next call should wait.
        supply: Supply,
    },
    /// No record came within the timeout; there may be some later.
    Nothing,
    /// A bounded source has handed over everything.
    Ended,
}

/// Whether a source has more at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supply {
    /// It may: the next call finds out without waiting.
    More,
    /// It has nothing more for now.
    Drained,
}

/// Neighbouring records of one partition.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The number of the partition that all records are of.
    pub partition: u32,
    entries: &'a [Entry],
    bytes: &'a [u8],
}

/// One record of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// Offset, stamp, and where reading continues after the record.
    pub meta: RecordMeta,
    /// The original bytes; `None` means that the record has no value (Kafka's tombstones).
    pub value: Option<&'a [u8]>,
}

impl BlockIndex {
    /// Forgets all records and keeps the memory.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.runs.clear();
    }

    /// Adds a record whose value is `value` in the buffer.
    ///
    /// # Panics
    /// The buffer is larger than 4 GiB.
    #[inline]
    pub fn push(&mut self, partition: u32, meta: RecordMeta, value: Option<Range<usize>>) {
        let number = |n: usize| u32::try_from(n).expect("a block is smaller than 4 GiB");
        let (start, length) =
            value.map_or((0, ABSENT), |value| (number(value.start), number(value.len())));
        self.entries.push(Entry { meta, start, length });
        let end = self.entries.len();
        match self.runs.last_mut() {
            Some((last, run_end)) if *last == partition => *run_end = end,
            _ => self.runs.push((partition, end)),
        }
    }

    /// How many records there are.
    pub fn records(&self) -> usize {
        self.entries.len()
    }
}

impl BlockBuffer {
    /// Forgets all records; the memory is kept unless one large record took it.
    pub fn clear(&mut self) {
        self.index.clear();
        self.bytes.clear();
        self.bytes.shrink_to(KEPT_BYTES_MAX);
    }

    /// Adds a record and copies its bytes into the buffer.
    #[inline]
    pub fn push(&mut self, partition: u32, meta: RecordMeta, value: Option<&[u8]>) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(value.unwrap_or_default());
        self.index.push(partition, meta, value.map(|value| start..start + value.len()));
    }

    /// Adds a record whose value `write` appends to the bytes that it is handed; `write` says where
    /// the record stands.
    #[inline]
    pub fn push_with(&mut self, partition: u32, write: impl FnOnce(&mut Vec<u8>) -> RecordMeta) {
        let start = self.bytes.len();
        let meta = write(&mut self.bytes);
        self.index.push(partition, meta, Some(start..self.bytes.len()));
    }

    /// Whether a block is as large as `limits` allow.
    pub fn is_full(&self, limits: BlockLimits) -> bool {
        self.index.records() >= limits.records || self.bytes.len() >= limits.bytes
    }

    /// Whether there is no record.
    pub fn is_empty(&self) -> bool {
        self.index.records() == 0
    }

    /// The records that were added.
    pub fn block(&self) -> Block<'_> {
        Block::new(&self.index, &self.bytes)
    }
}

impl<'a> Block<'a> {
    /// The records of `index`, whose ranges are of `bytes`.
    pub fn new(index: &'a BlockIndex, bytes: &'a [u8]) -> Self {
        Self { index, bytes }
    }

    /// How many records there are.
    pub fn records(&self) -> usize {
        self.index.records()
    }

    /// The records by neighbours of one partition, in the order of the block.
    pub fn runs(self) -> impl Iterator<Item = Run<'a>> {
        let mut start = 0;
        self.index.runs.iter().map(move |(partition, end)| {
            let entries = &self.index.entries[start..*end];
            start = *end;
            Run { partition: *partition, entries, bytes: self.bytes }
        })
    }
}

impl<'a> Run<'a> {
    /// The records in the order of their offsets.
    pub fn records(self) -> impl Iterator<Item = Record<'a>> {
        self.entries.iter().map(move |entry| {
            let start = entry.start as usize;
            let value = || &self.bytes[start..start + entry.length as usize];
            Record { meta: entry.meta, value: (entry.length != ABSENT).then(value) }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::RecordTime;

    fn meta(offset: i64) -> RecordMeta {
        RecordMeta { offset, time: RecordTime(offset * 10), cursor: 0 }
    }

    type Read = Vec<(u32, Vec<(i64, Option<Vec<u8>>)>)>;

    fn read(block: Block<'_>) -> Read {
        let record = |record: Record<'_>| (record.meta.offset, record.value.map(<[u8]>::to_vec));
        block.runs().map(|run| (run.partition, run.records().map(record).collect())).collect()
    }

    #[test]
    fn records_come_back_by_runs_of_one_partition() {
        let mut buffer = BlockBuffer::default();
        buffer.push(3, meta(7), Some(b"abc"));
        buffer.push(3, meta(9), None);
        buffer.push(0, meta(1), Some(b""));
        buffer.push_with(3, |bytes| {
            bytes.extend_from_slice(b"de");
            meta(10)
        });
        let value = |bytes: &[u8]| Some(bytes.to_vec());
        let expected: Read = vec![
            (3, vec![(7, value(b"abc")), (9, None)]),
            (0, vec![(1, value(b""))]),
            (3, vec![(10, value(b"de"))]),
        ];
        assert_eq!(read(buffer.block()), expected);
        assert_eq!(buffer.block().records(), 4);
        buffer.clear();
        assert!(buffer.is_empty() && read(buffer.block()).is_empty());
    }

    #[test]
    fn ranges_may_be_of_any_buffer() {
        let mut index = BlockIndex::default();
        index.push(1, meta(0), Some(4..7));
        index.push(1, meta(1), Some(0..2));
        let block = Block::new(&index, b"ab--cde");
        let expected = vec![(0, Some(b"cde".to_vec())), (1, Some(b"ab".to_vec()))];
        assert_eq!(read(block), [(1, expected)]);
    }

    #[test]
    fn a_block_is_full_by_records_or_by_bytes_and_holds_at_least_one() {
        let limits = BlockLimits { records: 2, bytes: 10 };
        let mut buffer = BlockBuffer::default();
        assert!(!buffer.is_full(limits));
        buffer.push(0, meta(0), Some(b"1"));
        assert!(!buffer.is_full(limits));
        buffer.push(0, meta(1), Some(b"2"));
        assert!(buffer.is_full(limits));
        buffer.clear();
        buffer.push(0, meta(0), Some(&vec![0; 5 << 20]));
        assert!(buffer.is_full(limits));
        buffer.clear();
        assert!(buffer.bytes.capacity() <= KEPT_BYTES_MAX);
    }
}
