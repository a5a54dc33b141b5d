//! A plugin that crashes at a record: the record is found and left out, the metric counts on, and
//! nothing else notices. Limits stop a metric where it is, and it goes on from there under others.

use serde_json::Value;

use crate::broker::Broker;
use crate::events::{event, lines};
use crate::host::Host;
use crate::process::finish;
use crate::result::{assert_same, happened, outside_run, until_end};
use crate::workplace::{Settings, Workplace, plugin, unique};

/// The action at which the plugin crashes.
const POISON: &str = "3";

/// Events of which each `every`th one has that action.
fn events(count: usize, every: usize) -> Vec<Vec<u8>> {
    let action = |n: usize| if n % every == every / 2 { POISON } else { ["0", "1", "2"][n % 3] };
    let day = |n: usize| (9 + n % 3).to_string();
    (0..count).map(|n| event(&[("action", action(n)), ("day", &day(n))])).collect()
}

/// The pipeline with one metric more, whose plugin fails in this way.
fn with(settings: &Settings, fault: &str, more: &str) -> String {
    let plugin = plugin("faulty");
    format!(
        "{}[[metric]]\nid = \"faulty\"\nplugin = \"{}\"\nwindows = [\"cumulative\", \"1d\"]\n{more}\
         [metric.config]\nfault = \"{fault}\"\nvalue = {POISON}\n",
        settings.text(),
        plugin.display()
    )
}

/// The result of the same records where the plugin refuses these rows instead.
fn refused(settings: &Settings) -> Value {
    let place = Workplace::new(settings);
    place.set_text(&with(settings, "refuse-rows", ""));
    until_end(&place)
}

/// The letters of the metric: reason and place, sorted.
fn letters(place: &Workplace) -> Vec<(String, i64, i64)> {
    let letters = place.dead_letters();
    let own = letters.iter().filter(|letter| letter["metric"] == "faulty");
    let number = |value: &Value| value.as_i64().expect("a number");
    let mut found: Vec<_> = own
        .map(|l| (l["reason"].to_string(), number(&l["partition"]), number(&l["offset"])))
        .collect();
    found.sort();
    found
}

fn state_of(status: &Value) -> &str {
    let metrics = status["metrics"].as_array().into_iter().flatten();
    let own = metrics.into_iter().find(|metric| metric["id"] == "faulty");
    own.and_then(|metric| metric["state"].as_str()).unwrap_or("none")
}

#[test]
fn a_record_at_which_a_plugin_crashes_is_left_out_alone_also_across_a_kill() {
    let broker = Broker::shared();
    let topic = unique("poison");
    broker.create_topic(&topic, 2);
    let settings =
        Settings { checkpoint_every: "200ms", ..Settings::kafka(&broker.address(), &topic) };
    let records = events(60_000, 12_000);
    for (partition, half) in records.chunks(30_000).enumerate() {
        broker.send(&topic, partition as i32, half.iter().map(Vec::as_slice));
    }
    let place = Workplace::new(&settings);
    place.set_text(&with(&settings, "panic-at-value", ""));
    let host = Host::start(&place);
    host.status_when("a search", |status| state_of(status) == "lagging");
    host.kill();
    let host = Host::start(&place);
    let status = host.status_when("the end of the search", |status| {
        state_of(status) == "ok" && status["accounting"]["read"] == 60_000
    });
    eprintln!("{}", status["metrics"]);
    host.terminate().ok();
    let found = until_end(&place);
    assert_same("left out and refused", &refused(&settings), &found);
    let letters = letters(&place);
    assert_eq!(letters.len(), 5, "{letters:?}");
    let is_crash = |(reason, ..): &(String, i64, i64)| reason == "\"plugin_crashed\"";
    assert!(letters.iter().all(is_crash), "{letters:?}");
    let words = place.dead_letters();
    let words = words.iter().find(|l| l["metric"] == "faulty").expect("a letter");
    let detail = words["detail"].as_str().expect("words");
    assert!(detail.contains("action 3 is too much") && detail.contains("plugin "), "{detail}");
}

