//! The account of one record, for people and for programs, and which record is found.

use std::fs;

use expect_test::expect;

use super::*;
use crate::semantics::{Exclusion, Placed, Rejection, Span as Pane, Value};

/// A pipeline over a file of JSON lines, in Shanghai.
fn pipeline(file: &std::path::Path) -> Pipeline {
    let text = format!(
        "version = 1\nname = \"x\"\n[source.file]\npath = \"{}\"\n\
         [schema]\nts = \"integer\"\ncity = \"text\"\n\
         [event_time]\nfield = \"ts\"\nunit = \"ms\"\nbound = \"1s\"\nzone = \"Asia/Shanghai\"\n\
         [[metric]]\nid = \"x\"\nplugin = \"x.wasm\"\n",
        file.display()
    );
    let parsed = Pipeline::parse(&text, std::path::Path::new("pipeline.toml"));
    parsed.unwrap_or_else(|diagnostics| panic!("{diagnostics}")).0
}

fn explanation(outcome: Outcome, value: Option<&[u8]>) -> Explanation {
    let columns = [("city", Value::Text("北\"京".to_owned())), ("n", Value::Invalid("fraction"))];
    let verdict = Verdict {
        offset: 7,
        stamp: Some(1_447_171_200_000),
        columns: columns.map(|(name, value)| (name.to_owned(), value)).into(),
        watermark_before: None,
        watermark_after: Some(1_447_171_199_000),
        outcome,
    };
    let not_counted = vec![("c".to_owned(), NotCounted::Before)];
    let value = value.map(<[u8]>::to_vec);
    Explanation { partition: 3, value, verdict, not_counted, records_before: 0 }
}

fn placed(late_by: Option<i64>, metrics: Vec<MetricVerdict>) -> Outcome {
    let (event_time, reference) = (Some(1_447_171_200_000), Some(1_447_171_201_000));
    Outcome::Placed(Placed {
        event_time,
        effect: Effect::Moves,
        reference,
        late_by,
        bucket: 9,
        metrics,
    })
}

/// A pane of a minute, so many minutes after midnight.
fn minute(number: i64) -> Pane {
    let start = 1_447_171_200_000 + number * 60_000;
    Pane { start, end: start + 60_000 }
}

fn window(pane: Option<Pane>) -> WindowVerdict {
    let size = if pane.is_some() { 60_000 } else { 0 };
    WindowVerdict { pane, ..WindowVerdict::nowhere(size, size) }
}

fn anywhere() -> Pipeline {
    pipeline("x.jsonl".as_ref())
}

