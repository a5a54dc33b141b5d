//! Topics from the view of another program: made, filled, read and looked at through a client.

use std::cell::Cell;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::{ClientConfig, FromClientConfig};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Headers, Message};
use rdkafka::metadata::MetadataPartition;
use rdkafka::producer::{
    BaseRecord, DefaultProducerContext, NoCustomPartitioner, Producer, ThreadedProducer,
};
use rdkafka::{Offset, TopicPartitionList};

use crate::broker::Broker;
use crate::events::event;
use crate::wait::{self, DEADLINE};
use crate::workplace::unique;

/// One record, read back.
#[derive(Debug)]
pub(crate) struct Record {
    pub(crate) key: Option<String>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) headers: Vec<(String, String)>,
}

impl Broker {
    pub(crate) fn create_topic(&self, topic: &str, partitions: i32) {
        self.create(&NewTopic::new(topic, partitions, TopicReplication::Fixed(1)));
    }

    /// A topic whose partitions stand each on the one broker that is named.
    pub(crate) fn create_spread_topic(&self, topic: &str, brokers: &[i32]) {
        let replicas: Vec<&[i32]> = brokers.chunks(1).collect();
        let (partitions, replicas) = (replicas.len() as i32, TopicReplication::Variable(&replicas));
        self.create(&NewTopic::new(topic, partitions, replicas));
    }

    /// A topic of one partition from which the broker removes all records but the newest of each
    /// key, within a second after a later segment of the log began.
    pub(crate) fn create_compacted_topic(&self, topic: &str) {
        let new = NewTopic::new(topic, 1, TopicReplication::Fixed(1))
            .set("cleanup.policy", "compact")
            .set("segment.ms", "100")
            .set("min.cleanable.dirty.ratio", "0.001");
        self.create(&new);
    }

    /// Makes a topic, and waits until a client that asks is told of it: a busy broker takes a moment.
    fn create(&self, new: &NewTopic<'_>) {
        let admin: AdminClient<DefaultClientContext> = self.client();
        let made = block_on(admin.create_topics([new], &AdminOptions::new()));
        made.expect("the broker answers")[0].as_ref().expect("a new topic");
        let consumer = self.consumer("created");
        wait::until("the new topic to be known", || {
            let known = consumer.fetch_metadata(Some(new.name), DEADLINE).ok()?;
            let topic = known.topics().first()?;
            let led = |partition: &MetadataPartition| partition.leader() >= 0;
            let is_known = topic.error().is_none() && !topic.partitions().is_empty();
            (is_known && topic.partitions().iter().all(led)).then_some(())
        });
    }

