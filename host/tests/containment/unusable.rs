//! Data that cannot be used, from outside: `replay` of a file of which most is rejected, left out,
//! without event time, too old, from the future, late or expired says so, why, with a record, and
//! what to try.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use crate::component::built;

/// Records of each file.
const RECORDS: usize = 2000;

/// A pipeline over `ts` in this type and unit, and `action`; further lines for the metric.
fn pipeline(ts: &str, event_time: &str, of_metric: &str) -> String {
    format!(
        "version = 1\nname = \"数据\"\n[source.file]\npath = \"records.jsonl\"\n\
         [schema]\nts = \"{ts}\"\naction = \"unsigned\"\n\
         [event_time]\nfield = \"ts\"\n{event_time}\n\
         [[metric]]\nid = \"behavior\"\nplugin = \"{}\"\n{of_metric}\n",
        built("behavior").display()
    )
}

/// The text of `replay` over these records, which says each of `words`.
#[track_caller]
fn check(pipeline: &str, record: impl Fn(usize) -> Vec<u8>, words: &[&str]) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let records: Vec<u8> =
        (0..RECORDS).flat_map(|n| [record(n), b"\n".to_vec()].concat()).collect();
    fs::write(folder.path().join("pipeline.toml"), pipeline).expect("it can be written");
    fs::write(folder.path().join("records.jsonl"), records).expect("it can be written");
    let mut command = Command::new(streamgauge_tests::program());
    command.args(["replay", "records.jsonl"]).current_dir(folder.path());
    let output = command.env_remove("STREAMGAUGE_LOG").output().expect("the host was built");
    let (said, log) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    for words in words {
        assert!(said.contains(words), "no {words:?} in\n{said}\n{log}");
    }
}

fn json(text: String) -> Vec<u8> {
    text.into_bytes()
}

/// A time of day, a second later for each record.
fn clock(n: usize) -> String {
    format!("{:02}:{:02}:{:02}", n / 3600, n / 60 % 60, n % 60)
}

#[test]
fn avro_is_named_where_all_records_are_rejected() {
    let pipeline = pipeline("integer", "unit = \"ms\"", "");
    check(
        &pipeline,
        |n| [&[0, 0, 0, 0, 7, 0xc3][..], n.to_string().as_bytes()].concat(),
        &[
            "rejected: not_utf8 2000",
            "warning: 2000 of 2000 records are rejected, most as `not_utf8`: they begin with a zero byte, as Avro",
            "for example 0@",
            "\\0\\0\\0\\0",
        ],
    );
}

#[test]
fn an_envelope_is_named_where_metrics_leave_all_rows_out() {
    let pipeline = pipeline("integer", "unit = \"ms\"", "");
    let record = |n| json(format!(r#"{{"payload": {{"ts": {n}, "action": 1}}}}"#));
    check(
        &pipeline,
        record,
        &[
            "warning: metric `behavior` leaves out most of its rows (2000 of 2000 in `behavior`), as `missing`: \
             fields are read at the top level of a record, and `action` lies inside `payload`",
            "warning: 2000 of 2000 records have no usable event time",
            "`ts` lies inside `payload`",
            "event time: fallback 2000, future 0, past 0",
            r#"{"payload": {"ts": "#,
        ],
    );
}

#[test]
fn a_time_in_another_form_is_named_where_all_fall_back() {
    let rfc3339 = pipeline("text", "unit = \"rfc3339\"", "");
    let record = |n| json(format!(r#"{{"ts": "2020-05-01 {}", "action": 1}}"#, clock(n)));
    check(
        &rfc3339,
        record,
        &["2000 of 2000 records have no usable event time", "write 2020-05-01T"],
    );
    let seconds = pipeline("integer", "unit = \"s\"", "");
    let record = |n| json(format!(r#"{{"ts": {}.123, "action": 1}}"#, 1_588_305_600 + n));
    check(
        &seconds,
        record,
        &["2000 of 2000 records have no usable event time", "only whole numbers are read"],
    );
}

#[test]
fn a_unit_that_would_do_is_named_where_all_are_past_or_future() {
    let record = |n| json(format!(r#"{{"ts": {}, "action": 1}}"#, 1_588_305_600 + n));
    check(
        &pipeline("integer", "unit = \"ms\"", ""),
        record,
        &[
            "2000 of 2000 records are older than `event_time.earliest`",
            "`unit` = \"s\" would read 1588",
        ],
    );
    let record =
        |n| json(format!(r#"{{"ts": {}, "action": 1}}"#, 1_588_305_600_000_i64 + n as i64));
    check(
        &pipeline("integer", "unit = \"s\"", ""),
        record,
        &["event time: fallback 0, future 2000, past 0", "`event_time.future_skew`"],
    );
}

/// The first record is the newest, so all others are a day late, and their windows are final.
#[test]
fn the_bound_and_the_retention_that_would_do_are_named() {
    let of_metric = "windows = [\"cumulative\", \"1h\"]\nretention = \"10m\"";
    let record = |n| {
        let day = if n == 0 { 2 } else { 1 };
        json(format!(r#"{{"ts": "2020-05-0{day}T{}Z", "action": 1}}"#, clock(n)))
    };
    let mut expired = String::new();
    write!(expired, "of metric `behavior` are in no window of 1h").expect("a text grows");
    check(
        &pipeline("text", "unit = \"rfc3339\"\nbound = \"5m\"", of_metric),
        record,
        &[
            "are late with `event_time.bound` = \"300s\", as they are not in the order of their event times",
            "would keep 99.9 % of them on time",
            &expired,
            "a larger `retention`",
        ],
    );
}

#[test]
fn data_as_it_should_be_is_warned_of_by_nothing() {
    let folder_says_nothing = pipeline("text", "unit = \"rfc3339\"", "");
    let record = |n| json(format!(r#"{{"ts": "2020-05-01T{}Z", "action": 1}}"#, clock(n)));
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let records: Vec<u8> =
        (0..RECORDS).flat_map(|n| [record(n), b"\n".to_vec()].concat()).collect();
    fs::write(folder.path().join("pipeline.toml"), folder_says_nothing).expect("it can be written");
    fs::write(folder.path().join("records.jsonl"), records).expect("it can be written");
    let mut command = Command::new(streamgauge_tests::program());
    command.args(["replay", "records.jsonl"]).current_dir(folder.path());
    let output = command.output().expect("the host was built");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && !said.contains("warning"), "{said}");
}
