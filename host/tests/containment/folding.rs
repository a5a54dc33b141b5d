//! A metric on a worker whose plugin refuses rows or crashes: the other rows are folded, the books
//! hold, and where batches are cut changes nothing.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono_tz::Tz;
use serde_json::{Value, json};
use streamgauge_core::{
    Lateness, MetricAccounting, MetricPhase, MetricSnapshot, MetricStop, RecordBatch, StopKind,
    WallClock,
};
use streamgauge_engine::{Metric, Offered};
use streamgauge_outbox::{Attachments, DeadLetter, Letters};
use streamgauge_plugin::{Cell, Instance, Plugin};

use crate::component::{RUNTIME, built, faulty, settings};
use crate::metric::{resume, start, stop_reason};
use crate::offered::{offered, partition, place};
use crate::rows::{batch, projection, push, push_at};

/// The log: by offset an action, or none that can be used.
const ROWS: i64 = 100;

fn action(offset: i64) -> Option<u32> {
    match offset {
        _ if offset % 10 == 9 => None,
        _ if offset % 7 == 0 => Some(2),
        _ => Some((offset % 2) as u32),
    }
}

fn lateness(offset: i64) -> Lateness {
    if offset % 3 == 0 { Lateness::Late } else { Lateness::OnTime }
}

/// The same state of a metric that runs.
fn running(snapshot: MetricSnapshot) -> MetricSnapshot {
    MetricSnapshot { phase: MetricPhase::Running, ..snapshot }
}

/// What a metric comes to that gets the log in batches of `size` records.
fn fold(config: Value, size: usize) -> (Plugin, MetricSnapshot, Letters) {
    let plugin = faulty(config);
    let mut metric = start(&plugin);
    let mut with = Attachments::default();
    for first in (0..ROWS).step_by(size) {
        let next = (first + size as i64).min(ROWS);
        let part = |verdict: Lateness| {
            let mut rows = RecordBatch::new(&projection());
            for offset in (first..next).filter(|offset| lateness(*offset) == verdict) {
                push(&mut rows, offset, action(offset));
            }
            rows
        };
        let (on_time, late) = (part(Lateness::OnTime), part(Lateness::Late));
        metric.fold(offered(&on_time, &late, next));
    }
    assert_eq!(stop_reason(&metric), None);
    let exported = metric.export(0, &mut with);
    let mut letters: Vec<DeadLetter<'_>> = with.letters.iter().collect();
    letters.sort_by_key(|letter| letter.offset);
    (plugin, exported, letters.into_iter().collect())
}

/// The events by action in a pane of `exported`; nothing where there is no such pane.
fn counts(plugin: &Plugin, exported: &MetricSnapshot, verdict: Lateness) -> BTreeMap<String, i64> {
    let state = exported.windows[0].panes.first().and_then(|pane| match verdict {
        Lateness::OnTime => pane.on_time.as_ref(),
        Lateness::Late => pane.late.as_ref(),
    });
    let Some(state) = state else { return BTreeMap::new() };
    let mut instance = Instance::open(plugin).expect("it opens");
    let state = instance.restore_parts(None, exported.state_version, state).expect("a state");
    let table = instance.result(plugin, state).expect("a result");
    let row = |row: Vec<Cell>| match <[Cell; 3]>::try_from(row) {
        Ok([Cell::Text(action), Cell::Integer(events), Cell::Float(_)]) => (action, events),
        other => panic!("{other:?}"),
    };
    table.rows().map(row).collect()
}

#[test]
fn refused_rows_are_left_out_whatever_the_cut() {
    let refuse = || json!({"fault": "refuse-rows", "value": 2});
    let (plugin, whole, letters) = fold(refuse(), ROWS as usize);
    let mut offered = BTreeMap::new();
    let mut expected = BTreeMap::<Lateness, BTreeMap<String, i64>>::new();
    for offset in 0..ROWS {
        *offered.entry(lateness(offset)).or_insert(0) += 1;
        if let Some(action @ (0 | 1)) = action(offset) {
            *expected
                .entry(lateness(offset))
                .or_default()
                .entry(action.to_string())
                .or_default() += 1;
        }
    }
    for verdict in Lateness::ALL {
        assert_eq!(counts(&plugin, &whole, verdict), expected[&verdict]);
    }
    let books = MetricAccounting {
        on_time: offered[&Lateness::OnTime],
        late: offered[&Lateness::Late],
        excluded: letters.len() as u64,
    };
    assert_eq!(whole.accounting, books);
    let folded: i64 = expected.values().flat_map(BTreeMap::values).sum();
    assert_eq!(whole.accounting.folded(), folded as u64);
    check_letters(&letters);
    for size in [1, 2, 7, 33] {
        let (_, cut, cut_letters) = fold(refuse(), size);
        assert_eq!(cut, whole, "in batches of {size}");
        assert_eq!(cut_letters, letters, "in batches of {size}");
    }
}

