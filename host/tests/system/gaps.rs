//! Logs that do not continue where the state ends: each kind of gap is named, nothing is reset in
//! silence, and a pipeline that resumes counts everything but the gap.

use serde_json::{Value, json};

use crate::broker::Broker;
use crate::events::event;
use crate::host::{Host, read};
use crate::process::{Ended, finish};
use crate::result::{assert_balanced, book};
use crate::wait;
use crate::workplace::{Settings, Workplace, unique};

/// A topic with its pipeline, which stops at a gap unless the settings say otherwise.
struct Case {
    broker: std::sync::Arc<Broker>,
    topic: String,
    settings: Settings,
    place: Workplace,
}

impl Case {
    fn new(stem: &str, partitions: i32) -> Self {
        let broker = Broker::shared();
        let topic = unique(stem);
        broker.create_topic(&topic, partitions);
        let settings =
            Settings { checkpoint_every: "200ms", ..Settings::kafka(&broker.address(), &topic) };
        let place = Workplace::new(&settings);
        Self { broker, topic, settings, place }
    }

    /// Sends records that only this call sends.
    fn send(&self, partition: i32, count: usize) {
        let user = format!("\"{}\"", unique("user"));
        let record = event(&[("user_id", &user)]);
        self.broker.send(&self.topic, partition, (0..count).map(|_| record.as_slice()));
    }

    fn until_end(&self) -> Ended {
        finish(self.place.command("run").args(["--until-end", "--json"]))
    }

    /// Lets the pipeline resume after gaps from now on.
    fn set_continue(&self) {
        let mut settings = self.settings.clone();
        settings.source = settings.source.replace("format = ", "on_gap = \"continue\"\nformat = ");
        self.place.set(&settings);
    }

    /// Every partition stands still: the run fails by this name, and ends so.
    fn assert_refused(&self, kind: &str, words: &[&str]) {
        let host = Host::start(&self.place);
        let status = host.status_when("the failure", |status| status["mode"] == "failed");
        assert_eq!(status["cause"]["code"], kind, "{status}");
        let message = status["cause"]["message"].as_str().expect("a message");
        eprintln!("{message}");
        let ways_out = ["on_gap = \"continue\"", "state rebuild --accept-loss --config /"];
        for word in words.iter().chain(&ways_out) {
            assert!(message.contains(word), "{word} is not in {message}");
        }
        assert_eq!(host.get("/livez").status, 200);
        let ready = host.get("/readyz");
        assert_eq!((ready.status, &ready.json()["reason"]), (503, &kind.into()));
        assert_eq!(host.terminate().code, Some(1));
        self.assert_ends_refused(words);
    }

    fn assert_ends_refused(&self, words: &[&str]) {
        let bounded = self.until_end();
        assert_eq!(bounded.code, Some(1), "{}", bounded.stderr);
        for word in words.iter().chain(&["state rebuild --accept-loss --config /"]) {
            assert!(bounded.stderr.contains(word), "{word} is not in {}", bounded.stderr);
        }
    }
}

/// The gaps of partition `partition` in a result or a status.
fn gaps(places: &Value, partition: usize) -> Value {
    places[partition]["gaps"].clone()
}

#[test]
fn records_deleted_unread_stop_their_partition_and_no_other() {
    let case = Case::new("cut", 2);
    case.send(0, 1000);
    case.send(1, 1000);
    case.until_end().ok();
    case.send(0, 1000);
    case.send(1, 500);
    case.broker.delete_before(&case.topic, 0, 1500);

    let host = Host::start(&case.place);
    let status = host.has_read(2500);
    let all_states: Vec<&Value> =
        (0..2).map(|partition| &status["partitions"][partition]["state"]).collect();
    assert_eq!(all_states, ["gap", "running"], "{status}");
    assert_eq!(status["partitions"][0]["offset"], 1000);
    assert_eq!(status["warnings"][0]["code"], "log_start_moved", "{status}");
    let args = &status["warnings"][0]["args"];
    let named = ["partition", "from", "to", "low", "high"].map(|name| args[name].clone());
    assert_eq!(named, ["0", "1000", "1500", "1500", "2000"]);
    let ready = host.get("/readyz");
    assert_eq!((ready.status, &ready.json()["reason"]), (503, &"log_start_moved".into()));
    // The partition stands still: new records are counted in the other partition only.
    case.send(0, 10);
    case.send(1, 10);
    let status = host.has_read(2510);
    assert_eq!((read(&status), &status["partitions"][0]["offset"]), (2510, &1000.into()));
    host.terminate().ok();

    // All readable records were read and stored; the host reports that the rest is missing.
    case.send(1, 5);
    case.assert_ends_refused(&["partition 0", "1000", "1500", "2010"]);

    case.set_continue();
    let result = case.until_end().json();
    assert_eq!(book(&result, "read"), 2010 - 500 + 1515, "all but the gap");
    let gap = json!([{ "kind": "log_start_moved", "from": 1000, "to": 1500 }]);
    assert_eq!(gaps(&result["at"], 0), gap);
    assert_eq!(gaps(&result["at"], 1), json!([]));
    assert_balanced(&result);
    // The gap is part of the state from then on.
    case.send(0, 1);
    let host = Host::start(&case.place);
    let status = host.has_read(3026);
    assert_eq!(gaps(&status["partitions"], 0), gap);
    assert_eq!((host.get("/readyz").status, &status["warnings"]), (200, &json!([])));
    host.terminate().ok();
}

