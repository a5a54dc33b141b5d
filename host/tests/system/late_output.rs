//! Late records in a side output besides the counts: each record once, with its lateness.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::broker::Broker;
use crate::events::event;
use crate::host::Host;
use crate::process::{Running, finish};
use crate::result::{assert_balanced, assert_same, book, outside_run};
use crate::topic::Record;
use crate::workplace::{SCHEMA, Settings, Workplace, lines_of, unique};

/// A record of a time on one day, such as `12:03:00`.
fn at(time: &str) -> Vec<u8> {
    let mut record = event(&[]);
    record.pop();
    record.extend_from_slice(format!(",\"ts\":\"2015-11-11T{time}+08:00\"}}").as_bytes());
    record
}

fn timed(settings: Settings) -> Settings {
    Settings {
        schema: format!("{SCHEMA}ts = \"text\"\n"),
        event_time: "field = \"ts\"\nunit = \"rfc3339\"\n".to_owned(),
        ..settings
    }
}

/// Records of one partition; late ones with delay and event time.
type Rows = [(&'static str, Option<(&'static str, &'static str)>)];

const ROWS: &Rows = &[
    ("12:00:00", None),
    ("12:04:00", None),
    ("11:58:59", Some(("1", "11:58:59"))),
    ("12:20:00", None),
    ("12:03:00", Some(("720", "12:03:00"))),
    ("12:14:59.5", Some(("0.5", "12:14:59.500"))),
    ("12:15:00", None),
];

#[test]
fn headers_of_late_records_say_what_the_records_say() {
    let broker = Broker::shared();
    let (topic, late) = (unique("timed"), unique("late"));
    broker.create_topic(&topic, 1);
    broker.create_topic(&late, 1);
    let mut settings = timed(Settings::kafka(&broker.address(), &topic));
    settings.lateness = format!("[late_output.kafka]\ntopic = \"{late}\"\n");
    let place = Workplace::new(&settings);
    let records: Vec<Vec<u8>> = ROWS.iter().map(|(time, _)| at(time)).collect();
    broker.send(&topic, 0, records.iter().map(Vec::as_slice));
    let result = finish(place.command("run").args(["--until-end", "--json"])).json();
    assert_eq!((book(&result, "read"), book(&result, "late")), (7, 3), "{result}");
    assert_balanced(&result);

    let expected = ROWS.iter().enumerate().filter_map(|(i, (_, late))| Some((i, (*late)?)));
    let found = broker.read(&late);
    assert_eq!(found.len(), 3);
    for (offset, (delay, time)) in expected {
        let key = format!("{topic}/0/{offset}");
        let is_it = |record: &&Record| record.key.as_deref() == Some(&key);
        let record = found.iter().find(is_it).unwrap_or_else(|| panic!("no {key} in {found:?}"));
        assert_eq!(record.value.as_deref(), Some(records[offset].as_slice()), "the original bytes");
        let headers: BTreeMap<&str, &str> =
            record.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (number, event_time) = (offset.to_string(), format!("2015-11-11T{time}+08:00"));
        let all = BTreeMap::from([
            ("is_late", "true"),
            ("delay_seconds", delay),
            ("partition", "0"),
            ("offset", &number),
            ("source", &topic),
            ("event_time", &event_time),
            ("edition", "1"),
        ]);
        assert_eq!(headers, all);
    }

    // Nothing is written again, and the page knows how many there were and how late.
    let host = Host::start(&place);
    host.restored(1);
    let status = host.status_when("the count", |status| status["late_output"]["written"] == 3);
    assert_eq!(status["warnings"], json!([]));
    assert!((host.metric("streamgauge_late_output_written_total") - 3.0).abs() < 0.1);
    let lateness = host.get("/api/v1/lateness").json();
    assert_eq!((&lateness["records"], &lateness["late"]), (&7.into(), &3.into()));
    assert_eq!((&lateness["clock"], &lateness["replayable"]), (&"watermark".into(), &true.into()));
    let delays: Vec<&Value> =
        lateness["samples"].as_array().expect("samples").iter().map(|s| &s["delay_ms"]).collect();
    assert_eq!(delays, [1000, 720_000, 500]);
    host.terminate().ok();
    assert_eq!(broker.read(&late).len(), 3);
}

/// The late records in the file of a workplace.
fn written(place: &Workplace) -> Vec<Value> {
    lines_of(&place.path("late.jsonl"))
}

#[test]
fn a_file_of_late_records_is_exact_over_kill_9() {
    const EVENTS: u64 = 400_000;
    let broker = Broker::shared();
    let topic = unique("late-killed");
    broker.create_topic(&topic, 2);
    let settings = Settings {
        checkpoint_every: "300ms",
        lateness: "[late_output.file]\npath = \"late.jsonl\"\n".to_owned(),
        ..Settings::kafka(&broker.address(), &topic)
    };
    let place = Workplace::new(&settings);
    let count = EVENTS.to_string();
    let arguments = ["--generate", &count, "--seed", "77", "--rate", "60k", "--json"];
    let mut producer = Running::start(place.command("produce").args(arguments));
    let (mut kills, mut cut) = (0, 0);
    while producer.is_running() {
        let host = Host::start(&place);
        let written_before = host.restored(2)["late_output"]["written"].clone();
        let progressed = |status: &Value| status["late_output"]["written"] != written_before;
        let ended = std::cell::RefCell::new(&mut producer);
        let status = host.status_when("late records", |status| {
            progressed(status) || !ended.borrow_mut().is_running()
        });
        host.kill();
        kills += 1;
        let covered = status["late_output"]["written"].as_u64().expect("a count");
        cut += u64::from(written(&place).len() as u64 > covered);
    }
    assert_eq!(producer.wait().json()["acknowledged"], EVENTS);
    assert!(kills >= 3, "{kills} kills");

    let killed = finish(place.command("run").args(["--until-end", "--json"])).json();
    let fresh = Workplace::new(&settings);
    let whole = finish(fresh.command("run").args(["--until-end", "--json"])).json();
    let lines = written(&place);
    eprintln!("{kills} kills, {cut} with lines to cut; {} late records", lines.len());
    assert_eq!(lines.len() as u64, book(&killed, "late"), "each once");
    assert!(lines.len() as u64 > EVENTS / 100);
    assert_same("killed and not", &outside_run(whole), &outside_run(killed));
    let texts =
        |lines: &[Value]| -> BTreeSet<String> { lines.iter().map(Value::to_string).collect() };
    let (found, expected) = (texts(&lines), texts(&written(&fresh)));
    assert_eq!(found.len(), lines.len(), "one is there twice");
    assert!(found == expected, "the records are those of an uninterrupted run");
}
