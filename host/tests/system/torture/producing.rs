//! Records on their way to the broker while other things happen: a thread with an idempotent
//! producer, which outlives the broker's restarts.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rdkafka::ClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseRecord, Producer, ProducerContext, ThreadedProducer};

use super::records::{Record, Records};
use crate::wait::DEADLINE;

/// The rate of sending, in records per second.
const RATE: u64 = 8_000;

/// How many records are sent between two looks at the clock.
const BURST: u64 = 40;

/// A thread that sends records.
pub(super) struct Producing {
    sent: Arc<AtomicU64>,
    thread: JoinHandle<u64>,
}

/// Counts what the broker has acknowledged.
struct Acknowledged(Arc<AtomicU64>);

impl ClientContext for Acknowledged {}

impl ProducerContext for Acknowledged {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        match result {
            Ok(_) => _ = self.0.fetch_add(1, Ordering::Relaxed),
            Err((error, _)) => eprintln!("torture: a record was not taken: {error}"),
        }
    }
}

impl Producing {
    /// Sends the records of these indexes, one after the other.
    pub(super) fn start(
        brokers: &str,
        topic: &str,
        records: &Records,
        indexes: Range<u64>,
    ) -> Self {
        let mut config = ClientConfig::new();
        config
            .set("bootstrap.servers", brokers)
            .set("enable.idempotence", "true")
            .set("partitioner", "murmur2_random")
            .set("linger.ms", "5")
            .set("reconnect.backoff.max.ms", "500")
            // New partitions get records soon after their creation.
            .set("topic.metadata.refresh.interval.ms", "500");
        let sent = Arc::new(AtomicU64::new(0));
        let (topic, records, counted) = (topic.to_owned(), records.clone(), Arc::clone(&sent));
        let thread = thread::spawn(move || send(&config, &topic, &records, indexes, &counted));
        Self { sent, thread }
    }

    /// Records handed to the client so far.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Waits until the broker has all records; returns the number of acknowledged ones.
    pub(super) fn finish(self) -> u64 {
        self.thread.join().expect("the sending thread does not panic")
    }
}

fn send(
    config: &ClientConfig,
    topic: &str,
    records: &Records,
    indexes: Range<u64>,
    sent: &AtomicU64,
) -> u64 {
    let acknowledged = Arc::new(AtomicU64::new(0));
    let context = Acknowledged(Arc::clone(&acknowledged));
    let producer: ThreadedProducer<_> =
        config.create_with_context(context).expect("the settings are valid");
    let began = Instant::now();
    for index in indexes {
        let Record { key, stamp, value } = records.record(index);
        let mut record = BaseRecord::to(topic).key(&key).timestamp(stamp);
        record.payload = value.as_deref();
        producer.send(record).map_err(|(error, _)| error).expect("the queue holds a round");
        let sent = sent.fetch_add(1, Ordering::Relaxed) + 1;
        if sent.is_multiple_of(BURST) {
            let due = began + Duration::from_micros(sent * 1_000_000 / RATE);
            thread::sleep(due.saturating_duration_since(Instant::now()));
        }
    }
    producer.flush(DEADLINE).expect("the broker takes all records");
    acknowledged.load(Ordering::Relaxed)
}
