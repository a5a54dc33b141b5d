//! What the snapshots of a metric may take together.

use std::sync::Arc;

use serde_json::json;
use streamgauge_core::{
    AccumulatorBytes, Lateness, MetricPhase, MetricSnapshot, RecordBatch, StopKind, WindowSpec,
};
use streamgauge_engine::{Compacted, Metric, Offered};
use streamgauge_outbox::Attachments;
use streamgauge_plugin::{Instance, Plugin};

use crate::component::{RUNTIME, built, settings};
use crate::metric::{resume, start, stop_reason};
use crate::offered::{offered, partition};
use crate::rows::{batch, projection, push_at};

/// `faulty` without a fault, whose snapshots take 60 bytes at most.
fn limited(windows: &[&str]) -> Plugin {
    let mut settings = settings(&built("faulty"), json!({}));
    settings.windows = windows.iter().map(|spec| spec.parse().expect("windows")).collect();
    settings.snapshot_bytes_max = Some(60);
    RUNTIME.load(&settings).unwrap_or_else(|error| panic!("{error}"))
}

fn running(snapshot: MetricSnapshot) -> MetricSnapshot {
    MetricSnapshot { phase: MetricPhase::Running, ..snapshot }
}

#[test]
fn a_snapshot_over_its_limit_stops_the_metric_at_its_last_good_one() {
    let mut metric = start(&limited(&["cumulative"]));
    let (none, mut with) = (batch(0, &[]), Attachments::default());
    metric.fold(offered(&batch(0, &[0, 1, 2]), &none, 3));
    let before = metric.export(0, &mut with);
    assert_eq!((before.next_offset, stop_reason(&metric)), (3, None));
    let keys: Vec<u32> = (0..100).collect();
    metric.fold(offered(&batch(3, &keys), &none, 103));
    assert_eq!(stop_reason(&metric), None, "nobody asked for its state");
    let after = metric.export(0, &mut with);
    let stop = after.phase.stop().expect("it stopped").clone();
    assert_eq!(stop.kind, StopKind::SnapshotLimit);
    let reason = stop.to_string();
    assert!(reason.starts_with("`snapshot` of records 0@3 to 0@102 failed: its snapshots take "));
    assert!(reason.ends_with(" bytes together, which is over their limit of 60 bytes"), "{reason}");
    assert_eq!(running(after), before);
}

/// Each of many windows and partitions is small: a plugin may give the same bytes for all of them.
#[test]
fn the_limit_is_that_of_all_windows_and_partitions_together() {
    let plugin = limited(&["1s"]);
    let (none, mut with) = (batch(0, &[]), Attachments::default());
    let rows = |from: i64, count: i64| {
        let mut rows = RecordBatch::new(&projection());
        (from..from + count).for_each(|at| push_at(&mut rows, at, at * 1000, Some(0)));
        rows
    };
    let mut metric = start(&plugin);
    metric.fold(offered(&rows(0, 2), &none, 2));
    metric.export(0, &mut with);
    assert_eq!(stop_reason(&metric), None);
    metric.fold(offered(&rows(2, 50), &none, 52));
    metric.export(0, &mut with);
    assert!(stop_reason(&metric).expect("it stops").contains("limit of 60 bytes"));

    let mut metric = start(&plugin);
    for number in 1..50 {
        let state = streamgauge_engine::Metric::empty(&plugin, 0);
        metric.assign(&partition(number, 0, vec![state]));
        let rows = rows(0, 1);
        metric.fold(Offered { partition: number, ..offered(&rows, &none, 1) });
        metric.export(number, &mut with);
    }
    let stopped = metric.phases().filter(|(_, phase)| phase.stop().is_some()).count();
    assert!(stopped > 1, "all partitions of the instance stop");
}

