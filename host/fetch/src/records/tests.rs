//! Batches from end to end: packed as producers do, and as nobody should.

use bytes::Bytes;
use proptest::prelude::*;

use super::{CodecError, HEADER_BYTES, Header, Plain, Step, Unpacker, Walk, WalkError};
use crate::testing::{BatchMaker, framed_snappy, pack, varint};

/// A record: offset, stamp, value.
type Read = (i64, i64, Option<Vec<u8>>);

/// All records of the batch that `bytes` begin with, from a reader that may have read others.
fn walk(bytes: &[u8], unpacker: &mut Unpacker, plain: &mut Plain) -> Result<Vec<Read>, WalkError> {
    let header = Header::read(bytes).map_err(|_| WalkError::Broken)?;
    let packed = Bytes::copy_from_slice(&bytes[HEADER_BYTES..header.bytes]);
    let mut walk = Walk::open(header, packed, unpacker)?;
    let mut read = Vec::new();
    loop {
        match walk.next(plain)? {
            Step::Record(found) => {
                let value = found.value.map(|(start, end)| plain.bytes()[start..end].to_vec());
                read.push((found.offset, found.stamp, value));
            }
            Step::Short => {
                plain.compact();
                plain.unpack(unpacker)?;
            }
            Step::Over => {
                assert_eq!(walk.left(), 0);
                plain.abandon();
                plain.compact();
                unpacker.close();
                return Ok(read);
            }
        }
    }
}

fn values() -> impl Strategy<Value = Vec<Option<Vec<u8>>>> {
    let short = prop::collection::vec(any::<u8>(), 0..300);
    // Longer than a piece, and packed to little.
    let long = (any::<u8>(), 0..300_000_usize).prop_map(|(byte, length)| vec![byte; length]);
    let value = prop_oneof![20 => short, 1 => long];
    prop::collection::vec(prop::option::weighted(0.9, value), 1..40)
}

proptest! {
    #[test]
    fn what_was_packed_comes_out(batches in prop::collection::vec((0..5_u8, values()), 1..6)) {
        let (mut unpacker, mut plain) = (Unpacker::default(), Plain::default());
        for (codec, values) in batches {
            let slices: Vec<_> = values.iter().map(|value| value.as_deref()).collect();
            let bytes = BatchMaker { codec, first_offset: 50, ..BatchMaker::default() }.with(&slices);
            let expected: Vec<Read> =
                (0..).zip(values).map(|(n, value)| (50 + n, 1_000 + n, value)).collect();
            prop_assert_eq!(walk(&bytes, &mut unpacker, &mut plain), Ok(expected));
        }
    }

    #[test]
    fn garbage_is_refused_and_the_next_batch_is_read(
        codec in 0..8_u8,
        garbage in prop::collection::vec(any::<u8>(), 0..400),
        records in 1..10_i32,
        flipped in prop::option::of((any::<prop::sample::Index>(), 1..=255_u8)),
    ) {
        let (mut unpacker, mut plain) = (Unpacker::default(), Plain::default());
        // Bytes of no codec, or those of one with a byte changed.
        let mut packed = if flipped.is_some() { pack(codec, &garbage) } else { garbage };
        if let (Some((at, by)), false) = (flipped, packed.is_empty()) {
            let at = at.index(packed.len());
            packed[at] ^= by;
        }
        let made = BatchMaker { codec, ..BatchMaker::default() };
        // Never a panic, whatever comes.
        let _ = walk(&made.packed(&packed, records, records - 1), &mut unpacker, &mut plain);
        unpacker.forget();
        plain.abandon();
        plain.compact();
        for codec in 0..5 {
            let bytes = BatchMaker { codec, ..BatchMaker::default() }.with(&[Some(b"good")]);
            let expected = vec![(0, 1_000, Some(b"good".to_vec()))];
            prop_assert_eq!(walk(&bytes, &mut unpacker, &mut plain), Ok(expected));
        }
    }
}

#[test]
fn offsets_may_be_missing_and_brokers_may_stamp() {
    let made = BatchMaker { first_offset: 100, is_appended: true, ..BatchMaker::default() };
    let bytes = made.with_offsets(&[(2, Some(b"a")), (7, None)], 9);
    let read = walk(&bytes, &mut Unpacker::default(), &mut Plain::default());
    assert_eq!(read, Ok(vec![(102, 1_009, Some(b"a".to_vec())), (107, 1_009, None)]));
    assert_eq!(Header::read(&bytes).map(|header| header.last_offset), Ok(109));
}

