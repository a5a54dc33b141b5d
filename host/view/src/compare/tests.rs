//! The law of comparisons, over windows in zones whose clocks change and over states in panes.

use std::sync::Arc;

use chrono_tz::{Asia, Europe};
use streamgauge_core::{FinalPane, MetricSnapshot, PartitionSnapshot, parse_rfc3339, rfc3339};

use super::*;
use crate::published::Published;
use crate::testing::{METRIC, metric, pane, partition, plan, set, settings, state};

const HOUR: Millis = 3_600_000;
const HOURS: WindowSpec = WindowSpec::Tumbling { size: HOUR };
const DAYS: WindowSpec = WindowSpec::Tumbling { size: DAY };
const WEEKS: WindowSpec = WindowSpec::Tumbling { size: 7 * DAY };

fn at(text: &str) -> EventTime {
    parse_rfc3339(text).unwrap_or_else(|| panic!("`{text}` is no instant"))
}

/// The spans of a comparison with kinds of windows, as civil time: of the present one, then before.
fn compared(
    zone: Tz,
    kinds: &[WindowSpec],
    (spec, watermark): (WindowSpec, &str),
    to: Comparison,
) -> String {
    let watermark = at(watermark);
    let present = Panes::new(spec, zone).expect("panes").pane_of(watermark);
    let found = spans(kinds, zone, (spec, present), Some(watermark), to);
    let Some(Spans { spec, now, before, is_whole }) = found else { return "nothing".to_owned() };
    let civil = |time: EventTime| rfc3339(zone, time)[5..16].replace('T', " ");
    let show = |span: TimeWindow| format!("{} to {}", civil(span.start), civil(span.end));
    let whole = if is_whole { ", whole" } else { "" };
    let before = before.map_or("nothing".to_owned(), show);
    format!("{spec}: {} | {before}{whole}", show(now))
}

#[test]
fn the_part_of_a_day_that_is_complete_is_held_against_the_same_part() {
    let of = |to| compared(Asia::Shanghai, &[DAYS, HOURS], (DAYS, "2015-11-11T14:59:59+08:00"), to);
    let now = "1h: 11-11 00:00 to 11-11 14:00";
    assert_eq!(of(Comparison::Previous), format!("{now} | 11-10 00:00 to 11-10 14:00"));
    assert_eq!(of(Comparison::Day), format!("{now} | 11-10 00:00 to 11-10 14:00"));
    assert_eq!(of(Comparison::Week), format!("{now} | 11-04 00:00 to 11-04 14:00"));
    assert_eq!(of(Comparison::Year), format!("{now} | 11-11 00:00 to 11-11 14:00"));
}

#[test]
fn nothing_is_compared_before_a_pane_is_complete() {
    let of =
        |watermark| compared(Asia::Shanghai, &[DAYS, HOURS], (DAYS, watermark), Comparison::Day);
    assert_eq!(of("2015-11-11T00:59:59.999+08:00"), "nothing");
    let one = "1h: 11-11 00:00 to 11-11 01:00 | 11-10 00:00 to 11-10 01:00";
    assert_eq!(of("2015-11-11T01:00:00+08:00"), one);
    let day = TimeWindow { start: EventTime(0), end: EventTime(DAY) };
    let without = spans(&[DAYS, HOURS], Tz::UTC, (DAYS, day), None, Comparison::Day);
    assert_eq!(without, None, "there is no watermark");
}

#[test]
fn the_29th_of_february_is_held_against_the_28th() {
    let of =
        |watermark| compared(Asia::Shanghai, &[DAYS, HOURS], (DAYS, watermark), Comparison::Year);
    assert_eq!(
        of("2016-02-29T05:00:00+08:00"),
        "1h: 02-29 00:00 to 02-29 05:00 | 02-28 00:00 to 02-28 05:00"
    );
    assert_eq!(
        of("2016-03-01T05:00:00+08:00"),
        "1h: 03-01 00:00 to 03-01 05:00 | 03-01 00:00 to 03-01 05:00"
    );
}

#[test]
fn where_clocks_change_the_same_time_of_day_is_held_against_the_same() {
    // On 29 March 2026 the clocks went from 02:00 to 03:00, on 25 October from 03:00 to 02:00.
    let of =
        |watermark| compared(Europe::Berlin, &[DAYS, HOURS], (DAYS, watermark), Comparison::Day);
    for (watermark, expected) in [
        // The hour from 02:00 is missing the day before: it leads to the next one.
        ("2026-03-30T02:00:00+02:00", "03-30 00:00 to 03-30 02:00 | 03-29 00:00 to 03-29 03:00"),
        ("2026-03-30T03:00:00+02:00", "03-30 00:00 to 03-30 03:00 | 03-29 00:00 to 03-29 03:00"),
        ("2026-03-29T03:00:00+02:00", "03-29 00:00 to 03-29 03:00 | 03-28 00:00 to 03-28 03:00"),
        // The hour from 02:00 is there twice: up to the first of the two.
        ("2026-10-26T02:00:00+01:00", "10-26 00:00 to 10-26 02:00 | 10-25 00:00 to 10-25 02:00"),
        ("2026-10-26T03:00:00+01:00", "10-26 00:00 to 10-26 03:00 | 10-25 00:00 to 10-25 03:00"),
    ] {
        assert_eq!(of(watermark), format!("1h: {expected}"), "{watermark}");
    }
}

