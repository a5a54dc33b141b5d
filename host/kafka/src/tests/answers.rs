//! Offsets, single records and deliveries, against the brokers that librdkafka plays itself.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::{Offset, TopicPartitionList};
use streamgauge_core::digest_of;
use streamgauge_pipeline::{KafkaSettings, Start};

use crate::client::client_config;
use crate::testing::{self, Cluster, NOBODY, PATIENCE, TOPIC, settings, with};
use crate::{
    BrokerError, Missing, NewTopicError, OffsetCommits, PartitionRange, Peeked, Sender,
    SideProducer, TopicClient, peek, ready,
};

/// The bytes of a record, which tell its place.
fn named(partition: u32, offset: i64) -> Vec<u8> {
    format!("{partition}@{offset}").into_bytes()
}

/// A topic with three partitions of `count` such records each.
fn cluster(count: i64) -> Cluster {
    testing::cluster(count, |partition, offset| Some(named(partition, offset)))
}

#[test]
fn a_topic_tells_its_partitions_and_where_a_start_is() {
    let cluster = cluster(4);
    let start = |start| TopicClient::new(&KafkaSettings { start, ..cluster.settings.clone() });
    let client = start(Start::Earliest).expect("a client");
    assert_eq!(client.partitions(PATIENCE), Ok(vec![0, 1, 2]));
    let ranges = client.ranges(PATIENCE).expect("the brokers answer");
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
fn brokers_that_do_not_answer_are_missing_and_named() {
    let client = TopicClient::new(&settings(NOBODY)).expect("it connects in the background");
    let error = client.partitions(Duration::from_millis(50)).expect_err("nobody answers");
    let BrokerError::Unavailable { missing: Missing::Brokers, message } = error else {
        panic!("{error:?}")
    };
    assert!(message.starts_with("kafka at 127.0.0.1:1 did not answer: "), "{message}");
    let error = peek(&settings(NOBODY), &[(0, 0)], Duration::from_millis(50));
    let Err(BrokerError::Unavailable { missing: Missing::Brokers, message }) = error else {
        panic!("{error:?}")
    };
    assert!(message.starts_with("kafka at 127.0.0.1:1 did not answer: "), "{message}");
}

#[test]
fn a_look_at_a_record_tells_whether_it_is_the_one_that_was_read() {
    let cluster = cluster(4);
    let look = |wanted: &[(u32, i64)]| peek(&cluster.settings, wanted, PATIENCE);
    let found = look(&[(0, 3), (2, 0), (1, 4)]).expect("the brokers answer");
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), [0, 1, 2]);
    for (partition, offset) in [(0, 3), (2, 0)] {
        let Peeked::Record(_, digest) = found[&partition] else { panic!("{found:?}") };
        assert_eq!(digest, digest_of(&named(partition, offset)));
    }
    assert_eq!(found[&1], Peeked::Nothing, "the log ends before it");
    let beyond = look(&[(0, 5)]);
    assert!(matches!(beyond, Err(BrokerError::Moved { .. })), "{beyond:?}");
}

#[test]
fn the_group_has_the_offsets_that_were_announced_last() {
    let cluster = cluster(4);
    let commits = OffsetCommits::new(&cluster.settings).expect("a client");
    // Newer offsets take the place of older ones, sent or not.
    for next in 1..=3 {
        commits.announce(&[(0, next), (2, next + 1)]);
    }
    let mut config = client_config(&cluster.settings);
    let consumer: BaseConsumer = config.set("group.id", "tests").create().expect("a client");
    let committed = || {
        let mut list = TopicPartitionList::new();
        list.add_partition_range(TOPIC, 0, 2);
        let answer = consumer.committed_offsets(list, PATIENCE).expect("the group is known");
        [0, 1, 2].map(|partition| answer.find_partition(TOPIC, partition).map(|p| p.offset()))
    };
    // A wait is short by design, which a machine under load may need more than once.
    let arrives = |expected: [Offset; 3]| {
        let until = Instant::now() + PATIENCE;
        while committed() != expected.map(Some) {
            assert!(Instant::now() < until, "{:?} instead of {expected:?}", committed());
            commits.wait();
        }
    };
    arrives([Offset::Offset(3), Offset::Invalid, Offset::Offset(4)]);
    // A partition without news keeps its offset.
    commits.announce(&[(1, 2)]);
    arrives([Offset::Offset(3), Offset::Offset(2), Offset::Offset(4)]);
}

