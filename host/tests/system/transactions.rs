//! Logs whose end is no record: topics of transactional producers end with a marker, and aborted
//! records have offsets that nobody reads. The end of such a log is reached all the same.

use serde_json::Value;

use crate::broker::Broker;
use crate::events::event;
use crate::host::{Host, read};
use crate::process::finish;
use crate::result::book;
use crate::topic::Transactions;
use crate::wait;
use crate::workplace::{Settings, Workplace, unique};

/// A pipeline whose partitions are idle soon.
fn settings(broker: &Broker, topic: &str) -> Settings {
    let settings = Settings::kafka(&broker.address(), topic);
    let event_time = format!("{}idle_after = \"1s\"\n", settings.event_time);
    Settings { event_time, checkpoint_every: "200ms", ..settings }
}

/// The log of partition 0 is read up to `read_to`, with the last record before `offset`.
fn assert_at_end(host: &Host, offset: i64, read_to: i64) -> Value {
    let status = host.status_when(&format!("the end at {read_to}"), |status| {
        let partition = &status["partitions"][0];
        partition["read_to"] == read_to && partition["state"] == "idle"
    });
    let partition = &status["partitions"][0];
    assert_eq!((&partition["offset"], &partition["lag"]), (&offset.into(), &0.into()), "{status}");
    assert_eq!((&status["lag"], &status["mode"]), (&0.into(), &"live".into()), "{status}");
    status
}

#[test]
fn a_log_that_ends_with_a_marker_is_read_to_its_end() {
    let broker = Broker::shared();
    let topic = unique("marked");
    broker.create_topic(&topic, 1);
    let place = Workplace::new(&settings(&broker, &topic));
    let transactions = Transactions::new(&broker, &topic);
    let record = event(&[]);
    let send = |count| transactions.send(0, (0..count).map(|_| record.as_slice()));
    send(100);
    transactions.commit();
    let host = Host::start(&place);
    // Offset 100 is the marker.
    assert_at_end(&host, 100, 101);
    let group = || broker.committed(&topic, &topic, 1);
    wait::until("the group past the marker", || (group() == [Some(101)]).then_some(()));
    // Aborted records and their marker are the new end.
    send(10);
    transactions.abort();
    let status = assert_at_end(&host, 100, 112);
    assert_eq!(read(&status), 100);
    wait::until("the group past aborted records", || (group() == [Some(112)]).then_some(()));
    host.terminate().ok();

    // Retention up to the end that was read takes nothing that was not read.
    broker.delete_before(&topic, 0, 112);
    let host = Host::start(&place);
    assert_at_end(&host, 100, 112);
    send(50);
    transactions.commit();
    let status = assert_at_end(&host, 162, 163);
    assert_eq!((read(&status), &status["partitions"][0]["gaps"]), (150, &Value::Array(vec![])));
    host.terminate().ok();

    // And retention past it is a gap that begins there.
    send(20);
    transactions.commit();
    broker.delete_before(&topic, 0, 170);
    let ended = finish(place.command("run").args(["--until-end", "--json"]));
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("goes on at offset 163"), "{}", ended.stderr);
}

#[test]
fn a_bounded_run_ends_where_only_a_marker_follows() {
    let broker = Broker::shared();
    let topic = unique("bounded-marked");
    broker.create_topic(&topic, 2);
    let place = Workplace::new(&settings(&broker, &topic));
    let transactions = Transactions::new(&broker, &topic);
    let record = event(&[]);
    transactions.send(0, (0..30).map(|_| record.as_slice()));
    transactions.commit();
    // The other partition holds nothing but aborted records.
    transactions.send(1, (0..7).map(|_| record.as_slice()));
    transactions.abort();
    let until_end = || finish(place.command("run").args(["--until-end", "--json"])).json();
    let (once, again) = (until_end(), until_end());
    assert_eq!((book(&once, "read"), book(&again, "read")), (30, 30));
    assert_eq!(broker.committed(&topic, &topic, 2), [Some(31), Some(8)]);
}

/// The partition that ended with a marker is idle, so that the watermark follows the other one.
#[test]
fn a_marker_holds_no_watermark_back() {
    let broker = Broker::shared();
    let topic = unique("marked-idle");
    broker.create_topic(&topic, 2);
    let place = Workplace::new(&settings(&broker, &topic));
    let transactions = Transactions::new(&broker, &topic);
    let of_day = |day: &str| event(&[("month", "11"), ("day", day)]);
    let (old, new) = (of_day("11"), of_day("13"));
    transactions.send(0, [old.as_slice()]);
    transactions.send(1, [old.as_slice()]);
    transactions.commit();
    let host = Host::start(&place);
    assert_at_end(&host, 1, 2);
    transactions.send(1, [new.as_slice()]);
    transactions.commit();
    host.status_when("the watermark of the partition that goes on", |status| {
        let of = |partition: usize| status["partitions"][partition]["watermark"].as_i64();
        let is_ahead = of(1).zip(of(0)).is_some_and(|(ahead, behind)| ahead > behind);
        is_ahead
            && status["clock"]["watermark"].as_i64() == of(1)
            && status["watermark_held_by"].is_null()
    });
    host.terminate().ok();
}
