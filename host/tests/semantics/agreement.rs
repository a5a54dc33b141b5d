//! Engine and oracle on the same logs.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use streamgauge::run::prepare::Prepared;
use streamgauge_core::{MetricSnapshot, RecordTime, WindowBooks};
use streamgauge_oracle::{MetricState, PartitionState, Span};
use streamgauge_view::{Published, Results};

use crate::engine;
use crate::setting::{Event, interpret, oracle, prepare, record};

/// Settings with few, small and soon final panes, with civil days over a change of clocks, and with
/// refused rows.
static PREPARED: LazyLock<[Prepared; 2]> = LazyLock::new(|| {
    let schema = r#"
[schema]
ts = "timestamp"
action = { type = "unsigned", max = 3 }
province = "text"
[event_time]
field = "ts"
unit = "ms"
"#;
    let refusing = "plugin = \"faulty\"\nconfig = { fault = \"refuse-rows\", value = 2 }\n";
    [
        prepare(&format!(
            r#"{schema}
bound = "2m"
future_skew = "1h"
earliest = "2015-11-11T00:00:00+08:00"
[[metric]]
id = "z"
windows = ["cumulative", "1m", "10m", "10m/4m", "1h/30m"]
retention = "5m"
max_open_windows = 3
plugin = "behavior"
[[metric]]
id = "refusing"
windows = ["30m/10m", "cumulative", "1m"]
retention = "0s"
max_open_windows = 100
{refusing}
[[metric]]
id = "where"
windows = ["1m", "7d"]
retention = "1m"
max_open_windows = 1
plugin = "province"
[history]
keep = "3660d"
"#
        )),
        prepare(&format!(
            r#"{schema}
zone = "Europe/Berlin"
bound = "2h"
[lateness]
clock = "record"
[[metric]]
id = "behavior"
windows = ["1d", "7d", "2d/1d", "12h", "1h", "2h/30m", "14d/7d"]
retention = "12h"
plugin = "behavior"
[history]
keep = "3660d"
"#
        )),
    ]
});

/// As in both pipelines: nothing is dropped.
const HISTORY_KEEP: Duration = Duration::from_hours(24 * 3660);

/// 400 days: before `earliest` or long expired, but still kept.
const LONG: i64 = 400 * 86_400_000;

const STARTS: [i64; 2] = [1_447_207_200_000, 1_761_339_600_000];

fn check(prepared: &Prepared, log: &[Event], cut: impl Fn(usize) -> bool) {
    let engine = engine::run(prepared, 3, log, &cut);
    let oracle = interpret(prepared, 3, log);
    assert_eq!(oracle.event_time.digest(), engine.snapshot.state_digest());
    let mut oracle_panes = BTreeSet::new();
    for (metric, found) in oracle.metrics.iter().zip(&engine.snapshot.metrics) {
        assert_eq!(metric.id, found.id);
        assert_eq!(of_oracle(metric), of_engine(found), "of {}", metric.id);
        assert_eq!(Some(metric.digest()), found.digest(), "of {}", metric.id);
        let finals = metric.windows.iter().flat_map(|windows| &windows.finals);
        oracle_panes.extend(finals.map(streamgauge_oracle::FinalPane::encode));
        for windows in &metric.windows {
            assert_eq!(windows.final_panes, windows.finals.len() as u64);
        }
    }
    check_resumed(prepared, log, cut, &oracle);
    let engine_panes: BTreeSet<Vec<u8>> =
        engine.final_panes.iter().map(|pane| pane.encode()).collect();
    assert_eq!(oracle_panes, engine_panes);
}

/// The oracle that continues from a state which the engine kept on the way comes to the `whole`.
fn check_resumed(
    prepared: &Prepared,
    log: &[Event],
    cut: impl Fn(usize) -> bool,
    whole: &PartitionState,
) {
    for middle in [0, log.len() / 3, log.len()] {
        let kept = engine::run(prepared, 3, &log[..middle], &cut).snapshot;
        let resumed = oracle(prepared).resume(&kept).expect("plugins that open");
        let (mut partition, not_resumed) = resumed;
        assert_eq!(not_resumed, []);
        for (offset, event) in (middle as i64..).zip(&log[middle..]) {
            partition.accept(record(offset, event)).expect("plugins that do not fail");
        }
        let resumed = partition.state().expect("plugins that do not fail");
        assert_eq!(resumed.event_time, whole.event_time, "from {middle}");
        for (resumed, whole) in resumed.metrics.iter().zip(&whole.metrics) {
            assert_eq!(of_oracle(resumed), of_oracle(whole), "{} from {middle}", whole.id);
            assert_eq!(resumed.digest(), whole.digest(), "{} from {middle}", whole.id);
            for (resumed, whole) in resumed.windows.iter().zip(&whole.windows) {
                assert!(resumed.finals.iter().all(|pane| whole.finals.contains(pane)));
            }
        }
        assert_eq!(resumed.metrics.len(), whole.metrics.len());
    }
}

/// The counts of a metric, to be compared before the digest, which says only that something
/// differs.
fn of_oracle(metric: &MetricState) -> Vec<String> {
    let mut lines = vec![format!("{} {} {}", metric.on_time, metric.late, metric.excluded)];
    for w in &metric.windows {
        let (size, slide, final_panes) = (w.size, w.slide, w.final_panes);
        let books = (w.floor, w.expired, w.unplaced, w.evicted);
        lines.push(format!("{size}/{slide}: {books:?}, {final_panes} final"));
        for pane in &w.panes {
            let start = pane.span.map(|span| span.start);
            let sides = (pane.on_time.is_some(), pane.late.is_some());
            lines.push(format!("{start:?} {} {sides:?}", pane.corrections));
        }
    }
    lines
}

