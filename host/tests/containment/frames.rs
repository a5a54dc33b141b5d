//! Frames, drawn from a plugin's own description: in the order of the labels, ranked with the rest
//! summed up, and without a dimension.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono_tz::Tz;
use expect_test::{Expect, expect};
use serde_json::{Value, json};
use streamgauge_core::{
    MetricPhase, MetricStop, PartitionSnapshot, PartitionState, PluginCall, Position, StopKind,
    WallClock,
};
use streamgauge_outbox::Attachments;
use streamgauge_plugin::Plugin;
use streamgauge_view::{LiveMetric, MetricReader, Published};
use streamgauge_wire::{Frame, Series};

use crate::component::faulty;
use crate::metric::start;
use crate::offered::{self, offered};
use crate::rows::batch;

/// The state of a partition after these actions.
fn partition(config: &Value, number: u32, on_time: &[u32], late: &[u32]) -> Arc<PartitionSnapshot> {
    let mut metric = start(&faulty(config.clone()));
    let rows = (on_time.len() + late.len()) as i64;
    let (on_time, late) = (batch(0, on_time), batch(on_time.len() as i64, late));
    metric.fold(offered(&on_time, &late, rows));
    Arc::new(PartitionSnapshot {
        partition: number,
        position: Position::default(),
        late_samples: Vec::new(),
        state: PartitionState { next_offset: rows, ..PartitionState::starting_at(0) },
        metrics: vec![metric.export(0, &mut Attachments::default())],
    })
}

fn view(plugin: &Plugin) -> LiveMetric {
    let reader = MetricReader::new(plugin, &Arc::new(offered::plan()), Tz::UTC);
    LiveMetric::new(&Arc::new(reader.naming(" --config shop.toml")))
}

/// Partitions as their workers publish them.
fn published(partitions: &[Arc<PartitionSnapshot>]) -> Published {
    Published { partitions: partitions.to_vec(), now: 5, ..Published::default() }
}

/// The frames after one partition with these actions.
fn frames(on_time: &[u32], late: &[u32]) -> BTreeMap<String, Arc<Frame>> {
    let config = json!({});
    let mut view = view(&faulty(config.clone()));
    view.update(&published(&[partition(&config, 0, on_time, late)]));
    view.frames().clone()
}

/// A frame as text: its keys, then each series by verdict.
fn show(frame: &Frame) -> String {
    let mut lines = vec![format!("{} {:?}", frame.state, frame.keys)];
    lines.extend(series([&frame.total, &frame.on_time, &frame.late]));
    if let Some(other) = &frame.other {
        lines.push(format!("{} others", other.keys));
        lines.extend(series([&other.total, &other.on_time, &other.late]));
    }
    lines.join("\n") + "\n"
}

fn series(verdicts: [&Series; 3]) -> Vec<String> {
    let line = |verdict: &str, (name, values): (&String, &Vec<Value>)| {
        format!("{verdict} {name}: {}", Value::from(values.clone()))
    };
    let titled = ["total", "on time", "late"].into_iter().zip(verdicts);
    titled.flat_map(|(title, series)| series.iter().map(move |m| line(title, m))).collect()
}

#[track_caller]
fn check(panel: &str, on_time: &[u32], late: &[u32], expected: &Expect) {
    expected.assert_eq(&show(&frames(on_time, late)[panel]));
}

