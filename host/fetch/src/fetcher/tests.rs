//! What a fetcher makes of brokers that do what a real one does only when something is broken. Reading
//! from real ones is a system test.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use streamgauge_core::{BlockLimits, Fetched, ReadFrom};

use super::{FetchError, Fetcher};
use crate::fault::FaultKind;
use crate::settings::FetchSettings;
use crate::testing::BatchMaker;
use crate::testing::scripted::{Log, Script, Scripted, TOPIC};

const LIMITS: BlockLimits = BlockLimits { records: 5, bytes: 1 << 20 };
const DEADLINE: Duration = Duration::from_secs(20);
const UNANSWERED_AFTER: Duration = Duration::from_millis(300);

fn fetcher(broker: &Scripted, assigned: &[(u32, i64, Option<i64>)]) -> Fetcher {
    let given = [("socket.connection.setup.timeout.ms", "1000"), ("reconnect.backoff.ms", "10")];
    let settings = FetchSettings::read(&broker.address(), TOPIC, given).expect("they are known");
    Fetcher::new(settings, assigned).expect("no certificate is read")
}

/// A log of batches of `each` records, from offset 0 to `end`.
fn log(end: i64, each: i64, codec: u8) -> Log {
    let batch = |first: i64| {
        let values: Vec<_> = (first..(first + each).min(end)).map(value).collect();
        let values: Vec<_> = values.iter().map(|value| Some(value.as_bytes())).collect();
        let made = BatchMaker { first_offset: first, codec, ..BatchMaker::default() };
        (first, made.with(&values))
    };
    let answers = (0..end).step_by(each as usize).map(batch).collect();
    Log { answers, end, ..Log::default() }
}

fn value(offset: i64) -> String {
    format!("record {offset}")
}

fn script(logs: impl IntoIterator<Item = (i32, Log)>) -> Script {
    Script { logs: logs.into_iter().collect(), ..Script::default() }
}

/// Reads until `wanted` records came, or an error.
fn read(fetcher: &mut Fetcher, wanted: usize) -> Result<Vec<(u32, i64)>, FetchError> {
    let until = Instant::now() + DEADLINE;
    let mut read = Vec::new();
    while read.len() < wanted {
        assert!(Instant::now() < until, "only {read:?}");
        match fetcher.next_block(LIMITS, Duration::from_millis(50))? {
            Fetched::Records { block, .. } => {
                assert!(block.records() <= LIMITS.records);
                for run in block.runs() {
                    for record in run.records() {
                        let expected = value(record.meta.offset);
                        assert_eq!(record.value, Some(expected.as_bytes()));
                        read.push((run.partition, record.meta.offset));
                    }
                }
            }
            Fetched::Nothing => {}
            Fetched::Ended => break,
        }
    }
    Ok(read)
}

/// Reads until `is_over` says so.
fn read_until(fetcher: &mut Fetcher, mut is_over: impl FnMut(&Fetcher) -> bool) {
    let until = Instant::now() + DEADLINE;
    while !is_over(fetcher) {
        assert!(Instant::now() < until);
        let _ = fetcher.next_block(LIMITS, Duration::from_millis(20)).expect("it goes on");
    }
}

fn offsets(partition: u32, range: std::ops::Range<i64>) -> Vec<(u32, i64)> {
    range.map(|offset| (partition, offset)).collect()
}

#[test]
fn each_codec_is_read_from_the_middle_of_a_batch_to_the_middle_of_another() {
    for codec in 0..5 {
        let broker = Scripted::start(script([(0, log(100, 7, codec))]));
        let mut fetcher = fetcher(&broker, &[(0, 17, Some(88))]);
        assert_eq!(read(&mut fetcher, 100), Ok(offsets(0, 17..88)), "codec {codec}");
        assert!(matches!(fetcher.next_block(LIMITS, Duration::ZERO), Ok(Fetched::Ended)));
        let reading: Vec<_> = fetcher.reading().collect();
        assert_eq!((reading[0].next, reading[0].empty, fetcher.queue_depth()), (88, 0, 0));
    }
}

#[test]
fn an_answer_that_comes_halfway_holds_nobody_up() {
    let broker = Scripted::start(script([(0, log(100, 10, 0))]));
    broker.change(|script| script.half = Some(90));
    let mut fetcher = fetcher(&broker, &[(0, 0, None)]);
    let begun = Instant::now();
    read_until(&mut fetcher, |fetcher| fetcher.trouble(0, UNANSWERED_AFTER).is_some());
    // Each call came back in its time, and in the end it is said what is wrong.
    assert!(begun.elapsed() < Duration::from_secs(10));
    let trouble = fetcher.trouble(0, UNANSWERED_AFTER).expect("it is told");
    assert_eq!(trouble.fault.kind, FaultKind::Silent);
    assert_eq!(trouble.fault.broker, broker.address());
}

