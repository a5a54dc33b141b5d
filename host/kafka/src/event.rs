//! The queues of a consumer, one event at a time. rust-rdkafka hands over the end of a log without
//! its offset and an error without its partition, so both are read here from librdkafka's events.
//!
//! **Invariant**: a message is read only while its event lives.

#![expect(unsafe_code, reason = "librdkafka tells the offset of an end in its C interface only")]

use std::ffi::{CStr, c_int};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::slice;
use std::time::{Duration, Instant};

use rdkafka::bindings as c;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use streamgauge_core::RecordTime;

use super::partition_number;

/// A queue of a consumer: its own or one of its partitions.
pub(super) struct EventQueue(NonNull<c::rd_kafka_queue_t>);

// SAFETY: librdkafka's queues may be used from any thread, and this one is used from one at a time.
unsafe impl Send for EventQueue {}

/// An event that is the caller's until it is dropped.
pub(super) struct Event<'a> {
    native: NonNull<c::rd_kafka_event_t>,
    of: PhantomData<&'a EventQueue>,
}

/// What an event tells.
pub(super) enum Told<'a> {
    Record(Record<'a>),
    /// The log of a partition is read up to this offset.
    End {
        partition: u32,
        offset: i64,
    },
    /// Something failed, for a partition or for none in particular.
    Failed {
        partition: Option<u32>,
        code: RDKafkaErrorCode,
        text: String,
    },
    /// Nothing that matters here.
    Nothing,
}

/// A record as librdkafka holds it.
pub(super) struct Record<'a> {
    pub(super) partition: u32,
    pub(super) offset: i64,
    /// The stamp of the record.
    pub(super) stamp: RecordTime,
    pub(super) value: Option<&'a [u8]>,
}

impl Told<'_> {
    /// What an error tells that is of a partition, where an offset belongs to it, or of none.
    pub(super) fn of_error(
        code: RDKafkaErrorCode,
        place: Option<(u32, i64)>,
        text: String,
    ) -> Self {
        match (code, place) {
            (RDKafkaErrorCode::NoError, _) => Self::Nothing,
            (RDKafkaErrorCode::PartitionEOF, Some((partition, offset))) => {
                Self::End { partition, offset }
            }
            (code, place) => {
                Self::Failed { partition: place.map(|(partition, _)| partition), code, text }
            }
        }
    }

    /// Hands what failed to `context`.
    pub(super) fn report(&self, context: &impl ClientContext) {
        if let Self::Failed { code, text, .. } = self {
            context.error(KafkaError::Global(*code), text);
        }
    }

    /// The partition that it is of.
    pub(super) fn partition(&self) -> Option<u32> {
        match self {
            Self::Record(Record { partition, .. }) | Self::End { partition, .. } => {
                Some(*partition)
            }
            Self::Failed { partition, .. } => *partition,
            Self::Nothing => None,
        }
    }
}

impl EventQueue {
    /// The queue of `consumer`. It has to be dropped before the consumer is.
    pub(super) fn of<C: ConsumerContext>(consumer: &BaseConsumer<C>) -> Self {
        // SAFETY: the client lives as long as the borrow.
        let queue = unsafe { c::rd_kafka_queue_get_consumer(consumer.client().native_ptr()) };
        Self(NonNull::new(queue).expect("a consumer with a group has a queue"))
    }

    /// A queue for `consumer`, to which no partition hands over yet. It has to be dropped before the
    /// consumer is.
    pub(super) fn for_partitions<C: ConsumerContext>(consumer: &BaseConsumer<C>) -> Self {
        // SAFETY: the client lives as long as the borrow.
        let queue = unsafe { c::rd_kafka_queue_new(consumer.client().native_ptr()) };
        Self(NonNull::new(queue).expect("librdkafka has memory for a queue"))
    }

    /// Lets a partition hand over to this queue: one that is to be assigned, or again one that does.
    /// What it held comes first.
    pub(super) fn take_in<C: ConsumerContext>(
        &self,
        consumer: &BaseConsumer<C>,
        topic: &CStr,
        partition: u32,
    ) {
        // SAFETY: client, text and both queues are valid for the calls; the handle of the
        // partition's queue is given back here, and librdkafka counts who else uses it.
        unsafe {
            let client = consumer.client().native_ptr();
            let number = partition_number(partition);
            let of_partition = c::rd_kafka_queue_get_partition(client, topic.as_ptr(), number);
            let of_partition = NonNull::new(of_partition).expect("a consumer knows partitions");
            c::rd_kafka_queue_forward(of_partition.as_ptr(), self.0.as_ptr());
            c::rd_kafka_queue_destroy(of_partition.as_ptr());
        }
    }

    /// The queue as librdkafka knows it, valid as long as this value.
    pub(super) fn native(&self) -> *mut c::rd_kafka_queue_t {
        self.0.as_ptr()
    }

    /// The next event, waiting no longer than `timeout`. Statistics go to the context on the way.
    pub(super) fn poll<C: ConsumerContext>(
        &self,
        consumer: &BaseConsumer<C>,
        timeout: Duration,
    ) -> Option<Event<'_>> {
        // One clock less where nothing is waited for, which is once for most records.
        let until = (!timeout.is_zero()).then(|| Instant::now() + timeout);
        let mut left = timeout;
        loop {
            // Rounded up: a wait of less than a millisecond would not wait at all.
            let millis = c_int::try_from(left.as_micros().div_ceil(1000)).unwrap_or(c_int::MAX);
            // SAFETY: the queue is valid until this value is dropped.
            let native = NonNull::new(unsafe { c::rd_kafka_queue_poll(self.0.as_ptr(), millis) })?;
            let event = Event { native, of: PhantomData };
            if !event.is_statistics(consumer.context().as_ref()) {
                return Some(event);
            }
            left = until.map_or(left, |until| until.saturating_duration_since(Instant::now()));
        }
    }
}

