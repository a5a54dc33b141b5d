//! Partitions that come and go on a consumer that reads, against the brokers that librdkafka plays
//! itself.

mod decisions;

use std::time::Duration;

use super::*;
use crate::testing::{self, Cluster, PATIENCE};

const LIMITS: BlockLimits = BlockLimits { records: 7, bytes: 1 << 20 };

fn value(partition: u32, offset: i64) -> Option<Vec<u8>> {
    (offset % 10 != 3).then(|| format!("{partition}@{offset}").into_bytes())
}

/// A topic with three partitions of `count` records each.
fn cluster(count: i64) -> Cluster {
    testing::cluster(count, value)
}

/// Records by partition and offset.
type Read = Vec<(u32, i64)>;

/// Reads until `read` holds `count` records; each has the bytes that were sent.
fn read(consumer: &mut TopicConsumer, count: usize, read: &mut Read) {
    let until = Instant::now() + PATIENCE;
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
    let cluster = cluster(40);
    let mut consumer = TopicConsumer::new(&cluster.settings, &[(0, 5, None)]).expect("a consumer");
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
    consumer.assign(0, ReadFrom { offset: 38, cursor: 0, stop: None }).expect("it may come back");
    let mut third = Read::new();
    read(&mut consumer, 42, &mut third);
    assert_eq!(of(&third, 0), [38, 39]);
    assert_eq!(of(&third, 2), (0..40).collect::<Vec<_>>());
    let known: Vec<u32> = consumer.log_ends().iter().map(|end| end.partition).collect();
    assert_eq!(known, [1, 2, 0]);
}

#[test]
fn nothing_comes_of_a_partition_that_went_in_the_middle_of_its_records() {
    let cluster = cluster(200);
    let assigned = [(0, 0, None), (1, 0, None)];
    let mut consumer = TopicConsumer::new(&cluster.settings, &assigned).expect("a consumer");
    let mut before = Read::new();
    read(&mut consumer, 20, &mut before);
    assert_eq!(consumer.revoke(1).expect("it is read"), None);
    let mut after = Read::new();
    let left = 200 - of(&before, 0).len();
    read(&mut consumer, left, &mut after);
    assert!(of(&after, 1).is_empty(), "{after:?}");
    assert_eq!([of(&before, 0), of(&after, 0)].concat(), (0..200).collect::<Vec<_>>());
    let next = of(&before, 1).len() as i64;
    consumer.assign(1, ReadFrom { offset: next, cursor: 0, stop: None }).expect("it may come back");
    let mut rest = Read::new();
    read(&mut consumer, 200 - next as usize, &mut rest);
    assert_eq!(of(&rest, 1), (next..200).collect::<Vec<_>>());
}

#[test]
fn a_bounded_read_ends_in_the_middle_of_a_block() {
    let cluster = cluster(40);
    let mut consumer =
        TopicConsumer::new(&cluster.settings, &[(0, 0, Some(10))]).expect("a consumer");
    consumer.assign(2, ReadFrom { offset: 33, cursor: 0, stop: Some(36) }).expect("it is there");
    let mut found = Read::new();
    read(&mut consumer, 13, &mut found);
    assert_eq!((of(&found, 0), of(&found, 2)), ((0..10).collect(), vec![33, 34, 35]));
    let until = Instant::now() + PATIENCE;
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