#[test]
fn a_week_is_held_against_the_week_before_by_days_or_by_hours() {
    let of = |kinds: &[WindowSpec], to| {
        compared(Asia::Shanghai, kinds, (WEEKS, "2015-11-11T14:30:00+08:00"), to)
    };
    // The 9th is a Monday.
    assert_eq!(
        of(&[DAYS, WEEKS], Comparison::Previous),
        "1d: 11-09 00:00 to 11-11 00:00 | 11-02 00:00 to 11-04 00:00"
    );
    assert_eq!(
        of(&[HOURS, DAYS, WEEKS], Comparison::Previous),
        "1h: 11-09 00:00 to 11-11 14:00 | 11-02 00:00 to 11-04 14:00",
        "the finest kind"
    );
    assert_eq!(
        of(&[DAYS, WEEKS], Comparison::Year),
        "1d: 11-09 00:00 to 11-11 00:00 | 11-09 00:00 to 11-11 00:00"
    );
    let minutes = WindowSpec::Tumbling { size: 60_000 };
    assert!(of(&[minutes, DAYS, WEEKS], Comparison::Week).starts_with("1d"), "10,080 are too many");
}

#[test]
fn an_hour_is_held_against_the_hour_before_by_ten_minutes() {
    let tens = WindowSpec::Tumbling { size: 10 * 60_000 };
    let of = |watermark, to| compared(Asia::Shanghai, &[tens, HOURS], (HOURS, watermark), to);
    assert_eq!(
        of("2015-11-11T00:25:00+08:00", Comparison::Previous),
        "10m: 11-11 00:00 to 11-11 00:20 | 11-10 23:00 to 11-10 23:20"
    );
    assert_eq!(
        of("2015-11-11T00:25:00+08:00", Comparison::Day),
        "10m: 11-11 00:00 to 11-11 00:20 | 11-10 00:00 to 11-10 00:20"
    );
}

#[test]
fn no_more_is_compared_than_a_shorter_window_before_is_long() {
    // The last two hours of a day of 23 are one.
    let two = WindowSpec::Tumbling { size: 2 * HOUR };
    let halves = WindowSpec::Tumbling { size: HOUR / 2 };
    assert_eq!(
        compared(
            Europe::Berlin,
            &[halves, two],
            (two, "2026-03-30T01:59:59+02:00"),
            Comparison::Previous
        ),
        "30m: 03-30 00:00 to 03-30 01:00 | 03-29 23:00 to 03-30 00:00"
    );
}

#[test]
fn without_finer_windows_the_last_closed_one_is_held_against_its_counterpart() {
    let of = |spec, watermark, to| compared(Asia::Shanghai, &[spec], (spec, watermark), to);
    let noon = "2015-11-11T12:00:00+08:00";
    assert_eq!(
        of(DAYS, noon, Comparison::Previous),
        "1d: 11-10 00:00 to 11-11 00:00 | 11-09 00:00 to 11-10 00:00, whole"
    );
    assert_eq!(
        of(DAYS, noon, Comparison::Week),
        "1d: 11-10 00:00 to 11-11 00:00 | 11-03 00:00 to 11-04 00:00, whole"
    );
    assert_eq!(
        of(WEEKS, noon, Comparison::Previous),
        "7d: 11-02 00:00 to 11-09 00:00 | 10-26 00:00 to 11-02 00:00, whole"
    );
    assert_eq!(
        of(WEEKS, noon, Comparison::Day),
        "7d: 11-02 00:00 to 11-09 00:00 | nothing, whole",
        "no week begins on a Sunday"
    );
    assert_eq!(
        of(HOURS, noon, Comparison::Previous),
        "1h: 11-11 11:00 to 11-11 12:00 | 11-11 10:00 to 11-11 11:00, whole"
    );
}

#[test]
fn the_line_that_would_make_it_finer_is_the_next_smaller_kind() {
    let all = [WindowSpec::Cumulative, DAYS];
    let day = "windows = [\"cumulative\", \"1d\", \"1h\"]";
    assert_eq!(finer_line(&all, DAYS).as_deref(), Some(day));
    assert_eq!(finer_line(&[WEEKS], WEEKS).as_deref(), Some("windows = [\"7d\", \"1d\"]"));
    let second = WindowSpec::Tumbling { size: 1000 };
    assert_eq!(finer_line(&[second], second), None);
}