/// Each refused and each unusable row has one letter with the reason and the original bytes.
fn check_letters(letters: &Letters) {
    let left_out: Vec<i64> = (0..ROWS).filter(|o| matches!(action(*o), None | Some(2))).collect();
    assert_eq!(letters.iter().map(|letter| letter.offset).collect::<Vec<_>>(), left_out);
    for letter in letters.iter() {
        let (reason, detail) = match action(letter.offset) {
            None => ("wrong_type", "action"),
            Some(_) => ("refused_by_plugin", "action 2 is refused"),
        };
        assert_eq!((&*letter.reason, letter.detail.as_deref()), (reason, Some(detail)));
        assert_eq!(letter.metric.as_deref(), Some("faulty"));
        let record = format!("record {}", letter.offset);
        assert_eq!(letter.value.as_deref(), Some(record.as_bytes()));
    }
}

#[test]
fn a_batch_of_nothing_but_refused_rows_counts_as_excluded() {
    let mut metric = start(&faulty(json!({"fault": "refuse-rows", "value": 1})));
    let mut with = Attachments::default();
    metric.fold(offered(&batch(0, &[1, 1, 1]), &batch(3, &[]), 3));
    let exported = metric.export(0, &mut with);
    assert_eq!(exported.accounting, MetricAccounting { on_time: 3, late: 0, excluded: 3 });
    assert_eq!((exported.next_offset, with.letters.len()), (3, 3));
}

/// A plugin that named one row a call was called 8192 times for a hand-over.
#[test]
fn a_second_refusal_of_what_is_left_breaks_the_contract() {
    let mut metric = start(&faulty(json!({"fault": "refuse-one-by-one", "value": 1})));
    let mut with = Attachments::default();
    let none = batch(0, &[]);
    metric.fold(offered(&batch(0, &[0, 1, 0]), &none, 3));
    assert_eq!(stop_reason(&metric), None, "one row is all that it cannot use");
    let before = metric.export(0, &mut with);
    metric.fold(offered(&batch(3, &[0, 1, 0, 1, 1]), &none, 8));
    let reason = stop_reason(&metric).expect("it stops");
    assert_eq!(
        reason,
        "`add` of records 0@3 to 0@7 failed: its answer breaks the contract: it refused the row at \
         offset 6, and had not named it when it refused others of the same call: an `add` that \
         refuses names all rows of the call that it cannot use"
    );
    let after = metric.export(0, &mut with);
    assert_eq!(after.phase.stop().expect("it stopped").kind, StopKind::Contract);
    assert_eq!((running(after), with.letters.len()), (before, 1));
}

/// A plugin that is slow in each of many panes held up all metrics for as many times its limit.
#[test]
fn the_calls_for_one_hand_over_share_one_limit_over_all_panes() {
    let mut settings = settings(&built("faulty"), json!({"fault": "busy"}));
    settings.windows = vec!["1s".parse().expect("windows")];
    settings.time_max = Duration::from_millis(400);
    settings.open_windows_max = 5000;
    let plugin = RUNTIME.load(&settings).unwrap_or_else(|error| panic!("{error}"));
    let none = batch(0, &[]);
    let rows = |seconds: i64| {
        let mut rows = RecordBatch::new(&projection());
        (0..seconds).for_each(|second| push_at(&mut rows, second, second * 1000, Some(0)));
        rows
    };
    let mut few = start(&plugin);
    few.fold(offered(&rows(3), &none, 3));
    assert_eq!(stop_reason(&few), None);
    let mut many = start(&plugin);
    many.fold(offered(&rows(2000), &none, 2000));
    let reason = stop_reason(&many).expect("it stops");
    assert!(reason.contains("its limit of 400ms, with the "), "{reason}");
    // Two thousand rows need a call each, and one for the accumulator, of which half compute.
    let (_, calls) = reason.split_once("with the ").expect("it names the calls before it");
    let (calls, _) = calls.split_once(" calls for the same records before it").expect("a number");
    assert!(calls.parse().is_ok_and(|calls: u32| calls < 1000), "{reason}");
}

