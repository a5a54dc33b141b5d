//! The same date and time in civil days or a year earlier, for comparisons: what people mean by
//! "this time yesterday".

use chrono::{Months, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::civil::{DayNumber, after_the_gap, date_of, day_of, number_of, start_of};
use crate::time::EventTime;
use crate::window::DAY;

/// How much earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Earlier {
    /// So many civil days.
    Days(u16),
    /// A civil year; from 29 February it leads to the 28th.
    Year,
}

impl Earlier {
    /// The instant at which the clocks of `zone` showed the date and time of `time` so much earlier.
    /// Where they skipped it, the first instant after; where they showed it twice, the first one.
    /// The first instant of a civil day leads to that of the other day, whatever the clocks show
    /// then. Beyond the years of civil time a day is 24 hours and a year 365 days.
    pub fn than(self, time: EventTime, zone: Tz) -> EventTime {
        self.in_civil_time(time, zone).unwrap_or_else(|| {
            let days = match self {
                Self::Days(days) => i64::from(days),
                Self::Year => 365,
            };
            time.minus(days * DAY)
        })
    }

    fn in_civil_time(self, time: EventTime, zone: Tz) -> Option<EventTime> {
        let day = day_of(zone, time);
        let local = zone.timestamp_millis_opt(time.0).single()?.naive_local();
        let other = self.than_local(local)?;
        if time == start_of(zone, day) {
            // The clocks may show another date or time than the day begins with by name.
            return Some(start_of(zone, self.than_day(day)?));
        }
        match zone.from_local_datetime(&other).earliest() {
            Some(instant) => Some(EventTime(instant.timestamp_millis())),
            None => after_the_gap(zone, other),
        }
    }

    fn than_local(self, local: NaiveDateTime) -> Option<NaiveDateTime> {
        match self {
            Self::Days(days) => local.checked_sub_signed(TimeDelta::days(i64::from(days))),
            Self::Year => local.checked_sub_months(Months::new(12)),
        }
    }

    fn than_day(self, day: DayNumber) -> Option<DayNumber> {
        match self {
            Self::Days(days) => Some(day - i64::from(days)),
            Self::Year => {
                let date = date_of(day)?.checked_sub_months(Months::new(12))?;
                Some(number_of(date))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::{America, Asia, Europe};

    use super::*;
    use crate::rfc3339::rfc3339;
    use crate::testing::at;

    fn check(zone: Tz, earlier: Earlier, from: &str, expected: &str) {
        assert_eq!(rfc3339(zone, earlier.than(at(from), zone)), expected, "{earlier:?} {from}");
    }

    #[test]
    fn a_day_and_a_week_earlier_the_clocks_showed_the_same() {
        let zone = Asia::Shanghai;
        let noon = "2015-11-11T12:34:56.789+08:00";
        check(zone, Earlier::Days(1), noon, "2015-11-10T12:34:56.789+08:00");
        check(zone, Earlier::Days(7), noon, "2015-11-04T12:34:56.789+08:00");
        check(zone, Earlier::Year, noon, "2014-11-11T12:34:56.789+08:00");
        check(zone, Earlier::Days(1), "2015-03-01T00:00:00+08:00", "2015-02-28T00:00:00+08:00");
    }

    #[test]
    fn the_29th_of_february_leads_to_the_28th() {
        let zone = Asia::Shanghai;
        check(zone, Earlier::Year, "2016-02-29T08:00:00+08:00", "2015-02-28T08:00:00+08:00");
        check(zone, Earlier::Year, "2016-02-29T00:00:00+08:00", "2015-02-28T00:00:00+08:00");
        check(zone, Earlier::Year, "2017-02-28T08:00:00+08:00", "2016-02-28T08:00:00+08:00");
        check(zone, Earlier::Days(7), "2016-03-07T08:00:00+08:00", "2016-02-29T08:00:00+08:00");
    }

    #[test]
    fn an_hour_that_is_missing_leads_to_the_next_and_one_shown_twice_to_the_first() {
        // On 29 March 2026 the clocks went from 02:00 to 03:00, on 25 October from 03:00 to 02:00.
        let zone = Europe::Berlin;
        for (from, expected) in [
            ("2026-03-30T01:30:00+02:00", "2026-03-29T01:30:00+01:00"),
            ("2026-03-30T02:30:00+02:00", "2026-03-29T03:00:00+02:00"),
            ("2026-03-30T03:30:00+02:00", "2026-03-29T03:30:00+02:00"),
            ("2026-10-26T02:30:00+01:00", "2026-10-25T02:30:00+02:00"),
            ("2026-10-26T03:30:00+01:00", "2026-10-25T03:30:00+01:00"),
            ("2026-10-25T02:30:00+01:00", "2026-10-24T02:30:00+02:00"),
        ] {
            check(zone, Earlier::Days(1), from, expected);
        }
    }

    #[test]
    fn a_day_leads_to_a_day_where_midnight_is_skipped() {
        // On 4 November 2018 the clocks of São Paulo went from 00:00 to 01:00.
        let zone = America::Sao_Paulo;
        check(zone, Earlier::Days(1), "2018-11-04T01:00:00-02:00", "2018-11-03T00:00:00-03:00");
        check(zone, Earlier::Days(1), "2018-11-05T00:00:00-02:00", "2018-11-04T01:00:00-02:00");
        check(zone, Earlier::Days(1), "2018-11-05T00:30:00-02:00", "2018-11-04T01:00:00-02:00");
    }

    #[test]
    fn no_time_is_out_of_range() {
        for time in [i64::MIN, -1 << 60, 1 << 60, i64::MAX] {
            for earlier in [Earlier::Days(7), Earlier::Year] {
                assert!(earlier.than(EventTime(time), Tz::UTC) <= EventTime(time), "{time}");
            }
        }
    }
}
