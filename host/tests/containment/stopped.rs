//! A metric that stopped, over a restart: its reason, its place and its last good result are the same
//! in the log, `check`, `state inspect` and the state, and a log whose end is at its offset does not
//! make it look whole.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::component::built;

const RECORDS: usize = 12_000;

fn place(fault: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let pipeline = format!(
        "version = 1\nname = \"停\"\n[source.file]\npath = \"records.jsonl\"\ntimestamp = \"2015-11-12T00:00:00Z\"\n\
         [schema]\nmonth = \"unsigned\"\nday = \"unsigned\"\naction = \"unsigned\"\n\
         [event_time]\nmonth = \"month\"\nday = \"day\"\nyear = 2015\n\
         [state.embedded]\ndir = \"state\"\n\
         [[metric]]\nid = \"behavior\"\nplugin = \"{}\"\n\
         [[metric]]\nid = \"troubled\"\nplugin = \"{}\"\n[metric.config]\nfault = \"{fault}\"\nat = 5000\n",
        built("behavior").display(),
        built("faulty").display()
    );
    let record = |n| format!("{{\"month\":11,\"day\":11,\"action\":{}}}\n", n % 4);
    let records: String = (0..RECORDS).map(record).collect();
    fs::write(folder.path().join("pipeline.toml"), pipeline).expect("it can be written");
    fs::write(folder.path().join("records.jsonl"), records).expect("it can be written");
    folder
}

fn streamgauge(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(streamgauge_tests::program());
    command.args(args).current_dir(folder).env_remove("STREAMGAUGE_LOG");
    command.output().expect("the host was built")
}

#[test]
fn a_stop_is_told_by_everything_and_outlives_a_restart() {
    let folder = place("panic");
    let first = streamgauge(folder.path(), &["run", "--until-end", "--json"]);
    let log = String::from_utf8_lossy(&first.stderr).into_owned();
    assert_eq!(first.status.code(), Some(1), "{log}");
    let told = "metric `troubled` stopped at 0@";
    let of_log: Vec<&str> = log.lines().filter(|line| line.contains("ERROR metric `")).collect();
    assert_eq!(of_log.len(), 1, "one line: {log}");
    for words in [told, "`add` of record 0@", "it crashes at more than 16", "row 5000 was too much"]
    {
        assert!(of_log[0].contains(words), "no {words:?} in {log}");
    }

    let again = streamgauge(folder.path(), &["run", "--until-end", "--json"]);
    let log = String::from_utf8_lossy(&again.stderr).into_owned();
    assert_eq!(again.status.code(), Some(1), "{log}");
    let lines =
        log.lines().filter(|line| line.contains("ERROR") && line.contains("has stopped at"));
    assert_eq!(lines.count(), 1, "{log}");
    assert!(log.contains("row 5000 was too much") && log.contains("at the next start"), "{log}");
    let (first, again): (Value, Value) = (
        serde_json::from_slice(&first.stdout).expect("JSON"),
        serde_json::from_slice(&again.stdout).expect("JSON"),
    );
    for part in ["metrics", "metric_accounting", "at"] {
        assert_eq!(first[part], again[part], "{part}");
    }

    let check = streamgauge(folder.path(), &["check"]);
    let said = String::from_utf8_lossy(&check.stderr).into_owned();
    assert_eq!(check.status.code(), Some(0), "{said}");
    assert!(
        said.contains("metric `troubled` has stopped at 0@") && said.contains("row 5000"),
        "{said}"
    );
    let check = streamgauge(folder.path(), &["check", "--json"]);
    let found: Value = serde_json::from_slice(&check.stdout).expect("JSON");
    assert_eq!(found["metrics"][0]["stopped"], Value::Null);
    assert!(found["metrics"][1]["stopped"].as_str().is_some_and(|why| why.contains("row 5000")));

    let inspect = streamgauge(folder.path(), &["state", "inspect"]);
    let said = String::from_utf8_lossy(&inspect.stdout).into_owned();
    assert!(said.contains("STOPPED since ") && said.contains("row 5000 was too much"), "{said}");
    let inspect = streamgauge(folder.path(), &["state", "inspect", "--json"]);
    let found: Value = serde_json::from_slice(&inspect.stdout).expect("JSON");
    let stopped = &found["partitions"][0]["metrics"]["troubled"]["stopped"];
    assert_eq!(stopped["call"], "add");
    assert!(stopped["since"].as_i64().is_some_and(|since| since > 1_700_000_000_000));
    let behavior = &found["partitions"][0]["metrics"]["behavior"];
    assert_eq!(
        (&behavior["stopped"], behavior["offset"].as_u64()),
        (&Value::Null, Some(RECORDS as u64))
    );
}

/// After an upgrade a plugin may not take its state back: it ended the whole run.
#[test]
fn a_plugin_that_fails_at_its_own_state_stops_alone() {
    let folder = place("restore");
    let first = streamgauge(folder.path(), &["run", "--until-end", "--json"]);
    let log = String::from_utf8_lossy(&first.stderr).into_owned();
    assert!(log.contains("metric `troubled` gives no result: "), "only its result: {log}");
    let path = folder.path().join("records.jsonl");
    let records = fs::read_to_string(&path).expect("it is there");
    let more: String = records.split_inclusive('\n').take(3000).collect();
    fs::write(&path, records + &more).expect("it can be written");

    let again = streamgauge(folder.path(), &["run", "--until-end", "--json"]);
    let log = String::from_utf8_lossy(&again.stderr).into_owned();
    assert_eq!(again.status.code(), Some(1), "{log}");
    let words = format!("metric `troubled` stopped at 0@{RECORDS}: `restore` failed: it crashed: ");
    let of_log = log.lines().filter(|line| line.contains("ERROR metric `"));
    let told: Vec<&str> = of_log.filter(|line| line.contains(&words)).collect();
    assert_eq!(told.len(), 1, "{log}");
    assert!(told[0].contains("that state is of an older house"), "{log}");
    let result: Value = serde_json::from_slice(&again.stdout).expect("JSON");
    assert_eq!(result["metric_accounting"]["behavior"]["folded"], RECORDS + 3000);
    let rows = result["metrics"]["behavior"][0]["total"].as_array().expect("rows");
    let events: u64 = rows.iter().map(|row| row["events"].as_u64().expect("a count")).sum();
    assert_eq!(events, RECORDS as u64 + 3000);
    let troubled = &result["metric_accounting"]["troubled"];
    assert_eq!(troubled["folded"], RECORDS, "what it had counted");

    let inspect = streamgauge(folder.path(), &["state", "inspect", "--json"]);
    let found: Value = serde_json::from_slice(&inspect.stdout).expect("JSON");
    let stopped = &found["partitions"][0]["metrics"]["troubled"]["stopped"];
    assert_eq!(stopped["call"], "restore", "{found:#}");
    assert!(stopped["since"].as_i64().is_some_and(|since| since > 1_700_000_000_000), "{found:#}");
}
