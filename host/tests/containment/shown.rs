//! A metric that stopped or cannot be read, as a running host shows it: the last good result over any
//! window and as CSV, marked with age, place, reason and remedy; a warning; `/metrics`; and a host
//! that is ready, because every record is counted.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::component::built;

/// A host that follows `records.jsonl` in its folder.
struct Host {
    folder: TempDir,
    child: Child,
    address: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Drop for Host {
    fn drop(&mut self) {
        // A child that has ended already cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Host {
    fn start(fault: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let pipeline = format!(
            "version = 1\nname = \"停\"\n[source.file]\npath = \"records.jsonl\"\nfollow = true\n\
             timestamp = \"2015-11-14T00:00:00Z\"\n\
             [schema]\nmonth = \"unsigned\"\nday = \"unsigned\"\naction = \"unsigned\"\n\
             [event_time]\nmonth = \"month\"\nday = \"day\"\nyear = 2015\n\
             [state.embedded]\ndir = \"state\"\n\
             [[metric]]\nid = \"behavior\"\nplugin = \"{}\"\n\
             [[metric]]\nid = \"troubled\"\nplugin = \"{}\"\nwindows = [\"cumulative\", \"1d\"]\n\
             [metric.config]\nfault = \"{fault}\"\nat = 5000\n",
            built("behavior").display(),
            built("faulty").display()
        );
        fs::write(folder.path().join("pipeline.toml"), pipeline).expect("it can be written");
        fs::write(folder.path().join("records.jsonl"), "").expect("it can be written");
        let mut command = Command::new(streamgauge_tests::program());
        command.args(["run", "--listen", "127.0.0.1:0"]).current_dir(folder.path());
        let mut child = command.stderr(Stdio::piped()).spawn().expect("the host was built");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let greeting = lines.by_ref().map_while(Result::ok).find_map(|line| {
            line.split_once("dashboard at http://").map(|(_, address)| address.to_owned())
        });
        let log = Arc::<Mutex<Vec<String>>>::default();
        let said = Arc::clone(&log);
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| said.lock().expect("no panic").push(line));
        });
        let address = greeting.expect("it serves").trim_end_matches('/').to_owned();
        Self { folder, child, address, log }
    }

    /// Adds this many records of a day in November.
    fn add(&self, day: u32, count: usize) {
        let mut text = String::new();
        for n in 0..count {
            writeln!(text, r#"{{"month":11,"day":{day},"action":{}}}"#, n % 4).expect("it grows");
        }
        let path = self.folder.path().join("records.jsonl");
        let mut file = OpenOptions::new().append(true).open(path).expect("it is there");
        file.write_all(text.as_bytes()).expect("it can be written");
    }

    /// How many lines of the log have these words.
    fn logged(&self, words: &str) -> usize {
        let log = self.log.lock().expect("no panic");
        log.iter().filter(|line| line.contains(words)).count()
    }

    fn get(&self, path: &str) -> (u16, String) {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let agent: ureq::Agent = config.into();
        let mut answer =
            agent.get(format!("http://{}{path}", self.address)).call().expect("it answers");
        let text = answer.body_mut().read_to_string().expect("text");
        (answer.status().as_u16(), text)
    }

    fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.get(path).1).expect("JSON")
    }

    /// The status for which `is_it` is true, which comes within 30 s.
    fn status_when(&self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let until = Instant::now() + Duration::from_secs(30);
        loop {
            let status = self.json("/api/v1/status");
            if is_it(&status) {
                return status;
            }
            assert!(Instant::now() < until, "no {what}: {status:#}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn sum(frame: &Value) -> u64 {
    let values = frame["total"]["events"].as_array().expect("values");
    values.iter().map(|n| n.as_u64().expect("a count")).sum()
}

/// Everything that says of `troubled` that it is in this state.
#[track_caller]
fn check_marks(host: &Host, status: &Value, state: &str, code: &str, reason: &str) {
    let metric = &status["metrics"][1];
    assert_eq!((&metric["state"], &status["metrics"][0]["state"]), (&state.into(), &"ok".into()));
    assert!(metric["reason"].as_str().is_some_and(|text| text.contains(reason)), "{metric}");
    assert!(metric["stale"]["since"].as_i64().is_some_and(|ms| ms > 1_700_000_000_000), "{metric}");
    let warnings = status["warnings"].as_array().expect("warnings");
    let warning = warnings.iter().find(|warning| warning["code"] == code).expect("a warning");
    assert!(warning["message"].as_str().is_some_and(|text| text.contains(reason)), "{warning}");
    assert!(warning["hint"].is_string(), "{warning}");
    assert_eq!(status["health"]["ready"], true);
    assert_eq!(status["health"]["degraded"][0]["cause"]["code"], code);
    assert_eq!(status["health"]["degraded"][0]["of"][0], "troubled");
    assert_eq!(host.get("/readyz").0, 200);
    let metrics = host.get("/metrics").1;
    for line in [
        format!("streamgauge_metric_state{{metric=\"troubled\",state=\"{state}\"}} 1"),
        "streamgauge_metric_state{metric=\"behavior\",state=\"ok\"} 1".to_owned(),
    ] {
        assert!(metrics.contains(&line), "no {line} in {metrics}");
    }
    for query in ["", "?window=1d"] {
        let frame = host.json(&format!("/api/v1/panels/troubled.labelled/data{query}"));
        assert_eq!(frame["state"], state, "{query}: {frame}");
        assert!(frame["reason"].as_str().is_some_and(|text| text.contains(reason)), "{frame}");
        assert!(frame["stale"]["hint"].is_string() && frame["stale"]["at"][0]["partition"] == 0);
        assert_eq!(sum(&frame), 4000, "the last good result, {query}: {frame}");
        let separator = if query.is_empty() { "?" } else { "&" };
        let path = format!("/api/v1/panels/troubled.labelled/data{query}{separator}format=csv");
        let csv = host.get(&path).1;
        let marked = csv.lines().skip(1).filter(|line| line.contains(reason)).count();
        assert_eq!(marked, frame["keys"].as_array().expect("keys").len(), "{csv}");
        assert!(csv.contains(&format!("{state} since 20")), "{csv}");
    }
}

#[test]
fn the_last_good_result_of_a_metric_that_stopped_stays_over_any_window() {
    let host = Host::start("allocate");
    host.add(11, 4000);
    host.status_when("count", |status| status["metrics"][1]["folded"] == 4000);
    // The watermark moves a day past what the metric has.
    host.add(11, 2000);
    host.add(12, 1000);
    let status = host.status_when("stop", |status| {
        status["metrics"][1]["state"] == "quarantined" && status["accounting"]["read"] == 7000
    });
    check_marks(&host, &status, "quarantined", "metric_stopped", "it ran out of its memory limit");
    let frame = host.json("/api/v1/panels/troubled.labelled/data?window=1d");
    let start = frame["window"]["start"].as_str().expect("a window");
    assert!(start.starts_with("2015-11-11"), "the last window that the metric knows: {frame}");
    assert_eq!(frame["stale"]["at"][0]["offset"], 4000);
    assert!(
        host.get("/metrics").1.contains("streamgauge_metric_traps_total{metric=\"troubled\"} 1")
    );
}

#[test]
fn a_metric_that_cannot_be_read_counts_on_and_keeps_its_last_good_result() {
    let host = Host::start("wrong-table");
    host.add(11, 4000);
    host.status_when("count", |status| status["metrics"][1]["folded"] == 4000);
    // Both windows are read while they can be.
    for query in ["", "?window=1d"] {
        let frame = host.json(&format!("/api/v1/panels/troubled.labelled/data{query}"));
        assert_eq!((&frame["state"], sum(&frame)), (&"ok".into(), 4000));
    }
    host.add(11, 3000);
    let status = host.status_when("unreadable result", |status| {
        status["metrics"][1]["state"] == "unreadable" && status["accounting"]["read"] == 7000
    });
    assert_eq!(status["metrics"][1]["folded"], 7000, "it counts on");
    check_marks(&host, &status, "unreadable", "metric_unreadable", "`get-result` failed");
    let said = status["metrics"][1]["reason"].as_str().expect("a reason").to_owned();
    assert!(said.contains("counted all the same"), "{said}");
}

/// Each try may cost all of `time_max`: a result that failed was tried at every change of its states,
/// ten times a second, and never without one.
#[test]
fn a_result_that_fails_is_tried_again_with_longer_and_longer_waits() {
    let host = Host::start("wrong-table");
    let tries = || host.logged("asked for a wrong table");
    host.add(11, 6000);
    host.status_when("unreadable result", |s| s["metrics"][1]["state"] == "unreadable");
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(4) {
        host.add(11, 10);
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(tries() <= 5, "{} tries in about four seconds", tries());
    // Nothing changes any more.
    let before = tries();
    host.status_when("further try", |_| tries() > before);
}

/// `count_by` keeps every key; only what is merged is cut, and nothing of it is lost.
#[test]
fn more_keys_than_a_result_may_have_stop_nothing() {
    const KEYS: u64 = 100_050;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let pipeline = format!(
        "version = 1\nname = \"键\"\n[source.file]\npath = \"records.jsonl\"\n\
         [schema]\nuser = \"integer\"\nts = \"integer\"\n\
         [event_time]\nfield = \"ts\"\nunit = \"s\"\n\
         [[metric]]\nid = \"users\"\nplugin = \"{}\"\n[metric.columns]\nvalue = \"user\"\n\
         [metric.config]\ntype = \"integer\"\n",
        built("count_by").display()
    );
    let mut records = String::new();
    // Keys up to 100 come twice, so the cut takes none of them.
    for user in (0..KEYS).chain(0..100) {
        writeln!(records, r#"{{"user":{user},"ts":1588305600}}"#).expect("it grows");
    }
    fs::write(folder.path().join("pipeline.toml"), pipeline).expect("it can be written");
    fs::write(folder.path().join("records.jsonl"), records).expect("it can be written");
    let mut command = Command::new(streamgauge_tests::program());
    command.args(["replay", "--json", "records.jsonl"]).current_dir(folder.path());
    let output = command.output().expect("the host was built");
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{log}");
    let result: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let window = &result["metrics"]["users"][0];
    let rows = window["total"].as_array().expect("rows");
    let events = |row: &Value| row["events"].as_u64().expect("a count");
    assert_eq!(rows.len(), 100_000);
    let (shown, other) = (rows.iter().map(events).sum::<u64>(), &window["other"]);
    assert_eq!((&other["keys"], events(&other["total"])), (&50.into(), KEYS + 100 - shown));
    assert_eq!(events(&other["total"]), 50, "equal ones are cut by key");
    assert_eq!(result["metric_accounting"]["users"]["folded"], KEYS + 100);
}