#[test]
fn a_batch_whose_checksum_does_not_fit_is_told_and_read_once_it_does() {
    let good = log(30, 10, 3);
    let mut bad = good.clone();
    let batch = bad.answers.get_mut(&10).expect("a batch begins there");
    let last = batch.len() - 1;
    batch[last] ^= 1;
    let broker = Scripted::start(script([(0, bad), (1, log(20, 10, 3))]));
    let mut fetcher = fetcher(&broker, &[(0, 0, None), (1, 0, None)]);
    let mut first = read(&mut fetcher, 30).expect("what stands before it counts");
    first.sort_unstable();
    assert_eq!(first, [offsets(0, 0..10), offsets(1, 0..20)].concat());
    read_until(&mut fetcher, |fetcher| fetcher.trouble(0, UNANSWERED_AFTER).is_some());
    let fault = fetcher.trouble(0, UNANSWERED_AFTER).expect("it is told").fault;
    assert_eq!(fault.kind, FaultKind::ReadFailing);
    assert!(fault.reason.contains("partition 0 of topic `events` at offset 10: the checksum"));
    assert_eq!(fetcher.trouble(1, UNANSWERED_AFTER), None);
    broker.change(|script| _ = script.logs.insert(0, good));
    assert_eq!(read(&mut fetcher, 20), Ok(offsets(0, 10..30)));
    assert_eq!(fetcher.trouble(0, UNANSWERED_AFTER), None);
}

#[test]
fn a_batch_that_cannot_be_unpacked_is_told_and_nothing_of_it_is_counted_twice() {
    let good = log(20, 10, 0);
    let mut bad = good.clone();
    // The checksum fits, and the records are cut.
    let made = BatchMaker { first_offset: 10, codec: 3, ..BatchMaker::default() };
    bad.answers.insert(10, made.packed(b"no lz4 frame", 10, 9));
    let broker = Scripted::start(script([(0, bad)]));
    let mut fetcher = fetcher(&broker, &[(0, 0, None)]);
    assert_eq!(read(&mut fetcher, 10), Ok(offsets(0, 0..10)));
    read_until(&mut fetcher, |fetcher| fetcher.trouble(0, UNANSWERED_AFTER).is_some());
    let fault = fetcher.trouble(0, UNANSWERED_AFTER).expect("it is told").fault;
    assert!(fault.reason.contains("cannot be unpacked"), "{fault}");
    broker.change(|script| _ = script.logs.insert(0, good));
    assert_eq!(read(&mut fetcher, 10), Ok(offsets(0, 10..20)));
}