/// A partition at a time of 11 November 2015 in UTC, with a pane of an hour for each of `hours`,
/// counted from the start of the 10th.
fn hourly(number: u32, watermark: &str, hours: &[i64]) -> PartitionSnapshot {
    let panes = hours.iter().map(|hour| pane(Some(hour_of(*hour)), &hour.to_string()));
    let metrics: Vec<MetricSnapshot> = vec![metric(METRIC, vec![set(HOURS, panes.collect())])];
    partition(number, Some(at(watermark).0), metrics)
}

fn hour_of(hour: i64) -> TimeWindow {
    let start = at("2015-11-10T00:00:00Z").plus(hour * HOUR);
    TimeWindow { start, end: start.plus(HOUR) }
}

fn published(partitions: Vec<PartitionSnapshot>) -> Published {
    let history_keep = std::time::Duration::from_hours(400 * 24);
    let partitions = partitions.into_iter().map(Arc::new).collect();
    Published { partitions, history_keep, ..Published::default() }
}

/// The panes that the present day and the day before are merged from, and the reason.
fn merged(published: &Published) -> (String, String, Option<&'static str>) {
    let (plan, settings) = (plan(), settings(&[HOURS, DAYS], 60));
    let stored = published.stored.as_slice();
    let survey = Survey { plan: &plan, zone: Tz::UTC, settings: &settings, published, stored };
    let day = TimeWindow { start: hour_of(24).start, end: hour_of(48).start };
    let found = survey.compared(None, (DAYS, day), Comparison::Day).expect("nothing is stored");
    let panes = |window: &Option<Window>| {
        let starts = window.iter().flat_map(|window| &window.pieces);
        let hour = |start: EventTime| start.since(hour_of(0).start) / HOUR;
        let hours = starts.filter_map(|piece| Some(hour(piece.pane?.start).to_string()));
        hours.collect::<Vec<_>>().join(" ")
    };
    let reason = found.reason.as_ref().map(Reason::name);
    (panes(&found.now), panes(&found.before), reason)
}

#[test]
fn both_sides_are_merged_from_the_panes_of_all_partitions() {
    let one = hourly(0, "2015-11-11T03:10:00Z", &[0, 1, 2, 3, 23, 24, 26, 27]);
    let other = hourly(1, "2015-11-11T02:59:00Z", &[1, 24, 25, 26]);
    // The watermark of the other holds both: two hours are complete.
    let found = merged(&published(vec![one.clone(), other.clone()]));
    assert_eq!(found, ("24 24 25".to_owned(), "0 1 1".to_owned(), None));
    let idle = Published { idle: [1].into(), ..published(vec![one, other]) };
    assert_eq!(merged(&idle), ("24 24 25 26 26".to_owned(), "0 1 1 2".to_owned(), None));
}

#[test]
fn a_pane_without_a_row_is_nothing_and_final_panes_count() {
    let one = hourly(0, "2015-11-11T03:10:00Z", &[24]);
    let mut published = published(vec![one]);
    let last = FinalPane {
        metric: METRIC.to_owned(),
        build: 0,
        spec: HOURS,
        partition: 0,
        state_version: 1,
        window: hour_of(0),
        corrections: 0,
        on_time: Some(state("x")),
        late: None,
    };
    published.final_panes = vec![Arc::new(last)];
    assert_eq!(merged(&published), ("24".to_owned(), "0".to_owned(), None));
}

#[test]
fn a_day_that_begins_before_the_first_event_is_no_history() {
    let begun = hourly(0, "2015-11-11T03:10:00Z", &[1, 2, 24]);
    let found = merged(&published(vec![begun]));
    assert_eq!(found, ("24".to_owned(), String::new(), Some("no-history")));
}

#[test]
fn a_day_that_is_no_longer_kept_is_no_history() {
    let kept = |hours| {
        let one = hourly(0, "2015-11-11T03:10:00Z", &[0, 1, 2, 24]);
        let history_keep = std::time::Duration::from_hours(hours);
        merged(&Published { history_keep, ..published(vec![one]) })
    };
    // A pane is kept for an hour of retention and then for so many more: until 03:00 or 02:00.
    assert_eq!(kept(26), ("24".to_owned(), "0 1 2".to_owned(), None));
    assert_eq!(kept(25), ("24".to_owned(), String::new(), Some("no-history")));
    assert_eq!(kept(0), (String::new(), String::new(), Some("no-history")), "nor is today");
}

#[test]
fn nothing_is_compared_before_a_record_has_a_time() {
    let silent = partition(0, None, vec![metric(METRIC, vec![set(HOURS, Vec::new())])]);
    let found = merged(&published(vec![silent]));
    assert_eq!(found, (String::new(), String::new(), Some("not-yet")));
}