#[test]
fn after_a_crash_the_last_export_stays() {
    let plugin = faulty(json!({"fault": "panic", "at": 5}));
    let mut metric = start(&plugin);
    metric.at(WallClock(77));
    let mut with = Attachments::default();
    let none = batch(0, &[]);
    metric.fold(offered(&batch(0, &[0, 1, 0]), &batch(3, &[3]), 4));
    let before = metric.export(0, &mut with);
    assert_eq!(before.next_offset, 4);
    assert_eq!(before.accounting, MetricAccounting { on_time: 3, late: 1, excluded: 0 });

    // Folded well, but never exported: it ends with the store that held it.
    metric.fold(offered(&batch(4, &[0]), &none, 5));
    assert_eq!(stop_reason(&metric), None);
    // The rows on time are folded; the late ones do not get their turn.
    metric.fold(offered(&batch(5, &[0, 0]), &batch(7, &[1]), 8));
    let reason = stop_reason(&metric).expect("it is quarantined");
    assert!(reason.starts_with("`add` of records 0@5 to 0@7 failed: it crashed: "), "{reason}");
    let after = metric.export(0, &mut with);
    let stop = after.phase.stop().expect("its state tells it").clone();
    assert_eq!(stop.place, Some(place(4)), "the place of what is kept, with M");
    assert_eq!((stop.kind, stop.since), (StopKind::Crash, Some(WallClock(77))));
    assert_eq!(running(after), before);
    assert!(metric.take_news() && !metric.take_news(), "once");

    metric.fold(offered(&batch(8, &[1, 1]), &none, 10));
    assert_eq!(running(metric.export(0, &mut with)), before);
    assert_eq!(stop_reason(&metric), Some(reason.clone()));
    let again = resume(&plugin, metric.export(0, &mut with));
    assert_eq!(stop_reason(&again), Some(reason), "the reason outlives a restart");
    let events = |verdict| counts(&plugin, &before, verdict).into_values().sum::<i64>();
    assert_eq!((events(Lateness::OnTime), events(Lateness::Late)), (3, 1));
}

#[test]
fn a_crash_among_the_late_leaves_nothing_half_folded() {
    let plugin = faulty(json!({"fault": "panic", "at": 2}));
    let mut metric = start(&plugin);
    let mut with = Attachments::default();
    metric.fold(offered(&batch(0, &[0]), &batch(1, &[0, 0]), 3));
    let before = metric.export(0, &mut with);
    metric.fold(offered(&batch(3, &[1]), &batch(4, &[0]), 5));
    assert!(stop_reason(&metric).is_some());
    assert_eq!(running(metric.export(0, &mut with)), before);
}

#[test]
fn a_metric_that_was_taken_up_again_goes_on_where_it_was() {
    let plugin = faulty(json!({}));
    let none = batch(0, &[]);
    let (first, second) = (batch(0, &[0, 1, 2]), batch(3, &[2, 2]));
    let mut with = Attachments::default();
    let mut whole = start(&plugin);
    whole.fold(offered(&first, &none, 3));
    whole.fold(offered(&none, &second, 5));

    let mut stopped = start(&plugin);
    stopped.fold(offered(&first, &none, 3));
    let state = stopped.export(0, &mut with);
    let mut resumed = resume(&plugin, state);
    resumed.fold(offered(&none, &second, 5));
    assert_eq!(resumed.export(0, &mut with), whole.export(0, &mut with));
}

#[test]
fn a_crash_forgets_the_letters_of_the_rows_that_it_forgets() {
    let mut metric = start(&faulty(json!({"fault": "panic", "at": 1})));
    let mut with = Attachments::default();
    let mut unusable = RecordBatch::new(&projection());
    push(&mut unusable, 0, None);
    let none = batch(0, &[]);
    metric.fold(offered(&unusable, &none, 1));
    metric.fold(offered(&batch(1, &[0, 0, 0]), &none, 4));
    assert!(stop_reason(&metric).is_some());
    let exported = metric.export(0, &mut with);
    assert_eq!((exported.next_offset, exported.accounting.excluded), (0, 0));
    assert!(with.letters.is_empty());
}

