//! The parts of the document that scripts read, as docs/wire.md has them under Result.

use expect_test::{Expect, expect};
use streamgauge_core::{EventTime, GapKind, TimeWindow};
use streamgauge_plugin::{Cell, ContractType, Output, Role};

use super::*;
use crate::testing::{METRIC, metric, minutes, partition, plan};
use crate::{MetricResult, WindowId, WindowState};

fn check(found: &Value, expected: &Expect) {
    let text = serde_json::to_string_pretty(found).expect("JSON is text");
    expected.assert_eq(&text);
}

#[test]
fn of_the_reasons_for_rejections_only_those_that_occurred_are_named() {
    let mut books = Accounting { read: 20, on_time: 10, late: 4, ..Accounting::default() };
    books.rejections[0] = 1;
    books.rejections[Rejection::KINDS - 1] = 5;
    (books.fallback, books.future, books.past) = (3, 2, 1);
    let found = accounting_json(&books);
    assert_eq!(found["rejected"], 6);
    let reasons = found["rejected_by_reason"].as_object().expect("reasons");
    let (first, last) = (Rejection::NAMES[0], Rejection::NAMES[Rejection::KINDS - 1]);
    assert_eq!(Value::from(reasons.clone()), json!({ first: 1, last: 5 }));
    check(
        &accounting_json(&Accounting::default()),
        &expect![[r#"
            {
              "read": 0,
              "on_time": 0,
              "late": 0,
              "rejected": 0,
              "rejected_by_reason": {},
              "event_time_fallback": 0,
              "event_time_future": 0,
              "event_time_past": 0
            }"#]],
    );
}

#[test]
fn the_books_of_no_partition_are_empty_and_of_several_their_sum() {
    assert_eq!(accounting(&[]), Accounting::default());
    let read = |read| {
        let mut partition = partition(0, None, Vec::new());
        partition.state.accounting = Accounting { read, on_time: read, ..Accounting::default() };
        Arc::new(partition)
    };
    let sum = accounting(&[read(3), read(0), read(4)]);
    assert_eq!(sum, Accounting { read: 7, on_time: 7, ..Accounting::default() });
}

#[test]
fn a_partition_is_told_with_its_gaps_and_its_watermark_in_the_zone() {
    // 2015-11-11T00:00:00+08:00
    let mut partition = partition(3, Some(1_447_171_200_000), vec![metric(METRIC, Vec::new())]);
    let gap = |kind, from, to| OffsetGap { kind, from, to };
    partition.state.skip(gap(GapKind::LogStartMoved, 5, 9));
    partition.state.skip(gap(GapKind::TopicRecreated, 20, 0));
    let found = place(&plan(), chrono_tz::Asia::Shanghai, &partition);
    assert_eq!(found["watermark"], "2015-11-11T00:00:00+08:00");
    assert_eq!((&found["partition"], &found["offset"]), (&json!(3), &json!(0)));
    let expected = json!([
        { "kind": "log_start_moved", "from": 5, "to": 9 },
        { "kind": "topic_recreated", "from": 20, "to": 0 },
    ]);
    assert_eq!(found["gaps"], expected);
    assert_eq!(found["digest"], partition.state_digest().to_string());
    let digests =
        json!({ METRIC: partition.metrics[0].digest().expect("it is whole").to_string() });
    assert_eq!(found["metric_digests"], digests);
}

#[test]
fn a_partition_without_event_time_has_no_watermark_and_no_digest_is_left_out() {
    let found = place(&plan(), Tz::UTC, &partition(0, None, Vec::new()));
    assert_eq!((&found["watermark"], &found["gaps"]), (&Value::Null, &json!([])));
    assert_eq!(found["metric_digests"], json!({}));
    assert_eq!(found["digest"].as_str().map(str::len), Some(64));
}

fn descriptor() -> Descriptor {
    let output = |name: &str, role| Output {
        name: name.to_owned(),
        type_: ContractType::Text,
        role,
        title: Vec::new(),
        unit: None,
        additive: false,
        error_of: None,
        labels: Vec::new(),
    };
    let outputs = vec![output("province", Role::Dimension), output("mean", Role::Measure)];
    Descriptor { outputs, ..Descriptor::default() }
}

fn window(id: WindowId, state: Option<WindowState>) -> Value {
    let row = |key: &str, mean| vec![Cell::Text(key.to_owned()), mean];
    let result = MetricResult {
        on_time: ResultTable::of_rows([row("广东", Cell::Float(0.5))]),
        late: ResultTable::default(),
        total: ResultTable::of_rows([row("", Cell::Null), row("广东", Cell::Float(2.0))]),
        other: None,
    };
    let window = WindowResult { id, state, result: Arc::new(result) };
    let mut text = Vec::new();
    let written = write_window(&mut text, &descriptor(), &window, chrono_tz::Asia::Shanghai);
    written.expect("memory can be written to");
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn rows_are_objects_by_the_names_of_the_outputs() {
    let id = WindowId { spec: WindowSpec::Cumulative, window: None };
    let expected = json!({
        "window": null,
        "on_time": [{ "province": "广东", "mean": 0.5 }],
        "late": [],
        "total": [{ "province": "", "mean": null }, { "province": "广东", "mean": 2.0 }],
    });
    assert_eq!(window(id, None), expected);
}

#[test]
fn a_window_is_named_by_kind_interval_and_phase() {
    let spec = WindowSpec::Tumbling { size: 60_000 };
    let id = WindowId { spec, window: Some(minutes(0, 1)) };
    for (state, name) in [
        (WindowState::Open, "open"),
        (WindowState::Closed, "closed"),
        (WindowState::Corrected, "corrected"),
        (WindowState::Final, "final"),
    ] {
        let expected = json!({
            "spec": "1m",
            "start": "1970-01-01T08:00:00+08:00",
            "end": "1970-01-01T08:01:00+08:00",
            "state": name,
        });
        assert_eq!(window(id, Some(state))["window"], expected);
    }
    let end = EventTime(i64::MAX);
    let endless = WindowId { window: Some(TimeWindow { start: EventTime(0), end }), ..id };
    let found = window(endless, Some(WindowState::Open));
    assert_eq!(found["window"]["end"], "9223372036854775807 ms", "beyond civil time");
}
