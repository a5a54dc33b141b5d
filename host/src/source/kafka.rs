//! Records from Kafka: a consumer per worker with a fixed assignment and explicit offsets. The
//! brokers' idea of committed offsets is never asked: where to go on is in the checkpoint.

mod client;
mod commits;
mod consumer;
mod gaps;
mod guard;
mod peek;
mod topic;
mod topic_id;

pub use client::{Acknowledgements, client_config, outlet_producer, refusal};
pub use commits::OffsetCommits;
pub use consumer::KafkaSource;
pub use gaps::gaps;
pub use guard::TopicGuard;
pub(crate) use topic::refused;
pub use topic::{PartitionRange, TopicClient};

/// A partition's number as librdkafka wants it.
fn partition_number(partition: u32) -> i32 {
    i32::try_from(partition).expect("Kafka numbers partitions in 31 bits")
}
