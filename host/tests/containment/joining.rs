//! A metric that lags joins its partition at one place, and is then as if it had always been there.

use serde_json::json;
use streamgauge_core::{Lateness, LeftOut, MetricPhase, MetricSnapshot, RecordBatch};
use streamgauge_engine::{Expected, Metric, NotJoined};
use streamgauge_outbox::Attachments;
use streamgauge_plugin::Plugin;

use crate::component::faulty;
use crate::metric::{resume, start};
use crate::offered::{offered, place};
use crate::rows::{batch, projection, push};

/// Hands the rows of `[from, to)` over, at once.
fn fold(metric: &mut Metric, from: i64, to: i64) {
    let part = |verdict: Lateness| {
        let mut rows = RecordBatch::new(&projection());
        let own = (from..to).filter(|offset| (offset % 3 == 0) == (verdict == Lateness::Late));
        own.for_each(|offset| push(&mut rows, offset, Some((offset % 2) as u32)));
        rows
    };
    metric.fold(offered(&part(Lateness::OnTime), &part(Lateness::Late), to));
}

fn export(metric: &mut Metric) -> MetricSnapshot {
    metric.export(0, &mut Attachments::default())
}

/// A metric that lags at the beginning of partition 0, where its worker is at `at`.
fn lagging(plugin: &Plugin, at: i64) -> Metric {
    let empty = Metric::empty(plugin, 0);
    let mut metric =
        resume(plugin, MetricSnapshot { phase: MetricPhase::lagging(place(0)), ..empty });
    fold(&mut metric, 0, at);
    metric
}

fn expected(next_offset: i64) -> Expected {
    Expected { next_offset, place: place(next_offset) }
}

/// What a reader has at `next_offset`.
fn read_to(plugin: &Plugin, next_offset: i64) -> MetricSnapshot {
    let mut reader = start(plugin);
    fold(&mut reader, 0, next_offset);
    export(&mut reader)
}

#[test]
fn a_metric_that_joins_is_equal_to_one_that_was_always_there() {
    let plugin = faulty(json!({}));
    let mut metric = lagging(&plugin, 30);
    assert!(metric.lags() && metric.expect(0, expected(30)));
    // The stream goes on until the state of that place is there.
    fold(&mut metric, 30, 42);
    fold(&mut metric, 42, 50);
    assert_eq!(metric.join(0, read_to(&plugin, 30), place(30)), Ok(()));
    assert!(!metric.lags());
    fold(&mut metric, 50, 60);
    let joined = export(&mut metric);
    assert_eq!(joined, read_to(&plugin, 60));
}

#[test]
fn a_state_of_another_place_or_event_time_does_not_join() {
    let plugin = faulty(json!({}));
    let mut metric = lagging(&plugin, 30);
    let nobody = metric.join(0, read_to(&plugin, 30), place(30));
    assert_eq!(nobody, Err(NotJoined::NotExpected), "nothing was kept for it");
    assert!(metric.expect(0, expected(30)));
    let earlier = metric.join(0, read_to(&plugin, 29), place(29));
    assert_eq!(earlier, Err(NotJoined::OtherPlace { next_offset: 29, expected: 30 }));
    assert!(metric.expect(0, expected(30)));
    let other = metric.join(0, read_to(&plugin, 30), place(31));
    let (own, of_partition) = (place(31).max_event_time, place(30).max_event_time);
    assert_eq!(other, Err(NotJoined::OtherTime { own, expected: of_partition }));
    assert!(metric.lags(), "it is brought there again");
}

#[test]
fn rows_for_a_metric_that_joins_are_kept_up_to_sixteen_mebibytes() {
    let plugin = faulty(json!({}));
    let rows = batch(30, &vec![1; 10_000]);
    let bytes = rows.raw_bytes() + 96 * rows.rows() as usize;
    let fit = (16 << 20) / bytes;
    for (more, joined) in [(0, Ok(())), (1, Err(NotJoined::NotExpected))] {
        let mut metric = lagging(&plugin, 30);
        assert!(metric.expect(0, expected(30)));
        let none = RecordBatch::new(&projection());
        (0..fit + more).for_each(|_| metric.fold(offered(&rows, &none, 31)));
        assert_eq!(metric.join(0, read_to(&plugin, 30), place(30)), joined, "{fit} and {more}");
    }
}

#[test]
fn a_crash_puts_a_metric_back_to_its_last_export_and_tells_the_records() {
    let plugin = faulty(json!({ "fault": "panic-at-value", "value": 1 }));
    let mut metric = resume(&plugin, Metric::empty(&plugin, 0)).searching();
    let part = |from: i64, to: i64, action: u32| {
        let mut rows = RecordBatch::new(&projection());
        (from..to).for_each(|offset| push(&mut rows, offset, Some(action)));
        rows
    };
    let none = RecordBatch::new(&projection());
    metric.fold(offered(&part(0, 10, 0), &none, 10));
    let before = export(&mut metric);
    metric.fold(offered(&part(10, 15, 0), &none, 15));
    metric.fold(offered(&part(15, 20, 1), &none, 20));
    assert!(metric.lags());
    let after = export(&mut metric);
    assert_eq!((after.next_offset, after.digest()), (before.next_offset, before.digest()));
    let crash = after.phase.lag().and_then(|lag| lag.crash.as_ref()).expect("it is told");
    assert_eq!((crash.records.first, crash.records.last), (15, 19));
    assert_eq!(after.phase.place(), Some(&place(10)));

    // Left out, the record is excluded, and is a letter with the plugin's last words.
    let running = MetricSnapshot { phase: MetricPhase::Running, ..after };
    let mut again = resume(&plugin, running).searching();
    again.leave_out(0, vec![LeftOut { offset: 15, reason: "it crashed".to_owned() }]);
    again.fold(offered(&part(10, 15, 0), &none, 15));
    again.fold(offered(&part(15, 16, 1), &none, 16));
    assert!(!again.lags());
    let mut with = Attachments::default();
    let found = again.export(0, &mut with);
    assert_eq!((found.accounting.folded(), found.accounting.excluded), (15, 1));
    let letters: Vec<_> = with.letters.iter().collect();
    assert_eq!((letters.len(), &*letters[0].reason, letters[0].offset), (1, "plugin_crashed", 15));
    let poison = found.poison.expect("it is remembered");
    assert_eq!((poison.records[0].offset, poison.recent(16)), (15, 1));
}