#[test]
fn labelled_keys_come_in_the_order_of_the_labels_and_others_after_them() {
    check(
        "faulty.labelled",
        &[0, 1, 2, 3, 12, 2],
        &[],
        &expect![[r#"
        ok ["3", "0", "1", "12", "2"]
        total events: [1,1,1,1,2]
        on time events: [1,1,1,1,2]
        late events: [0,0,0,0,0]
    "#]],
    );
    // A label without rows has no key; keys without a label are shown as they are.
    check(
        "faulty.labelled",
        &[1, 0],
        &[],
        &expect![[r#"
        ok ["0", "1"]
        total events: [1,1]
        on time events: [1,1]
        late events: [0,0]
    "#]],
    );
}

#[test]
fn a_verdict_without_rows_is_zero_events_and_an_unknown_share() {
    check(
        "faulty.ranked",
        &[0, 0, 1],
        &[1],
        &expect![[r#"
        ok ["0", "1"]
        total events: [2,2]
        total share: [0.5,0.5]
        on time events: [2,1]
        on time share: [0.6666666666666666,0.3333333333333333]
        late events: [0,1]
        late share: [null,1.0]
    "#]],
    );
}

#[test]
fn the_rest_of_a_ranking_is_summed_up_where_it_can_be() {
    check(
        "faulty.ranked",
        &[5, 5, 5, 7, 7, 8, 9],
        &[9],
        &expect![[r#"
        ok ["5", "7"]
        total events: [3,2]
        total share: [0.375,0.25]
        on time events: [3,2]
        on time share: [0.42857142857142855,0.2857142857142857]
        late events: [0,0]
        late share: [null,null]
        2 others
        total events: [3]
        total share: [null]
        on time events: [2]
        on time share: [null]
        late events: [1]
        late share: [null]
    "#]],
    );
}

#[test]
fn a_single_row_more_than_the_top_is_not_cut_off() {
    check(
        "faulty.ranked",
        &[5, 5, 5, 7, 7, 8],
        &[],
        &expect![[r#"
        ok ["5", "7", "8"]
        total events: [3,2,1]
        total share: [0.5,0.3333333333333333,0.16666666666666666]
        on time events: [3,2,1]
        on time share: [0.5,0.3333333333333333,0.16666666666666666]
        late events: [0,0,0]
        late share: [null,null,null]
    "#]],
    );
}

#[test]
fn equal_ranks_keep_the_order_of_their_keys() {
    check(
        "faulty.ranked",
        &[9, 1, 4],
        &[],
        &expect![[r#"
        ok ["1", "4", "9"]
        total events: [1,1,1]
        total share: [0.3333333333333333,0.3333333333333333,0.3333333333333333]
        on time events: [1,1,1]
        on time share: [0.3333333333333333,0.3333333333333333,0.3333333333333333]
        late events: [0,0,0]
        late share: [null,null,null]
    "#]],
    );
}

#[test]
fn without_a_dimension_rows_are_summed_up_where_they_can_be() {
    check(
        "faulty.sum",
        &[0, 0, 1, 2],
        &[2],
        &expect![[r#"
        ok [""]
        total events: [5]
        total share: [null]
        on time events: [4]
        on time share: [null]
        late events: [1]
        late share: [1.0]
    "#]],
    );
    // A single row needs no sum.
    check(
        "faulty.sum",
        &[3, 3],
        &[],
        &expect![[r#"
        ok [""]
        total events: [2]
        total share: [1.0]
        on time events: [2]
        on time share: [1.0]
        late events: [0]
        late share: [null]
    "#]],
    );
}

#[test]
fn nothing_yet_is_an_empty_frame() {
    let view = view(&faulty(json!({})));
    let shown: Vec<String> =
        view.frames().iter().map(|(id, frame)| format!("{id}: {}", show(frame))).collect();
    expect![[r"
        faulty.labelled: empty []
        total events: []
        on time events: []
        late events: []
        faulty.ranked: empty []
        total events: []
        total share: []
        on time events: []
        on time share: []
        late events: []
        late share: []
        faulty.sum: empty []
        total events: []
        total share: []
        on time events: []
        on time share: []
        late events: []
        late share: []
    "]]
    .assert_eq(&shown.concat());
}

#[test]
fn partitions_are_merged_and_only_changed_frames_are_drawn_anew() {
    let config = json!({});
    let mut view = view(&faulty(config.clone()));
    let first = partition(&config, 0, &[0], &[3]);
    view.update(&published(&[Arc::clone(&first)]));
    let before = view.frames().clone();
    view.update(&published(&[Arc::clone(&first)]));
    assert!(before.iter().all(|(id, frame)| Arc::ptr_eq(frame, &view.frames()[id])));

    view.update(&published(&[first, partition(&config, 1, &[], &[0, 0])]));
    let after = &view.frames()["faulty.labelled"];
    assert_eq!(after.rev, before["faulty.labelled"].rev + 1);
    expect![[r#"
        ok ["3", "0"]
        total events: [1,3]
        on time events: [0,1]
        late events: [1,2]
    "#]]
    .assert_eq(&show(after));
}

#[test]
fn a_quarantined_metric_keeps_its_last_result() {
    let config = json!({});
    let mut view = view(&faulty(config.clone()));
    let mut stopped = PartitionSnapshot::clone(&partition(&config, 0, &[0], &[]));
    let stop = MetricStop {
        kind: StopKind::Crash,
        reason: "it crashed".to_owned(),
        call: Some(PluginCall::Add),
        since: Some(WallClock(3)),
        ..MetricStop::unknown()
    };
    stopped.metrics[0].phase = MetricPhase::Stopped(stop.into());
    view.update(&published(&[Arc::new(stopped)]));
    let frame = &view.frames()["faulty.labelled"];
    let reason = "`add` failed: it crashed";
    assert_eq!((frame.state, frame.reason.as_deref()), ("quarantined", Some(reason)));
    assert_eq!(frame.total["events"], [json!(1)]);
    let stale = frame.stale.as_ref().expect("its age");
    assert_eq!((stale.since, stale.at[0].offset), (Some(3), 1));
    assert!(stale.hint.contains("it then goes on from where it stopped"), "{}", stale.hint);
}

#[test]
fn a_result_that_is_not_as_described_is_not_shown() {
    let config = json!({"fault": "wrong-table", "at": 2});
    let mut view = view(&faulty(config.clone()));
    view.update(&published(&[partition(&config, 0, &[1, 1], &[])]));
    assert_eq!(view.trouble(), None);
    let told = view.frames()["faulty.labelled"].total.clone();
    view.update(&published(&[partition(&config, 0, &[1, 1, 1], &[])]));
    expect!["its result could not be read: `get-result` failed: its answer breaks the contract: the number of columns is 1 instead of 3; its rows are counted all the same"]
        .assert_eq(&view.trouble().expect("it is in trouble").reason());
    let frame = &view.frames()["faulty.labelled"];
    assert_eq!((frame.state, &frame.total), ("unreadable", &told));
    let stale = frame.stale.as_ref().expect("its age");
    assert_eq!((stale.since, stale.at[0].offset), (Some(5), 2), "of the last good result");
}
