//! Civil days in a zone. A day is `[first instant of its date, first instant of the next date)`,
//! which holds where clocks change, also at midnight, and where a date does not exist at all.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::time::EventTime;
use crate::window::DAY;

/// Years that civil time is asked about. In other years a day is 24 hours, counted from the epoch.
const YEARS: std::ops::RangeInclusive<i32> = -9999..=9999;

/// Monday, 5 January 1970, in days since the epoch: where weeks are counted from.
const MONDAY: i64 = 4;

/// The number of a civil day: days since Monday, 5 January 1970.
pub(crate) type DayNumber = i64;

/// The first instant of a civil day; where a clock change skips midnight, the first instant after
/// the change. `None` means that the library for civil time does not know the date.
pub(crate) fn first_instant(zone: Tz, date: NaiveDate) -> Option<EventTime> {
    let midnight = date.and_time(NaiveTime::MIN);
    match zone.from_local_datetime(&midnight).earliest() {
        Some(instant) => Some(EventTime(instant.timestamp_millis())),
        None => after_the_gap(zone, midnight),
    }
}

/// The instant of the clock change that skips `local`. The search is between a time that the old
/// clock shows and the time at which the old clock would have shown `local`.
pub(crate) fn after_the_gap(zone: Tz, local: NaiveDateTime) -> Option<EventTime> {
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

/// The civil day of a date.
pub(crate) fn number_of(date: NaiveDate) -> DayNumber {
    i64::from(date.to_epoch_days()) - MONDAY
}

/// The date of a civil day; `None` means that it is beyond the years of civil time.
pub(crate) fn date_of(day: DayNumber) -> Option<NaiveDate> {
    let date = i32::try_from(day.saturating_add(MONDAY)).ok().and_then(NaiveDate::from_epoch_days);
    date.filter(|date| YEARS.contains(&date.year()))
}

/// The civil day that `time` is in.
pub(crate) fn day_of(zone: Tz, time: EventTime) -> DayNumber {
    let local = zone.timestamp_millis_opt(time.0).single().map(|t| t.date_naive());
    let Some(date) = local.filter(|date| YEARS.contains(&date.year())) else {
        return time.0.div_euclid(DAY) - MONDAY;
    };
    let number = number_of(date);
    // Where clocks go back over midnight, the old date is shown again after the new one began.
    if time >= start_of(zone, number + 1) { number + 1 } else { number }
}

/// The first instant of a civil day; saturates.
pub(crate) fn start_of(zone: Tz, day: DayNumber) -> EventTime {
    let days = day.saturating_add(MONDAY);
    date_of(day)
        .and_then(|date| first_instant(zone, date))
        .unwrap_or(EventTime(days.saturating_mul(DAY)))
}

#[cfg(test)]
mod tests {
    use chrono_tz::{Africa, America, Asia, Australia, Europe, Pacific};

    use super::*;
    use crate::testing::{MINUTE, at};

    #[test]
    fn a_day_has_as_many_hours_as_the_clocks_show() {
        for (zone, date, minutes) in [
            (Europe::Berlin, "2026-11-24", 24 * 60),
            (Europe::Berlin, "2026-03-29", 23 * 60),
            (Europe::Berlin, "2026-10-25", 25 * 60),
            // The clocks skip midnight.
            (America::Sao_Paulo, "2018-11-04", 23 * 60),
            // The clocks go back by half an hour.
            (Australia::Lord_Howe, "2026-04-05", 24 * 60 + 30),
            // China had summer time from 1986 to 1991.
            (Asia::Shanghai, "1986-05-04", 23 * 60),
            (Asia::Shanghai, "2015-05-04", 24 * 60),
        ] {
            let day = day_of(zone, at(&format!("{date}T12:00:00Z")));
            let length = start_of(zone, day + 1).since(start_of(zone, day));
            assert_eq!(length / MINUTE, minutes, "{zone} {date}");
        }
    }

    #[test]
    fn a_change_by_odd_seconds_is_found_to_the_second() {
        // In Monrovia the clocks went from 00:00 to 00:44:30 on 1972-01-07.
        let zone = Africa::Monrovia;
        let day = day_of(zone, at("1972-01-07T12:00:00Z"));
        assert_eq!(start_of(zone, day), at("1972-01-07T00:44:30Z"));
        assert_eq!(day_of(zone, at("1972-01-07T00:44:29Z")), day - 1);
    }

    #[test]
    fn a_date_that_is_shown_again_after_midnight_is_the_new_day() {
        // In St. John's the clocks went from 00:01 back to 23:01 on 2010-11-07.
        let zone = America::St_Johns;
        let midnight = at("2010-11-07T00:00:00-02:30");
        let day = day_of(zone, midnight);
        assert_eq!(start_of(zone, day), midnight);
        assert_eq!(day_of(zone, at("2010-11-06T23:30:00-03:30")), day);
        assert_eq!(day_of(zone, at("2010-11-06T23:59:59-02:30")), day - 1);
    }

    #[test]
    fn a_date_that_does_not_exist_holds_nothing() {
        let zone = Pacific::Apia;
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
            let day = day_of(Asia::Shanghai, EventTime(time));
            let start = start_of(Asia::Shanghai, day);
            assert!(start <= EventTime(time), "{time}");
        }
    }
}
