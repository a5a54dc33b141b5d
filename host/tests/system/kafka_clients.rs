//! The clients of Kafka against a real broker: ends and starts of logs, single records, deliveries,
//! committed offsets, and partitions that come and go on a consumer that reads.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use streamgauge_core::{BlockLimits, Fetched, ReadFrom, digest_of};
use streamgauge_kafka::{
    BrokerError, Mark, NewTopicError, OffsetCommits, PartitionRange, Peeked, Sender, TopicClient,
    TopicConsumer, peek, ready,
};
use streamgauge_pipeline::{Fetch, Format, KafkaSettings, OnGap, Secret, Start};

use crate::broker::Broker;
use crate::wait::DEADLINE;

const LIMITS: BlockLimits = BlockLimits { records: 7, bytes: 1 << 20 };

/// A topic of the shared broker, with the settings that read it.
struct Log {
    broker: Arc<Broker>,
    settings: KafkaSettings,
}

/// The bytes of a record, which tell its place; some records have none.
fn value(partition: u32, offset: i64) -> Option<Vec<u8>> {
    (offset % 10 != 3).then(|| format!("{partition}@{offset}").into_bytes())
}

/// A topic with three partitions of `count` records each.
fn log(topic: &str, count: i64) -> Log {
    let broker = Broker::shared();
    broker.create_topic(topic, 3);
    for partition in 0..3 {
        let values: Vec<_> = (0..count).map(|offset| value(partition, offset)).collect();
        broker.send_all(topic, partition as i32, values.iter().map(Option::as_deref));
    }
    let settings = KafkaSettings {
        brokers: broker.address(),
        topic: topic.to_owned(),
        group: topic.to_owned(),
        start: Start::Earliest,
        on_gap: OnGap::Stop,
        format: Format::Json,
        unanswered_after: Duration::from_secs(10),
        give_up_after: Duration::from_mins(1),
        transaction_open_after: Duration::from_secs(90),
        fetch: Fetch::Librdkafka,
        librdkafka: BTreeMap::new(),
    };
    Log { broker, settings }
}

impl Log {
    /// The settings for each client that fetches.
    fn by_each(&self) -> impl Iterator<Item = KafkaSettings> {
        let by = |fetch| KafkaSettings { fetch, ..self.settings.clone() };
        [Fetch::Own, Fetch::Librdkafka].into_iter().map(by)
    }
}

/// Records by partition and offset.
type Read = Vec<(u32, i64)>;

/// Reads until `read` holds `count` records; each has the bytes that were sent.
fn read(consumer: &mut TopicConsumer, count: usize, read: &mut Read) {
    let until = Instant::now() + DEADLINE;
    while read.len() < count {
        assert!(Instant::now() < until, "only {read:?}");
        match consumer.next_block(LIMITS, Duration::from_millis(100)).expect("a block") {
            Fetched::Records { block, .. } => {
                assert!((1..=LIMITS.records).contains(&block.records()));
                for run in block.runs() {
                    for record in run.records() {
                        let expected = value(run.partition, record.meta.offset);
                        assert_eq!(record.value, expected.as_deref());
                        read.push((run.partition, record.meta.offset));
                    }
                }
            }
            Fetched::Nothing => {}
            Fetched::Ended => panic!("no end was asked for"),
        }
    }
}

fn of(read: &Read, partition: u32) -> Vec<i64> {
    read.iter().filter(|record| record.0 == partition).map(|record| record.1).collect()
}

#[test]
fn a_partition_comes_goes_and_comes_back_while_another_is_read() {
    let log = log("clients-a-partition-comes-goes-and-comes", 40);
    for settings in log.by_each() {
        let mut consumer = TopicConsumer::new(&settings, &[(0, 5, None)]).expect("a consumer");
        let mut first = Read::new();
        read(&mut consumer, 35, &mut first);
        assert_eq!(of(&first, 0), (5..40).collect::<Vec<_>>());

        consumer.assign(1, ReadFrom { offset: 30, cursor: 0, stop: None }).expect("it is there");
        let mut second = Read::new();
        read(&mut consumer, 10, &mut second);
        assert_eq!(of(&second, 1), (30..40).collect::<Vec<_>>());

        // What goes is not read again, though the other goes on; where it comes back is up to us.
        assert_eq!(consumer.revoke(0).expect("it is read"), None);
        consumer.assign(2, ReadFrom { offset: 0, cursor: 0, stop: None }).expect("it is there");
        consumer
            .assign(0, ReadFrom { offset: 38, cursor: 0, stop: None })
            .expect("it may come back");
        let mut third = Read::new();
        read(&mut consumer, 42, &mut third);
        assert_eq!(of(&third, 0), [38, 39]);
        assert_eq!(of(&third, 2), (0..40).collect::<Vec<_>>());
        let known: Vec<u32> = consumer.log_ends().iter().map(|end| end.partition).collect();
        assert_eq!(known, [1, 2, 0]);
    }
}