#[test]
fn every_record_that_is_sent_is_acknowledged_or_failed() {
    let cluster = cluster(0);
    let mut sender =
        Sender::new(&with(cluster.settings.clone(), "message.max.bytes", "1000", false)).unwrap();
    let long = vec![b'x'; 2000];
    for (partition, value) in [(0, &b"a"[..]), (1, &long), (2, b""), (2, &long), (2, b"b")] {
        assert!(sender.send(partition, Some(b"key"), value, || true));
    }
    sender.flush(|| {});
    let deliveries = sender.deliveries();
    assert_eq!((sender.sent(), deliveries.acknowledged(), deliveries.failed()), (5, 3, 2));
    let failure = deliveries.failure().expect("two failed");
    assert!(failure.cause.starts_with("record 2: "), "the first one is told: {failure:?}");
    assert!(!failure.is_outside, "the brokers are there: {failure:?}");
    let client = TopicClient::new(&cluster.settings).expect("a client");
    let ends: Vec<i64> = client.ranges(PATIENCE).unwrap().iter().map(|range| range.high).collect();
    assert_eq!(ends, [1, 0, 2]);
}

#[test]
fn records_that_no_broker_takes_are_failures_outside() {
    let impatient = with(settings(NOBODY), "message.timeout.ms", "50", false);
    let mut sender =
        Sender::new(&with(impatient, "queue.buffering.max.messages", "1", false)).unwrap();
    assert!(sender.send(0, None, b"a", || false));
    // There is no room before the first record is given up, and that nobody waits for here.
    let asked = Cell::new(0);
    let gives_up = || {
        asked.set(asked.get() + 1);
        true
    };
    assert!(!sender.send(0, None, b"b", gives_up));
    assert_eq!((asked.get(), sender.sent()), (1, 1));
    sender.flush(|| {});
    let deliveries = sender.deliveries();
    assert_eq!((deliveries.acknowledged(), deliveries.failed()), (0, 1));
    assert!(deliveries.failure().is_some_and(|failure| failure.is_outside));
}

#[test]
fn a_side_output_fails_once_for_what_was_not_acknowledged() {
    let impatient = with(settings(NOBODY), "message.timeout.ms", "50", false);
    let producer = SideProducer::new(&impatient).expect("it connects in the background");
    producer
        .send("late", "0", &[("reason", "late".to_owned())], Some(b"x"))
        .expect("there is room");
    let failure = producer.acknowledge().expect_err("nobody is there");
    assert!(failure.contains("timed out"), "{failure}");
    assert_eq!(producer.acknowledge(), Ok(()), "the next checkpoint begins anew");
}

#[test]
fn a_topic_is_ready_only_with_the_partitions_that_were_asked_for() {
    let cluster = cluster(0);
    let sender = Sender::new(&cluster.settings).expect("a sender");
    for wanted in [None, Some(3)] {
        let topic = ready(&sender, &cluster.settings, wanted).expect("it is there");
        assert_eq!((topic.partitions, topic.is_new), (3, false));
    }
    let error = ready(&sender, &cluster.settings, Some(4)).expect_err("there are three");
    assert!(matches!(error, NewTopicError::PartitionCount { found: 3, wanted: 4, .. }));
    assert_eq!(
        error.to_string(),
        "topic `events` has 3 partitions, not 4; \
         hint: leave --partitions out, or name another topic with --topic"
    );
}

#[test]
fn a_record_without_a_value_is_a_record() {
    let cluster = testing::cluster(1, |_, _| None);
    let found = peek(&cluster.settings, &[(0, 0)], PATIENCE).expect("the brokers answer");
    let digests: BTreeMap<u32, _> = found
        .iter()
        .filter_map(|(partition, peeked)| match peeked {
            Peeked::Record(_, digest) => Some((*partition, *digest)),
            Peeked::Nothing => None,
        })
        .collect();
    assert_eq!(digests, BTreeMap::from([(0, digest_of(b""))]));
}
