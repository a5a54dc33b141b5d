//! Stored state looked at from outside: `verify` against the log, `explain` for one record, and
//! `state` with exports, damage and rollback.

use std::fs;

use serde_json::{Value, json};
use streamgauge::run::announce::Announcement;
use streamgauge_checkpoint::store::{Checkpoint, Export};

use crate::broker::Broker;
use crate::events::{event, generated, lines};
use crate::host::Host;
use crate::process::finish;
use crate::result::{assert_same, outside_run, until_end};
use crate::wait;
use crate::workplace::{Settings, Workplace, plugin, unique};

const WINDOWS: &str = "windows = [\"cumulative\", \"1d\", \"7d/1d\"]\nretention = \"3d\"";

fn windowed(settings: Settings) -> Settings {
    Settings { of_metrics: WINDOWS.to_owned(), ..settings }
}

#[test]
fn a_checkpoint_is_verified_beside_a_running_pipeline_and_after_it() {
    let broker = Broker::shared();
    let topic = unique("verified");
    let settings = Settings {
        checkpoint_every: "200ms",
        ..windowed(Settings::kafka(&broker.address(), &topic))
    };
    let place = Workplace::new(&settings);
    let produce = ["--generate", "12000", "--seed", "77", "--partitions", "3", "--dirt", "0.01"];
    finish(place.command("produce").args(produce)).ok();
    let host = Host::start(&place);
    host.has_read(12_000);
    wait::until("the checkpoint of all records", || {
        (host.metric("streamgauge_records_read_total") as u64 == 12_000).then_some(())
    });
    let running = finish(place.command("verify").arg("--json")).json();
    check_verified(&running);
    // The state is read in its file, and the run that has it open is not asked.
    let said = finish(&mut place.command("verify")).ok().stdout;
    assert!(said.starts_with("checkpoint of state /") && said.contains(", stored 2"), "{said}");
    let inspected = finish(place.command("state inspect").arg("--json")).json();
    assert_eq!(inspected["partitions"][0]["read"], running["partitions"][0]["records"]);
    let export = place.path("beside.sgex");
    finish(place.command("state export").arg(&export)).ok();
    let exported = Export::decode(&fs::read(&export).expect("an export")).expect("intact");
    // Where its file lets nobody in, a run is asked itself.
    let mut panes = 0;
    let running = Announcement { pid: host.pid(), address: host.address() };
    let asked = running.checkpoint(None, |_| panes += 1).expect("it answers");
    assert_eq!(panes, exported.final_panes.len());
    let digests = |checkpoint: &Checkpoint| -> Vec<_> {
        checkpoint.partitions.iter().map(|partition| partition.state_digest()).collect()
    };
    assert_eq!(digests(&asked), digests(&exported.checkpoint));
    host.terminate().ok();
    check_verified(&finish(place.command("verify").arg("--json")).json());

    // Records that are gone cannot be verified, and that is no silent success.
    broker.delete_before(&topic, 0, 100);
    let ended = finish(&mut place.command("verify"));
    assert_eq!(ended.code, Some(1), "{}", ended.stdout);
    assert!(ended.stdout.contains("partition 0, offsets 0 to"), "{}", ended.stdout);
    assert!(ended.stdout.contains("cannot be verified"), "{}", ended.stdout);
}

/// componentize-py keeps each accumulator that is given back, and each row is asked about in one of its
/// own: after some million rows nothing could be verified.
#[test]
fn a_plugin_that_leaves_memory_behind_is_verified_to_the_end() {
    let place = Workplace::new(&Settings::kafka("127.0.0.1:1", "hoarded"));
    let events = place.write("events.jsonl", &lines(&generated(3000, 5, 0.0)));
    place.set_text(&Settings::file(&events).with_metrics(&hoarding("8MiB")));
    until_end(&place);
    finish(&mut place.command("verify")).ok();
}

/// Results are merged in accumulators that are given back: now and then one could not be read.
#[test]
fn results_of_a_plugin_that_leaves_memory_behind_go_on() {
    let unused = Settings::kafka("127.0.0.1:1", "unused");
    let source = "[source.generator]\nrate = 10000\npartitions = 4\n".to_owned();
    let place = Workplace::new(&unused);
    let settings = Settings { source, ..unused };
    place.set_text(&format!(
        "{}[publish]\nevery = \"20ms\"\n",
        settings.with_metrics(&hoarding("8MiB"))
    ));
    let host = Host::start(&place);
    host.has_read(40_000);
    assert_eq!(host.status_when("a status", |_| true)["health"]["troubles"], json!([]));
    assert!(!host.log().contains("memory"), "{}", host.log());
    host.terminate().ok();
}

