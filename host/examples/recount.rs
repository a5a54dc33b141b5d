//! The second opinion of `cargo xtask demo --chaos`: reads a topic from beginning to end and counts
//! its JSON lines, with nothing of the product in it. Prints `{"read":N,"rejected":N,"actions":{…}}`,
//! where `actions` are the valid values of the field `action` by how often they occur.
//!
//! Usage: `recount BROKERS TOPIC`

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::Message;
use rdkafka::{Offset, TopicPartitionList};
use serde_json::{Map, Value, json};

const TIMEOUT: Duration = Duration::from_secs(10);

/// The largest action that there is.
const ACTION_MAX: f64 = 3.0;

fn main() {
    let mut args = std::env::args().skip(1);
    let (Some(brokers), Some(topic)) = (args.next(), args.next()) else {
        eprintln!("usage: recount BROKERS TOPIC");
        std::process::exit(2);
    };
    let (consumer, expected) = whole_topic(&brokers, &topic);
    let (mut read, mut rejected) = (0_u64, 0_u64);
    let mut actions: BTreeMap<String, u64> = BTreeMap::new();
    while read < expected {
        let message = consumer.poll(TIMEOUT).expect("more records").expect("a record");
        read += 1;
        match message.payload().and_then(object) {
            None => rejected += 1,
            Some(object) => {
                if let Some(action) = action(&object) {
                    *actions.entry(action).or_default() += 1;
                }
            }
        }
    }
    println!("{}", json!({ "read": read, "rejected": rejected, "actions": actions }));
}

/// A consumer at the beginning of every partition, and how many records there are.
fn whole_topic(brokers: &str, topic: &str) -> (BaseConsumer, u64) {
    let consumer: BaseConsumer = ClientConfig::new()
        .set("bootstrap.servers", brokers)
        .set("group.id", "recount")
        .set("enable.auto.commit", "false")
        .create()
        .expect("the settings are valid");
    let metadata = consumer.fetch_metadata(Some(topic), TIMEOUT).expect("the broker answers");
    let mut assignment = TopicPartitionList::new();
    let mut expected = 0;
    for partition in metadata.topics()[0].partitions() {
        let ends = consumer.fetch_watermarks(topic, partition.id(), TIMEOUT);
        let (low, high) = ends.expect("the broker answers");
        expected += (high - low).unsigned_abs();
        assignment
            .add_partition_offset(topic, partition.id(), Offset::Offset(low))
            .expect("the offset is valid");
    }
    consumer.assign(&assignment).expect("the partitions exist");
    (consumer, expected)
}

/// The record as an object; a bare `NaN` is an empty cell, as Python writes it.
fn object(bytes: &[u8]) -> Option<Map<String, Value>> {
    let text = std::str::from_utf8(bytes).ok()?.replace(":NaN", ":null");
    match serde_json::from_str(&text) {
        Ok(Value::Object(object)) => Some(object),
        _ => None,
    }
}

/// The action of an event, if it is one.
fn action(object: &Map<String, Value>) -> Option<String> {
    let number: f64 = match object.get("action")? {
        Value::String(text) => text.parse().ok()?,
        other => other.as_f64()?,
    };
    (number.fract() == 0.0 && (0.0..=ACTION_MAX).contains(&number)).then(|| number.to_string())
}
