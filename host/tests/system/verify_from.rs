//! `verify --from EXPORT`: from a kept state on, also where the log before it is gone.

use std::path::Path;

use serde_json::Value;

use crate::broker::Broker;
use crate::process::{Ended, finish};
use crate::workplace::{Settings, Workplace, unique};

const KEPT: &str = "kept.sgex";

fn windowed(settings: Settings) -> Settings {
    let of_metrics = "windows = [\"cumulative\", \"1d\", \"7d/1d\"]\nretention = \"3d\"".to_owned();
    Settings { of_metrics, ..settings }
}

/// Late records, dirt, open, final and expired windows.
fn generator(limit: u64) -> Settings {
    let source = format!(
        "[source.generator]\nrate = 10000\nseed = 13\npartitions = 3\nlate = 0.03\ndirt = 0.02\n\
         season = 15000\nlimit = {limit}\n"
    );
    windowed(Settings { source, ..Settings::file(Path::new("unused")) })
}

fn verify(place: &Workplace, from: &str) -> Ended {
    let mut command = place.command("verify");
    if !from.is_empty() {
        command.arg("--from").arg(place.path(from));
    }
    finish(command.arg("--json"))
}

fn records(found: &Value) -> u64 {
    let partitions = found["partitions"].as_array().expect("partitions").iter();
    partitions.map(|partition| partition["records"].as_u64().expect("a count")).sum()
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).expect("JSON")
}

#[test]
fn only_what_came_after_a_kept_state_is_read_and_all_of_it_is_held_against_the_log() {
    let place = Workplace::new(&generator(6000));
    finish(place.command("run").arg("--until-end")).ok();
    finish(place.command("state export").arg(place.path(KEPT))).ok();
    place.set(&generator(20_000));
    finish(place.command("run").arg("--until-end")).ok();
    let whole = verify(&place, "").json();
    assert_eq!(records(&whole), 20_000);
    let since = verify(&place, KEPT).json();
    assert_eq!((records(&since), &since["equal"]), (14_000, &Value::Bool(true)), "{since}");
    let said = finish(place.command("verify").arg("--from").arg(place.path(KEPT))).ok().stdout;
    assert!(said.contains("kept.sgex, stored "), "{said}");

    // The state of another log with the same settings is no earlier one of this state.
    let other = Workplace::new(&generator(6000));
    finish(other.command("run").arg("--until-end")).ok();
    finish(other.command("state export").arg(place.path("other.sgex"))).ok();
    let refused = verify(&place, "other.sgex");
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert!(refused.stderr.contains("is not of this state"), "{}", refused.stderr);
    // Nor is a later one.
    finish(place.command("state export").arg(place.path("later.sgex"))).ok();
    finish(place.command("state import").arg("--replace").arg(place.path(KEPT))).ok();
    let refused = verify(&place, "later.sgex");
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert!(refused.stdout.contains("not an earlier one of this state"), "{}", refused.stdout);
}

/// Bytes that differ from what the records give are found from a kept state as from the beginning.
#[test]
fn a_difference_after_a_kept_state_is_found() {
    let place = Workplace::new(&windowed(Settings::file(Path::new("events.jsonl"))));
    let mut events = crate::events::generated(2000, 9, 0.0);
    place.write("events.jsonl", &crate::events::lines(&events[..1000]));
    finish(place.command("run").arg("--until-end")).ok();
    finish(place.command("state export").arg(place.path(KEPT))).ok();
    place.write("events.jsonl", &crate::events::lines(&events));
    finish(place.command("run").arg("--until-end")).ok();
    assert_eq!(records(&verify(&place, KEPT).json()), 1000);
    events[1500] = crate::events::event(&[("action", "1")]);
    place.write("events.jsonl", &crate::events::lines(&events));
    let ended = verify(&place, KEPT);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stdout.contains("metric behavior"), "{}", ended.stdout);
    assert!(ended.stderr.contains("differs from its log"), "{}", ended.stderr);
}

#[test]
fn where_the_log_before_it_is_gone_a_kept_state_is_the_way() {
    let broker = Broker::shared();
    let topic = unique("verify-from");
    let place = Workplace::new(&windowed(Settings::kafka(&broker.address(), &topic)));
    let produce = |seed: &str| {
        let produce = ["--generate", "6000", "--seed", seed, "--partitions", "3", "--dirt", "0.01"];
        finish(place.command("produce").args(produce)).ok();
        finish(place.command("run").arg("--until-end")).ok();
    };
    produce("3");
    finish(place.command("state export").arg(place.path(KEPT))).ok();
    produce("4");
    broker.delete_before(&topic, 1, 500);
    let ended = verify(&place, "");
    let found = json(&ended);
    assert_eq!(ended.code, Some(1), "{found}");
    assert_eq!(found["partitions"][1]["verified"], false, "{found}");
    assert_eq!(found["partitions"][0]["differences"], Value::Array(Vec::new()), "{found}");
    assert!(ended.stderr.contains("verify --from EXPORT"), "{}", ended.stderr);
    let text = finish(&mut place.command("verify")).stdout;
    let (_, at_the_end) = text.split_once("not verified:\n").expect("it is said at the end");
    assert!(at_the_end.contains("partition 1, offsets 0 to"), "{text}");
    let since = verify(&place, KEPT).json();
    assert_eq!((records(&since), &since["equal"]), (6000, &Value::Bool(true)), "{since}");
}
