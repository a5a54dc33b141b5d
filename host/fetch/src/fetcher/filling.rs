//! From the answers to a block.

use std::time::Instant;

use streamgauge_core::{BlockIndex, BlockLimits, RecordMeta, RecordTime};

use super::{AGAIN_AFTER, FetchError, Fetcher, Piece, What};
use crate::fault::{BrokerFault, FaultKind};
use crate::partition::Partition;
use crate::records::{CodecError, Plain, Step, Unpacker, Walk, WalkError};

/// Memory of answers that is kept for the next ones, in bytes. An answer that was larger, because one
/// batch was, gives its memory back.
const KEPT_BYTES_MAX: usize = 8 << 20;

/// What the walk through a batch came to.
enum Came {
    /// The block is full.
    Full,
    /// The batch is read, up to its last offset.
    Over(i64),
    Failed(WalkError),
}

impl Fetcher {
    /// Adds records to the block until it is full or all that came is walked. What is wrong is kept
    /// for its partition.
    pub(super) fn fill(&mut self, limits: BlockLimits) {
        loop {
            let Some((number, walk)) = self.walk.as_mut() else {
                let Some(piece) = self.pieces.pop_front() else {
                    self.recycle();
                    return;
                };
                self.open(piece);
                continue;
            };
            let number = *number;
            let partition = self.partitions.iter_mut().find(|one| one.number == number);
            let partition = partition.expect("what is walked is assigned");
            let (plain, unpacker) = (&mut self.plain, &mut self.unpacker);
            match walk_on(partition, walk, plain, unpacker, &mut self.index, limits) {
                Came::Full => return,
                Came::Over(last) => {
                    partition.pass(last + 1);
                    self.walk = None;
                    self.plain.abandon();
                    self.unpacker.close();
                }
                Came::Failed(error) => self.spoiled(number, &error),
            }
        }
    }

    /// Begins with the next part of an answer.
    fn open(&mut self, piece: Piece) {
        let Piece { partition: number, session, what } = piece;
        let found = self.partitions.iter_mut().find(|one| one.number == number);
        if let What::Batch(header, _) = &what {
            self.queued -= header.records.unsigned_abs() as usize;
        }
        let Some(partition) = found.filter(|one| one.session == session) else { return };
        match what {
            What::End(offset) => partition.reach(offset),
            What::Batch(header, packed) => match Walk::open(header, packed, &mut self.unpacker) {
                Ok(walk) => self.walk = Some((number, walk)),
                Err(error) => self.spoiled(number, &error),
            },
        }
    }

    /// A batch cannot be read: the partition is read again from there later, unless another client
    /// has to.
    fn spoiled(&mut self, number: u32, error: &WalkError) {
        self.drop_pieces(number);
        self.walk = None;
        self.unpacker.forget();
        self.plain.abandon();
        let reason = match error {
            WalkError::Codec(CodecError::Unknown(codec)) => {
                let reason = format!("partition {number}: records are packed with codec {codec}");
                self.failure = Some(FetchError::Unsupported(reason));
                // The other client begins here.
                let found = self.partitions.iter_mut().find(|one| one.number == number);
                found.into_iter().for_each(Partition::rewind);
                return;
            }
            WalkError::Codec(CodecError::Broken(reason)) => {
                format!("a record batch cannot be unpacked: {reason}")
            }
            WalkError::Broken => "a record batch holds something else than records".to_owned(),
            WalkError::TooLarge => "a record takes more than 128 MiB".to_owned(),
        };
        self.unreadable(number, &reason);
    }

    /// Keeps the fault of a partition that cannot be read on, and tries again later.
    pub(super) fn unreadable(&mut self, number: u32, reason: &str) {
        let broker = self.address_of_leader(number);
        let topic = &self.dialer.settings.topic;
        let found = self.partitions.iter_mut().find(|one| one.number == number);
        let Some(partition) = found else { return };
        partition.rewind();
        partition.wait_until = Some(Instant::now() + AGAIN_AFTER);
        let place = format!("partition {number} of topic `{topic}` at offset {}", partition.next);
        let reason = format!("{place}: {reason}");
        partition.fail(BrokerFault::new(FaultKind::ReadFailing, &broker, reason));
    }

    /// The memory of answers that are done with is used again.
    fn recycle(&mut self) {
        let least = 1 << 10;
        let done = self.bodies.drain(..).map(|mut body| {
            // Not to nothing: that would let the memory go.
            body.truncate(1);
            Vec::from(body)
        });
        let done = done.filter(|body| (least..=KEPT_BYTES_MAX).contains(&body.capacity()));
        self.spare.extend(done.map(|mut body| {
            body.clear();
            body
        }));
        self.spare.truncate(self.brokers.len());
    }
}

/// Reads on in a batch.
fn walk_on(
    partition: &mut Partition,
    walk: &mut Walk,
    plain: &mut Plain,
    unpacker: &mut Unpacker,
    index: &mut BlockIndex,
    limits: BlockLimits,
) -> Came {
    loop {
        if index.records() >= limits.records || plain.walked() >= limits.bytes {
            return Came::Full;
        }
        match walk.next(plain) {
            Ok(Step::Record(found)) => {
                if partition.read(found.offset) {
                    // A broker says -1 where a record has no stamp.
                    let time = RecordTime(found.stamp.max(RecordTime::NONE.0));
                    let meta = RecordMeta { offset: found.offset, time, cursor: 0 };
                    let value = found.value.map(|(start, end)| start..end);
                    index.push(partition.number, meta, value);
                }
            }
            Ok(Step::Short) => {
                if let Err(error) = plain.unpack(unpacker) {
                    return Came::Failed(error);
                }
            }
            Ok(Step::Over) => return Came::Over(walk.last_offset()),
            Err(error) => return Came::Failed(error),
        }
    }
}
