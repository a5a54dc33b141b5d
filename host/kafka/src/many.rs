//! Many records for one call of librdkafka: what partitions handed over to a queue of their own.
//! Ends and errors come with them. librdkafka looks at the clock twice with each call, which is
//! what reading one event at a time spends most on.
//!
//! The batch call throws away what it is told of a partition that is forbidden or gone. The queue
//! of the consumer itself cannot be read so, as statistics have no form of a message.
//!
//! **Invariant**: a message is read only in the call that hands it over.

#![expect(unsafe_code, reason = "rust-rdkafka has no call for many messages")]

use std::any::Any;
use std::ffi::{CStr, c_void};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr::{self, NonNull};

use rdkafka::bindings as c;
use rdkafka::client::ClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::RDKafkaErrorCode;

use super::event::{Told, payload_of, record_in};
use super::partition_number;

/// The setting of a consumer that bounds a call, and its value: what is being handed over does not
/// count as waiting, so there may be as many more records in memory.
pub(super) const CALL_MAX: (&str, &str) = ("consume.callback.max.messages", "512");

/// Reads the queue of a topic's partitions. It has to be dropped before its consumer is.
pub(super) struct ManyReader {
    client: NonNull<c::rd_kafka_t>,
    topic: NonNull<c::rd_kafka_topic_t>,
}

// SAFETY: librdkafka's clients and topics may be used from any thread.
unsafe impl Send for ManyReader {}

/// What a call of librdkafka is given to hand over to.
struct Call<'a> {
    client: NonNull<c::rd_kafka_t>,
    each: &'a mut dyn FnMut(Told<'_>) -> ControlFlow<()>,
    panic: Option<Box<dyn Any + Send>>,
}

impl ManyReader {
    pub(super) fn of<C: ConsumerContext>(consumer: &BaseConsumer<C>, topic: &CStr) -> Self {
        let client = consumer.client().native_ptr();
        // SAFETY: client and text are valid for the call; without settings it takes the client's.
        let topic = unsafe { c::rd_kafka_topic_new(client, topic.as_ptr(), ptr::null_mut()) };
        Self {
            client: NonNull::new(client).expect("a consumer has a client"),
            topic: NonNull::new(topic).expect("a consumer knows its topic"),
        }
    }

    /// Calls `each` with what waits in the queue to which `partition` hands over, until it breaks or
    /// as many were handed over as one call may; false means that nothing waited.
    pub(super) fn read(
        &self,
        partition: u32,
        context: &impl ClientContext,
        each: &mut dyn FnMut(Told<'_>) -> ControlFlow<()>,
    ) -> bool {
        let mut each = |told: Told<'_>| {
            told.report(context);
            each(told)
        };
        let mut call = Call { client: self.client, each: &mut each, panic: None };
        // SAFETY: the topic is valid until this value is dropped, and librdkafka calls back with the
        // pointer within this call only.
        let count = unsafe {
            let number = partition_number(partition);
            let to = (&raw mut call).cast();
            c::rd_kafka_consume_callback(self.topic.as_ptr(), number, 0, Some(hand_over), to)
        };
        if let Some(panic) = call.panic {
            resume_unwind(panic);
        }
        count > 0
    }
}

/// What librdkafka calls with each message.
unsafe extern "C" fn hand_over(message: *mut c::rd_kafka_message_t, to: *mut c_void) {
    // SAFETY: librdkafka's message is valid in this call, and `to` is the call that it was given.
    let (message, call) = unsafe { (&*message, &mut *to.cast::<Call<'_>>()) };
    // SAFETY: as above.
    match catch_unwind(AssertUnwindSafe(|| (call.each)(unsafe { told(message) }))) {
        Ok(ControlFlow::Continue(())) => return,
        Ok(ControlFlow::Break(())) => {}
        Err(panic) => call.panic = Some(panic),
    }
    // The messages that follow go back to the queue.
    // SAFETY: the client is valid while it calls.
    unsafe { c::rd_kafka_yield(call.client.as_ptr()) }
}

/// What a message tells.
///
/// # Safety
/// The message is librdkafka's, and its payload is valid as long as the message is.
unsafe fn told(message: &c::rd_kafka_message_t) -> Told<'_> {
    let code = RDKafkaErrorCode::from(message.err);
    if code == RDKafkaErrorCode::NoError {
        // SAFETY: the message is valid and no error.
        return Told::Record(unsafe { record_in(message) });
    }
    // SAFETY: an error has its words in the place of a payload, and the message is valid.
    let words = unsafe { payload_of(message) }.unwrap_or_default();
    let place = u32::try_from(message.partition).ok().map(|number| (number, message.offset));
    Told::of_error(code, place, String::from_utf8_lossy(words).trim().to_owned())
}

impl Drop for ManyReader {
    fn drop(&mut self) {
        // SAFETY: the topic came from librdkafka and is destroyed here only.
        unsafe { c::rd_kafka_topic_destroy(self.topic.as_ptr()) }
    }
}
