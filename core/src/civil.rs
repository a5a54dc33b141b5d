//! Civil days in a zone. A day is `[first instant of its date, first instant of the next date)`,
//! which holds where clocks change, also at midnight, and where a date does not exist at all.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::time::EventTime;
use crate::window::DAY;

/// Years that civil time is asked about; beyond them a day is 24 hours from the epoch.
const YEARS: std::ops::RangeInclusive<i32> = -9999..=9999;

/// Monday, 5 January 1970, in days since the epoch: where weeks are counted from.
const MONDAY: i64 = 4;

/// The number of a civil day: days since Monday, 5 January 1970.
pub(crate) type DayNumber = i64;

/// The first instant of a civil day; where a clock change skips midnight, the first one after it.
pub(crate) fn first_instant(zone: Tz, date: NaiveDate) -> Option<EventTime> {
    let midnight = date.and_time(NaiveTime::MIN);
    match zone.from_local_datetime(&midnight).earliest() {
        Some(instant) => Some(EventTime(instant.timestamp_millis())),
        None => after_the_gap(zone, midnight),
    }
}

/// The instant of the clock change that skips `local`: between a time that the old clock shows and
/// the one at which it would have shown `local`.
fn after_the_gap(zone: Tz, local: NaiveDateTime) -> Option<EventTime> {
    // A zone skips at most a whole day (Samoa, 2011).
    let before = zone.from_local_datetime(&(local - TimeDelta::hours(25))).latest()?;
    let offset = |time: i64| zone.timestamp_millis_opt(time).single().map(|t| t.offset().fix());
    let old = offset(before.timestamp_millis())?;
    let mut low = before.timestamp_millis();
    let mut high = low + TimeDelta::hours(25).num_milliseconds();
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if offset(middle)? == old { low = middle } else { high = middle }
    }
    Some(EventTime(high))
}

/// The day that `time` is in.
pub(crate) fn day_of(zone: Tz, time: EventTime) -> DayNumber {
    let local = zone.timestamp_millis_opt(time.0).single().map(|t| t.date_naive());
    let Some(date) = local.filter(|date| YEARS.contains(&date.year())) else {
        return time.0.div_euclid(DAY) - MONDAY;
    };
    let number = i64::from(date.to_epoch_days()) - MONDAY;
    // Where clocks go back over midnight, the old date is shown again after the new one began.
    if time >= start_of(zone, number + 1) { number + 1 } else { number }
}

/// The first instant of a day.
pub(crate) fn start_of(zone: Tz, day: DayNumber) -> EventTime {
    let days = day.saturating_add(MONDAY);
    let date = i32::try_from(days).ok().and_then(NaiveDate::from_epoch_days);
    let date = date.filter(|date| YEARS.contains(&date.year()));
    date.and_then(|date| first_instant(zone, date)).unwrap_or(EventTime(days.saturating_mul(DAY)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rfc3339::parse_rfc3339;

    fn at(text: &str) -> EventTime {
        parse_rfc3339(text).expect("an instant")
    }

    fn hours(zone: Tz, date: &str) -> i64 {
        let noon = format!("{date}T12:00:00Z");
        let day = day_of(zone, at(&noon));
        start_of(zone, day + 1).since(start_of(zone, day)) / 60_000
    }

    #[test]
    fn a_day_has_as_many_hours_as_the_clocks_show() {
        let berlin = chrono_tz::Europe::Berlin;
        assert_eq!(hours(berlin, "2026-03-29"), 23 * 60);
        assert_eq!(hours(berlin, "2026-10-25"), 25 * 60);
        assert_eq!(hours(berlin, "2026-11-24"), 24 * 60);
        // Midnight is skipped.
        assert_eq!(hours(chrono_tz::America::Sao_Paulo, "2018-11-04"), 23 * 60);
        // Half an hour.
        assert_eq!(hours(chrono_tz::Australia::Lord_Howe, "2026-04-05"), 24 * 60 + 30);
    }

    #[test]
    fn a_change_by_odd_seconds_is_found_to_the_second() {
        // In Monrovia the clocks went from 00:00 to 00:44:30 on 1972-01-07.
        let zone = chrono_tz::Africa::Monrovia;
        let day = day_of(zone, at("1972-01-07T12:00:00Z"));
        assert_eq!(start_of(zone, day), at("1972-01-07T00:44:30Z"));
        assert_eq!(day_of(zone, at("1972-01-07T00:44:29Z")), day - 1);
    }

    #[test]
    fn a_date_that_is_shown_again_after_midnight_is_the_new_day() {
        // In St. John's the clocks went from 00:01 back to 23:01 on 2010-11-07.
        let zone = chrono_tz::America::St_Johns;
        let midnight = at("2010-11-07T00:00:00-02:30");
        let day = day_of(zone, midnight);
        assert_eq!(start_of(zone, day), midnight);
        assert_eq!(day_of(zone, at("2010-11-06T23:30:00-03:30")), day);
        assert_eq!(day_of(zone, at("2010-11-06T23:59:59-02:30")), day - 1);
    }

    #[test]
    fn a_date_that_does_not_exist_holds_nothing() {
        let zone = chrono_tz::Pacific::Apia;
        let before = day_of(zone, at("2011-12-29T12:00:00-10:00"));
        assert_eq!(start_of(zone, before + 1), start_of(zone, before + 2));
        assert_eq!(day_of(zone, start_of(zone, before + 1)), before + 2);
    }

    #[test]
    fn weeks_are_counted_from_a_monday() {
        assert_eq!(day_of(Tz::UTC, at("1970-01-05T00:00:00Z")), 0);
        assert_eq!(day_of(Tz::UTC, at("1970-01-04T23:59:59Z")), -1);
    }

    #[test]
    fn no_time_is_out_of_range() {
        for time in [i64::MIN, -1 << 60, 1 << 60, i64::MAX] {
            let day = day_of(chrono_tz::Asia::Shanghai, EventTime(time));
            let start = start_of(chrono_tz::Asia::Shanghai, day);
            assert!(start <= EventTime(time), "{time}");
        }
    }
}
