//! Windows from outside: the words of `replay` and a broker about them, for all batches and
//! workers; days over a change of clocks; records that must not touch others.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::broker::Broker;
use crate::events::{event, generated, lines};
use crate::process::finish;
use crate::result::{assert_same, book, outside_run};
use crate::workplace::{METRICS, Settings, Workplace, unique};

const RECORDS: usize = 20_000;
const SEED: u64 = 400;

/// The exact output of `replay --json`, without `run`.
fn replay(settings: &Settings, records: &[Vec<u8>], arguments: &[&str]) -> Value {
    let place = Workplace::new(settings);
    let file = place.write("events.jsonl", &lines(records));
    let ended = finish(place.command("replay").arg(file).arg("--json").args(arguments));
    outside_run(ended.json())
}

fn with(of_metrics: &str) -> Settings {
    let settings = Settings::file(std::path::Path::new("events.jsonl"));
    Settings { of_metrics: of_metrics.to_owned(), ..settings }
}

/// Events by key in one window.
fn rows(window: &Value) -> BTreeMap<String, u64> {
    let rows = window["total"].as_array().expect("rows");
    let row = |row: &Value| {
        let mut cells = row.as_object().expect("a row").values();
        let key = cells.next().and_then(Value::as_str).expect("a key").to_owned();
        (key, cells.next().and_then(Value::as_u64).expect("a count"))
    };
    rows.iter().map(row).collect()
}

/// The cumulative window, and the others of one kind.
fn windows<'a>(result: &'a Value, metric: &str, spec: &str) -> (&'a Value, Vec<&'a Value>) {
    let all = result["metrics"][metric].as_array().expect("windows");
    let cumulative = all.iter().find(|w| w["window"].is_null()).expect("the cumulative window");
    (cumulative, all.iter().filter(|w| w["window"]["spec"] == spec).collect())
}

/// The rows of a metric that windows of one kind leave out: expired and unplaced.
fn outside_of(result: &Value, metric: &str, spec: &str) -> (u64, u64) {
    let books = &result["metric_accounting"][metric]["windows"][spec];
    let count = |name: &str| books[name].as_u64().expect("a count");
    (count("expired"), count("unplaced"))
}

#[test]
fn days_sum_to_the_total_and_what_is_expired_makes_up_for_weeks() {
    let records = generated(RECORDS, SEED, 0.01);
    let days = "windows = [\"cumulative\", \"1d\"]\nretention = \"400d\"";
    let result = replay(&with(days), &records, &[]);
    for id in METRICS {
        let (cumulative, days) = windows(&result, id, "1d");
        assert!(days.len() > 150, "{id}: {} days", days.len());
        let mut sum = BTreeMap::new();
        for (key, events) in days.iter().flat_map(|day| rows(day)) {
            *sum.entry(key).or_insert(0) += events;
        }
        let total = rows(cumulative).into_iter();
        let outside = total.map(|(key, events)| events - sum.get(&key).copied().unwrap_or(0));
        assert_eq!((0, outside.sum()), outside_of(&result, id, "1d"), "{id}");
    }
    let result = replay(&with("windows = [\"7d\", \"cumulative\"]"), &records, &[]);
    let mut expired_somewhere = false;
    for id in METRICS {
        let (cumulative, weeks) = windows(&result, id, "7d");
        let events = |window: &Value| rows(window).values().sum::<u64>();
        let in_weeks: u64 = weeks.iter().map(|week| events(week)).sum();
        let (expired, unplaced) = outside_of(&result, id, "7d");
        assert_eq!(in_weeks + expired + unplaced, events(cumulative), "{id}");
        expired_somewhere |= expired > 0;
        let state = |week: &&Value| week["window"]["state"].as_str().expect("a state").to_owned();
        let states: Vec<String> = weeks.iter().map(state).collect();
        assert!(states.iter().any(|s| s == "final") && states.last().is_some_and(|s| s == "open"));
    }
    assert!(expired_somewhere);
}

#[test]
fn batch_limits_change_no_byte() {
    let records = generated(3000, SEED + 1, 0.02);
    let kinds = "windows = [\"cumulative\", \"1d\", \"7d\", \"3d/1d\"]\nmax_open_windows = 4";
    let of = |max: u32| {
        let settings = Settings { batch: (1, max, "100ms"), ..with(kinds) };
        serde_json::to_string(&replay(&settings, &records, &[])).expect("JSON is text")
    };
    let whole = of(8192);
    assert!(whole.contains("\"evicted\":") && whole.contains("\"final\""), "{whole}");
    for max in [1, 10] {
        assert!(of(max) == whole, "batches of {max} and of 8192 differ");
    }
}

