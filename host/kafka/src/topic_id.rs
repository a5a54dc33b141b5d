//! What brokers say of a topic besides its partitions. Its id: a topic made anew under the same name
//! has another id, and librdkafka keeps reading at the old offsets of the new topic. And what this
//! user may do with it, which is asked because trying it would write a record.
//!
//! The only calls of librdkafka's C interface: rust-rdkafka does not describe topics.

#![expect(unsafe_code, reason = "librdkafka tells the id in its C interface only")]

use std::ffi::{CString, c_int};
use std::ptr;
use std::slice;
use std::time::Duration;

use rdkafka::bindings as c;
use rdkafka::client::{Client, ClientContext};
use rdkafka::types::RDKafkaRespErr;

/// The 128-bit id of a topic, as two halves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TopicId(i64, i64);

/// A topic that is there, as the brokers describe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Described {
    /// `None` means that the topic has no id.
    pub(super) id: Option<TopicId>,
    /// True if this user may write to the topic; `None` means that the brokers do not tell.
    pub(super) may_write: Option<bool>,
}

/// An object of librdkafka with the function that destroys it.
struct Owned<T>(*mut T, unsafe extern "C" fn(*mut T));

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: the pointer came from the function that makes the objects which this function
            // destroys, the pointer is not null, and the object is destroyed here only.
            unsafe { (self.1)(self.0) }
        }
    }
}

/// Describes `topic`, or tells why it cannot be described; `None` means that no broker answers
/// within `timeout`.
pub(super) fn describe<C: ClientContext>(
    client: &Client<C>,
    topic: &str,
    timeout: Duration,
) -> Option<Result<Described, RDKafkaRespErr>> {
    let name = CString::new(topic).ok()?;
    let millis = c_int::try_from(timeout.as_millis()).unwrap_or(c_int::MAX);
    let client = client.native_ptr();
    let mut names = [name.as_ptr()];
    // SAFETY: `client` lives as long as the borrow. The names are read, and copied, by the first
    // call only. Options, queue, names and event are valid until the end of this function, where
    // `Owned` destroys them in the opposite order; an answer that comes later is dropped by
    // librdkafka with its queue. A null pointer as the place for an error text has length 0.
    unsafe {
        let names = Owned(
            c::rd_kafka_TopicCollection_of_topic_names(names.as_mut_ptr(), names.len()),
            c::rd_kafka_TopicCollection_destroy,
        );
        let for_api = c::rd_kafka_admin_op_t::RD_KAFKA_ADMIN_OP_DESCRIBETOPICS;
        let options =
            Owned(c::rd_kafka_AdminOptions_new(client, for_api), c::rd_kafka_AdminOptions_destroy);
        c::rd_kafka_AdminOptions_set_request_timeout(options.0, millis, ptr::null_mut(), 0);
        // An error, which is only that the options are for another question, is null here.
        c::rd_kafka_AdminOptions_set_include_authorized_operations(options.0, 1);
        let queue = Owned(c::rd_kafka_queue_new(client), c::rd_kafka_queue_destroy);
        c::rd_kafka_DescribeTopics(client, names.0, options.0, queue.0);
        let event = Owned(c::rd_kafka_queue_poll(queue.0, millis), c::rd_kafka_event_destroy);
        read(event.0)
    }
}

/// The description in an answer.
///
/// # Safety
/// `event` is null or a valid event of librdkafka.
unsafe fn read(event: *mut c::rd_kafka_event_t) -> Option<Result<Described, RDKafkaRespErr>> {
    // SAFETY: librdkafka takes null for an event of no kind; the result, its topics, their ids and
    // their operations belong to the event, which lives until the caller destroys it. The lists
    // have `count` entries.
    unsafe {
        let result = c::rd_kafka_event_DescribeTopics_result(event);
        if result.is_null() {
            return None;
        }
        let mut count = 0;
        let topics = c::rd_kafka_DescribeTopics_result_topics(result, &raw mut count);
        if topics.is_null() || count == 0 {
            return None;
        }
        let error = c::rd_kafka_error_code(c::rd_kafka_TopicDescription_error(*topics));
        if error != RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR {
            return Some(Err(error));
        }
        let operations =
            c::rd_kafka_TopicDescription_authorized_operations(*topics, &raw mut count);
        let may_write = (!operations.is_null()).then(|| {
            let operations = slice::from_raw_parts(operations, count);
            operations.contains(&c::rd_kafka_AclOperation_t::RD_KAFKA_ACL_OPERATION_WRITE)
        });
        let id = c::rd_kafka_TopicDescription_topic_id(*topics);
        if id.is_null() {
            return Some(Ok(Described { id: None, may_write }));
        }
        let (most, least) = (
            c::rd_kafka_Uuid_most_significant_bits(id),
            c::rd_kafka_Uuid_least_significant_bits(id),
        );
        // Brokers before 2.8 know no ids.
        let id = ((most, least) != (0, 0)).then_some(TopicId(most, least));
        Some(Ok(Described { id, may_write }))
    }
}