#[test]
fn a_plugin_that_crashes_at_too_many_records_stops_and_the_others_are_exact() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, lines(&events(4000, 4))).expect("a file");
    let settings = Settings::file(&file);
    let place = Workplace::new(&settings);
    place.set_text(&with(&settings, "panic-at-value", ""));
    let ended = finish(place.command("run").args(["--until-end", "--json"]));
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    assert!(ended.stderr.contains("it crashes at more than 16 of the last"), "{}", ended.stderr);
    // What was left out past the place at which it stopped is not counted, and has no letter.
    assert!(letters(&place).len() <= 16);
    let found: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let alone = until_end(&Workplace::new(&settings));
    for metric in ["behavior", "age", "gender", "province"] {
        let own = |result: &Value| result["metrics"][metric].clone();
        assert_same(metric, &own(&alone), &own(&found));
    }
}

#[test]
fn a_metric_that_met_a_limit_goes_on_from_there_under_another_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("events.jsonl");
    std::fs::write(&file, lines(&events(3000, 1000))).expect("a file");
    let settings = Settings { batch: (10, 100, "100ms"), ..Settings::file(&file) };
    let place = Workplace::new(&settings);
    place.set_text(&with(&settings, "busy", "time_max = \"1ms\"\n"));
    let stopped = finish(place.command("run").args(["--until-end", "--json"]));
    assert_eq!(stopped.code, Some(1), "{}", stopped.stderr);
    assert!(stopped.stderr.contains("it took longer than its limit"), "{}", stopped.stderr);
    place.set_text(&with(&settings, "busy", "time_max = \"30s\"\n"));
    let resumed = finish(place.command("run").args(["--until-end", "--json"]));
    assert!(resumed.stderr.contains("it goes on from where it stopped"), "{}", resumed.stderr);
    let fresh = Workplace::new(&settings);
    fresh.set_text(&with(&settings, "busy", "time_max = \"30s\"\n"));
    assert_same("resumed and fresh", &until_end(&fresh), &outside_run(resumed.json()));
}

/// A mended plugin in the midst of the search for what the one before crashed at.
#[test]
fn a_plugin_that_is_mended_during_the_search_leaves_nothing_out() {
    let broker = Broker::shared();
    let topic = unique("mended");
    broker.create_topic(&topic, 1);
    let settings =
        Settings { checkpoint_every: "200ms", ..Settings::kafka(&broker.address(), &topic) };
    let records = events(8000, 1000);
    broker.send(&topic, 0, records.iter().map(Vec::as_slice));
    let place = Workplace::new(&settings);
    let own = place.path("faulty.wasm");
    std::fs::copy(plugin("faulty"), &own).expect("a component can be copied");
    let text = |fault: &str| {
        let shared = plugin("faulty").display().to_string();
        with(&settings, fault, "").replace(&shared, &own.display().to_string())
    };
    place.set_text(&text("panic-at-value"));
    let host = Host::start(&place);
    host.status_when("a record that is found", |status| {
        state_of(status) == "lagging"
            && host.log().contains("metric `faulty` leaves record 0@500 out")
    });
    // Another limit is another plugin, as far as crashes go; it crashes no less.
    let limit = "windows = [\"cumulative\", \"1d\"]\n[metric.config]\nfault";
    let raised = text("panic-at-value").replace(limit, &format!("time_max = \"2s\"\n{limit}"));
    place.set_text(&raised);
    host.status_when("the reload", |status| happened(status, "reloaded") > 0);
    host.status_when("the end of the search", |status| {
        state_of(status) == "ok" && status["accounting"]["read"] == 8000
    });
    let log = host.log();
    // Whether the change met a search, the moment after one, or both is a matter of time.
    let in_search = log.contains("it goes on from where it was put back, with every record");
    let after_it = log.contains("had left records out at which another plugin crashed");
    assert!(in_search || after_it, "{log}");
    assert_eq!(log.matches("metric `faulty` leaves record 0@500 out").count(), 2, "{log}");
    host.terminate().ok();
    // Each record is in the letters once, and those of a count that was given up once more.
    let letters = letters(&place);
    let mut once = letters.clone();
    once.dedup();
    let again = letters.len() - once.len();
    assert_eq!(once.len(), 8, "{letters:?}");
    assert!(again < 8 && (again == 0 || after_it), "{letters:?}");
    assert_same("left out and refused", &refused(&settings), &until_end(&place));
}