#[test]
fn workers_change_no_byte() {
    let broker = Broker::shared();
    let topic = unique("windowed");
    // Without dirt: a file and a topic stamp records at different times of day.
    let records = generated(8000, SEED + 2, 0.0);
    let kinds = "windows = [\"cumulative\", \"1d\", \"7d/1d\"]\nretention = \"3d\"";
    let settings = |workers: &str| Settings {
        workers: workers.to_owned(),
        of_metrics: kinds.to_owned(),
        ..Settings::kafka(&broker.address(), &topic)
    };
    let place = Workplace::new(&settings("1"));
    let file = place.write("events.jsonl", &lines(&records));
    let keyed = ["--partitions", "4", "--key", "user_id"];
    finish(place.command("produce").arg(&file).args(keyed)).ok();
    let replayed = replay(&with(kinds), &records, &keyed);
    for workers in ["1", "2", "4"] {
        let place = Workplace::new(&settings(workers));
        let ended = finish(place.command("run").args(["--until-end", "--json"]));
        let result = outside_run(ended.json());
        assert_same(&format!("replay and {workers} workers"), &replayed, &result);
    }
}

/// One record an hour over a change of clocks.
fn hours(from: &str, count: i64) -> Vec<Vec<u8>> {
    let start = chrono::DateTime::parse_from_rfc3339(from).expect("an instant");
    let at = |hour: i64| (start + chrono::TimeDelta::hours(hour)).to_rfc3339();
    (0..count).map(|hour| json!({ "ts": at(hour), "action": 0 }).to_string().into_bytes()).collect()
}

fn by_timestamp(more: &str) -> Settings {
    let mut settings = with("windows = [\"cumulative\", \"1d\"]\nretention = \"30d\"");
    settings.metrics = vec!["behavior".to_owned()];
    "ts = \"text\"\naction = \"unsigned\"\n".clone_into(&mut settings.schema);
    settings.event_time = format!("field = \"ts\"\nunit = \"rfc3339\"\n{more}");
    settings
}

#[test]
fn a_day_over_a_change_of_clocks_has_23_or_25_hours() {
    let settings = by_timestamp("zone = \"Europe/Berlin\"");
    for (from, day, expected) in [
        ("2026-03-28T00:00:00+01:00", "2026-03-29T00:00:00+01:00", 23),
        ("2026-10-24T00:00:00+02:00", "2026-10-25T00:00:00+02:00", 25),
        ("2026-06-01T00:00:00+02:00", "2026-06-02T00:00:00+02:00", 24),
    ] {
        let result = replay(&settings, &hours(from, 80), &[]);
        let (_, days) = windows(&result, "behavior", "1d");
        let found = days.iter().find(|w| w["window"]["start"] == day).expect("the day");
        assert_eq!(rows(found)["0"], expected, "{found}");
        let next = found["window"]["end"].as_str().expect("an end");
        assert!(days.iter().any(|w| w["window"]["start"] == next), "no day begins at {next}");
    }
}

/// The verdicts of all records except the wrong ones, and whether the wrong ones are counted.
#[test]
fn wrong_times_change_no_other_verdict() {
    let settings = by_timestamp("bound = \"1h\"");
    let honest = hours("2015-11-11T00:00:00+08:00", 40);
    let alone = replay(&settings, &honest, &[]);
    assert_eq!((book(&alone, "on_time"), book(&alone, "late")), (40, 0));
    let record = |ts: &str| json!({ "ts": ts, "action": 0 }).to_string().into_bytes();
    for (ts, count) in [
        ("2099-01-01T00:00:00+08:00", "event_time_future"),
        ("1970-01-01T00:00:15Z", "event_time_past"),
        ("soon", "event_time_fallback"),
    ] {
        for place in [0, 20] {
            let mut records = honest.clone();
            records.insert(place, record(ts));
            let result = replay(&settings, &records, &[]);
            assert_eq!(book(&result, count), 1, "{ts}");
            let others = book(&result, "on_time") + book(&result, "late") - 1;
            assert_eq!(others, 40, "{ts}");
            // The honest records are on time, as without the odd one; only a time long ago is late
            // itself.
            let is_late = ts.starts_with("1970") && place > 0;
            assert_eq!(book(&result, "late"), u64::from(is_late), "{ts} at {place}");
            assert_eq!(result["at"][0]["watermark"], alone["at"][0]["watermark"], "{ts}");
        }
    }
}

#[test]
fn february_30_is_the_stamp_and_is_counted() {
    let mut records = vec![event(&[("month", "2"), ("day", "28")]); 3];
    records.insert(1, event(&[("month", "2"), ("day", "30")]));
    let result = replay(&with(""), &records, &[]);
    assert_eq!((book(&result, "read"), book(&result, "event_time_fallback")), (4, 1));
    assert_eq!(book(&result, "late"), 0);
}

#[test]
fn the_clock_of_processing_can_be_set() {
    let mut settings = with("");
    settings.lateness = "[lateness]\nclock = \"processing\"\n".to_owned();
    let records: Vec<Vec<u8>> = (1..=30)
        .map(|day: u32| event(&[("month", "6"), ("day", day.to_string().as_str())]))
        .collect();
    let result = replay(&settings, &records, &["--now", "2015-06-28T12:00:00+08:00"]);
    assert_eq!((book(&result, "on_time"), book(&result, "late")), (2, 28));
}
