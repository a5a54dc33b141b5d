//! What a consumer fetched, many records for one call of librdkafka: for the loops that a pipeline
//! is measured against. A pipeline does not read so, because the call throws away what it is told of
//! a partition that is forbidden or gone.
//!
//! The partitions hand over to a queue of our own: the batch call throws away whatever else is in a
//! queue, and a consumer's own queue has its statistics and errors.
//!
//! **Invariant**: a message is read only while it is in the batch, and destroyed when it leaves it.

#![expect(unsafe_code, reason = "rust-rdkafka has no batch call")]

use std::ffi::{CStr, c_int};
use std::ptr::{self, NonNull};
use std::time::Duration;

use rdkafka::bindings as c;
use rdkafka::error::RDKafkaErrorCode;

use super::event::{EventQueue, payload_of};

/// How many messages are taken with one call. They count no longer as waiting in librdkafka's
/// queue, so there may be as many more of them in memory.
const BATCH: usize = 512;

/// The queue to which the partitions of a consumer hand over. It has to be dropped before the
/// consumer is.
pub(super) struct BatchQueue {
    queue: EventQueue,
    /// The messages taken last; those before `at` have been handed over.
    batch: Vec<NonNull<c::rd_kafka_message_t>>,
    at: usize,
}

/// A record as librdkafka holds it.
pub(super) struct Record<'a> {
    pub(super) partition: u32,
    pub(super) offset: i64,
    pub(super) value: Option<&'a [u8]>,
}

impl BatchQueue {
    /// Takes from `queue`, to which the partitions hand over.
    pub(super) fn of(queue: EventQueue) -> Self {
        Self { queue, batch: Vec::with_capacity(BATCH), at: 0 }
    }

    /// The next record, waiting no longer than `timeout`.
    ///
    /// # Errors
    /// Something failed in a partition, in words.
    pub(super) fn next(&mut self, timeout: Duration) -> Option<Result<Record<'_>, String>> {
        if self.at == self.batch.len() {
            self.fill(timeout);
        }
        let message = *self.batch.get(self.at)?;
        self.at += 1;
        // SAFETY: the message is valid until the queue is filled again or dropped, which the borrow
        // does not allow before the record is gone.
        Some(unsafe { record_in(message) })
    }

    /// Takes the next messages, all of which have been handed over before.
    fn fill(&mut self, timeout: Duration) {
        self.clear();
        self.take(BATCH, 0);
        if self.batch.is_empty() && !timeout.is_zero() {
            // The batch call waits until it has all that it is asked for. Rounded up: a wait of
            // less than a millisecond would not wait at all.
            let millis = timeout.as_micros().div_ceil(1000);
            self.take(1, c_int::try_from(millis).unwrap_or(c_int::MAX));
        }
    }

    fn take(&mut self, most: usize, millis: c_int) {
        let mut found = [ptr::null_mut(); BATCH];
        // SAFETY: the queue is valid, and `found` has room for `most` messages.
        let taken = unsafe {
            let most = most.min(BATCH);
            c::rd_kafka_consume_batch_queue(self.queue.native(), millis, found.as_mut_ptr(), most)
        };
        let found = found.into_iter().take(usize::try_from(taken).unwrap_or(0));
        self.batch.extend(found.filter_map(NonNull::new));
    }

    fn clear(&mut self) {
        self.at = 0;
        for message in self.batch.drain(..) {
            // SAFETY: the message came from librdkafka, left the batch, and is destroyed here only.
            unsafe { c::rd_kafka_message_destroy(message.as_ptr()) }
        }
    }
}

impl Drop for BatchQueue {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The record of `message`; an error is what failed.
///
/// # Safety
/// The message is valid as long as the record is used.
unsafe fn record_in<'a>(message: NonNull<c::rd_kafka_message_t>) -> Result<Record<'a>, String> {
    // SAFETY: the message is valid, with its payload and texts.
    unsafe {
        let found = message.as_ref();
        if RDKafkaErrorCode::from(found.err) != RDKafkaErrorCode::NoError {
            let text = c::rd_kafka_message_errstr(found);
            let text = NonNull::new(text.cast_mut()).map(|text| CStr::from_ptr(text.as_ptr()));
            let text = text.map(|text| text.to_string_lossy().trim().to_owned());
            return Err(text.unwrap_or_default());
        }
        let value = payload_of(found);
        Ok(Record { partition: found.partition.unsigned_abs(), offset: found.offset, value })
    }
}