/// A crash stops the metric in every partition of the instance that crashed, and in no other: a
/// partition in which it had stopped before keeps its own reason and place, and one that comes
/// later gets an instance of its own.
#[test]
fn a_metric_stops_by_partition() {
    let plugin = faulty(json!({"fault": "panic", "at": 2}));
    let state = |at| MetricSnapshot { next_offset: at, ..Metric::empty(&plugin, 0) };
    // In partition 1 it stopped in an earlier run, whose program kept no reason.
    let phase = MetricPhase::Stopped(MetricStop::unknown().into());
    let stopped = MetricSnapshot { phase, ..state(4) };
    let partitions = [partition(0, 0, vec![state(0)]), partition(1, 4, vec![stopped])];
    let mut metric = Metric::start(&plugin, &projection(), Tz::UTC, &partitions, WallClock(1));
    let phases = |metric: &Metric| -> Vec<(u32, Option<String>)> {
        let reason = |phase: &MetricPhase| phase.stop().map(ToString::to_string);
        metric.phases().map(|(partition, phase)| (partition, reason(phase))).collect()
    };
    let earlier = "it stopped in an earlier version, which kept no reason";
    assert_eq!(phases(&metric), [(0, None), (1, Some(earlier.to_owned()))]);
    let (first, none) = (batch(0, &[0, 1]), batch(0, &[]));
    metric.fold(offered(&first, &none, 2));
    metric.fold(Offered { partition: 1, ..offered(&batch(9, &[0]), &none, 10) });
    let mut with = Attachments::default();
    assert_eq!(metric.export(0, &mut with).next_offset, 2);
    assert_eq!(metric.export(1, &mut with).next_offset, 4, "it has stopped there");
    metric.fold(offered(&batch(2, &[0]), &none, 3));
    let found = phases(&metric);
    assert!(found[0].1.as_ref().is_some_and(|reason| reason.contains("failed: it crashed: ")));
    assert_eq!(found[1].1.as_deref(), Some(earlier));
    assert_eq!(metric.cost().traps, 1);

    metric.assign(&partition(2, 0, vec![state(0)]));
    assert_eq!(phases(&metric)[2], (2, None));
    metric.fold(Offered { partition: 2, ..offered(&batch(0, &[1]), &none, 1) });
    assert_eq!(metric.export(2, &mut with).next_offset, 1);
    assert_eq!(metric.export(0, &mut with).next_offset, 2);
}

/// What a partition leaves behind is given back: the instance holds the others, no more.
#[test]
fn a_partition_that_goes_takes_its_state_along() {
    let plugin = faulty(json!({}));
    let empty = |number| partition(number, 0, vec![Metric::empty(&plugin, 0)]);
    let mut metric =
        Metric::start(&plugin, &projection(), Tz::UTC, &[empty(0), empty(1)], WallClock(1));
    let (first, second, none) = (batch(0, &[0, 1, 2]), batch(3, &[2, 2]), batch(0, &[]));
    for partition in [0, 1] {
        metric.fold(Offered { partition, ..offered(&first, &none, 3) });
    }
    let mut with = Attachments::default();
    let gone = metric.export(1, &mut with);
    metric.revoke(1);
    assert_eq!(metric.phases().map(|(partition, _)| partition).collect::<Vec<_>>(), [0]);
    metric.fold(Offered { partition: 1, ..offered(&second, &none, 5) });
    // On another worker it goes on where it was, and so does the one that stayed.
    let mut other = Metric::start(&plugin, &projection(), Tz::UTC, &[], WallClock(1));
    other.assign(&partition(1, 3, vec![gone]));
    for (metric, partition) in [(&mut metric, 0), (&mut other, 1)] {
        metric.fold(Offered { partition, ..offered(&second, &none, 5) });
    }
    let (stayed, moved) = (metric.export(0, &mut with), other.export(1, &mut with));
    assert_eq!((stayed.next_offset, stayed.digest()), (5, moved.digest()));
}
