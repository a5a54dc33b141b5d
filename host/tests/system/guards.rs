//! Settings that do not fit the data are noticed while records come, and by name.

use chrono::{Datelike, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::broker::Broker;
use crate::events::event;
use crate::host::Host;
use crate::process::finish;
use crate::workplace::{Settings, Workplace, unique};

const RECORDS: usize = 1500;

/// Runs a pipeline whose records are `days` old, and returns the one warning of the run.
fn warned(settings: impl FnOnce(&mut Settings), days: i64) -> Value {
    let broker = Broker::shared();
    let topic = unique("guarded");
    broker.create_topic(&topic, 1);
    let mut pipeline = Settings::kafka(&broker.address(), &topic);
    settings(&mut pipeline);
    let place = Workplace::new(&pipeline);
    let day = Utc::now() - TimeDelta::days(days);
    let (month, day) = (day.month().to_string(), day.day().to_string());
    let record = event(&[("month", &month), ("day", &day)]);
    broker.send(&topic, 0, (0..RECORDS).map(|_| record.as_slice()));
    let host = Host::start(&place);
    let status = host.status_when("a warning", |status| {
        status["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty())
    });
    let warnings = status["warnings"].as_array().expect("warnings").clone();
    assert_eq!(warnings.len(), 1, "{status}");
    let message = warnings[0]["message"].as_str().expect("a message");
    eprintln!("{message}");
    // The warning is logged once, however often it is shown.
    host.has_read(RECORDS as u64);
    let told = host.log().lines().filter(|line| line.contains("records")).count();
    assert_eq!(told, 1, "{}", host.log());
    assert_eq!(host.get("/readyz").status, 200, "a warning keeps nobody away");
    host.terminate().ok();

    // A run without a page says the same warning.
    let fresh = Workplace::new(&pipeline);
    let bounded = finish(fresh.command("run").arg("--until-end")).ok();
    let head = message.split(" records").next().expect("words");
    assert!(bounded.stdout.contains(head), "{head} is not in\n{}", bounded.stdout);
    warnings[0].clone()
}

#[test]
fn the_current_year_on_old_data_is_noticed() {
    let current = |settings: &mut Settings| {
        settings.event_time = settings.event_time.replace("2015", "\"current\"");
    };
    let warning = warned(current, 120);
    assert_eq!(warning["code"], "year_current_on_old_data", "{warning}");
}

#[test]
fn events_of_the_future_are_noticed() {
    let future = |settings: &mut Settings| {
        settings.event_time = settings.event_time.replace("2015", "2999");
    };
    let warning = warned(future, 0);
    assert_eq!(warning["code"], "mostly_future", "{warning}");
}

#[test]
fn a_bound_that_makes_most_records_late_is_named_with_a_better_one() {
    let record = |settings: &mut Settings| {
        settings.lateness = "[lateness]\nclock = \"record\"\n".to_owned();
    };
    let warning = warned(record, 0);
    assert_eq!(warning["code"], "mostly_late", "{warning}");
    let message = warning["message"].as_str().expect("a message");
    let bound = warning["args"]["bound_for_999"].as_str().expect("a bound");
    assert!(message.contains("100.0 %") && message.contains("\"300s\""), "{message}");
    assert!(message.contains(bound), "{message}");
}

#[test]
fn the_partition_that_holds_the_watermark_is_named() {
    let broker = Broker::shared();
    let topic = unique("held");
    broker.create_topic(&topic, 3);
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
    let send =
        |partition, day: &str| broker.send(&topic, partition, [event(&[("day", day)]).as_slice()]);
    send(0, "11");
    send(1, "3");
    send(2, "12");
    let host = Host::start(&place);
    let held = |status: &Value| status["watermark_held_by"].clone();
    let first = held(&host.has_read(3));
    assert_eq!(first["partition"], 1, "{first}");
    assert_eq!(first["watermark"], 1_446_480_000_000_i64 - 300_000);
    send(0, "13");
    assert_eq!(held(&host.has_read(4)), first, "it stands since then");
    send(1, "13");
    let second = held(&host.has_read(5));
    assert_eq!(second["partition"], 2, "{second}");
    send(2, "13");
    assert_eq!(held(&host.has_read(6)), json!(null), "nobody is behind");
    host.terminate().ok();
}
