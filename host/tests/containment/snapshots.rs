//! What the snapshots of a metric may take together.

use serde_json::json;
use streamgauge_core::{MetricPhase, MetricSnapshot, RecordBatch, StopKind};
use streamgauge_engine::Offered;
use streamgauge_outbox::Attachments;
use streamgauge_plugin::Plugin;

use crate::component::{RUNTIME, built, settings};
use crate::metric::{start, stop_reason};
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