/// A worker gives an accumulator back for each window that is over: over half a year of days, with
/// 64 KiB each, a metric was out of its memory some day.
#[test]
fn a_plugin_that_leaves_memory_behind_counts_to_the_end() {
    let place = Workplace::new(&Settings::kafka("127.0.0.1:1", "hoarded"));
    let events = place.write("events.jsonl", &lines(&generated(60_000, 5, 0.0)));
    let metrics = format!("{}{WINDOWS}\n", hoarding("16MiB"));
    place.set_text(&Settings::file(&events).with_metrics(&metrics));
    until_end(&place);
    finish(&mut place.command("verify")).ok();
}

/// A metric whose accumulators leave 64 KiB behind each.
fn hoarding(memory_max: &str) -> String {
    format!(
        "[[metric]]\nid = \"hoards\"\nplugin = \"{}\"\nmemory_max = \"{memory_max}\"\n\
         config = {{ fault = \"hoard\" }}\n",
        plugin("faulty").display()
    )
}

fn check_verified(found: &Value) {
    assert_eq!(found["equal"], true, "{found}");
    let records = found["partitions"].as_array().expect("partitions").iter();
    let records: u64 = records.map(|p| p["records"].as_u64().expect("a number")).sum();
    assert_eq!(records, 12_000);
}

#[test]
fn a_log_that_was_changed_is_found_out() {
    let records = generated(2000, 9, 0.0);
    let place = Workplace::new(&windowed(Settings::file(std::path::Path::new("events.jsonl"))));
    let file = place.write("events.jsonl", &lines(&records));
    finish(place.command("run").arg("--until-end")).ok();
    finish(&mut place.command("verify")).ok();
    let mut changed = records;
    changed[700] = event(&[("action", "1")]);
    fs::write(&file, lines(&changed)).expect("the folder can be written to");
    let ended = finish(place.command("verify").arg("--json"));
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let found: Value = serde_json::from_str(&ended.stdout).expect("JSON");
    let differences = found["partitions"][0]["differences"].as_array().expect("differences");
    let what = |d: &Value| d["what"].as_str().unwrap_or_default().to_owned();
    assert!(differences.iter().any(|d| what(d).starts_with("metric behavior")), "{found}");
    assert!(ended.stderr.contains("streamgauge explain"), "{}", ended.stderr);
}

#[test]
fn a_record_is_explained_from_its_bytes_to_every_metric() {
    let broker = Broker::shared();
    let topic = unique("explained");
    broker.create_topic(&topic, 1);
    let day = |month: &str, day: &str| event(&[("month", month), ("day", day)]);
    let records = [
        day("11", "10"),
        day("11", "12"),
        day("11", "11"),
        b"not a record".to_vec(),
        event(&[("action", "9")]),
        day("2", "30"),
    ];
    broker.send(&topic, 0, records.iter().map(Vec::as_slice));
    let place = Workplace::new(&windowed(Settings::kafka(&broker.address(), &topic)));
    let explain = |offset: usize| {
        let command = format!("explain 0@{offset} --json");
        finish(&mut place.command(&command)).json()
    };
    // Without any state, and then beside a running pipeline.
    let late = explain(2);
    assert_eq!((&late["verdict"], &late["late_by_ms"]), (&json!("late"), &json!(86_100_000)));
    assert_eq!(late["watermark_before"], "2015-11-11T23:55:00+08:00");
    assert_eq!(late["columns"]["province"], "浙江");
    let host = Host::start(&place);
    host.has_read(6);
    assert_eq!(explain(2), late);
    let day = &late["metrics"]["behavior"]["windows"][1];
    assert_eq!((&day["spec"], &day["expired"]), (&json!("1d"), &json!(false)), "{late}");
    assert_eq!(day["pane"]["start"], "2015-11-11T00:00:00+08:00");

    let rejected = explain(3);
    assert_eq!(
        (&rejected["verdict"], &rejected["reason"]),
        (&json!("rejected"), &json!("not_json"))
    );
    assert_eq!(rejected["value"], "not a record");
    let excluded = explain(4);
    assert_eq!(excluded["metrics"]["behavior"]["excluded"], "out_of_range");
    assert_eq!(excluded["metrics"]["gender"]["folded"], true);
    let fallback = explain(5);
    assert_eq!(fallback["event_time"], fallback["stamp"]);
    let text = finish(&mut place.command("explain 0@2")).ok().stdout;
    for part in ["late by 86100 s", "metric behavior: folded", "2015-11-11T23:55:00+08:00 before"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    host.terminate().ok();
    let ended = finish(&mut place.command("explain 0@99"));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("its log holds 0 to 6"), "{}", ended.stderr);
    assert_eq!(finish(&mut place.command("explain 7@0")).code, Some(1));
    assert_eq!(finish(&mut place.command("explain nonsense")).code, Some(2));
}

