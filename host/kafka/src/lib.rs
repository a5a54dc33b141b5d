//! Everything that talks to Kafka brokers: reading some partitions of a topic, questions about the
//! topic, offsets told to a group, and records sent.
//!
//! The brokers' idea of committed offsets is never asked: where reading resumes is in the
//! checkpoint.
//!
//! May know: core, and the settings of a pipeline. The only place with rdkafka and `unsafe`.
//! Must not know: what records mean, or what becomes of records.

mod batch_queue;
mod client;
mod commits;
mod consumer;
mod ends;
mod error;
mod event;
mod fault;
mod fetch_choice;
mod group;
mod identity;
mod listener;
mod log_ends;
mod many;
mod mark;
mod name_probe;
mod new_topic;
mod own_fetch;
pub mod partitioner;
mod peek;
pub mod reference;
mod sender;
mod side_producer;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod topic;
mod topic_consumer;
mod topic_id;
mod trouble;

pub use client::refusal;
pub use commits::{CommitBoard, OffsetCommits};
pub use error::{BrokerError, Missing};
pub use fetch_choice::{FetchChoice, FetchClient, not_honoured};
pub use group::check_group;
pub use identity::TopicIdentity;
pub use log_ends::LogEnds;
pub use mark::Mark;
pub use new_topic::{NewTopicError, Topic, ready};
pub use peek::{Peeked, peek};
pub use sender::{Deliveries, DeliveryFailure, Sender, SenderError};
pub use side_producer::SideProducer;
pub use streamgauge_fetch::{BrokerFault, FaultKind, PartitionTrouble};
pub use topic::{PartitionRange, TopicClient};
pub use topic_consumer::TopicConsumer;
pub use trouble::PartitionHealth;

/// A partition's number in librdkafka's type.
fn partition_number(partition: u32) -> i32 {
    i32::try_from(partition).expect("Kafka numbers partitions in 31 bits")
}