impl Drop for EventQueue {
    fn drop(&mut self) {
        // SAFETY: the queue came from librdkafka and is destroyed here only.
        unsafe { c::rd_kafka_queue_destroy(self.0.as_ptr()) }
    }
}

impl Event<'_> {
    /// Hands statistics to `context`; false means that this event is another one.
    fn is_statistics(&self, context: &impl ClientContext) -> bool {
        // SAFETY: the event is valid, and its text lives as long as the event.
        unsafe {
            if c::rd_kafka_event_type(self.native.as_ptr()) != c::RD_KAFKA_EVENT_STATS {
                return false;
            }
            let text = c::rd_kafka_event_stats(self.native.as_ptr());
            if !text.is_null() {
                context.stats_raw(CStr::from_ptr(text).to_bytes());
            }
        }
        true
    }

    /// What the event tells; errors that are no end go to `context` too.
    pub(super) fn read(&mut self, context: &impl ClientContext) -> Told<'_> {
        // SAFETY: the event is valid.
        match unsafe { c::rd_kafka_event_type(self.native.as_ptr()) } {
            c::RD_KAFKA_EVENT_FETCH => self.record().map_or(Told::Nothing, Told::Record),
            c::RD_KAFKA_EVENT_ERROR => self.error(context),
            c::RD_KAFKA_EVENT_LOG => {
                self.log(context);
                Told::Nothing
            }
            _ => Told::Nothing,
        }
    }

    fn record(&mut self) -> Option<Record<'_>> {
        // SAFETY: the event is valid and one of records. The message belongs to the event, which
        // outlives the borrow.
        unsafe {
            let message = c::rd_kafka_event_message_next(self.native.as_ptr());
            message.as_ref().map(|message| record_in(message))
        }
    }

    fn error(&mut self, context: &impl ClientContext) -> Told<'_> {
        let (code, place, text) = self.failure();
        let told = Told::of_error(code, place, text);
        told.report(context);
        told
    }

    /// Hands a line of librdkafka's log to `context`.
    fn log(&self, context: &impl ClientContext) {
        let (mut facility, mut text, mut level) = (ptr::null(), ptr::null(), 0);
        // SAFETY: the event is valid, and its texts live as long as the event.
        unsafe {
            let (facility, text, level) = (&raw mut facility, &raw mut text, &raw mut level);
            if c::rd_kafka_event_log(self.native.as_ptr(), facility, text, level) != 0 {
                return;
            }
            let (facility, text) = (CStr::from_ptr(*facility), CStr::from_ptr(*text));
            let level = match *level {
                ..=3 => RDKafkaLogLevel::Error,
                4 => RDKafkaLogLevel::Warning,
                5 | 6 => RDKafkaLogLevel::Info,
                _ => RDKafkaLogLevel::Debug,
            };
            context.log(level, facility.to_string_lossy().trim(), text.to_string_lossy().trim());
        }
    }

    /// Code, partition with offset, and words of an error.
    fn failure(&self) -> (RDKafkaErrorCode, Option<(u32, i64)>, String) {
        let event = self.native.as_ptr();
        // SAFETY: the event is valid and its text lives as long as the event. The place is a copy
        // that is destroyed once it is read.
        unsafe {
            let code = c::rd_kafka_event_error(event).into();
            let text = c::rd_kafka_event_error_string(event);
            let text = NonNull::new(text.cast_mut())
                .map(|text| CStr::from_ptr(text.as_ptr()).to_string_lossy().trim().to_owned());
            let place = NonNull::new(c::rd_kafka_event_topic_partition(event)).map(|place| {
                let found = (place.as_ref().partition.unsigned_abs(), place.as_ref().offset);
                c::rd_kafka_topic_partition_destroy(place.as_ptr());
                found
            });
            (code, place, text.unwrap_or_default())
        }
    }
}

/// The bytes that a message carries.
///
/// # Safety
/// The message is librdkafka's, and its payload is valid as long as the message is.
pub(super) unsafe fn payload_of(message: &c::rd_kafka_message_t) -> Option<&[u8]> {
    let payload = message.payload.cast::<u8>();
    // SAFETY: the payload is that long, and valid as long as the message.
    (!payload.is_null()).then(|| unsafe { slice::from_raw_parts(payload, message.len) })
}

/// The record that a message without an error is.
///
/// # Safety
/// The message is librdkafka's, and its payload is valid as long as the message is.
pub(super) unsafe fn record_in(message: &c::rd_kafka_message_t) -> Record<'_> {
    let mut kind = c::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
    // SAFETY: the message is valid.
    let stamp = unsafe { c::rd_kafka_message_timestamp(message, &raw mut kind) };
    // SAFETY: as the caller says.
    let value = unsafe { payload_of(message) };
    Record {
        partition: message.partition.unsigned_abs(),
        offset: message.offset,
        // librdkafka says -1 where the record has no stamp.
        stamp: RecordTime(stamp.max(RecordTime::NONE.0)),
        value,
    }
}

impl Drop for Event<'_> {
    fn drop(&mut self) {
        // SAFETY: the event came from librdkafka and is destroyed here only.
        unsafe { c::rd_kafka_event_destroy(self.native.as_ptr()) }
    }
}