#[test]
fn records_of_old_formats_and_unknown_codecs_are_left_to_another_client_at_their_offset() {
    let mut old = log(30, 10, 0);
    old.answers.get_mut(&20).expect("a batch begins there")[16] = 1;
    let mut unknown = log(30, 10, 0);
    let made = BatchMaker { first_offset: 20, codec: 6, ..BatchMaker::default() };
    unknown.answers.insert(20, made.packed(b"", 10, 9));
    for (log, expected) in [(old, "format 1"), (unknown, "codec 6")] {
        let broker = Scripted::start(script([(0, log)]));
        let mut fetcher = fetcher(&broker, &[(0, 0, None)]);
        assert_eq!(read(&mut fetcher, 20), Ok(offsets(0, 0..20)));
        match read(&mut fetcher, 1) {
            Err(FetchError::Unsupported(reason)) => assert!(reason.contains(expected), "{reason}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(fetcher.reading().next().map(|reading| reading.next), Some(20));
    }
}

#[test]
fn a_log_that_moved_is_told() {
    for (name, change) in [
        ("no longer holds", (|log: &mut Log| log.error = 1) as fn(&mut Log)),
        ("cut the log of partition 0 back to 7", |log| log.diverges = true),
    ] {
        let mut moved = log(30, 10, 0);
        change(&mut moved);
        let broker = Scripted::start(script([(0, moved)]));
        match read(&mut fetcher(&broker, &[(0, 20, None)]), 1) {
            Err(FetchError::Moved(message)) => assert!(message.contains(name), "{message}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn a_topic_that_is_gone_is_believed_after_some_looks() {
    let broker = Scripted::start(script([(0, log(10, 10, 0))]));
    broker.change(|script| script.is_topic_gone = true);
    let gone = read(&mut fetcher(&broker, &[(0, 0, None)]), 1);
    assert!(matches!(gone, Err(FetchError::TopicIsGone(_))), "{gone:?}");
}

#[test]
fn a_partition_is_read_on_where_its_new_leader_is() {
    let one = Scripted::start(script([(0, log(10, 10, 0))]));
    let other = Scripted::start(script([(0, Log { leader: 1, ..log(50, 10, 0) })]));
    let ports = BTreeMap::from([(0, one.port), (1, other.port)]);
    for broker in [&one, &other] {
        broker.change(|script| script.ports.clone_from(&ports));
    }
    let mut fetcher = fetcher(&one, &[(0, 0, None)]);
    assert_eq!(read(&mut fetcher, 10), Ok(offsets(0, 0..10)));
    one.change(|script| {
        let log = script.logs.get_mut(&0).expect("it is there");
        // No leader any more.
        (log.leader, log.error) = (1, 6);
    });
    assert_eq!(read(&mut fetcher, 40), Ok(offsets(0, 10..50)));
    assert_eq!(fetcher.trouble(0, UNANSWERED_AFTER), None);
}

#[test]
fn a_broker_that_is_away_is_told_and_read_from_once_it_is_back() {
    let broker = Scripted::start(script([(0, log(10, 10, 0))]));
    // Nobody listens at the port of the node that leads.
    broker.change(|script| _ = script.ports.insert(0, 1));
    let mut fetcher = fetcher(&broker, &[(0, 0, None)]);
    read_until(&mut fetcher, |fetcher| fetcher.trouble(0, UNANSWERED_AFTER).is_some());
    let fault = fetcher.trouble(0, UNANSWERED_AFTER).expect("it is told").fault;
    assert_eq!((fault.kind, &fault.broker[..]), (FaultKind::AdvertisedUnreachable, "127.0.0.1:1"));
    let port = broker.port;
    broker.change(|script| _ = script.ports.insert(0, port));
    assert_eq!(read(&mut fetcher, 10), Ok(offsets(0, 0..10)));
}

/// Connections were made as fast as they broke, until the computer had no more of them.
#[test]
fn a_broker_that_hangs_up_is_not_stormed() {
    let broker = Scripted::start(script([(0, log(10, 10, 0))]));
    broker.change(|script| script.hangs_up = true);
    let mut fetcher = fetcher(&broker, &[(0, 0, None)]);
    let until = Instant::now() + Duration::from_secs(2);
    read_until(&mut fetcher, |_| Instant::now() >= until);
    let fault = fetcher.trouble(0, UNANSWERED_AFTER).expect("it is told").fault;
    assert_eq!(fault.kind, FaultKind::NeedsSasl, "{fault}");
    // 10, 20, 40, … ms apart, and one for the leaders.
    let made = broker.connections.load(std::sync::atomic::Ordering::Relaxed);
    assert!((3..=12).contains(&made), "{made} connections");
    broker.change(|script| script.hangs_up = false);
    assert_eq!(read(&mut fetcher, 10), Ok(offsets(0, 0..10)));
    assert_eq!(fetcher.trouble(0, UNANSWERED_AFTER), None);
}

#[test]
fn aborted_records_are_passed_and_counted_as_empty() {
    let mut log = log(40, 10, 0);
    let made = BatchMaker { producer: 9, is_transactional: true, ..BatchMaker::default() };
    let values = vec![Some(&b"aborted"[..]); 10];
    log.answers.insert(10, BatchMaker { first_offset: 10, ..made }.with(&values));
    let marker = BatchMaker { first_offset: 20, is_control: true, ..made }
        .with_offsets(&[(0, Some(b"marker"))], 9);
    log.answers.insert(20, marker);
    log.aborted = vec![(10, 9)];
    let broker = Scripted::start(script([(0, log)]));
    let mut fetcher = fetcher(&broker, &[(0, 0, None)]);
    let expected = [offsets(0, 0..10), offsets(0, 30..40)].concat();
    assert_eq!(read(&mut fetcher, 20), Ok(expected));
    let reading = fetcher.reading().next().expect("it is read");
    assert_eq!((reading.next, reading.empty, reading.end), (40, 20, Some((40, 40))));
    read_until(&mut fetcher, |fetcher| fetcher.queue_depth() == 0);
    assert_eq!(fetcher.take_read_to(), [(0, 40)]);
}

#[test]
fn a_throttled_broker_is_asked_less_often() {
    let broker = Scripted::start(script([(0, log(10_000, 1, 0))]));
    broker.change(|script| script.throttle_ms = 200);
    let mut fetcher = fetcher(&broker, &[(0, 0, None)]);
    let begun = Instant::now();
    assert_eq!(read(&mut fetcher, 4), Ok(offsets(0, 0..4)));
    assert!(begun.elapsed() >= Duration::from_millis(600), "{:?}", begun.elapsed());
}

#[test]
fn a_partition_that_comes_back_is_read_from_the_new_place_only() {
    let broker = Scripted::start(script([(0, log(1_000, 10, 0)), (1, log(1_000, 10, 0))]));
    let mut fetcher = fetcher(&broker, &[(0, 0, None), (1, 0, None)]);
    read(&mut fetcher, 25).expect("it goes on");
    assert_eq!(fetcher.revoke(1), None);
    fetcher.assign(1, ReadFrom { offset: 500, cursor: 0, stop: Some(520) });
    let read = read(&mut fetcher, 300).expect("it goes on");
    let of_1: Vec<_> = read.into_iter().filter(|one| one.0 == 1).collect();
    assert_eq!(of_1, offsets(1, 500..520));
    assert_eq!(fetcher.revoke(1), Some(520));
    let asked = broker.asked.lock().expect("no thread panicked with it");
    assert!(asked.contains(&(1, 500)), "{asked:?}");
}
