//! The yardstick of `cargo xtask bench`: the same client library, reading the same topic, that
//! does nothing but count messages. Prints `{"records":N,"consume_seconds":S}`.
//!
//! Usage: `bare_consumer BROKERS TOPIC`

use std::time::{Duration, Instant};

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{Offset, TopicPartitionList};

const TIMEOUT: Duration = Duration::from_secs(10);

fn main() {
    let mut args = std::env::args().skip(1);
    let (Some(brokers), Some(topic)) = (args.next(), args.next()) else {
        eprintln!("usage: bare_consumer BROKERS TOPIC");
        std::process::exit(2);
    };
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "bare-consumer")
        .set("enable.auto.commit", "false")
        .set("fetch.queue.backoff.ms", "2")
        .create()
        .expect("the settings are valid");
    let metadata = consumer.fetch_metadata(Some(&topic), TIMEOUT).expect("the broker answers");
    let mut assignment = TopicPartitionList::new();
    let mut expected = 0;
    for partition in metadata.topics()[0].partitions() {
        let ends = consumer.fetch_watermarks(&topic, partition.id(), TIMEOUT);
        let (low, high) = ends.expect("the broker answers");
        expected += (high - low).unsigned_abs();
        assignment
            .add_partition_offset(&topic, partition.id(), Offset::Offset(low))
            .expect("the offset is valid");
    }
    consumer.assign(&assignment).expect("the partitions exist");
    let (mut records, mut bytes, mut first) = (0_u64, 0, None);
    while records < expected {
        let message = consumer.poll(TIMEOUT).expect("more records").expect("a record");
        first.get_or_insert_with(Instant::now);
        records += 1;
        bytes += message.payload_len();
    }
    let seconds = first.map_or(0.0, |first| first.elapsed().as_secs_f64());
    println!("{{\"records\":{records},\"bytes\":{bytes},\"consume_seconds\":{seconds}}}");
}
