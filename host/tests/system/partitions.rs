//! Partitions that come while a pipeline runs are taken in, whole, and no page sees a failure.

use serde_json::Value;

use crate::broker::Broker;
use crate::events::event;
use crate::host::{Host, read};
use crate::process::finish;
use crate::result::{assert_same, book, outside_run};
use crate::workplace::{Settings, Workplace, unique};

#[test]
fn partitions_that_are_added_are_taken_in_while_running() {
    let broker = Broker::shared();
    let topic = unique("growing");
    broker.create_topic(&topic, 1);
    let mut settings = Settings::kafka(&broker.address(), &topic);
    // Where the pipeline began does not matter for what comes later.
    settings.source = settings.source.replace("\"earliest\"", "\"latest\"");
    let place = Workplace::new(&settings);
    let record = event(&[]);
    let send = |partition, count| {
        broker.send(&topic, partition, (0..count).map(|_| record.as_slice()));
    };
    let host = Host::start(&place);
    host.status_when("a live host", |status| status["mode"] == "live");
    send(0, 100);
    host.has_read(100);
    let mut stream = host.stream();
    let epoch = stream.until("hello")["epoch"].clone();

    broker.widen_topic(&topic, 3);
    send(1, 20);
    send(2, 3);
    send(0, 7);
    let mut modes = Vec::new();
    loop {
        let status = stream.until("update")["status"].clone();
        modes.push(status["mode"].as_str().expect("a mode").to_owned());
        if read(&status) == 130 {
            break;
        }
    }
    let bad: Vec<_> =
        modes.iter().filter(|m| !["live", "catching-up"].contains(&m.as_str())).collect();
    assert!(bad.is_empty(), "{bad:?}");
    let status = host.status();
    let offsets: Vec<&Value> =
        (0..3).map(|partition| &status["partitions"][partition]["offset"]).collect();
    assert_eq!(offsets, [107, 20, 3], "{status}");
    assert_eq!(host.stream().until("hello")["epoch"], epoch, "it is the same process");
    assert!(host.log().contains("3 partitions now"), "{}", host.log());
    host.terminate().ok();

    let again = finish(place.command("run").args(["--until-end", "--json"])).json();
    assert_eq!(book(&again, "read"), 130);
    let mut settings = settings.clone();
    settings.source = settings.source.replace("\"latest\"", "\"earliest\"");
    let whole = Workplace::new(&settings);
    let whole = finish(whole.command("run").args(["--until-end", "--json"])).json();
    assert_same("taken in and from the beginning", &outside_run(whole), &outside_run(again));
}

/// Where there are as many workers as there are to be, partitions come to those that run: nothing
/// ends, and what is read of the others is not interrupted.
#[test]
fn partitions_that_fit_the_workers_come_to_them_while_they_run() {
    let broker = Broker::shared();
    let topic = unique("joining");
    broker.create_topic(&topic, 2);
    let mut settings = Settings::kafka(&broker.address(), &topic);
    "2".clone_into(&mut settings.workers);
    let place = Workplace::new(&settings);
    let record = event(&[]);
    let send = |partition, count| {
        broker.send(&topic, partition, (0..count).map(|_| record.as_slice()));
    };
    send(0, 50);
    let host = Host::start(&place);
    host.has_read(50);
    broker.widen_topic(&topic, 5);
    for (partition, count) in [(2, 20), (3, 3), (4, 1), (1, 6), (0, 20)] {
        send(partition, count);
    }
    let status = host.has_read(100);
    let offsets: Vec<&Value> =
        (0..5).map(|partition| &status["partitions"][partition]["offset"]).collect();
    assert_eq!(offsets, [70, 6, 20, 3, 1], "{status}");
    assert!(host.log().contains("3 partitions come to running workers"), "{}", host.log());
    // One of them, and one that was there, resume where they were.
    host.terminate().ok();
    send(3, 4);
    send(0, 1);
    let again = Host::start(&place);
    let status = again.has_read(105);
    assert_eq!(status["partitions"][3]["offset"], 7);
    again.terminate().ok();
    let again = finish(place.command("run").args(["--until-end", "--json"])).json();
    settings.workers = "1".to_owned();
    let whole = Workplace::new(&settings);
    let whole = finish(whole.command("run").args(["--until-end", "--json"])).json();
    assert_same("taken in and from the beginning", &outside_run(whole), &outside_run(again));
}

#[test]
fn a_topic_made_anew_with_fewer_partitions_is_refused() {
    let broker = Broker::shared();
    let topic = unique("shrunk");
    broker.create_topic(&topic, 3);
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
    let record = event(&[]);
    broker.send(&topic, 2, [record.as_slice()]);
    finish(place.command("run").arg("--until-end")).ok();
    broker.recreate_topic(&topic, 2);
    let ended = finish(place.command("run").arg("--until-end"));
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("no partition 2 any more"), "{}", ended.stderr);
}