#[test]
fn where_no_partition_can_be_read_the_run_fails_by_name() {
    let case = Case::new("all-cut", 1);
    case.send(0, 1000);
    case.until_end().ok();
    case.send(0, 1000);
    case.broker.delete_before(&case.topic, 0, 1500);
    case.assert_refused("log_start_moved", &["partition 0", "1000", "1500", "2000"]);

    // Nothing was reset: the pipeline begins anew only where somebody asks for that, and then says
    // what is missing.
    let host = Host::start(&case.place);
    host.status_when("the failure", |status| status["mode"] == "failed");
    let refused = finish(&mut case.place.command("state rebuild"));
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("partition 0, offsets 0 to 999"), "{}", refused.stderr);
    finish(&mut case.place.command("state rebuild --accept-loss")).ok();
    let status = host.status_when("the edition of the rest", |status| read(status) == 500);
    assert_eq!(&status["partitions"][0]["offset"], &json!(2000));
    let gap = json!([{ "kind": "log_start_moved", "from": 0, "to": 1500 }]);
    assert_eq!(gaps(&status["partitions"], 0), gap);
    host.terminate().ok();
}

#[test]
fn a_log_that_ends_before_the_state_is_named() {
    let case = Case::new("shorter", 1);
    case.send(0, 300);
    case.until_end().ok();
    case.broker.recreate_topic(&case.topic, 1);
    case.send(0, 100);
    case.assert_refused("log_end_moved", &["partition 0", "300", "100"]);

    case.set_continue();
    let host = Host::start(&case.place);
    let status = host.status_when("a live host", |status| status["mode"] == "live");
    let gap = json!([{ "kind": "log_end_moved", "from": 100, "to": 300 }]);
    assert_eq!((read(&status), gaps(&status["partitions"], 0)), (300, gap.clone()));
    case.send(0, 50);
    host.has_read(350);
    host.kill();
    let result = case.until_end().json();
    assert_eq!((book(&result, "read"), &result["at"][0]["offset"]), (350, &150.into()));
    assert_eq!(gaps(&result["at"], 0), gap, "it is named once");
    assert_balanced(&result);
}

#[test]
fn a_topic_that_was_made_anew_is_noticed_though_its_offsets_fit() {
    let case = Case::new("recreated", 1);
    case.send(0, 300);
    case.until_end().ok();
    // The same log continues.
    case.send(0, 100);
    assert_eq!(book(&case.until_end().json(), "read"), 400);
    case.broker.recreate_topic(&case.topic, 1);
    case.send(0, 1000);
    case.assert_refused("topic_recreated", &["partition 0", "400", "0 to 1000"]);

    case.set_continue();
    let result = case.until_end().json();
    assert_eq!((book(&result, "read"), &result["at"][0]["offset"]), (1400, &1000.into()));
    let gap = json!([{ "kind": "topic_recreated", "from": 400, "to": 0 }]);
    assert_eq!(gaps(&result["at"], 0), gap);
    assert_balanced(&result);
}

#[test]
fn records_deleted_under_a_running_host_are_a_gap_at_once() {
    for goes_on in [false, true] {
        let case = Case::new("cut-while-running", 2);
        if goes_on {
            case.set_continue();
        }
        case.send(0, 100);
        case.send(1, 100);
        let host = Host::start(&case.place);
        host.has_read(200);
        host.paused(|| {
            // The fetch under way takes the first records with it, and no later ones.
            case.send(0, 10);
            case.send(1, 10);
            case.send(0, 990);
            case.send(1, 990);
            case.broker.delete_before(&case.topic, 0, 700);
        });
        let status = host.status_when("the gap", |status| {
            let named =
                if goes_on { &status["partitions"][0]["gaps"] } else { &status["warnings"] };
            named.as_array().is_some_and(|list| !list.is_empty())
                && status["partitions"][1]["offset"] == 1100
                && (!goes_on || status["partitions"][0]["offset"] == 1100)
        });
        let gap = if goes_on {
            gaps(&status["partitions"], 0)[0].clone()
        } else {
            assert_eq!(status["partitions"][0]["state"], "gap");
            status["warnings"][0]["args"].clone()
        };
        let number = |name: &str| match &gap[name] {
            Value::String(text) => text.parse::<u64>().expect("a number"),
            value => value.as_u64().expect("a number"),
        };
        let (from, to) = (number("from"), number("to"));
        eprintln!("goes on: {goes_on}, gap {from} to {to}");
        assert!((100..700).contains(&from) && to == 700, "{gap}");
        let expected = if goes_on { 2200 - (to - from) } else { from + 1100 };
        assert_eq!(read(&status), expected, "all but the gap");
        host.terminate().ok();
    }
}

#[test]
fn a_topic_made_anew_under_a_running_host_is_a_gap() {
    for (records, kind, from, to) in
        [(100, "log_end_moved", 100, 300), (1000, "topic_recreated", 300, 0)]
    {
        let case = Case::new("recreated-while-running", 1);
        case.set_continue();
        case.send(0, 300);
        let host = Host::start(&case.place);
        host.has_read(300);
        // Records that no checkpoint holds would be dropped together with the records of the new
        // log.
        wait::until("a checkpoint", || {
            (case.broker.committed(&case.topic, &case.topic, 1) == [Some(300)]).then_some(())
        });
        host.paused(|| {
            case.broker.recreate_topic(&case.topic, 1);
            case.send(0, records);
        });
        let status = host.status_when("the gap", |status| {
            status["partitions"][0]["gaps"].as_array().is_some_and(|gaps| !gaps.is_empty())
        });
        let gap = json!([{ "kind": kind, "from": from, "to": to }]);
        assert_eq!(gaps(&status["partitions"], 0), gap);
        case.send(0, 20);
        let expected = if kind == "topic_recreated" { 1320 } else { 320 };
        assert_eq!(read(&host.has_read(expected)), expected);
        host.terminate().ok();
    }
}
