//! Laws of civil time that hold in every zone: dates against the calendar of chrono, panes and
//! windows against each other.

use chrono::{Datelike, Days, LocalResult, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::{at, partition, placed, shown};
use crate::semantics::Effect;
use crate::semantics::civil::{Calendar, DAY, Span, gcd};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Zones with clock changes at midnight, of half an hour, of a whole day, and none.
fn zones() -> impl Strategy<Value = Tz> {
    prop::sample::select(vec![
        Tz::UTC,
        Tz::Asia__Shanghai,
        Tz::Europe__Berlin,
        Tz::America__Sao_Paulo,
        Tz::America__Havana,
        Tz::Australia__Lord_Howe,
        Tz::Pacific__Apia,
        Tz::Pacific__Kwajalein,
        Tz::Africa__Monrovia,
        Tz::Asia__Kathmandu,
    ])
}

/// Any time of the years 1890 to 2100.
fn times() -> impl Strategy<Value = i64> {
    at("1890-01-01T00:00:00Z")..at("2100-01-01T00:00:00Z")
}

fn sizes() -> impl Strategy<Value = i64> {
    let sizes = [MINUTE, 7 * MINUTE, HOUR, 5 * HOUR, 12 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY];
    prop::sample::select(sizes.to_vec())
}

/// The first instant of a date by chrono: midnight, or where the clocks skip it the first whole
/// minute after it that they show.
fn by_chrono(zone: Tz, date: NaiveDate) -> Option<i64> {
    let midnight = date.and_time(NaiveTime::MIN);
    let minutes = (0..25 * 60).map(|minute| midnight + chrono::Duration::minutes(minute));
    let found =
        minutes.map(|local| zone.from_local_datetime(&local)).find_map(LocalResult::earliest);
    found.filter(|found| found.date_naive() == date).map(|found| found.timestamp_millis())
}

proptest! {
    #[test]
    fn a_date_begins_when_the_clocks_first_show_it(zone in zones(), day in 0..47_000_u64) {
        let first = NaiveDate::from_ymd_opt(1901, 1, 1).expect("a date");
        let date = first + Days::new(day);
        let found = Calendar::new(zone).first_instant(date.year(), date.month(), date.day());
        // Clocks that change at odd seconds, or go back over midnight, are told by hand elsewhere.
        let offsets_are_whole = zone != Tz::Africa__Monrovia || date.year() > 1972;
        if let Some(expected) = by_chrono(zone, date).filter(|_| offsets_are_whole) {
            prop_assert_eq!(found, Some(expected), "{} {}", zone, date);
        }
        let found = found.expect("a date of the calendar");
        prop_assert!(shown(zone, found).as_str() >= date.to_string().as_str());
        prop_assert!(shown(zone, found - 1).as_str() < date.to_string().as_str());
    }

    #[test]
    fn panes_follow_each_other_without_gap_or_overlap(zone in zones(), size in sizes(), time in times()) {
        let mut calendar = Calendar::new(zone);
        let pane = calendar.pane(size, time);
        prop_assert!(pane.start <= time && time < pane.end);
        prop_assert_eq!(calendar.pane(size, pane.start), pane);
        prop_assert_eq!(calendar.pane(size, pane.end - 1), pane);
        prop_assert_eq!(calendar.pane(size, pane.end).start, pane.end);
        prop_assert_eq!(calendar.pane(size, pane.start - 1).end, pane.start);
        if size < DAY {
            prop_assert!(pane.end - pane.start <= size, "only the last of a day is shorter");
        }
    }

    #[test]
    fn a_time_is_in_as_many_sliding_windows_as_slides_fit_into_one(
        zone in zones(),
        (size, slide) in prop::sample::select(vec![(HOUR, 10 * MINUTE), (6 * HOUR, 4 * HOUR), (7 * DAY, DAY), (2 * DAY, 2 * DAY)]),
        time in times(),
    ) {
        let mut calendar = Calendar::new(zone);
        let pane = calendar.pane(gcd(size, slide), time);
        let windows = calendar.windows(size, slide, pane);
        let count = (size / gcd(size, slide)) as usize;
        for panes in &windows {
            prop_assert_eq!(panes.len(), count);
            prop_assert!(panes.contains(&pane));
            prop_assert!(panes.windows(2).all(|pair| pair[0].end == pair[1].start));
        }
        prop_assert!(windows.is_sorted_by_key(|panes| panes[0].start));
        if size % slide == 0 && slide >= DAY {
            prop_assert_eq!(windows.len() as i64, size / slide);
        }
        // Seen from each of its panes a window is the same.
        for panes in &windows {
            for other in panes {
                prop_assert!(calendar.windows(size, slide, *other).contains(panes));
            }
        }
    }
}

#[test]
fn february_has_29_days_in_leap_years_only() {
    let mut calendar = Calendar::new(Tz::UTC);
    let mut last = |year| calendar.first_instant(year, 2, 29).is_some();
    assert!(last(2000) && last(2024) && last(1896) && last(-4));
    assert!(!last(1900) && !last(2100) && !last(2023));
    for (month, day) in [(0, 1), (13, 1), (1, 0), (1, 32), (4, 31), (u32::MAX, u32::MAX)] {
        assert_eq!(calendar.first_instant(2024, month, day), None, "{month} {day}");
    }
}

/// The event time that month and day mean for a record that was stamped then, in the current year.
fn current(zone: &str, stamp: &str, (month, day): (u32, u32)) -> Option<String> {
    let tables = format!(
        "[source.file]\npath = \"x.jsonl\"\n[schema]\nm = \"unsigned\"\nd = \"unsigned\"\n\
         [event_time]\nmonth = \"m\"\nday = \"d\"\nyear = \"current\"\nzone = \"{zone}\"\n"
    );
    let value = format!("{{\"m\":{month},\"d\":{day}}}");
    let placed = placed(&mut partition(&tables), 0, at(stamp), &value);
    let own = !matches!(placed.effect, Effect::Fallback(_));
    let own = placed.event_time.filter(|_| own);
    own.map(|time| shown(zone.parse().expect("a zone"), time))
}

#[test]
fn the_current_leap_day_may_be_eight_years_ago() {
    let leap = (2, 29);
    let day = |year: i32| Some(format!("{year}-02-29 00:00:00"));
    assert_eq!(current("UTC", "1904-02-28T00:00:00Z", leap), day(1904), "a day ahead");
    assert_eq!(current("UTC", "1904-02-27T23:59:59.999Z", leap), day(1896), "1900 had none");
    assert_eq!(current("UTC", "2100-03-01T00:00:00Z", leap), day(2096));
    assert_eq!(current("UTC", "2104-02-01T00:00:00Z", leap), day(2096));
    assert_eq!(current("UTC", "2024-02-28T00:00:00Z", (2, 30)), None);
}

#[test]
fn the_current_year_is_that_of_the_zone() {
    let new_year = (1, 1);
    let first = |year: i32| Some(format!("{year}-01-01 00:00:00"));
    // Midnight in Shanghai is at 16:00 in UTC; a record may be a day ahead of its stamp.
    assert_eq!(current("Asia/Shanghai", "2025-12-30T16:00:00Z", new_year), first(2026));
    assert_eq!(current("Asia/Shanghai", "2025-12-30T15:59:59.999Z", new_year), first(2025));
    assert_eq!(current("Pacific/Honolulu", "2025-12-31T10:00:00Z", new_year), first(2026));
    assert_eq!(current("Pacific/Honolulu", "2025-12-31T09:59:59.999Z", new_year), first(2025));
}

#[test]
fn a_day_ahead_is_elapsed_time_also_where_the_clocks_change() {
    // From the 28th at 00:30 to the 29th at 00:30 the clocks of Berlin do not change, but from noon
    // to noon they lose an hour.
    let ahead = |stamp: &str| current("Europe/Berlin", stamp, (3, 30));
    assert_eq!(ahead("2026-03-28T23:00:00+01:00").as_deref(), Some("2026-03-30 00:00:00"));
    assert_eq!(ahead("2026-03-28T22:59:59.999+01:00").as_deref(), Some("2025-03-30 00:00:00"));
}

#[test]
fn a_date_that_the_clocks_skipped_begins_with_the_next_one() {
    let mut apia = Calendar::new(Tz::Pacific__Apia);
    let next = apia.first_instant(2011, 12, 31);
    assert_eq!(next, Some(at("2011-12-31T00:00:00+14:00")));
    assert_eq!(apia.first_instant(2011, 12, 30), next);
    let last = at("2011-12-29T23:59:59.999-10:00");
    assert_eq!(
        apia.pane(DAY, last),
        Span { start: at("2011-12-29T00:00:00-10:00"), end: last + 1 }
    );
}
