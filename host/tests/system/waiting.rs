//! A host whose brokers or topic are missing waits in sight of everybody, and then counts all
//! records.

use serde_json::Value;

use crate::broker::{Broker, free_port};
use crate::host::{Host, read};
use crate::process::finish;
use crate::result::{assert_balanced, assert_same, outside_run};
use crate::workplace::{Settings, Workplace, unique};

/// The host waits for this cause, and says so at every place of the API.
fn assert_waiting(host: &Host, cause: &str) -> Value {
    let status = host.status_when(cause, |status| {
        status["mode"] == "waiting" && status["cause"]["code"] == cause
    });
    assert!(status["cause"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{status}");
    assert_eq!(host.get("/").status, 200);
    assert_eq!(host.get("/livez").status, 200);
    let ready = host.get("/readyz");
    assert_eq!((ready.status, &ready.json()["reason"]), (503, &Value::from(cause)));
    status
}

#[test]
fn an_unreachable_broker_is_waited_for() {
    let address = format!("127.0.0.1:{}", free_port());
    let place = Workplace::new(&Settings::kafka(&address, "events"));
    let host = Host::start(&place);
    let status = assert_waiting(&host, "broker_unreachable");
    assert_eq!(status["cause"]["args"]["brokers"], address.as_str(), "{status}");
    host.terminate().ok();
}

#[test]
fn a_missing_topic_is_waited_for() {
    let broker = Broker::shared();
    let topic = unique("late-topic");
    let place = Workplace::new(&Settings::kafka(&broker.address(), &topic));
    let host = Host::start(&place);
    let status = assert_waiting(&host, "topic_missing");
    assert_eq!(status["cause"]["args"]["topic"], topic.as_str(), "{status}");
    let produce = ["--generate", "5000", "--seed", "5", "--partitions", "2"];
    finish(place.command("produce").args(produce)).ok();
    let status = host.has_read(5000);
    assert_eq!(read(&status), 5000);
    host.status_when("a live host", |status| status["mode"] == "live");
    assert_eq!(host.get("/readyz").status, 200);
    host.terminate().ok();
}

#[test]
fn a_broker_that_comes_back_is_read_on_exactly() {
    const HALF: u64 = 30_000;
    let broker = Broker::new();
    let topic = unique("outage");
    let settings = Settings::kafka(&broker.address(), &topic);
    let place = Workplace::new(&settings);
    let produce = |seed: &str| {
        let count = HALF.to_string();
        let arguments = ["--generate", &count, "--seed", seed, "--partitions", "2"];
        finish(place.command("produce").args(arguments)).ok();
    };
    produce("6");
    let host = Host::start(&place);
    host.has_read(HALF);
    broker.stop();
    let status = assert_waiting(&host, "broker_unreachable");
    assert_eq!(read(&status), HALF, "what was counted stays on the page");
    broker.start();
    produce("7");
    let status = host.has_read(2 * HALF);
    assert_eq!(read(&status), 2 * HALF);
    host.status_when("a live host", |status| status["mode"] == "live");
    let result = outside_run(host.get("/api/v1/snapshot").json());
    assert_balanced(&result);
    host.terminate().ok();

    let fresh = Workplace::new(&settings);
    let whole = finish(fresh.command("run").args(["--until-end", "--json"])).json();
    assert_same("with and without an outage", &outside_run(whole), &result);
}
