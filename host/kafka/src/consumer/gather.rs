//! Filling a block with what librdkafka fetched.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use rdkafka::consumer::Consumer;
use rdkafka::error::RDKafkaErrorCode;
use streamgauge_core::{BlockBuffer, BlockLimits, RecordMeta, Supply};

use super::LibrdkafkaConsumer;
use super::positions::Positions;
use crate::BrokerError;
use crate::event::{Record, Told};

/// How often partitions are led to the queue of their records again. Where one is assigned again,
/// the end of the reading before, in a thread of librdkafka, leads it away.
const LEAD_EVERY: Duration = Duration::from_millis(50);

impl LibrdkafkaConsumer {
    /// Fills the block. An error after its first record is told with the next block.
    pub(super) fn gather(
        &mut self,
        limits: BlockLimits,
        timeout: Duration,
    ) -> Result<Supply, BrokerError> {
        self.lead();
        // A read that is bounded looks at records that get into no block.
        let mut looks = limits.records;
        // What came before the leading came over the consumer's own queue.
        while let Some((_, taken)) = self.take_from(Queue::Own, Duration::ZERO) {
            looks = looks.saturating_sub(1);
            if !self.settle(taken)? || looks == 0 || self.buffer.is_full(limits) {
                return Ok(Supply::More);
            }
        }
        let wait = if self.buffer.is_empty() { timeout } else { Duration::ZERO };
        let Some((through, taken)) = self.take_from(Queue::Records, wait) else {
            return Ok(Supply::Drained);
        };
        let goes_on = self.settle(taken)?;
        match through {
            Some(through) if goes_on => self.gather_many(through, limits, looks),
            _ => Ok(Supply::More),
        }
    }

    /// Takes in the next event of a queue, and tells of which partition it is.
    fn take_from(&mut self, queue: Queue, wait: Duration) -> Option<(Option<u32>, Taken)> {
        let Self { queue: own, records, consumer, positions, buffer, .. } = self;
        let queue = match queue {
            Queue::Own => own,
            Queue::Records => records,
        };
        let mut event = queue.poll(consumer, wait)?;
        let told = event.read(consumer.context().as_ref());
        Some((told.partition(), take(positions, buffer, told)))
    }

    /// Takes what waits in the queue to which the partition `through` hands over, and looks at no
    /// more than so many records.
    fn gather_many(
        &mut self,
        through: u32,
        limits: BlockLimits,
        mut looks: usize,
    ) -> Result<Supply, BrokerError> {
        while looks > 0 && !self.buffer.is_full(limits) {
            let Self { many, consumer, positions, buffer, .. } = self;
            let mut last = Taken::Read;
            let is_found = many.read(through, consumer.context().as_ref(), &mut |told| {
                last = take(positions, buffer, told);
                looks -= 1;
                if matches!(last, Taken::Read) && looks > 0 && !buffer.is_full(limits) {
                    return ControlFlow::Continue(());
                }
                ControlFlow::Break(())
            });
            if !is_found {
                return Ok(Supply::Drained);
            }
            if !self.settle(last)? {
                break;
            }
        }
        Ok(Supply::More)
    }

    /// Whether reading goes on after what was taken. A failure is told with the next block, where
    /// this one holds a record.
    fn settle(&mut self, taken: Taken) -> Result<bool, BrokerError> {
        let Taken::Failed { partition, code, text } = taken else { return Ok(true) };
        let Err(failure) = self.failed((partition, code, text)) else { return Ok(true) };
        if self.buffer.is_empty() {
            return Err(failure);
        }
        self.failure = Some(failure);
        Ok(false)
    }

    /// Leads the partitions to the queue of their records.
    fn lead(&mut self) {
        if Instant::now() < self.lead_at {
            return;
        }
        self.lead_at = Instant::now() + LEAD_EVERY;
        for (partition, _) in self.positions.iter() {
            self.records.take_in(&self.consumer, &self.topic_text, partition);
        }
    }
}

/// The queue of the consumer itself, or the one to which its partitions hand over.
#[derive(Clone, Copy)]
enum Queue {
    Own,
    Records,
}

/// What became of what was told.
enum Taken {
    /// Taken in, or nothing that matters.
    Read,
    Failed {
        partition: Option<u32>,
        code: RDKafkaErrorCode,
        text: String,
    },
}

/// Moves `positions` past what was told, and adds a record to `buffer`, unless a bounded read is
/// past its stop.
fn take(positions: &mut Positions, buffer: &mut BlockBuffer, told: Told<'_>) -> Taken {
    match told {
        Told::Record(Record { partition, offset, stamp, value }) => {
            if positions.read(partition, offset) {
                let meta = RecordMeta { offset, time: stamp, cursor: 0 };
                buffer.push(partition, meta, value);
            }
        }
        Told::End { partition, offset } => positions.end(partition, offset),
        Told::Failed { partition, code, text } => return Taken::Failed { partition, code, text },
        Told::Nothing => {}
    }
    Taken::Read
}