#[test]
fn snappy_is_read_in_the_frames_of_java_too() {
    let mut plain = Vec::new();
    for delta in 0..3 {
        let value = vec![delta as u8; 40_000];
        let mut body = vec![0];
        for number in [delta, delta, -1, value.len() as i64] {
            varint(&mut body, number);
        }
        body.extend(value);
        varint(&mut body, 0);
        varint(&mut plain, body.len() as i64);
        plain.extend(body);
    }
    let made = BatchMaker { codec: 2, ..BatchMaker::default() };
    let (mut unpacker, mut kept) = (Unpacker::default(), Plain::default());
    for packed in [framed_snappy(&plain, 32 << 10), pack(2, &plain)] {
        let read = walk(&made.packed(&packed, 3, 2), &mut unpacker, &mut kept);
        let lengths: Vec<_> =
            read.expect("it is good").into_iter().map(|r| r.2.map(|v| v.len())).collect();
        assert_eq!(lengths, [Some(40_000); 3]);
    }
    for cut in [3, 12, 18, 30] {
        let packed = &framed_snappy(&plain, 32 << 10)[..cut];
        let read = walk(&made.packed(packed, 3, 2), &mut unpacker, &mut kept);
        assert!(read.is_err(), "{cut} bytes: {read:?}");
        unpacker.forget();
        kept.abandon();
    }
}

#[test]
fn an_unknown_codec_is_named_and_a_cut_batch_is_broken() {
    let (mut unpacker, mut plain) = (Unpacker::default(), Plain::default());
    let unknown = BatchMaker { codec: 6, ..BatchMaker::default() }.packed(b"?", 1, 0);
    let refused = walk(&unknown, &mut unpacker, &mut plain);
    assert_eq!(refused, Err(WalkError::Codec(CodecError::Unknown(6))));
    for codec in 0..5 {
        let packed = pack(codec, &[7; 5_000]);
        let made = BatchMaker { codec, ..BatchMaker::default() };
        let read = walk(&made.packed(&packed[..packed.len() / 2], 1, 0), &mut unpacker, &mut plain);
        assert!(read.is_err(), "codec {codec}: {read:?}");
        unpacker.forget();
        plain.abandon();
        plain.compact();
    }
}

/// One megabyte of a batch that unpacks to a gigabyte: only a piece of it is in memory at a time.
#[test]
fn a_batch_that_unpacks_to_a_thousand_times_its_size_takes_no_memory_for_it() {
    let record = {
        let mut body = vec![0];
        for number in [0, 0, -1, 1 << 20] {
            varint(&mut body, number);
        }
        body.extend(vec![b'x'; 1 << 20]);
        varint(&mut body, 0);
        let mut record = Vec::new();
        varint(&mut record, body.len() as i64);
        record.extend(body);
        record
    };
    for codec in [1, 3, 4] {
        let bytes = BatchMaker { codec, ..BatchMaker::default() }.packed(
            &pack(codec, &record.repeat(200)),
            200,
            199,
        );
        assert!(bytes.len() < 4 << 20);
        let header = Header::read(&bytes).expect("it is whole");
        let (mut unpacker, mut plain) = (Unpacker::default(), Plain::default());
        let packed = Bytes::copy_from_slice(&bytes[HEADER_BYTES..]);
        let mut walk = Walk::open(header, packed, &mut unpacker).expect("the codec is known");
        let mut read = 0;
        loop {
            match walk.next(&mut plain).expect("it is good") {
                Step::Record(_) => read += 1,
                Step::Short => {
                    plain.compact();
                    plain.unpack(&mut unpacker).expect("there is more");
                    assert!(plain.bytes().len() < 2 << 20, "no more than a record and a piece");
                }
                Step::Over => break,
            }
        }
        assert_eq!(read, 200);
    }
}

#[test]
fn a_record_that_says_to_be_larger_than_any_is_refused_before_it_is_unpacked() {
    let mut plain = Vec::new();
    varint(&mut plain, 1 << 30);
    let bytes = BatchMaker::default().packed(&plain, 1, 0);
    let read = walk(&bytes, &mut Unpacker::default(), &mut Plain::default());
    assert_eq!(read, Err(WalkError::TooLarge));
}
