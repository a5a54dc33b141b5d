//! Records that may not move the watermark: they open no pane, so they take no room from others.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use streamgauge::run::prepare::Prepared;
use streamgauge_core::{RecordTime, WindowBooks, WindowSetSnapshot, WindowSpec};
use streamgauge_plugin::Cell;
use streamgauge_view::{Published, Results, WindowResult};

use crate::engine;
use crate::setting::{Event, events, prepare};

/// 2015-11-11T02:00:00Z, in milliseconds.
const START: i64 = 1_447_207_200_000;

const TABLES: &str = r#"
[schema]
ts = "timestamp"
action = { type = "unsigned", max = 3 }
[event_time]
field = "ts"
unit = "ms"
[[metric]]
id = "behavior"
windows = ["1m"]
plugin = "behavior"
"#;

/// A record at `millis` after the start, whose time is written as it is or in microseconds.
fn event(millis: i64, factor: i64) -> Event {
    let stamp = START + millis;
    Event { stamp, value: format!("{{\"ts\":{},\"action\":1}}", stamp * factor) }
}

/// A producer wrote microseconds for a while: each of its records had a pane of its own, and with
/// more than `max_open_windows` of them each pane of today was final before it began.
#[test]
fn records_of_a_far_future_take_no_room_from_the_others() {
    let good = |from: i64| (from..from + 100_000).map(|n| event(n * 100, 1));
    let wrong = (0..4200).map(|n| event(10_000_000 + n * 100, 1000));
    let log: Vec<Event> = good(0).chain(wrong).chain(good(100_000)).collect();
    let prepared = prepare(TABLES);
    let found = engine::run(&prepared, 0, &log, |index| index % 4096 == 4095).snapshot;
    let books = found.metrics[0].windows[0].books;
    assert_eq!((books.expired, books.evicted, books.floor), (0, 0, None));
    assert_eq!((books.unplaced, found.metrics[0].accounting.folded()), (4200, 204_200));
}

/// Small panes with little room, and rows that the metric cannot use.
static LITTLE_ROOM: LazyLock<[Prepared; 2]> = LazyLock::new(|| {
    ["watermark", "record"].map(|clock| {
        prepare(&format!(
            r#"
[schema]
ts = "timestamp"
action = {{ type = "unsigned", max = 3 }}
[event_time]
field = "ts"
unit = "ms"
bound = "2m"
future_skew = "1h"
earliest = "2015-11-11T00:00:00+08:00"
[lateness]
clock = "{clock}"
[[metric]]
id = "behavior"
windows = ["cumulative", "1m", "10m", "1h"]
retention = "5m"
max_open_windows = 3
plugin = "behavior"
[history]
keep = "3660d"
"#
        ))
    })
});

/// The action of all records that may not move the watermark, and of no other.
const UNMOVING: u32 = 3;

/// A log whose event times go up by 40 s a record, with everything in between that may not move
/// the watermark: future, past, and without a time of their own, some without a stamp.
fn log() -> impl Strategy<Value = Vec<Event>> {
    let jitter = prop_oneof![8 => -40_000..40_000_i64, 3 => -800_000..0_i64];
    let event = (jitter, 0..14_u32, 0..UNMOVING, -10_000_000..10_000_000_i64);
    prop::collection::vec(event, 1..90).prop_map(|events| {
        let of = |(index, (jitter, kind, action, far)): (usize, (i64, u32, u32, i64))| {
            let now = START + index as i64 * 40_000;
            let value = |ts: &str, action: &str| format!("{{\"ts\":{ts},\"action\":{action}}}");
            let unmoving = |ts: &str| value(ts, &UNMOVING.to_string());
            let (stamp, value) = match kind {
                0 => (now, unmoving("4070908800000")),
                1 => (now, unmoving(&(now + 3_600_001 + far.abs()).to_string())),
                2 => (now, unmoving("15")),
                3 => (now + far, unmoving("null")),
                4 => (RecordTime::NONE.0, unmoving("null")),
                5 => (now, value(&(now + jitter).to_string(), "\"x\"")),
                _ => (now, value(&(now + jitter).to_string(), &action.to_string())),
            };
            Event { stamp, value }
        };
        events.into_iter().enumerate().map(of).collect()
    })
}

