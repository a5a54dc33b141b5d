//! Stored results are shown before anything else, also where nothing can be read.

use serde_json::{Value, json};

use crate::broker::Broker;
use crate::host::Host;
use crate::process::finish;
use crate::workplace::{Settings, Workplace, unique};

const COUNT: u64 = 5000;

/// The events that a panel shows.
fn events(host: &Host, panel: &str) -> u64 {
    let frame = host.get(&format!("/api/v1/panels/{panel}/data")).json();
    let values = frame["total"]["events"].as_array().expect("a measure").iter();
    let rest = frame["other"]["total"]["events"][0].as_u64().unwrap_or_default();
    values.map(|value| value.as_u64().expect("a count")).sum::<u64>() + rest
}

/// The first answers of a host are those of the stored state, and nobody is told that all is well.
fn assert_shown(host: &Host, cause: &str, counted: u64) {
    // Without a wait: there is no moment at which zeros are served.
    let status = host.status();
    assert_eq!(status["accounting"]["read"], counted, "{status}");
    assert_eq!(events(host, "gender"), counted);
    let said = host.get("/metrics").body;
    assert!(said.contains(&format!("streamgauge_records_read_total {counted}\n")), "{said}");
    let status =
        host.status_when(cause, |status| status["health"]["troubles"][0]["cause"]["code"] == cause);
    assert_eq!((&status["accounting"]["read"], &status["lag"]), (&json!(counted), &Value::Null));
    assert_eq!(events(host, "behavior"), counted);
    let stored_at = status["checkpoint"]["at"].as_i64().expect("a time");
    assert_eq!(status["health"]["exact_until"], stored_at, "{status}");
    let ready = host.get("/readyz");
    assert_eq!((ready.status, &ready.json()["reason"]), (503, &cause.into()));
    assert!(host.get("/metrics").body.contains("streamgauge_ready 0\n"));
}

#[test]
fn without_a_broker_the_stored_results_are_shown_from_the_first_answer_on() {
    let broker = Broker::new();
    let place = Workplace::new(&Settings::kafka(&broker.address(), &unique("stored")));
    let count = COUNT.to_string();
    let produce = ["--generate", &count, "--partitions", "2", "--dirt", "0"];
    finish(place.command("produce").args(produce)).ok();
    finish(place.command("run").arg("--until-end")).ok();
    broker.stop();
    let host = Host::start(&place);
    assert_shown(&host, "broker_unreachable", COUNT);
    // The broker is back: the same host reads, and is exact.
    broker.start();
    finish(place.command("produce").args(produce)).ok();
    host.has_read(2 * COUNT);
    host.status_when("readiness", |status| status["health"]["ready"] == true);
    assert_eq!(host.get("/readyz").status, 200);
    host.terminate().ok();
}

#[test]
fn where_every_partition_is_in_a_gap_the_stored_results_are_shown() {
    let broker = Broker::shared();
    let topic = unique("all-in-a-gap");
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
    let count = COUNT.to_string();
    let produce = ["--generate", &count, "--partitions", "1", "--dirt", "0"];
    finish(place.command("produce").args(produce)).ok();
    finish(place.command("run").arg("--until-end")).ok();
    finish(place.command("produce").args(produce)).ok();
    broker.delete_before(&topic, 0, COUNT as i64 + 100);
    let host = Host::start(&place);
    assert_shown(&host, "log_start_moved", COUNT);
    host.terminate();
}
