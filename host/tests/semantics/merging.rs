//! The result over partitions, with the names of its windows.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use expect_test::{Expect, expect};
use streamgauge_oracle::{MergedMetric, Span};

use crate::setting::{Event, events, interpret, oracle, prepare};

/// The start of the first day, 2015-11-11T00:00:00Z, in seconds.
const START: i64 = 1_447_200_000;

const TABLES: &str = r#"
[schema]
ts = "integer"
action = "unsigned"
[event_time]
field = "ts"
unit = "s"
zone = "UTC"
bound = "0s"
[[metric]]
id = "behavior"
windows = ["cumulative", "1m", "3m/1m"]
retention = "2m"
plugin = "behavior"
[history]
keep = "3m"
"#;

/// Records at these seconds.
fn log(seconds: &[i64]) -> Vec<Event> {
    let event = |second: &i64| {
        let time = START + second;
        Event { stamp: time * 1000, value: format!("{{\"ts\":{time},\"action\":0}}") }
    };
    seconds.iter().map(event).collect()
}

/// The windows over two partitions with records at these seconds, as minutes.
fn check(logs: [&[i64]; 2], idle: &[u32], expected: &Expect) {
    let prepared = prepare(TABLES);
    let states = [0, 1].map(|number| interpret(&prepared, number, &log(logs[number as usize])));
    let idle: BTreeSet<u32> = idle.iter().copied().collect();
    let merged = oracle(&prepared).merge(&states, &idle).expect("a plugin that merges");
    expected.assert_eq(&table(&merged));
}

fn table(merged: &[MergedMetric]) -> String {
    let mut table = String::new();
    for window in merged.iter().flat_map(|metric| &metric.windows) {
        let minute = |time: i64| (time / 1000 - START) / 60;
        let span = |Span { start, end }| format!("{} to {}", minute(start), minute(end));
        let span = window.span.map_or("always".to_owned(), span);
        let counts = [&window.on_time, &window.late, &window.total].map(events);
        let state = window.state.map_or(String::new(), |state| format!(" {state:?}"));
        writeln!(table, "{span}{state} {counts:?}").expect("a string takes any text");
    }
    table
}

#[test]
fn a_window_is_open_until_every_partition_is_past_it() {
    check(
        [&[10, 70, 65, 130], &[20, 61, 59]],
        &[],
        &expect![[r"
        always [5, 2, 7]
        0 to 1 Corrected [2, 1, 3]
        1 to 2 Open [2, 1, 3]
        2 to 3 Open [1, 0, 1]
        -2 to 1 Corrected [2, 1, 3]
        -1 to 2 Open [4, 2, 6]
        0 to 3 Open [5, 2, 7]
        1 to 4 Open [3, 1, 4]
        2 to 5 Open [1, 0, 1]
    "]],
    );
}

#[test]
fn idle_partitions_keep_no_window_open() {
    check(
        [&[10, 70, 65, 190], &[]],
        &[1],
        &expect![[r"
        always [3, 1, 4]
        0 to 1 Closed [1, 0, 1]
        1 to 2 Closed [1, 1, 2]
        3 to 4 Open [1, 0, 1]
        -2 to 1 Closed [1, 0, 1]
        -1 to 2 Closed [2, 1, 3]
        0 to 3 Closed [2, 1, 3]
        1 to 4 Open [2, 1, 3]
        2 to 5 Open [1, 0, 1]
        3 to 6 Open [1, 0, 1]
    "]],
    );
}

#[test]
fn final_windows_are_shown_while_all_of_their_panes_are_kept() {
    check(
        [&[10, 70, 245], &[20, 400]],
        &[],
        &expect![[r"
        always [5, 0, 5]
        1 to 2 Final [1, 0, 1]
        4 to 5 Open [1, 0, 1]
        6 to 7 Open [1, 0, 1]
        1 to 4 Closed [1, 0, 1]
        2 to 5 Open [1, 0, 1]
        3 to 6 Open [1, 0, 1]
        4 to 7 Open [2, 0, 2]
        5 to 8 Open [1, 0, 1]
        6 to 9 Open [1, 0, 1]
    "]],
    );
}
