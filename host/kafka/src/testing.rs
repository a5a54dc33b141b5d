//! What the tests share: settings, and brokers that librdkafka plays itself.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::config::ClientConfig;
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};
use streamgauge_pipeline::{Format, KafkaSettings, OnGap, Secret, Start};

use crate::partition_number;

pub(crate) const TOPIC: &str = "events";

/// Long enough for a machine under load, and only waited for when a test fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// An address at which nobody answers.
pub(crate) const NOBODY: &str = "127.0.0.1:1";

/// Settings of a pipeline that reads [`TOPIC`] from `brokers`.
pub(crate) fn settings(brokers: &str) -> KafkaSettings {
    KafkaSettings {
        brokers: brokers.to_owned(),
        topic: TOPIC.to_owned(),
        group: "tests".to_owned(),
        start: Start::Earliest,
        on_gap: OnGap::Stop,
        format: Format::Json,
        librdkafka: BTreeMap::new(),
    }
}

/// The same with a setting of librdkafka, hidden or not.
pub(crate) fn with(
    mut settings: KafkaSettings,
    key: &str,
    value: &str,
    hidden: bool,
) -> KafkaSettings {
    let secret = Secret { value: value.to_owned(), hidden };
    settings.librdkafka.insert(key.to_owned(), secret);
    settings
}

/// A broker with a topic.
pub(crate) struct Cluster {
    // Gone with it.
    _brokers: MockCluster<'static, DefaultProducerContext>,
    pub(crate) settings: KafkaSettings,
}

/// A topic with three partitions of `count` records each, with the bytes that `value` gives.
pub(crate) fn cluster(count: i64, value: impl Fn(u32, i64) -> Option<Vec<u8>>) -> Cluster {
    let brokers = MockCluster::new(1).expect("brokers of its own");
    brokers.create_topic(TOPIC, 3, 1).expect("a topic");
    let address = brokers.bootstrap_servers();
    let producer: BaseProducer =
        ClientConfig::new().set("bootstrap.servers", &address).create().expect("a producer");
    for offset in 0..count {
        for partition in 0..3 {
            let bytes = value(partition, offset);
            let record = BaseRecord::<(), [u8]>::to(TOPIC).partition(partition_number(partition));
            let record = match &bytes {
                Some(bytes) => record.payload(bytes.as_slice()),
                None => record,
            };
            producer.send(record).expect("room in the queue");
        }
    }
    producer.flush(PATIENCE).expect("the brokers take all");
    Cluster { _brokers: brokers, settings: settings(&address) }
}
