//! Record batches as producers write them, for tests.

use std::io::Write as _;

pub(crate) mod scripted;

/// What a batch is made with.
#[derive(Clone, Copy)]
pub(crate) struct BatchMaker {
    pub(crate) first_offset: i64,
    pub(crate) first_stamp: i64,
    pub(crate) producer: i64,
    pub(crate) codec: u8,
    pub(crate) is_transactional: bool,
    pub(crate) is_control: bool,
    /// The broker stamped the records with the last stamp.
    pub(crate) is_appended: bool,
}

impl Default for BatchMaker {
    fn default() -> Self {
        Self {
            first_offset: 0,
            first_stamp: 1_000,
            producer: -1,
            codec: 0,
            is_transactional: false,
            is_control: false,
            is_appended: false,
        }
    }
}

impl BatchMaker {
    /// A batch of these values, whose stamps grow by one.
    pub(crate) fn with(self, values: &[Option<&[u8]>]) -> Vec<u8> {
        let numbered: Vec<_> = (0..).zip(values.iter().copied()).collect();
        self.with_offsets(&numbered, values.len() as i32 - 1)
    }

    /// A batch that holds values at these distances from its first offset.
    pub(crate) fn with_offsets(self, values: &[(i64, Option<&[u8]>)], last_delta: i32) -> Vec<u8> {
        let mut plain = Vec::new();
        for (delta, value) in values {
            record(&mut plain, *delta, *value);
        }
        self.packed(&pack(self.codec, &plain), values.len() as i32, last_delta)
    }

    /// A batch around bytes that are packed already.
    pub(crate) fn packed(self, packed: &[u8], records: i32, last_delta: i32) -> Vec<u8> {
        let flags = [(self.is_appended, 8), (self.is_transactional, 16), (self.is_control, 32)];
        let flags = flags.iter().filter(|(is_set, _)| *is_set).map(|(_, bit)| bit);
        let attributes = i16::from(self.codec) | flags.sum::<i16>();
        let mut rest = Vec::new();
        rest.extend(attributes.to_be_bytes());
        rest.extend(last_delta.to_be_bytes());
        rest.extend(self.first_stamp.to_be_bytes());
        rest.extend((self.first_stamp + i64::from(last_delta)).to_be_bytes());
        rest.extend(self.producer.to_be_bytes());
        rest.extend(0_i16.to_be_bytes());
        rest.extend(0_i32.to_be_bytes());
        rest.extend(records.to_be_bytes());
        rest.extend(packed);
        let mut batch = Vec::new();
        batch.extend(self.first_offset.to_be_bytes());
        batch.extend((rest.len() as i32 + 9).to_be_bytes());
        batch.extend(3_i32.to_be_bytes());
        batch.push(2);
        batch.extend(crc32c::crc32c(&rest).to_be_bytes());
        batch.extend(rest);
        batch
    }
}

fn record(to: &mut Vec<u8>, delta: i64, value: Option<&[u8]>) {
    let mut body = vec![0];
    varint(&mut body, delta);
    varint(&mut body, delta);
    varint(&mut body, 3);
    body.extend(b"key");
    varint(&mut body, value.map_or(-1, |value| value.len() as i64));
    body.extend(value.unwrap_or_default());
    // One header.
    varint(&mut body, 1);
    varint(&mut body, 1);
    body.extend(b"h");
    varint(&mut body, -1);
    varint(to, body.len() as i64);
    to.extend(body);
}

pub(crate) fn varint(to: &mut Vec<u8>, value: i64) {
    let mut left = ((value << 1) ^ (value >> 63)) as u64;
    while left >= 0x80 {
        to.push(left as u8 | 0x80);
        left >>= 7;
    }
    to.push(left as u8);
}

/// `plain` as codec number `codec` packs it.
pub(crate) fn pack(codec: u8, plain: &[u8]) -> Vec<u8> {
    match codec {
        1 => {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(plain).and_then(|()| gzip.finish()).expect("it is in memory")
        }
        2 => snap::raw::Encoder::new().compress_vec(plain).expect("it is small"),
        3 => {
            let mut lz4 = lz4_flex::frame::FrameEncoder::new(Vec::new());
            lz4.write_all(plain).expect("it is in memory");
            lz4.finish().expect("it is in memory")
        }
        4 => zstd::encode_all(plain, 3).expect("it is in memory"),
        _ => plain.to_vec(),
    }
}

/// `plain` in the frames of Java's snappy, in blocks of `block` bytes.
pub(crate) fn framed_snappy(plain: &[u8], block: usize) -> Vec<u8> {
    let mut packed = b"\x82SNAPPY\0\0\0\0\x01\0\0\0\x01".to_vec();
    for block in plain.chunks(block) {
        let block = snap::raw::Encoder::new().compress_vec(block).expect("it is small");
        packed.extend((block.len() as u32).to_be_bytes());
        packed.extend(block);
    }
    packed
}
