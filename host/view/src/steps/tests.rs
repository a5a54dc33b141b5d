//! Steps of a course: which there are, and what they are merged from.

use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use streamgauge_core::PartitionSnapshot;

use super::*;
use crate::published::Published;
use crate::testing::{METRIC, MINUTE, metric, minutes, pane, partition, plan, set, settings};

const MINUTES: WindowSpec = WindowSpec::Tumbling { size: MINUTE };
const FIVE: WindowSpec = WindowSpec::Tumbling { size: 5 * MINUTE };

/// A partition up to a minute, with panes at these minutes.
fn read_to(number: u32, minute: i64, panes: &[i64]) -> Arc<PartitionSnapshot> {
    let panes = panes.iter().map(|minute| pane(Some(minutes(*minute, minute + 1)), "x"));
    let metrics = vec![metric(METRIC, vec![set(MINUTES, panes.collect())])];
    Arc::new(partition(number, Some(minute * MINUTE), metrics))
}

/// The steps of five minutes over two partitions, kept for so many minutes: start, phase and panes.
fn told(keep: u64, from: i64, last: Option<(i64, usize, bool)>) -> Vec<String> {
    let (plan, settings) = (plan(), settings(&[MINUTES], 0));
    let partitions = vec![read_to(0, 23, &[1, 2, 7, 16, 22]), read_to(1, 21, &[2, 9])];
    let history_keep = Duration::from_mins(keep);
    let published = Published { partitions, history_keep, ..Published::default() };
    let survey = || Survey {
        plan: &plan,
        zone: Tz::UTC,
        settings: &settings,
        published: &published,
        stored: &[],
    };
    let steps = |from| {
        let all = Steps::new((survey(), survey()), (MINUTES, FIVE), from);
        all.expect("both follow each other")
    };
    let mut from = EventTime(from * MINUTE);
    if let Some((newest, count, is_over)) = last {
        let newest = EventTime(newest * MINUTE);
        let start = steps(from).start_of_last(newest, count, is_over);
        from = start.unwrap_or(TimeWindow::ALWAYS.end);
    }
    let show = |window: Window| {
        let span = window.id.window.expect("a time");
        let panes = window.pieces.iter().map(|piece| {
            let pane = piece.pane.expect("a pane");
            format!("{}/{}", pane.start.0 / MINUTE, piece.partition)
        });
        let panes = panes.collect::<Vec<_>>().join(" ");
        let ends = (span.start.0 / MINUTE, span.end.0 / MINUTE);
        format!("{}-{} {}: {panes}", ends.0, ends.1, window.state.expect("a phase").name())
    };
    steps(from).map(|window| show(window.expect("no history"))).collect()
}

#[test]
fn windows_are_merged_in_the_order_of_panes_and_partitions() {
    let expected =
        ["0-5 final: 1/0 2/0 2/1", "5-10 final: 7/0 9/1", "15-20 final: 16/0", "20-25 open: 22/0"];
    assert_eq!(told(60, 0, None), expected, "a step without a row is none");
    assert_eq!(told(60, 7, None), expected[1..], "a step that is begun is told as a whole");
    assert_eq!(told(60, 60, None), [""; 0]);
}

#[test]
fn a_step_that_is_no_longer_kept_as_a_whole_is_not_told() {
    // The watermarks are minutes 23 and 21: what ends at minute 9 is given up in one of them.
    assert_eq!(told(14, 0, None), ["15-20 final: 16/0", "20-25 open: 22/0"]);
}

#[test]
fn the_last_steps_are_those_of_time_open_or_not() {
    assert_eq!(told(60, 0, Some((22, 1, false))), ["20-25 open: 22/0"]);
    assert_eq!(told(60, 0, Some((22, 2, false))), ["15-20 final: 16/0", "20-25 open: 22/0"]);
    // The newest window that is final may be in a step that is not.
    assert_eq!(told(60, 0, Some((20, 1, true)))[0], "15-20 final: 16/0");
    assert_eq!(told(60, 0, Some((16, 1, true)))[0], "15-20 final: 16/0");
    assert_eq!(told(60, 0, Some((16, 3, true)))[0], "5-10 final: 7/0 9/1");
    assert_eq!(told(60, 0, Some((22, 0, false))), [""; 0]);
}