/// Flips a byte of the newest snapshot in the store's file.
fn damage(place: &Workplace) {
    let path = place.path("state/streamgauge.redb");
    let mut bytes = fs::read(&path).expect("the store is there");
    let newest = finish(&mut place.command("state inspect --json")).json();
    let digest = newest["partitions"][0]["digest"].as_str().expect("a digest").to_owned();
    let places: Vec<usize> =
        (0..bytes.len() - 4).filter(|at| bytes[*at..].starts_with(b"SGSP")).collect();
    for at in places {
        bytes[at + 30] ^= 1;
        fs::write(&path, &bytes).expect("it can be written to");
        let ended = finish(&mut place.command("state inspect --json"));
        let found: Value = serde_json::from_str(&ended.stdout).expect("JSON");
        if !found["checkpoints"][0]["damage"].is_null()
            && found["checkpoints"][1]["damage"].is_null()
        {
            return;
        }
        bytes[at + 30] ^= 1;
    }
    panic!("the newest snapshot, of digest {digest}, was not found in the file");
}

#[test]
fn a_damaged_checkpoint_is_refused_and_the_one_before_it_is_a_way_back() {
    let records = generated(4000, 12, 0.01);
    let settings = Settings {
        checkpoint_every: "100ms",
        ..windowed(Settings::file(std::path::Path::new("events.jsonl")))
    };
    let place = Workplace::new(&settings);
    place.write("events.jsonl", &lines(&records));
    let expected = finish(place.command("run").args(["--until-end", "--json"])).json();
    let export = place.path("backup.sgex");
    finish(place.command("state export").arg(&export)).ok();
    damage(&place);
    let ended = finish(place.command("run").arg("--until-end"));
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    for part in
        ["is damaged", "partition 0", "state rollback --config /", "run --rebuild --config /"]
    {
        assert!(ended.stderr.contains(part), "{part} is not in {}", ended.stderr);
    }
    let said = finish(&mut place.command("state rollback")).ok().stdout;
    assert!(said.contains("reads the log on from there"), "{said}");
    let again = finish(place.command("run").args(["--until-end", "--json"])).json();
    assert_same("after the way back", &outside_run(expected.clone()), &outside_run(again));

    // An export replaces existing state only with `--replace`; the import restores all of the
    // state.
    let refused = finish(place.command("state import").arg(&export));
    assert_eq!(refused.code, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("--replace"), "{}", refused.stderr);
    finish(&mut place.command("state reset")).ok();
    finish(place.command("state import").arg(&export)).ok();
    let imported = finish(place.command("run").args(["--until-end", "--json"])).json();
    assert_same("after the import", &outside_run(expected), &outside_run(imported));
    let garbage = place.write("garbage.sgex", b"SGEX\x01\0\0\0nothing");
    let ended = finish(place.command("state import").arg(garbage).arg("--replace"));
    assert_eq!(ended.code, Some(1));
    assert!(ended.stderr.contains("not an export of state"), "{}", ended.stderr);
}

