//! Offsets: what the group is told, and what happens where the log does not hold the next one.

use serde_json::Value;

use crate::broker::Broker;
use crate::events::event;
use crate::host::{Host, read};
use crate::process::finish;
use crate::result::book;
use crate::wait;
use crate::workplace::{Settings, Workplace, unique};

#[test]
fn the_group_is_told_where_the_state_stands() {
    let broker = Broker::shared();
    let topic = unique("committed");
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
    let produce = ["--generate", "9000", "--seed", "3", "--partitions", "3", "--key", "user_id"];
    finish(place.command("produce").args(produce)).ok();
    let host = Host::start(&place);
    let status = host.has_read(9000);
    host.terminate().ok();
    let offset = |partition: &Value| partition["offset"].as_i64();
    let expected: Vec<_> =
        status["partitions"].as_array().expect("partitions").iter().map(offset).collect();
    let committed = broker.committed(&topic, &topic, 3);
    eprintln!("committed {committed:?}");
    assert_eq!(committed, expected);
}

/// A short run commits the offsets of its beginning right before the offsets of its end.
#[test]
fn a_short_run_tells_the_group_where_it_ended() {
    let broker = Broker::shared();
    let topic = unique("short");
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
    for round in 1..=3 {
        let produce = ["--generate", "1000", "--seed", "8", "--partitions", "1"];
        finish(place.command("produce").args(produce)).ok();
        let result = finish(place.command("run").args(["--until-end", "--json"])).json();
        assert_eq!(result["at"][0]["offset"], round * 1000);
        assert_eq!(broker.committed(&topic, &topic, 1), [Some(round * 1000)], "round {round}");
    }
}

/// Two pipelines that told offsets to one group overwrote each other's, and its lag was a lie.
#[test]
fn offsets_of_another_pipeline_are_left_alone_and_named() {
    let broker = Broker::shared();
    let topic = unique("shared-group");
    let settings = Settings::kafka(&broker.address(), &topic);
    let place = Workplace::new(&settings);
    let run = |place: &Workplace, more: &[&str]| {
        finish(place.command("run").args(["--until-end", "--json"]).args(more)).ok()
    };
    let produce = |count: &str| {
        let produce = ["--generate", count, "--seed", "8", "--partitions", "1"];
        finish(place.command("produce").args(produce)).ok();
    };
    produce("1000");
    run(&place, &[]);
    produce("500");
    // The same settings with state of their own are another pipeline.
    let other = Workplace::new(&settings);
    let host = Host::start(&other);
    host.has_read(1500);
    let status = host.status_when("a warning", |status| {
        status["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty())
    });
    let warning = &status["warnings"][0];
    assert_eq!(warning["code"], "group_shared", "{warning}");
    let message = warning["message"].as_str().expect("a message");
    assert!(message.contains("offset 1000 of partition 0 from pipeline `系统测试`"), "{message}");
    assert_eq!(host.get("/readyz").status, 200, "every record is counted");
    host.terminate().ok();
    assert_eq!(broker.committed(&topic, &topic, 1), [Some(1000)]);
    // What moves with an export, or is counted again, is the same pipeline.
    let export = place.path("moved.sgex");
    finish(place.command("state export").arg(&export)).ok();
    finish(other.command("state import --replace").arg(&export)).ok();
    run(&other, &[]);
    assert_eq!(broker.committed(&topic, &topic, 1), [Some(1500)]);
    produce("500");
    run(&other, &["--rebuild"]);
    assert_eq!(broker.committed(&topic, &topic, 1), [Some(2000)]);
}

/// After `state reset` a pipeline took its own offsets for somebody else's, and told no more.
#[test]
fn a_state_that_was_dropped_leaves_its_group_to_the_next_one() {
    let broker = Broker::shared();
    let topic = unique("reset-group");
    let settings = Settings::kafka(&broker.address(), &topic);
    let (place, other) = (Workplace::new(&settings), Workplace::new(&settings));
    let run = |place: &Workplace| finish(place.command("run").arg("--until-end")).ok().stderr;
    let produce = || {
        let produce = ["--generate", "500", "--seed", "8", "--partitions", "1"];
        finish(place.command("produce").args(produce)).ok();
    };
    let reset = |place: &Workplace| finish(&mut place.command("state reset")).ok();
    let committed = || broker.committed(&topic, &topic, 1)[0];
    produce();
    run(&place);
    produce();
    reset(&place);
    let log = run(&place);
    assert_eq!(committed(), Some(1000), "{log}");
    assert!(!log.contains("do not reach the group"), "{log}");
    // A file that is gone or damaged is dropped too.
    produce();
    std::fs::remove_file(place.path("state/streamgauge.redb")).expect("the state");
    run(&place);
    assert_eq!(committed(), Some(1500));
    // Another pipeline stays another one, however often its own state is dropped.
    produce();
    for _ in 0..2 {
        assert!(run(&other).contains("do not reach the group"));
        reset(&other);
    }
    assert_eq!(committed(), Some(1500));
    run(&place);
    assert_eq!(committed(), Some(2000));
}

/// The beginning of a partition is part of the partition's state from the first moment on: `latest`
/// is asked for once, and a crash right after the start does not move the beginning.
#[test]
fn latest_is_where_the_log_ended_at_the_first_start() {
    let broker = Broker::shared();
    let topic = unique("latest");
    let mut settings = Settings::kafka(&broker.address(), &topic);
    settings.source = settings.source.replace("\"earliest\"", "\"latest\"");
    let place = Workplace::new(&settings);
    broker.create_topic(&topic, 1);
    let record = event(&[]);
    let send = |count| broker.send(&topic, 0, (0..count).map(|_| record.as_slice()));
    send(100);
    let host = Host::start(&place);
    let first = host.status_when("a live host", |status| status["mode"] == "live");
    assert_eq!((read(&first), &first["partitions"][0]["offset"]), (0, &Value::from(100)));
    host.kill();
    send(20);
    let host = Host::start(&place);
    host.has_read(20);
    send(3);
    let status = host.has_read(23);
    assert_eq!((read(&status), &status["partitions"][0]["offset"]), (23, &Value::from(123)));
    host.terminate().ok();
}

#[test]
fn a_start_time_is_the_first_record_stamped_then() {
    let broker = Broker::shared();
    let topic = unique("start-time");
    broker.create_topic(&topic, 1);
    let record = event(&[]);
    let send = |count| broker.send(&topic, 0, (0..count).map(|_| record.as_slice()));
    send(30);
    // Stamps are whole milliseconds; the next ones are later than this one.
    let between = chrono::Utc::now();
    wait::until("a later millisecond", || {
        (chrono::Utc::now().timestamp_millis() > between.timestamp_millis() + 1).then_some(())
    });
    send(12);
    let start = between + chrono::TimeDelta::milliseconds(1);
    let start = start.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let mut settings = Settings::kafka(&broker.address(), &topic);
    settings.source = settings.source.replace("\"earliest\"", &format!("\"{start}\""));
    let place = Workplace::new(&settings);
    let result = finish(place.command("run").args(["--until-end", "--json"])).json();
    assert_eq!((book(&result, "read"), &result["at"][0]["offset"]), (12, &Value::from(42)));
}