#[test]
fn nothing_comes_of_a_partition_that_went_in_the_middle_of_its_records() {
    let log = log("clients-nothing-comes-of-a-partition-that", 200);
    for settings in log.by_each() {
        let assigned = [(0, 0, None), (1, 0, None)];
        let mut consumer = TopicConsumer::new(&settings, &assigned).expect("a consumer");
        let mut before = Read::new();
        read(&mut consumer, 20, &mut before);
        assert_eq!(consumer.revoke(1).expect("it is read"), None);
        let mut after = Read::new();
        let left = 200 - of(&before, 0).len();
        read(&mut consumer, left, &mut after);
        assert!(of(&after, 1).is_empty(), "{after:?}");
        assert_eq!([of(&before, 0), of(&after, 0)].concat(), (0..200).collect::<Vec<_>>());
        let next = of(&before, 1).len() as i64;
        consumer
            .assign(1, ReadFrom { offset: next, cursor: 0, stop: None })
            .expect("it may come back");
        let mut rest = Read::new();
        read(&mut consumer, 200 - next as usize, &mut rest);
        assert_eq!(of(&rest, 1), (next..200).collect::<Vec<_>>());
    }
}

/// Each partition tells the length of the queue that they share, and the sum of them was shown.
#[test]
fn what_is_fetched_and_not_read_is_counted_once() {
    let log = log("clients-what-is-fetched-and-not-read", 1000);
    for settings in log.by_each() {
        let assigned = [(0, 0, None), (1, 0, None), (2, 0, None)];
        let mut consumer = TopicConsumer::new(&settings, &assigned).expect("settings");
        let mut all = Read::new();
        read(&mut consumer, 7, &mut all);
        // Statistics that are told by now stand in the queue behind the records.
        std::thread::sleep(Duration::from_millis(1500));
        let mut depth = 0;
        while all.len() < 3000 {
            let before = all.len() + 7;
            read(&mut consumer, before.min(3000), &mut all);
            depth = depth.max(consumer.queue_depth());
        }
        eprintln!("up to {depth} of 3000 records");
        assert!((1500..=3010).contains(&depth), "{depth}");
    }
}

#[test]
fn a_bounded_read_ends_in_the_middle_of_a_block() {
    let log = log("clients-a-bounded-read-ends-in-the", 40);
    for settings in log.by_each() {
        let mut consumer = TopicConsumer::new(&settings, &[(0, 0, Some(10))]).expect("a consumer");
        consumer
            .assign(2, ReadFrom { offset: 33, cursor: 0, stop: Some(36) })
            .expect("it is there");
        let mut found = Read::new();
        read(&mut consumer, 13, &mut found);
        assert_eq!((of(&found, 0), of(&found, 2)), ((0..10).collect(), vec![33, 34, 35]));
        let until = Instant::now() + DEADLINE;
        loop {
            assert!(Instant::now() < until, "it has an end");
            match consumer.next_block(LIMITS, Duration::from_millis(100)).expect("the end") {
                Fetched::Records { .. } => panic!("there is nothing more before the stop"),
                Fetched::Nothing => {}
                Fetched::Ended => break,
            }
        }
        assert_eq!(consumer.revoke(2).expect("it is read"), Some(36));
    }
}

#[test]
fn a_topic_tells_its_partitions_and_where_a_start_is() {
    let log = log("clients-a-topic-tells-its-partitions-and", 4);
    let start = |start| TopicClient::new(&KafkaSettings { start, ..log.settings.clone() });
    let client = start(Start::Earliest).expect("a client");
    assert_eq!(client.partitions(DEADLINE), Ok(vec![0, 1, 2]));
    let ranges = client.ranges(DEADLINE).expect("the broker answers");
    let expected = [0, 1, 2].map(|partition| PartitionRange { partition, low: 0, high: 4 });
    assert_eq!(ranges, expected);
    assert_eq!(client.resolve_start(&ranges), Ok(vec![0, 0, 0]));
    let latest = start(Start::Latest).expect("a client");
    assert_eq!(latest.resolve_start(&ranges), Ok(vec![4, 4, 4]));
    // Of partitions that were not asked for nothing is told.
    assert_eq!(latest.resolve_start(&ranges[1..2]), Ok(vec![4]));
    assert_eq!(latest.resolve_start(&[]), Ok(vec![]));
}

