//! Brokers that do not answer.

use std::cell::Cell;
use std::time::Duration;

use crate::testing::{NOBODY, settings, with};
use crate::{BrokerError, FaultKind, Sender, SideProducer, TopicClient, peek};

#[test]
fn brokers_that_do_not_answer_are_missing_and_named() {
    let client = TopicClient::new(&settings(NOBODY)).expect("it connects in the background");
    let error = client.partitions(Duration::from_millis(50)).expect_err("nobody answers");
    let BrokerError::Fault(fault) = error else { panic!("{error:?}") };
    assert_eq!((fault.kind, &*fault.broker), (FaultKind::Unreachable, NOBODY), "{fault}");
    assert_eq!(
        fault.to_string(),
        "kafka at 127.0.0.1:1 cannot be reached: Connect to ipv4#127.0.0.1:1 failed: \
         Connection refused"
    );
    let error = peek(&settings(NOBODY), &[(0, 0)], Duration::from_millis(50));
    let Err(BrokerError::Fault(peeked)) = error else { panic!("{error:?}") };
    assert_eq!(peeked, fault);
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
    let mut producer = SideProducer::new(&impatient).expect("it connects in the background");
    producer
        .send("late", "0", &[("reason", "late".to_owned())], Some(b"x"))
        .expect("there is room");
    let failure = producer.acknowledge().expect_err("nobody is there");
    assert!(failure.contains("timed out"), "{failure}");
    assert_eq!(producer.acknowledge(), Ok(()), "the next checkpoint begins anew");
}