#[test]
fn a_placed_record_is_told_from_its_bytes_to_every_window() {
    let opened = WindowVerdict {
        opened: true,
        correction: true,
        evicted: Some(minute(-9)),
        finals: vec![minute(-2), minute(-1)],
        ..window(Some(minute(0)))
    };
    let expired = WindowVerdict { outside: Some(Outside::Expired), ..window(Some(minute(1))) };
    let unplaced = WindowVerdict { outside: Some(Outside::Unplaced), ..window(Some(minute(2))) };
    let timeless = WindowVerdict { pane: None, ..unplaced.clone() };
    let folded = MetricVerdict {
        id: "a".to_owned(),
        excluded: None,
        windows: vec![window(None), opened, expired, unplaced, timeless],
    };
    let left_out = Exclusion { reason: "missing", detail: "city".to_owned() };
    let excluded =
        MetricVerdict { id: "b".to_owned(), excluded: Some(left_out), windows: Vec::new() };
    let explained = explanation(placed(Some(1500), vec![folded, excluded]), Some(b"\xFFx"));
    expect![[r#"
        partition 3, offset 7, stamped 2015-11-11T00:00:00+08:00
        value       �x
          city = "北\"京"
          n = invalid: fraction
        watermark   none yet before it
        event time  2015-11-11T00:00:00+08:00 (the largest so far: moves the watermark)
        verdict     late by 1.5 s
        metric a: folded
          cumulative
          1m: 2015-11-11T00:00:00+08:00 to 2015-11-11T00:01:00+08:00, opened by it, a correction; 2015-11-10T23:51:00+08:00 becomes final; 2015-11-10T23:58:00+08:00 becomes final; 2015-11-10T23:59:00+08:00 becomes final
          1m: 2015-11-11T00:01:00+08:00 to 2015-11-11T00:02:00+08:00, expired: in no window
          1m: 2015-11-11T00:02:00+08:00 to 2015-11-11T00:03:00+08:00, unplaced: may open no window, in none
          1m: no time, unplaced: may open no window, in none
        metric b: excluded, missing (city)
        metric c: not counted, the metric counts only what came after it
        watermark   2015-11-10T23:59:59+08:00 after it"#]].assert_eq(&explained.to_text(&anywhere()));
    let json = explained.to_json(&anywhere());
    let span = |start: &str, end: &str| json!({ "start": format!("2015-11-{start}:00+08:00"), "end": format!("2015-11-{end}:00+08:00") });
    let windows = &json["metrics"]["a"]["windows"];
    assert_eq!((&windows[0]["spec"], &windows[0]["pane"]), (&json!("cumulative"), &Json::Null));
    let expected = json!({
        "spec": "1m",
        "pane": span("11T00:00", "11T00:01"),
        "expired": false,
        "unplaced": false,
        "opened": true,
        "correction": true,
        "evicted": span("10T23:51", "10T23:52"),
        "final": [span("10T23:58", "10T23:59"), span("10T23:59", "11T00:00")],
    });
    assert_eq!((&windows[1], &windows[2]["expired"]), (&expected, &json!(true)));
    assert_eq!(json["metrics"]["b"], json!({ "excluded": "missing", "detail": "city" }));
    assert_eq!((&json["verdict"], &json["late_by_ms"]), (&json!("late"), &json!(1500)));
    assert_eq!(json["value"], "\u{fffd}x", "bytes that are no text are replaced");
    assert_eq!(json["columns"], json!({"city": "北\"京", "n": {"invalid": "fraction"}}));
    assert_eq!(json["watermark_before"], Json::Null);
}

#[test]
fn a_rejected_record_has_a_reason_and_no_event_time() {
    let outcome = Outcome::Rejected(Rejection::RequiredMissing("city".to_owned()));
    let explained = explanation(outcome, None);
    expect![[r#"
        partition 3, offset 7, stamped 2015-11-11T00:00:00+08:00
        value       (none)
          city = "北\"京"
          n = invalid: fraction
        watermark   none yet before it
        verdict     rejected: required_missing
        watermark   2015-11-10T23:59:59+08:00 after it"#]]
    .assert_eq(&explained.to_text(&anywhere()));
    let json = explained.to_json(&anywhere());
    assert_eq!(
        (&json["verdict"], &json["reason"]),
        (&json!("rejected"), &json!("required_missing"))
    );
    assert_eq!((&json["value"], json.get("event_time")), (&Json::Null, None));
}

#[test]
fn a_record_on_time_or_read_before_is_told_so() {
    let on_time = explanation(placed(None, Vec::new()), Some(b"{}"));
    assert!(on_time.to_text(&anywhere()).contains("\nverdict     on time\n"));
    let json = on_time.to_json(&anywhere());
    assert_eq!((&json["verdict"], &json["late_by_ms"]), (&json!("on_time"), &Json::Null));
    assert_eq!(
        (&json["lateness_clock"], &json["histogram_bucket"]),
        (&json!("watermark"), &json!(9))
    );
    let repeated = explanation(Outcome::Repeated, Some(b"{}"));
    assert!(repeated.to_text(&anywhere()).contains("verdict     its offset was read before"));
    assert_eq!(repeated.to_json(&anywhere())["verdict"], "repeated");
}

#[test]
fn a_delay_is_told_in_seconds_with_a_fraction_where_there_is_one() {
    let told = [0, 1, 999, 1000, 1500, 86_400_000].map(seconds);
    assert_eq!(told, ["0 s", "0.001 s", "0.999 s", "1 s", "1.5 s", "86400 s"]);
}

/// The event time of the first record of the file.
const FIRST: i64 = 1_447_171_209_000;

/// What is said of the record at `offset` in a file of five records.
fn explained(partition: u32, offset: i64, origin: Option<i64>) -> Result<Explanation, String> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("log.jsonl");
    let record = |ahead: i64| format!("{{\"ts\":{}}}\n", FIRST + ahead);
    let lines = [record(0), record(-1000), "no JSON\n".to_owned(), record(-1001), record(9000)];
    fs::write(&file, lines.concat()).expect("the folder can be written to");
    let pipeline = pipeline(&file);
    let audited = Audited::open(&pipeline, &[], &[]).expect("the file is there");
    let stored = origin.map(|origin| PartitionSnapshot {
        partition,
        position: streamgauge_core::Position::default(),
        late_samples: Vec::new(),
        state: streamgauge_core::PartitionState::starting_at(origin),
        metrics: Vec::new(),
    });
    explain(&audited, (partition, offset), stored.as_ref(), &mut |_, _| true)
        .map_err(|error| error.to_string())
}

#[test]
fn who_waits_is_told_how_far_it_is_and_ends_it() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let file = folder.path().join("log.jsonl");
    let lines = (0..600)
        .fold(String::new(), |lines, ahead| lines + &format!("{{\"ts\":{}}}\n", FIRST + ahead));
    fs::write(&file, lines).expect("the folder can be written to");
    let pipeline = pipeline(&file);
    let audited = Audited::open(&pipeline, &[], &[]).expect("the file is there");
    let mut told = Vec::new();
    let ended = explain(&audited, (0, 599), None, &mut |read, of| {
        told.push((read, of));
        told.len() < 2
    });
    assert!(matches!(ended, Err(NotExplained::Ended)));
    assert_eq!(told, [(255, 599), (511, 599)]);
}

/// The lateness of a record that is placed.
fn late_by(explanation: &Explanation) -> Option<i64> {
    let Outcome::Placed(placed) = &explanation.verdict.outcome else { panic!("it is rejected") };
    placed.late_by
}

#[test]
fn a_record_is_judged_after_all_records_before_it() {
    let third = explained(0, 3, None).expect("it is there");
    assert_eq!((late_by(&third), third.records_before), (Some(1), 3));
    let bytes = format!("{{\"ts\":{}}}", FIRST - 1001);
    assert_eq!(third.value.as_deref(), Some(bytes.as_bytes()));
    assert_eq!(third.verdict.watermark_before, Some(FIRST - 1000));
    let second = explained(0, 2, None).expect("it is there");
    assert_eq!(second.verdict.outcome, Outcome::Rejected(Rejection::NotJson));
    assert_eq!(explained(0, 0, None).expect("it is there").verdict.watermark_before, None);
}

#[test]
fn a_state_that_began_later_judges_by_fewer_records() {
    let third = explained(0, 3, Some(1)).expect("it is there");
    assert_eq!((late_by(&third), third.records_before), (None, 2), "the first one is unknown");
    let before = explained(0, 3, Some(-5)).expect("it is there");
    assert_eq!((late_by(&before), before.records_before), (Some(1), 3), "the log begins at 0");
    let after = explained(0, 3, Some(9)).expect("it is there");
    assert_eq!((late_by(&after), after.records_before), (None, 0), "it is the first one");
}

#[test]
fn a_record_that_is_not_there_is_told_so() {
    let said = |partition, offset| explained(partition, offset, None).err().expect("not there");
    for offset in [-1, 5, i64::MAX] {
        let expected = format!("partition 0 has no record at offset {offset}: its log holds 0 to ");
        assert!(said(0, offset).starts_with(&expected), "{}", said(0, offset));
    }
    assert_eq!(said(1, 0), "there is no partition 1");
}