#[test]
fn a_look_at_a_record_tells_whether_it_is_the_one_that_was_read() {
    let log = log("clients-a-look-at-a-record-tells", 4);
    let look = |wanted: &[(u32, i64)]| peek(&log.settings, wanted, DEADLINE);
    let found = look(&[(0, 3), (2, 0), (1, 4)]).expect("the broker answers");
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), [0, 1, 2]);
    for (partition, offset) in [(0, 3), (2, 0)] {
        let Peeked::Record(_, digest) = found[&partition] else { panic!("{found:?}") };
        assert_eq!(digest, digest_of(&value(partition, offset).unwrap_or_default()));
    }
    assert_eq!(found[&1], Peeked::Nothing, "the log ends before it");
    let beyond = look(&[(0, 5)]);
    assert!(matches!(beyond, Err(BrokerError::Moved { .. })), "{beyond:?}");
}

#[test]
fn the_group_has_the_offsets_that_were_announced_last() {
    let log = log("clients-the-group-has-the-offsets-that", 4);
    let commits = OffsetCommits::new(&log.settings, Mark::new("0", "t")).expect("a client");
    // Newer offsets take the place of older ones, sent or not.
    for next in 1..=3 {
        commits.announce(&[(0, next), (2, next + 1)]);
    }
    let topic = &log.settings.topic;
    let committed = || log.broker.committed(topic, topic, 3);
    // A wait is short by design, which a machine under load may need more than once.
    let arrives = |expected: [Option<i64>; 3]| {
        let until = Instant::now() + DEADLINE;
        while committed() != expected {
            assert!(Instant::now() < until, "{:?} instead of {expected:?}", committed());
            commits.wait();
        }
    };
    arrives([Some(3), None, Some(4)]);
    // A partition without news keeps its offset.
    commits.announce(&[(1, 2)]);
    arrives([Some(3), Some(2), Some(4)]);
}

#[test]
fn every_record_that_is_sent_is_acknowledged_or_failed() {
    let log = log("clients-every-record-that-is-sent-is", 0);
    let mut settings = log.settings.clone();
    let limit = Secret { value: "1000".to_owned(), hidden: false };
    settings.librdkafka.insert("message.max.bytes".to_owned(), limit);
    let mut sender = Sender::new(&settings).expect("a sender");
    let large = vec![b'x'; 2000];
    for (partition, value) in [(0, &b"a"[..]), (1, &large), (2, b""), (2, &large), (2, b"b")] {
        assert!(sender.send(partition, Some(b"key"), value, || true));
    }
    sender.flush(|| {});
    let deliveries = sender.deliveries();
    assert_eq!((sender.sent(), deliveries.acknowledged(), deliveries.failed()), (5, 3, 2));
    let failure = deliveries.failure().expect("two failed");
    assert!(failure.cause.starts_with("record 2: "), "the first one is told: {failure:?}");
    assert!(!failure.is_outside, "the broker is there: {failure:?}");
    let client = TopicClient::new(&log.settings).expect("a client");
    let ends: Vec<i64> = client
        .ranges(DEADLINE)
        .expect("the broker answers")
        .iter()
        .map(|range| range.high)
        .collect();
    assert_eq!(ends, [1, 0, 2]);
}

#[test]
fn a_topic_is_ready_only_with_the_partitions_that_were_asked_for() {
    let log = log("clients-a-topic-is-ready-only-with", 0);
    let sender = Sender::new(&log.settings).expect("a sender");
    for wanted in [None, Some(3)] {
        let topic = ready(&sender, &log.settings, wanted).expect("it is there");
        assert_eq!((topic.partitions, topic.is_new), (3, false));
    }
    let error = ready(&sender, &log.settings, Some(4)).expect_err("there are three");
    assert!(matches!(error, NewTopicError::PartitionCount { found: 3, wanted: 4, .. }));
    assert_eq!(
        error.to_string(),
        "topic `clients-a-topic-is-ready-only-with` has 3 partitions, not 4; \
         hint: leave --partitions out, or name another topic with --topic"
    );
}
