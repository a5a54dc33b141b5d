//! What a consumer makes of errors and statistics; nobody answers here.

use std::collections::HashMap;

use rdkafka::client::ClientContext;
use rdkafka::error::KafkaError;
use rdkafka::statistics::{Broker, Partition, Statistics, Topic};

use super::*;
use crate::testing::{NOBODY, TOPIC, settings};

fn consumer(assigned: &[(u32, i64, Option<i64>)]) -> LibrdkafkaConsumer {
    LibrdkafkaConsumer::new(&settings(NOBODY), assigned).expect("it connects in the background")
}

/// Statistics with `(partition, end, queued)` of the topic and `(node, state)` of the brokers.
fn tell(consumer: &LibrdkafkaConsumer, partitions: &[(i32, i64, i64)], brokers: &[(i32, &str)]) {
    let partition = |&(partition, ls_offset, fetchq_cnt): &(i32, i64, i64)| {
        (partition, Partition { partition, ls_offset, fetchq_cnt, ..Partition::default() })
    };
    let broker = |&(nodeid, state): &(i32, &str)| {
        (nodeid.to_string(), Broker { nodeid, state: state.to_owned(), ..Broker::default() })
    };
    let of_another = Partition { ls_offset: 999, fetchq_cnt: 999, ..Partition::default() };
    let of = |partitions| Topic { partitions, ..Topic::default() };
    let topics = HashMap::from([
        (TOPIC.to_owned(), of(partitions.iter().map(partition).collect())),
        ("another".to_owned(), of(HashMap::from([(0, of_another)]))),
    ]);
    let brokers = brokers.iter().map(broker).collect();
    let watcher = Watcher {
        topic: TOPIC.to_owned(),
        seen: Arc::clone(&consumer.context),
        listener: consumer.listener.clone(),
    };
    watcher.stats(Statistics { topics, brokers, ..Statistics::default() });
}

fn ends(consumer: &mut LibrdkafkaConsumer) -> Vec<(u32, Option<i64>)> {
    consumer.log_ends().iter().map(|end| (end.partition, end.end)).collect()
}

#[test]
fn the_ends_of_logs_are_known_from_statistics_and_never_before_what_was_read() {
    let mut consumer = consumer(&[(0, 5, None), (1, 0, None), (2, 0, None)]);
    assert_eq!(ends(&mut consumer), [(0, None), (1, None), (2, None)]);
    // -1: not known yet; and librdkafka has a partition -1 of its own.
    tell(&consumer, &[(0, 9, 3), (1, -1, 4), (2, 0, -1), (-1, 77, 0)], &[]);
    assert_eq!(ends(&mut consumer), [(0, Some(9)), (1, None), (2, Some(0))]);
    assert_eq!(consumer.queue_depth(), 4);
    tell(&consumer, &[(0, 3, 0)], &[]);
    assert_eq!(ends(&mut consumer)[0], (0, Some(5)), "the next record is at 5");
    assert_eq!(ends(&mut consumer)[2], (2, Some(0)), "what is not told is as it was");
    assert_eq!(consumer.queue_depth(), 0);
}

#[test]
fn an_error_ends_reading_only_where_waiting_does_not_help() {
    use RDKafkaErrorCode as Code;
    for code in [Code::OffsetOutOfRange, Code::AutoOffsetReset] {
        let failed = consumer(&[]).failed((None, code, "lost".to_owned()));
        let Err(BrokerError::Moved { message }) = failed else { panic!("{failed:?}") };
        assert!(message.starts_with("the log no longer holds the next offset: "), "{message}");
    }
    for code in [Code::UnknownTopicOrPartition, Code::UnknownTopic, Code::UnknownPartition] {
        let failed = consumer(&[]).failed((None, code, "lost".to_owned()));
        let Err(BrokerError::Unavailable { missing: crate::Missing::Topic, message }) = failed
        else {
            panic!("{failed:?}")
        };
        assert!(message.starts_with("the topic is gone: "), "{message}");
    }
    for code in [Code::BrokerTransportFailure, Code::TopicAuthorizationFailed] {
        let mut consumer = consumer(&[(0, 5, None), (1, 5, None)]);
        assert_eq!(consumer.failed((Some(1), code, "lost".to_owned())), Ok(()));
        let troubles = consumer.health().into_iter().filter_map(|(p, health)| {
            let trouble = health.trouble?;
            Some((p, trouble.fault.kind))
        });
        let found: Vec<_> = troubles.collect();
        let forbidden = code == Code::TopicAuthorizationFailed;
        let kind = if forbidden { FaultKind::TopicForbidden } else { FaultKind::ReadFailing };
        assert_eq!(found, [(1, kind)]);
        assert_eq!(ends(&mut consumer), [(0, None), (1, None)]);
    }
}

#[test]
fn a_lost_cluster_is_over_once_a_broker_is_connected() {
    let consumer = consumer(&[(0, 5, None)]);
    let trouble = || consumer.health()[0].1.trouble.as_ref().map(|trouble| trouble.fault.kind);
    assert_eq!(trouble(), None);
    let (topic, seen) = (TOPIC.to_owned(), Arc::clone(&consumer.context));
    let watcher = Watcher { topic, seen, listener: consumer.listener.clone() };
    let lost = || watcher.error(KafkaError::Global(RDKafkaErrorCode::AllBrokersDown), "1/1 down");
    lost();
    // An address to begin with is no broker, and neither is one that is not up.
    tell(&consumer, &[], &[(-1, "UP"), (1, "CONNECT"), (2, "DOWN")]);
    assert_eq!(trouble(), Some(FaultKind::Unreachable));
    tell(&consumer, &[], &[(1, "DOWN"), (0, "UP")]);
    assert_eq!(trouble(), None);
    lost();
    assert_eq!(trouble(), Some(FaultKind::Unreachable), "it may be lost again");
}
