//! A pipeline with a faulty metric beside an honest one, from outside: the honest one counts every
//! record, the other one stops, and both are said.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::component::built;

/// Enough for several batches.
const RECORDS: u64 = 20_000;

/// A folder with a pipeline of `behavior` and `faulty`, and records.
fn place(limits: &str, config: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (behavior, faulty) = (built("behavior"), built("faulty"));
    let pipeline = format!(
        "version = 1\nname = \"容错\"\n[source.file]\npath = \"records.jsonl\"\n\
         [schema]\nmonth = \"unsigned\"\nday = \"unsigned\"\naction = \"unsigned\"\n\
         [event_time]\nmonth = \"month\"\nday = \"day\"\nyear = 2015\n\
         [batch]\nmin = 10\nmax = 500\nmax_delay = \"10ms\"\n\
         [[metric]]\nid = \"behavior\"\nplugin = \"{}\"\n\
         [[metric]]\nid = \"troubled\"\nplugin = \"{}\"\n{limits}\n[metric.config]\n{config}\n",
        behavior.display(),
        faulty.display()
    );
    let mut records = String::new();
    for number in 0..RECORDS {
        // Every hundredth is of the day before, so it is late.
        let day = if number % 100 == 99 { 10 } else { 11 };
        writeln!(records, r#"{{"month":11,"day":{day},"action":{}}}"#, number % 4)
            .expect("writing to a string never fails");
    }
    for (name, text) in [("pipeline.toml", pipeline), ("records.jsonl", records)] {
        fs::write(folder.path().join(name), text).expect("the folder can be written to");
    }
    folder
}

fn streamgauge(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(streamgauge_tests::program());
    command.args(args).current_dir(folder).env_remove("STREAMGAUGE_LOG");
    command.output().expect("the host was built")
}

fn sum(rows: &Value) -> u64 {
    let rows = rows.as_array().expect("rows");
    rows.iter().map(|row| row["events"].as_u64().expect("a count")).sum()
}

/// Replays with this fault and checks that only the faulty metric stops, with `reason`.
fn check(limits: &str, config: &str, reason: &str) -> String {
    let folder = place(limits, config);
    let output = streamgauge(folder.path(), &["replay", "--json", "records.jsonl"]);
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{said}");
    let what = if reason.contains("contract") { "gives no result: " } else { "stopped at 0@" };
    assert!(said.contains(&format!("metric `troubled` {what}")), "{said}");
    assert!(said.contains(reason), "{said}");
    assert!(!said.contains("metric `behavior`"), "{said}");

    let result: Value = serde_json::from_slice(&output.stdout).expect("the result is JSON");
    let late = RECORDS / 100;
    assert_eq!(result["accounting"]["read"], RECORDS);
    assert_eq!(result["accounting"]["late"], late);
    let behavior = &result["metrics"]["behavior"][0];
    assert_eq!((sum(&behavior["total"]), sum(&behavior["late"])), (RECORDS, late));
    let books = &result["metric_accounting"]["behavior"];
    assert_eq!(books["folded"], RECORDS);
    assert_eq!(books["quarantined"], Value::Null);

    let count = |key: &str| result["metric_accounting"]["troubled"][key].as_u64().expect("a count");
    assert_eq!(count("on_time") + count("late"), count("folded") + count("excluded"));
    let troubled = &result["metrics"]["troubled"][0];
    if reason.contains("contract") {
        // Every row was folded; only the result could not be read.
        assert_eq!(count("folded"), RECORDS);
    } else {
        let quarantined = result["metric_accounting"]["troubled"]["quarantined"].as_str();
        assert!(quarantined.expect("a reason").contains(reason), "{quarantined:?}");
        // What is shown is what the books say, and the fault is not in it.
        assert_eq!(sum(&troubled["total"]), count("folded"));
        assert!(count("on_time") <= 5000, "{result}");
    }
    said
}

#[test]
fn a_panic_stops_only_its_metric() {
    let said = check("", "fault = \"panic\"\nat = 5000", "it crashed");
    assert!(said.contains("row 5000 was too much"), "{said}");
}

#[test]
fn an_endless_loop_stops_only_its_metric() {
    check("time_max = \"500ms\"", "fault = \"endless-loop\"\nat = 5000", "its limit of 500ms");
}

#[test]
fn hoarded_memory_stops_only_its_metric() {
    check(
        "memory_max = \"8MiB\"",
        "fault = \"allocate\"\nat = 5000",
        "its memory limit of 8388608 bytes",
    );
}

#[test]
fn a_result_that_breaks_the_contract_stops_only_its_metric() {
    check(
        "",
        "fault = \"wrong-table\"\nat = 5000",
        "breaks the contract: the number of columns is 1 instead of 3",
    );
}

#[test]
fn refused_rows_stop_nothing() {
    let folder = place("", "fault = \"refuse-rows\"\nvalue = 3");
    let args = ["replay", "--json", "--dead-letters", "letters.jsonl", "records.jsonl"];
    let output = streamgauge(folder.path(), &args);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let result: Value = serde_json::from_slice(&output.stdout).expect("the result is JSON");
    let books = &result["metric_accounting"]["troubled"];
    assert_eq!(
        (&books["folded"], &books["excluded"]),
        (&(RECORDS * 3 / 4).into(), &(RECORDS / 4).into())
    );
    assert_eq!(sum(&result["metrics"]["troubled"][0]["total"]), RECORDS * 3 / 4);
    assert_eq!(sum(&result["metrics"]["behavior"][0]["total"]), RECORDS);
    let letters = fs::read_to_string(folder.path().join("letters.jsonl")).expect("letters");
    assert_eq!(letters.lines().count() as u64, RECORDS / 4);
    let first: Value =
        serde_json::from_str(letters.lines().next().expect("a letter")).expect("JSON");
    assert_eq!(first["reason"], "refused_by_plugin");
    assert_eq!(first["detail"], "action 3 is refused");
    assert_eq!(first["metric"], "troubled");
}

#[test]
fn a_refused_configuration_is_shown_at_its_place() {
    let folder = place("", "fault = \"refuse-config\"");
    let output = streamgauge(folder.path(), &["check"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("bad configuration: config key `fault` asks to be refused"), "{said}");
    assert!(said.contains("pipeline.toml:"), "{said}");
}