fn of_engine(metric: &MetricSnapshot) -> Vec<String> {
    let books = &metric.accounting;
    let mut lines = vec![format!("{} {} {}", books.on_time, books.late, books.excluded)];
    for w in &metric.windows {
        let ((size, slide), final_panes) = (w.spec.to_millis(), w.final_panes);
        let WindowBooks { floor, expired, unplaced, evicted } = w.books;
        let books = (floor.map(|floor| floor.0), expired, unplaced, evicted);
        lines.push(format!("{size}/{slide}: {books:?}, {final_panes} final"));
        for pane in &w.panes {
            let start = pane.window.map(|window| window.start.0);
            let sides = (pane.on_time.is_some(), pane.late.is_some());
            lines.push(format!("{start:?} {} {sides:?}", pane.corrections));
        }
    }
    lines
}

/// A log whose event times go up by about `step` a record.
fn log(start: i64, step: i64) -> impl Strategy<Value = Vec<Event>> {
    let jitter = prop_oneof![
        8 => -step..step,
        3 => -20 * step..0,
        1 => -200 * step..200 * step,
    ];
    let value = |ts: String, action: u32, place: u32| {
        format!("{{\"ts\":{ts},\"action\":{action},\"province\":\"p{place}\"}}")
    };
    let event = (jitter, 0..60_u32, 0..5_u32, 0..3_u32);
    prop::collection::vec(event, 1..80).prop_map(move |events| {
        let mut log = Vec::new();
        for (index, (jitter, kind, action, place)) in events.into_iter().enumerate() {
            let time = start + index as i64 * step + jitter;
            let value = match kind {
                0 => "not JSON".to_owned(),
                1 => value((start - LONG).to_string(), action, place),
                2 => value("null".to_owned(), action, place),
                3 => value("4070908800000".to_owned(), action, place),
                4 => format!("{{\"ts\":{time}}}"),
                5 => format!("{{\"ts\":{time},\"action\":\"x\",\"province\":[]}}"),
                _ => value(time.to_string(), action, place),
            };
            let stamp = start + index as i64 * step;
            // Without a stamp the far future would move the watermark.
            let is_stamped = kind == 3 || !(kind == 2 && index % 2 == 0 || index % 9 == 5);
            let stamp = if is_stamped { stamp } else { RecordTime::NONE.0 };
            log.push(Event { stamp, value });
        }
        log
    })
}

fn check_logs(which: usize, step: i64) {
    let prepared = &PREPARED[which];
    let mut runner = TestRunner::new(ProptestConfig::with_cases(60));
    let cases = (log(STARTS[which], step), 1..40_usize);
    let result = runner.run(&cases, |(log, size)| {
        check(prepared, &log, |index| index % size == size - 1);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// The windows over two partitions, of which the second may be idle.
fn check_merged(prepared: &Prepared, logs: [&[Event]; 2], is_idle: bool) {
    let idle: BTreeSet<u32> = is_idle.then_some(1).into_iter().collect();
    let states = [0, 1].map(|number| interpret(prepared, number, logs[number as usize]));
    let merged = oracle(prepared).merge(&states, &idle).expect("plugins that merge");
    let mut published = Published { idle, history_keep: HISTORY_KEEP, ..Published::default() };
    for number in [0, 1] {
        let outcome = engine::run(prepared, number, logs[number as usize], |_| false);
        published.partitions.push(Arc::new(outcome.snapshot));
        published.final_panes.extend(outcome.final_panes);
    }
    let results =
        Results::new(&prepared.plugins, &prepared.plan, prepared.pipeline.event_time.zone);
    for (oracle, engine) in merged.iter().zip(results.all(&published)) {
        let of_engine = engine.results.iter().map(|window| {
            let span = window.id.window.map(|w| Span { start: w.start.0, end: w.end.0 });
            let state = window.state.map(|state| state.name().to_owned());
            let tables = [&window.result.on_time, &window.result.late, &window.result.total];
            (window.id.spec.to_millis(), span, state, tables)
        });
        let of_oracle = oracle.windows.iter().map(|window| {
            let state = window.state.map(|state| format!("{state:?}").to_lowercase());
            let tables = [&window.on_time, &window.late, &window.total];
            ((window.size, window.slide), window.span, state, tables)
        });
        assert_eq!(of_oracle.collect::<Vec<_>>(), of_engine.collect::<Vec<_>>());
    }
}

fn check_merged_logs(which: usize, step: i64) {
    let mut runner = TestRunner::new(ProptestConfig::with_cases(15));
    let one = || log(STARTS[which], step);
    let result = runner.run(&(one(), one(), any::<bool>()), |(first, second, is_idle)| {
        check_merged(&PREPARED[which], [&first, &second], is_idle);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn merged_over_small_panes() {
    check_merged_logs(0, 40_000);
}

#[test]
fn merged_over_civil_days() {
    check_merged_logs(1, 3_000_000);
}

#[test]
fn on_small_panes_with_little_room() {
    check_logs(0, 40_000);
}

#[test]
fn on_one_pane_after_the_other() {
    check_logs(0, 400_000);
}

#[test]
fn on_civil_days_over_a_change_of_clocks() {
    check_logs(1, 3_000_000);
}