    /// Sends a record under each of `keys` to partition 0.
    pub(crate) fn send_by_key<'a>(
        &self,
        topic: &str,
        keys: impl IntoIterator<Item = &'a str>,
        value: &[u8],
    ) {
        let producer = self.producer();
        for key in keys {
            let record = BaseRecord::<str, [u8]>::to(topic).partition(0).key(key).payload(value);
            producer.send(record).map_err(|(error, _)| error).expect("room for a few records");
        }
        producer.flush(DEADLINE).expect("the broker acknowledges");
    }

    /// The offset of the first record of partition 0 at or after `offset`.
    pub(crate) fn first_from(&self, topic: &str, offset: i64) -> i64 {
        let consumer = self.consumer("first");
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, 0, Offset::Offset(offset)).expect("a position");
        consumer.assign(&list).expect("an assignment");
        wait::until("a record", || {
            let message = consumer.poll(Duration::from_millis(100))?.expect("a record");
            Some(message.offset())
        })
    }

    /// Deletes a topic and makes it anew, empty. The broker deletes in the background, so the new
    /// topic is tried until the broker takes it.
    pub(crate) fn recreate_topic(&self, topic: &str, partitions: i32) {
        self.delete_topic(topic);
        let admin: AdminClient<DefaultClientContext> = self.client();
        let new = NewTopic::new(topic, partitions, TopicReplication::Fixed(1));
        wait::until("the topic to be made anew", || {
            let made = block_on(admin.create_topics([&new], &AdminOptions::new()));
            made.expect("the broker answers")[0].is_ok().then_some(())
        });
    }

    pub(crate) fn delete_topic(&self, topic: &str) {
        let admin: AdminClient<DefaultClientContext> = self.client();
        let deleted = block_on(admin.delete_topics(&[topic], &AdminOptions::new()));
        deleted.expect("the broker answers")[0].as_ref().expect("the topic is deleted");
    }

    /// Gives a topic more partitions, so many in all.
    pub(crate) fn widen_topic(&self, topic: &str, partitions: u32) {
        let admin: AdminClient<DefaultClientContext> = self.client();
        let wider = NewPartitions::new(topic, partitions as usize);
        let made = block_on(admin.create_partitions([&wider], &AdminOptions::new()));
        made.expect("the broker answers")[0].as_ref().expect("more partitions");
    }

    /// Sends records to a partition and returns when the last of these records was acknowledged.
    pub(crate) fn send<'a>(
        &self,
        topic: &str,
        partition: i32,
        values: impl IntoIterator<Item = &'a [u8]>,
    ) -> Instant {
        self.send_all(topic, partition, values.into_iter().map(Some))
    }

    /// Sends so many equal events to a partition.
    pub(crate) fn send_events(&self, topic: &str, partition: i32, count: usize) {
        let record = event(&[]);
        self.send(topic, partition, (0..count).map(|_| record.as_slice()));
    }

    /// As [`Broker::send`]; `None` is a record without a value.
    pub(crate) fn send_all<'a>(
        &self,
        topic: &str,
        partition: i32,
        values: impl IntoIterator<Item = Option<&'a [u8]>>,
    ) -> Instant {
        let producer = self.producer();
        for value in values {
            let record = BaseRecord::<(), [u8]>::to(topic).partition(partition);
            let record = match value {
                Some(value) => record.payload(value),
                None => record,
            };
            producer.send(record).map_err(|(error, _)| error).expect("room for a few records");
        }
        producer.flush(DEADLINE).expect("the broker acknowledges");
        Instant::now()
    }

    /// Every record of partition 0.
    pub(crate) fn read(&self, topic: &str) -> Vec<Record> {
        let consumer = self.consumer("reader");
        let (low, high) = consumer.fetch_watermarks(topic, 0, DEADLINE).expect("the topic");
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, 0, Offset::Offset(low)).expect("a position");
        consumer.assign(&list).expect("an assignment");
        let mut records = Vec::new();
        while (records.len() as i64) < high - low {
            records.push(wait::until("a record", || {
                let message = consumer.poll(Duration::from_millis(100))?.expect("a record");
                Some(record(&message))
            }));
        }
        records
    }

    /// The committed offsets of a group, by partition; `None` where the group has committed
    /// nothing.
    pub(crate) fn committed(&self, group: &str, topic: &str, partitions: i32) -> Vec<Option<i64>> {
        let mut list = TopicPartitionList::new();
        list.add_partition_range(topic, 0, partitions - 1);
        let committed = self.consumer(group).committed_offsets(list, DEADLINE);
        let offset = |offset| match offset {
            Offset::Offset(offset) => Some(offset),
            _ => None,
        };
        let committed = committed.expect("the broker answers");
        committed.elements().iter().map(|element| offset(element.offset())).collect()
    }

    /// Drops the beginning of a partition's log.
    pub(crate) fn delete_before(&self, topic: &str, partition: i32, offset: i64) {
        let admin: AdminClient<DefaultClientContext> = self.client();
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, partition, Offset::Offset(offset)).expect("a position");
        let deleted = block_on(admin.delete_records(&list, &AdminOptions::new()));
        let deleted = deleted.expect("the broker answers");
        deleted.elements()[0].error().expect("the records are deleted");
    }

    fn consumer(&self, group: &str) -> BaseConsumer {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.address()).set("group.id", group);
        config.set("enable.auto.commit", "false").create().expect("a consumer")
    }

    /// Where the logs of partitions begin and end.
    pub(crate) fn ends(&self, topic: &str, partitions: &[i32]) -> Vec<(i64, i64)> {
        let consumer = self.consumer("ends");
        let ends = |&partition: &i32| consumer.fetch_watermarks(topic, partition, DEADLINE);
        partitions.iter().map(ends).collect::<Result<_, _>>().expect("the topic")
    }

    /// A producer that writes each record once, also where it has to send it again: a broker that
    /// comes back may have stored what it did not acknowledge.
    pub(crate) fn producer(&self) -> ThreadedProducer<DefaultProducerContext> {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.address()).set("enable.idempotence", "true");
        config.create().expect("a producer")
    }

    fn client<T: FromClientConfig>(&self) -> T {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.address()).create().expect("a client")
    }
}

/// A transactional producer for one topic.
pub(crate) struct Transactions {
    producer: ThreadedProducer<DefaultProducerContext>,
    topic: String,
    is_open: Cell<bool>,
}

impl Transactions {
    pub(crate) fn new(broker: &Broker, topic: &str) -> Self {
        Self::packed(broker, topic, "none")
    }

    /// A producer that packs its batches with `codec`.
    pub(crate) fn packed(broker: &Broker, topic: &str, codec: &str) -> Self {
        let mut config = ClientConfig::new();
        config.set("compression.codec", codec);
        config.set("bootstrap.servers", broker.address());
        config.set("transactional.id", unique("transactions"));
        let producer: ThreadedProducer<_, NoCustomPartitioner> = config.create().expect("a client");
        producer.init_transactions(DEADLINE).expect("the broker answers");
        Self { producer, topic: topic.to_owned(), is_open: Cell::new(false) }
    }

    /// Sends records within the open transaction, or a new one, and returns when the broker has
    /// them.
    pub(crate) fn send<'a>(&self, partition: i32, values: impl IntoIterator<Item = &'a [u8]>) {
        if !self.is_open.replace(true) {
            self.producer.begin_transaction().expect("no transaction is open");
        }
        for value in values {
            let record = BaseRecord::<(), [u8]>::to(&self.topic).partition(partition);
            let sent = self.producer.send(record.payload(value));
            sent.map_err(|(error, _)| error).expect("room for a few records");
        }
        self.producer.flush(DEADLINE).expect("the broker acknowledges");
    }

    pub(crate) fn commit(&self) {
        self.is_open.set(false);
        self.producer.commit_transaction(DEADLINE).expect("the broker commits");
    }

    pub(crate) fn abort(&self) {
        self.is_open.set(false);
        self.producer.abort_transaction(DEADLINE).expect("the broker aborts");
    }
}

fn record(message: &impl Message<Headers = impl Headers>) -> Record {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let headers = message.headers().into_iter().flat_map(Headers::iter);
    let header = |h: rdkafka::message::Header<'_, &[u8]>| {
        (h.key.to_owned(), text(h.value.unwrap_or_default()))
    };
    Record {
        key: message.key().map(text),
        value: message.payload().map(<[u8]>::to_vec),
        headers: headers.map(header).collect(),
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("an async runtime can be started").block_on(future)
}
