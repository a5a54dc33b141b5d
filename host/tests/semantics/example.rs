//! The worked example of docs/semantics.md.

use std::collections::BTreeSet;
use std::fs;

use chrono::{DateTime, TimeZone};
use chrono_tz::Asia::Shanghai;
use streamgauge::run::prepare::Prepared;
use streamgauge_oracle::{
    Effect, Outcome, Outside, PartitionState, Placed, Span, Verdict, WindowVerdict,
};

use crate::engine;
use crate::setting::{Event, events, interpret, oracle, prepare, record, root};

const DAY: &str = "2015-11-11";

/// The worked example, read from the page.
struct Example {
    settings: String,
    /// The cells of the table, row by row.
    rows: Vec<Vec<String>>,
    /// The line below the table.
    sum: String,
}

impl Example {
    fn read() -> Self {
        let page = fs::read_to_string(root().join("docs/semantics.md")).expect("the page");
        let (_, example) = page.split_once("## Worked example").expect("the section");
        let (_, rest) = example.split_once("```toml\n").expect("its settings");
        let (settings, rest) = rest.split_once("```").expect("their end");
        let table: Vec<&str> = rest.lines().filter(|line| line.starts_with('|')).collect();
        let cells = |line: &&str| {
            line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
        };
        let (_, sum) = rest.rsplit_once("|\n").expect("what follows the table");
        Self {
            settings: settings
                .replace("id = \"behavior\"", "id = \"behavior\"\nplugin = \"behavior\""),
            rows: table[2..].iter().map(cells).collect(),
            sum: sum.trim().to_owned(),
        }
    }

    fn log(&self) -> Vec<Event> {
        let instant = |time: &str| format!("{DAY}T{time}+08:00");
        let event = |row: &Vec<String>| {
            let ts = match row[2].as_str() {
                time if time.contains(':') => instant(time),
                date if date.contains('-') => format!("{date}T00:00:00+08:00"),
                other => other.to_owned(),
            };
            let stamp = DateTime::parse_from_rfc3339(&instant(&row[1])).expect("a stamp");
            let value = match ts.as_str() {
                "(not JSON)" => ts,
                ts => format!("{{\"ts\":\"{ts}\",\"action\":0}}"),
            };
            Event { stamp: stamp.timestamp_millis(), value }
        };
        self.rows.iter().map(event).collect()
    }
}

/// A time in the form of the table.
fn shown(time: i64, format: &str) -> String {
    let time = Shanghai.timestamp_millis_opt(time).single().expect("a time");
    let day = time.format("%F").to_string();
    if day == DAY { time.format(format).to_string() } else { day }
}

fn row(event: &Event, written: &[String], verdict: &Verdict) -> Vec<String> {
    let dash = || "–".to_owned();
    let watermark = verdict.watermark_after.map_or_else(dash, |time| shown(time, "%T"));
    let (time, called, window) = match &verdict.outcome {
        Outcome::Placed(placed) => {
            let windows = &placed.metrics[0].windows;
            let window = windows.iter().find(|window| window.size > 0).expect("ten minutes");
            (
                placed.event_time.map_or_else(dash, |time| shown(time, "%T")),
                called(placed),
                place(window),
            )
        }
        Outcome::Rejected(rejection) => (dash(), format!("rejected: {}", rejection.name()), dash()),
        Outcome::Repeated => (dash(), "repeated".to_owned(), dash()),
    };
    let stamp = shown(event.stamp, "%T");
    vec![verdict.offset.to_string(), stamp, written[2].clone(), time, watermark, called, window]
}

fn called(placed: &Placed) -> String {
    let late = placed.late_by.map(|delay| format!("late by {}s", delay / 1000));
    let effect = match placed.effect {
        Effect::Moves | Effect::None => "",
        Effect::Fallback(_) => ", fallback",
        Effect::Future => ", future",
        Effect::Past => ", past",
    };
    late.unwrap_or_else(|| "on time".to_owned()) + effect
}

fn place(window: &WindowVerdict) -> String {
    let name = |span: &Span| shown(span.start, "%R");
    let pane = window.pane.as_ref().map(name).expect("ten minutes");
    let mut place = match window {
        WindowVerdict { outside: Some(Outside::Expired), .. } => "expired".to_owned(),
        WindowVerdict { outside: Some(Outside::Unplaced), .. } => format!("{pane} unplaced"),
        WindowVerdict { correction: true, .. } => format!("{pane} corrected"),
        WindowVerdict { opened: true, .. } => format!("{pane} opens"),
        _ => pane,
    };
    for span in &window.finals {
        place.extend([", ", &name(span), " becomes final"]);
    }
    place
}

#[test]
fn the_page_says_what_the_oracle_finds() {
    let example = Example::read();
    let prepared = prepare(&example.settings);
    let mut partition = oracle(&prepared).partition(0, 0).expect("a plugin that opens");
    for ((offset, event), written) in (0..).zip(&example.log()).zip(&example.rows) {
        let verdict = partition.accept(record(offset, event)).expect("a plugin that works");
        assert_eq!(row(event, written, &verdict), *written);
    }
    let state = partition.state().expect("a plugin that works");
    let sum = sum(&prepared, &state);
    assert!(example.sum.starts_with(&sum), "the page says\n{}\nand it is\n{sum}", example.sum);
}

/// The line that the page has to show below the table.
fn sum(prepared: &Prepared, state: &PartitionState) -> String {
    let h = &state.event_time;
    let rejected: u64 = h.rejected.iter().sum();
    let merged =
        oracle(prepared).merge(std::slice::from_ref(state), &BTreeSet::new()).expect("a plugin");
    let mut windows = merged[0].windows.iter();
    let cumulative = windows.next().map_or(0, |window| events(&window.total));
    let in_windows: i64 = windows.clone().map(|window| events(&window.total)).sum();
    let expired: u64 = state.metrics[0].windows.iter().map(|windows| windows.expired).sum();
    let unplaced: u64 = state.metrics[0].windows.iter().map(|windows| windows.unplaced).sum();
    let noon = |span: Option<Span>| span.is_some_and(|span| shown(span.start, "%R") == "12:00");
    let noon = windows.find(|window| noon(window.span)).expect("it is kept");
    let words = ["none", "one", "two", "three"];
    let [all, on_time, late] =
        [&noon.total, &noon.on_time, &noon.late].map(|table| words[events(table) as usize]);
    format!(
        "read {} = on time {} + late {} + rejected {rejected}. Cumulative {cumulative} = windows \
         {in_windows} + expired {expired} + unplaced {unplaced}; the window of 12:00 holds {all}: {on_time} on time, \
         {late} late.",
        h.read, h.on_time, h.late
    )
}

/// The engine comes to the same, up to every offset and whatever the cut.
#[test]
fn the_engine_finds_it_too() {
    let example = Example::read();
    let prepared = prepare(&example.settings);
    let log = example.log();
    for end in 0..=log.len() {
        let oracle = interpret(&prepared, 0, &log[..end]);
        for size in [1, 3, 10] {
            let engine =
                engine::run(&prepared, 0, &log[..end], |index| index % size == size - 1).snapshot;
            assert_eq!(oracle.event_time.digest(), engine.state_digest(), "up to {end}");
            assert_eq!(Some(oracle.metrics[0].digest()), engine.metrics[0].digest(), "up to {end}");
            let watermark = engine.state.max_event_time.map(|max| max.0 - 300_000);
            assert_eq!(oracle.watermark, watermark, "up to {end}");
        }
    }
}