/// Folds `rounds` of rows, and exports after each.
fn exported(metric: &mut Metric, rounds: &[Vec<u32>]) -> MetricSnapshot {
    let (none, mut with) = (batch(0, &[]), Attachments::default());
    let mut offset = 0;
    for keys in rounds {
        metric.fold(offered(&batch(offset, keys), &none, offset + keys.len() as i64));
        offset += keys.len() as i64;
        metric.export(0, &mut with);
    }
    metric.export(0, &mut with)
}

#[test]
fn a_state_that_grows_by_differences_is_the_same_as_a_whole_one() {
    let plugin = RUNTIME.load(&settings(&built("faulty"), json!({}))).expect("it loads");
    let rounds: Vec<Vec<u32>> = (0..40_u32).map(|n| (n % 7 * 3..200 + n * 5).collect()).collect();
    let mut metric = start(&plugin).by_differences_from(0);
    let grown = exported(&mut metric, &rounds);
    let accumulator = grown.accumulators().next().expect("there are rows");
    assert_eq!(accumulator.differences().len(), rounds.len() - 1);
    assert_eq!(grown.digest(), None, "there is none of parts");

    let mut whole = start(&plugin);
    let expected = exported(&mut whole, &rounds);
    assert!(expected.is_whole());
    let mut made = grown.clone();
    plugin.make_whole(&mut made).expect("it reads what it wrote");
    assert_eq!(made, expected);

    // From parts on, as after a crash; and at the end, whole.
    let mut resumed = resume(&plugin, grown).by_differences_from(0);
    let more = batch(expected.next_offset, &[1, 2, 3]);
    let none = batch(0, &[]);
    let next = expected.next_offset + 3;
    resumed.fold(offered(&more, &none, next));
    whole.fold(offered(&more, &none, next));
    let mut with = Attachments::default();
    let parts = resumed.export(0, &mut with);
    assert_eq!(parts.accumulators().next().map(|a| a.differences().len()), Some(rounds.len()));
    assert_eq!(resumed.export_whole(0, &mut with), whole.export(0, &mut with));
    assert!(!resumed.has_differences(0));
}

#[test]
fn differences_that_nobody_else_makes_whole_are_bounded() {
    let plugin = RUNTIME.load(&settings(&built("faulty"), json!({}))).expect("it loads");
    let mut metric = start(&plugin).by_differences_from(0);
    let rounds: Vec<Vec<u32>> = (0..2100_u32).map(|n| vec![n % 9]).collect();
    let exported = exported(&mut metric, &rounds);
    let parts = exported.accumulators().next().expect("rows").parts().len();
    assert_eq!(parts, 2100 - 2050 + 1, "the first 2050 publications are one");
}

#[test]
fn what_was_made_whole_elsewhere_takes_the_place_of_its_parts() {
    let plugin = RUNTIME.load(&settings(&built("faulty"), json!({}))).expect("it loads");
    let rounds: Vec<Vec<u32>> = (0..4_u32).map(|n| (n..50 + n).collect()).collect();
    let mut metric = start(&plugin).by_differences_from(0);
    let of = exported(&mut metric, &rounds).accumulators().next().expect("rows").clone();
    let mut instance = Instance::open(&plugin).expect("it starts");
    let version = plugin.descriptor().state_version;
    let whole = instance.whole(None, version, &of).expect("it reads what it wrote");
    let (none, mut with) = (batch(0, &[]), Attachments::default());
    metric.fold(offered(&batch(200, &[7]), &none, 201));
    metric.export(0, &mut with);
    let spec = WindowSpec::Cumulative;
    let lateness = Lateness::OnTime;
    metric.compact(0, &Compacted { spec, pane: None, lateness, of, whole: whole.clone() });
    let parts = metric.export(0, &mut with).accumulators().next().expect("rows").clone();
    assert!(Arc::ptr_eq(&parts.parts()[0], &whole));
    assert_eq!(parts.parts().len(), 2);
    let expected = metric.export_whole(0, &mut with);
    let made = instance.whole(None, version, &parts).expect("it reads what it wrote");
    assert_eq!(expected.accumulators().next().and_then(AccumulatorBytes::as_whole), Some(&made));
}
