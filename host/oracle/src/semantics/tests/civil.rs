//! Days and panes in zones whose clocks change, also at midnight.

use chrono_tz::Tz;
use streamgauge_core::{EventTime, Panes, WindowSpec};

use super::{at, shown};
use crate::semantics::civil::{Calendar, DAY, Span};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

fn zone(name: &str) -> Tz {
    name.parse().unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The pane of `size` that holds `time`, and its length in minutes.
fn check(name: &str, size: i64, time: &str, start: &str, minutes: i64) {
    let zone = zone(name);
    let Span { start: found, end } = Calendar::new(zone).pane(size, at(time));
    assert!((found..end).contains(&at(time)), "{name} {time}");
    let found = (shown(zone, found), (end - found) / MINUTE);
    assert_eq!(found, (start.to_owned(), minutes), "{name} {time}");
}

#[test]
fn a_day_is_as_long_as_its_clocks_say() {
    check("Europe/Berlin", DAY, "2026-03-29T12:00:00Z", "2026-03-29 00:00:00", 23 * 60);
    check("Europe/Berlin", DAY, "2026-10-25T12:00:00Z", "2026-10-25 00:00:00", 25 * 60);
    check("Europe/Berlin", DAY, "2026-11-24T12:00:00Z", "2026-11-24 00:00:00", 24 * 60);
    check("Australia/Lord_Howe", DAY, "2026-04-05T00:00:00Z", "2026-04-05 00:00:00", 24 * 60 + 30);
    // Midnight is skipped: the day begins at one.
    check("America/Sao_Paulo", DAY, "2018-11-04T12:00:00Z", "2018-11-04 01:00:00", 23 * 60);
    check("America/Havana", DAY, "2026-03-08T12:00:00Z", "2026-03-08 01:00:00", 23 * 60);
    // An hour is repeated up to midnight, or from midnight on.
    check("America/Sao_Paulo", DAY, "2018-02-17T12:00:00Z", "2018-02-17 00:00:00", 25 * 60);
    check("America/Havana", DAY, "2026-11-01T12:00:00Z", "2026-11-01 00:00:00", 25 * 60);
    // A skipped date is no day; the dates around the gap are whole days.
    check("Pacific/Apia", DAY, "2011-12-29T12:00:00-10:00", "2011-12-29 00:00:00", 24 * 60);
    check("Pacific/Apia", DAY, "2011-12-31T12:00:00+14:00", "2011-12-31 00:00:00", 24 * 60);
    // Monrovia skipped 44 minutes and 30 seconds.
    check("Africa/Monrovia", DAY, "1972-01-07T12:00:00Z", "1972-01-07 00:44:30", 23 * 60 + 15);
}

#[test]
fn a_date_that_is_shown_again_is_part_of_the_new_day() {
    // In St. John's the clocks went from 00:01 back to 23:01.
    let first = "2010-11-07 00:00:00";
    check("America/St_Johns", DAY, "2010-11-07T00:00:30-02:30", first, 25 * 60);
    check("America/St_Johns", DAY, "2010-11-06T23:30:00-03:30", first, 25 * 60);
    let before = "2010-11-06 00:00:00";
    check("America/St_Johns", DAY, "2010-11-06T23:59:59-02:30", before, 24 * 60);
    // And from 00:01 on to 01:01.
    check("America/St_Johns", DAY, "2010-03-14T12:00:00Z", "2010-03-14 00:00:00", 23 * 60);
}

#[test]
fn parts_of_a_day_count_elapsed_time_and_end_with_it() {
    let (twelve, berlin) = (12 * HOUR, "Europe/Berlin");
    check(berlin, twelve, "2026-10-25T22:30:00Z", "2026-10-25 23:00:00", 60);
    check(berlin, twelve, "2026-10-25T12:00:00Z", "2026-10-25 11:00:00", 12 * 60);
    check(berlin, twelve, "2026-03-29T20:00:00Z", "2026-03-29 13:00:00", 11 * 60);
    check(berlin, HOUR, "2026-10-25T01:30:00Z", "2026-10-25 02:00:00", 60);
    check("Asia/Kathmandu", HOUR, "2026-01-01T00:00:00Z", "2026-01-01 05:00:00", 60);
}

#[test]
fn several_days_count_from_a_monday() {
    let week = 7 * DAY;
    check("Asia/Shanghai", week, "2015-11-11T00:00:00+08:00", "2015-11-09 00:00:00", 7 * 24 * 60);
    check("Asia/Shanghai", week, "2015-11-08T23:59:59+08:00", "2015-11-02 00:00:00", 7 * 24 * 60);
    check("Europe/Berlin", week, "2026-10-25T12:00:00Z", "2026-10-19 00:00:00", 7 * 24 * 60 + 60);
    check("UTC", 3 * DAY, "1970-01-04T12:00:00Z", "1970-01-02 00:00:00", 3 * 24 * 60);
    check("UTC", 3 * DAY, "1970-01-05T00:00:00Z", "1970-01-05 00:00:00", 3 * 24 * 60);
}

#[test]
fn a_sliding_window_is_panes_in_a_row() {
    let shanghai = zone("Asia/Shanghai");
    let mut calendar = Calendar::new(shanghai);
    let starts = |calendar: &mut Calendar, size, slide, pane_size, time: &str| {
        let pane = calendar.pane(pane_size, at(time));
        let windows = calendar.windows(size, slide, pane);
        let count = (size / pane_size) as usize;
        assert!(windows.iter().all(|panes| panes.len() == count && panes.contains(&pane)));
        windows.iter().map(|panes| shown(shanghai, panes[0].start)).collect::<Vec<_>>()
    };
    let time = "2015-11-11T00:09:00+08:00";
    assert_eq!(
        starts(&mut calendar, 10 * MINUTE, 4 * MINUTE, 2 * MINUTE, time),
        ["2015-11-11 00:00:00", "2015-11-11 00:04:00", "2015-11-11 00:08:00"]
    );
    // Multiples of four minutes begin again with the day.
    assert_eq!(
        starts(&mut calendar, 10 * MINUTE, 4 * MINUTE, 2 * MINUTE, "2015-11-11T00:01:00+08:00"),
        ["2015-11-10 23:52:00", "2015-11-10 23:56:00", "2015-11-11 00:00:00"]
    );
    // Fortnights by the week; a Wednesday is in two of the fortnights.
    assert_eq!(
        starts(&mut calendar, 14 * DAY, 7 * DAY, 7 * DAY, time),
        ["2015-11-02 00:00:00", "2015-11-09 00:00:00"]
    );
}

/// Millisecond by millisecond the comparison would take too long; the engine is asked at odd steps.
#[test]
fn the_engine_finds_the_same_panes() {
    let zones = [
        "Asia/Shanghai",
        "Europe/Berlin",
        "America/Sao_Paulo",
        "America/Havana",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "UTC",
    ];
    for name in zones {
        let zone = zone(name);
        let mut calendar = Calendar::new(zone);
        for size in [10 * MINUTE, HOUR, 8 * HOUR, DAY, 3 * DAY, 7 * DAY] {
            let spec = WindowSpec::tumbling(size).expect("a window");
            let mut panes = Panes::new(spec, zone).expect("panes");
            for year in [2010, 2011, 2018, 2026] {
                let start = at(&format!("{year}-01-01T00:00:00Z"));
                for time in (start..start + 366 * DAY).step_by(7_654_321) {
                    let engine = panes.pane_of(EventTime(time));
                    let oracle = calendar.pane(size, time);
                    let engine = Span { start: engine.start.0, end: engine.end.0 };
                    assert_eq!(engine, oracle, "{name} {size} {time}");
                }
            }
        }
    }
}

#[test]
fn no_time_is_out_of_range() {
    for size in [MINUTE, DAY, 7 * DAY] {
        for time in [i64::MIN, i64::MIN / 2, 0, i64::MAX / 2, i64::MAX] {
            let Span { start, end } = Calendar::new(zone("Asia/Shanghai")).pane(size, time);
            assert!(start <= time && (time < end || end == i64::MAX), "{size} {time}");
        }
    }
}