/// The rows of each window by verdict, without those of records that may not move the watermark,
/// and whether the window is final.
type Others = BTreeMap<(String, Option<i64>), (bool, [Vec<Vec<Cell>>; 2])>;

/// The results of the one metric, in all of its windows.
fn windows(prepared: &Prepared, outcome: &engine::Outcome) -> Vec<WindowResult> {
    let published = Published {
        partitions: vec![Arc::new(outcome.snapshot.clone())],
        final_panes: outcome.final_panes.clone(),
        history_keep: Duration::from_hours(24 * 3660),
        ..Published::default()
    };
    let zone = prepared.pipeline.event_time.zone;
    let results = Results::new(&prepared.plugins, &prepared.plan, zone);
    results.all(&published).remove(0).results
}

fn others(prepared: &Prepared, outcome: &engine::Outcome) -> Others {
    let mut found = Others::new();
    for window in &windows(prepared, outcome) {
        let tables = [&window.result.on_time, &window.result.late];
        let rows = tables.map(|table| {
            let is_other = |row: &Vec<Cell>| row[0] != Cell::Text(UNMOVING.to_string());
            table.rows().filter(is_other).collect::<Vec<_>>()
        });
        if rows.iter().any(|rows| !rows.is_empty()) {
            let is_final = window.state.is_some_and(|state| state.name() == "final");
            let start = window.id.window.map(|window| window.start.0);
            found.insert((window.id.spec.to_string(), start), (is_final, rows));
        }
    }
    found
}

/// All rows of a metric: in windows of each kind, expired and unplaced there.
fn check_sums(prepared: &Prepared, outcome: &engine::Outcome) {
    let metric = &outcome.snapshot.metrics[0];
    let all = windows(prepared, outcome);
    for set in &metric.windows {
        let windows = all.iter().filter(|window| window.id.spec == set.spec);
        let inside: i64 = windows.map(|window| events(&window.result.total)).sum();
        let inside = u64::try_from(inside).expect("a number of rows");
        let outside = set.books.expired + set.books.unplaced;
        assert_eq!(inside + outside, metric.accounting.folded(), "{}", set.spec);
    }
}

/// The law: a log without the records that may not move the watermark has the same other rows in
/// the same panes, the same floors and evicted panes, and the same final panes.
fn check_law(prepared: &Prepared, log: &[Event]) {
    let is_moving = |event: &&Event| !event.value.contains("\"action\":3");
    let moving: Vec<Event> = log.iter().filter(is_moving).cloned().collect();
    let all = engine::run(prepared, 0, log, |index| index % 7 == 6);
    let without = engine::run(prepared, 0, &moving, |index| index % 5 == 4);
    let max = |outcome: &engine::Outcome| outcome.snapshot.state.max_event_time;
    assert_eq!(max(&all), max(&without));
    assert_eq!(others(prepared, &all), others(prepared, &without));
    let sets = all.snapshot.metrics[0].windows.iter().zip(&without.snapshot.metrics[0].windows);
    for (of_all, of_moving) in sets {
        let fixed = |books: &WindowBooks| (books.floor, books.evicted);
        assert_eq!(fixed(&of_all.books), fixed(&of_moving.books), "{}", of_all.spec);
        assert_eq!(of_moving.books.unplaced, 0);
        let spans = |set: &WindowSetSnapshot| -> Vec<_> {
            set.panes.iter().map(|pane| pane.window).collect()
        };
        if of_all.spec != WindowSpec::Cumulative {
            assert_eq!(spans(of_all), spans(of_moving), "{}", of_all.spec);
        }
    }
    check_sums(prepared, &all);
    check_sums(prepared, &without);
}

#[test]
fn without_them_a_log_has_the_same_other_rows_floors_and_final_panes() {
    for prepared in &*LITTLE_ROOM {
        let mut runner = TestRunner::new(ProptestConfig::with_cases(200));
        let result = runner.run(&log(), |log| {
            check_law(prepared, &log);
            Ok(())
        });
        result.unwrap_or_else(|error| panic!("{error}"));
    }
}