#[test]
fn history_and_panels_are_answered_for_any_window() {
    let records = generated(6000, 21, 0.0);
    let place = Workplace::new(&windowed(Settings::file(std::path::Path::new("events.jsonl"))));
    place.write("events.jsonl", &lines(&records));
    let replayed = finish(place.command("replay events.jsonl").arg("--json")).json();
    let host = Host::start(&place);
    host.status_when("the end", |status| status["mode"] == "ended");
    let snapshot = host.get("/api/v1/snapshot").json();
    assert_eq!(snapshot["metrics"], replayed["metrics"]);
    let days: Vec<&Value> = replayed["metrics"]["gender"]
        .as_array()
        .expect("windows")
        .iter()
        .filter(|w| w["window"]["spec"] == "1d" && w["window"]["state"] == "final")
        .collect();
    assert!(days.len() > 30, "{}", days.len());
    let history = host.get("/api/v1/history?metric=gender&window=1d").json();
    assert_eq!(history["windows"], json!(days));
    let (from, to) = (&days[3]["window"]["start"], &days[6]["window"]["start"]);
    let encode = |time: &Value| time.as_str().expect("a time").replace('+', "%2B");
    let path =
        format!("/api/v1/history?metric=gender&window=1d&from={}&to={}", encode(from), encode(to));
    assert_eq!(host.get(&path).json()["windows"], json!(days[3..6]));

    let path = format!("/api/v1/panels/gender/data?window=1d@{}", encode(from));
    let frame = host.get(&path).json();
    assert_eq!(frame["window"], days[3]["window"]);
    let rows: Vec<Value> = days[3]["total"].as_array().expect("rows").clone();
    let sum: u64 = rows.iter().map(|row| row["events"].as_u64().expect("a count")).sum();
    let shown: u64 =
        frame["total"]["events"].as_array().expect("values").iter().filter_map(Value::as_u64).sum();
    assert_eq!(shown, sum);
    assert_eq!(host.get("/api/v1/panels/gender/data?window=5m").status, 404);

    // The newest windows, final or not.
    let all: Vec<&Value> = replayed["metrics"]["gender"]
        .as_array()
        .expect("windows")
        .iter()
        .filter(|w| w["window"]["spec"] == "1d")
        .collect();
    let newest = host.get("/api/v1/history?metric=gender&window=1d&last=4&open=true").json();
    assert_eq!(newest["windows"], json!(all[all.len() - 4..]));
    let newest = host.get("/api/v1/history?metric=gender&window=1d&last=2").json();
    assert_eq!(newest["windows"], json!(days[days.len() - 2..]));

    // The last days together: the days of the calendar, with or without a row.
    let day = |window: &Value| {
        chrono::DateTime::parse_from_rfc3339(window["start"].as_str().expect("a start"))
            .expect("a time")
    };
    let frame = host.get("/api/v1/panels/gender/data?window=1d*7").json();
    assert_eq!((&frame["window"]["last"], &frame["window"]["spec"]), (&json!(7), &json!("1d")));
    let since = day(&frame["window"]);
    let end = chrono::DateTime::parse_from_rfc3339(frame["window"]["end"].as_str().expect("text"));
    assert_eq!((end.expect("a time") - since).num_days(), 7);
    let within = all.iter().filter(|window| day(&window["window"]) >= since);
    let sum_of = |rows: &Value| -> u64 {
        let rows = rows.as_array().expect("rows").iter();
        rows.map(|row| row["events"].as_u64().expect("a count")).sum()
    };
    let expected: u64 = within.map(|window| sum_of(&window["total"])).sum();
    let shown: u64 =
        frame["total"]["events"].as_array().expect("values").iter().filter_map(Value::as_u64).sum();
    assert_eq!(shown, expected);
    for (window, status) in [("cumulative*7", 400), ("1d*0", 400), ("1d*x", 400), ("5m*2", 404)] {
        let path = format!("/api/v1/panels/gender/data?window={window}");
        assert_eq!(host.get(&path).status, status, "{window}");
    }
    assert_eq!(host.get("/api/v1/history?metric=nothing").status, 404);
    host.terminate().ok();
}

#[test]
fn a_running_host_explains_its_late_records_and_dead_letters() {
    let mut records = generated(3000, 22, 0.02);
    records.push(b"{not json".to_vec());
    let place = Workplace::new(&windowed(Settings::file(std::path::Path::new("events.jsonl"))));
    place.write("events.jsonl", &lines(&records));
    let host = Host::start(&place);
    let status = host.status_when("the end", |status| status["mode"] == "ended");
    let plugin = &status["metrics"][0]["plugin"];
    assert_eq!(plugin["digest"].as_str().map(str::len), Some(64), "{plugin}");
    assert!(plugin["ns_per_row"].as_f64() > Some(0.0), "{plugin}");
    assert!(plugin["memory_bytes"].as_u64() > Some(65_535), "{plugin}");
    assert_eq!(status["happened"][0]["what"], "started");
    let stages = status["stages"].as_object().expect("stages");
    let sum: f64 = stages.values().filter_map(Value::as_f64).sum();
    assert!((sum - 1.0).abs() < 1e-6, "{stages:?}");

    // So many are asked in a row that the host may want a pause.
    let ask = |partition: &Value, offset: &Value| {
        let path = format!("/api/v1/explain?partition={partition}&offset={offset}");
        wait::until("an explanation", || {
            Some(host.get(&path)).filter(|answer| answer.status != 429)
        })
    };
    let explained = |sample: &Value| ask(&sample["partition"], &sample["offset"]).json();
    let lateness = host.get("/api/v1/lateness").json();
    let late = lateness["samples"].as_array().expect("samples").last().expect("late ones");
    let found = explained(late);
    assert_eq!((&found["verdict"], &found["late_by_ms"]), (&json!("late"), &late["delay_ms"]));
    assert_eq!(found["value"], late["record"]);
    let letters = host.get("/api/v1/dead-letters").json();
    let letters = letters["samples"].as_array().expect("samples");
    let last = letters.iter().max_by_key(|letter| letter["offset"].as_i64()).expect("letters");
    assert_eq!(last["record"], "{not json");
    let found = explained(last);
    assert_eq!((&found["verdict"], &found["reason"]), (&json!("rejected"), &last["reason"]));
    let seen = host.get("/api/v1/events").json();
    let newest = &seen["samples"][0];
    assert!(newest["event_time"].is_i64() && newest["record"].is_string(), "{newest}");
    assert_eq!(ask(&json!(0), &json!(999_999)).status, 404);
    assert_eq!(ask(&json!(9), &json!(0)).status, 404);
    host.terminate().ok();
}
