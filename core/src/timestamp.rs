//! The event time of a record, from its fields.
//!
//! Two forms: month and day with a year from the settings, in civil time of a zone; or one field
//! with an instant. What is missing or impossible (month 13, February 30) falls back to the
//! record's own stamp, which is counted and never moves a watermark.

use chrono::{Datelike, NaiveDate, TimeZone};
use chrono_tz::Tz;

use crate::civil;
use crate::rfc3339::parse_rfc3339;
use crate::row::{Row, Value};
use crate::time::{EventTime, RecordTime};
use crate::window::DAY;

/// The longest distance between two leap days (1896 to 1904), and so how many years back a date
/// may have to be looked for.
const YEARS_BACK_MAX: i32 = 8;

/// Which year a month and a day belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Year {
    /// Always this one.
    Fixed(i32),
    /// The latest year that puts the date no more than a day after the record's stamp.
    Current,
}

/// How one field tells an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampUnit {
    /// Whole seconds since the Unix epoch.
    Seconds,
    /// Milliseconds since the Unix epoch.
    Millis,
    /// A text such as `2015-11-11T00:00:00+08:00`.
    Rfc3339,
}

/// Why a record has no event time of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// A field that event time needs has no usable value.
    Missing,
    /// The fields name no day or no instant.
    Impossible,
}

/// Gives each record its event time.
#[derive(Clone, Debug)]
pub enum TimestampAssigner {
    /// From a month and a day.
    MonthDay {
        /// Slot of the month, `unsigned`.
        month: usize,
        /// Slot of the day, `unsigned`.
        day: usize,
        /// Which year they belong to.
        year: Year,
        /// Whose midnight the day begins at.
        zone: Tz,
        /// For a fixed year: the first instant of each day, by `month * 32 + day`.
        first_instants: Vec<Option<EventTime>>,
    },
    /// From one field.
    Field {
        /// Its slot: `integer` or `timestamp` for numbers, `text` or `timestamp` for RFC 3339.
        slot: usize,
        /// How it tells an instant.
        unit: TimestampUnit,
    },
}

impl TimestampAssigner {
    /// An assigner from the slots of a month and a day.
    pub fn month_day(month: usize, day: usize, year: Year, zone: Tz) -> Self {
        let first_instants = match year {
            Year::Current => Vec::new(),
            Year::Fixed(year) => {
                (0..13 * 32).map(|i| first_instant(zone, year, i / 32, i % 32)).collect()
            }
        };
        Self::MonthDay { month, day, year, zone, first_instants }
    }

    /// The event time of `row`, stamped at `record_time`.
    ///
    /// # Errors
    /// Why there is none; the caller falls back to `record_time`.
    pub fn assign(&self, row: &Row, record_time: RecordTime) -> Result<EventTime, Fallback> {
        match self {
            Self::MonthDay { month, day, year, zone, first_instants } => {
                let month = unsigned(row, *month)?;
                let day = unsigned(row, *day)?;
                if month > 12 || day > 31 {
                    return Err(Fallback::Impossible);
                }
                let found = match year {
                    Year::Fixed(_) => first_instants[(month * 32 + day) as usize],
                    Year::Current => current_year(*zone, month, day, record_time),
                };
                found.ok_or(Fallback::Impossible)
            }
            Self::Field { slot, unit } => field(row, *slot, *unit),
        }
    }
}

/// The first instant of a civil day, if there is such a day.
fn first_instant(zone: Tz, year: i32, month: u32, day: u32) -> Option<EventTime> {
    civil::first_instant(zone, NaiveDate::from_ymd_opt(year, month, day)?)
}

fn current_year(zone: Tz, month: u32, day: u32, record_time: RecordTime) -> Option<EventTime> {
    // The tolerance of `Year::Current`.
    let latest = EventTime::from(record_time).plus(DAY);
    let latest_year = zone.timestamp_millis_opt(latest.0).single()?.year();
    (0..=YEARS_BACK_MAX)
        .filter_map(|back| first_instant(zone, latest_year - back, month, day))
        .find(|instant| *instant <= latest)
}

fn field(row: &Row, slot: usize, unit: TimestampUnit) -> Result<EventTime, Fallback> {
    match (unit, row.values()[slot]) {
        (TimestampUnit::Seconds, value) => {
            let seconds = integer(value)?;
            seconds.checked_mul(1000).map(EventTime).ok_or(Fallback::Impossible)
        }
        (TimestampUnit::Rfc3339, Value::Text(range)) => {
            parse_rfc3339(row.text(range).trim()).ok_or(Fallback::Impossible)
        }
        // A `timestamp` column holds milliseconds, however the record wrote them.
        (TimestampUnit::Millis | TimestampUnit::Rfc3339, value) => integer(value).map(EventTime),
    }
}

fn unsigned(row: &Row, slot: usize) -> Result<u32, Fallback> {
    match row.values()[slot] {
        Value::Unsigned(number) => Ok(number),
        Value::Missing => Err(Fallback::Missing),
        _ => Err(Fallback::Impossible),
    }
}

fn integer(value: Value) -> Result<i64, Fallback> {
    match value {
        Value::Integer(number) => Ok(number),
        Value::Unsigned(number) => Ok(i64::from(number)),
        Value::Missing => Err(Fallback::Missing),
        _ => Err(Fallback::Impossible),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHANGHAI: Tz = chrono_tz::Asia::Shanghai;

    fn row(month: Value, day: Value) -> Row {
        let mut row = Row::default();
        row.reset(2);
        row.set(0, month);
        row.set(1, day);
        row
    }

    fn at(text: &str) -> i64 {
        parse_rfc3339(text).expect("an instant").0
    }

    fn assign(year: Year, month: u32, day: u32, stamp: &str) -> Result<i64, Fallback> {
        TimestampAssigner::month_day(0, 1, year, SHANGHAI)
            .assign(&row(Value::Unsigned(month), Value::Unsigned(day)), RecordTime(at(stamp)))
            .map(|t| t.0)
    }

    #[test]
    fn a_fixed_year_gives_midnight_in_the_zone() {
        let stamp = "2026-01-01T00:00:00Z";
        let year = Year::Fixed(2015);
        assert_eq!(assign(year, 11, 11, stamp), Ok(at("2015-11-11T00:00:00+08:00")));
        assert_eq!(assign(year, 2, 29, stamp), Err(Fallback::Impossible));
        assert_eq!(assign(year, 0, 1, stamp), Err(Fallback::Impossible));
        assert_eq!(assign(year, 13, 1, stamp), Err(Fallback::Impossible));
        assert_eq!(assign(year, 1, 4_000_000_000, stamp), Err(Fallback::Impossible));
    }

    #[test]
    fn the_current_year_is_the_latest_not_in_the_future() {
        let new_year = "2026-01-01T00:30:00+08:00";
        assert_eq!(assign(Year::Current, 12, 31, new_year), Ok(at("2025-12-31T00:00:00+08:00")));
        assert_eq!(assign(Year::Current, 1, 2, new_year), Ok(at("2026-01-02T00:00:00+08:00")));
        assert_eq!(assign(Year::Current, 1, 3, new_year), Ok(at("2025-01-03T00:00:00+08:00")));
        // Within a day ahead, across the year's end.
        let eve = "2025-12-31T12:00:00+08:00";
        assert_eq!(assign(Year::Current, 1, 1, eve), Ok(at("2026-01-01T00:00:00+08:00")));
        // The latest leap day.
        assert_eq!(assign(Year::Current, 2, 29, eve), Ok(at("2024-02-29T00:00:00+08:00")));
    }

    #[test]
    fn a_skipped_midnight_gives_the_first_instant_of_the_day() {
        // In Sao Paulo the clocks went from 23:59:59 to 01:00 on 2018-11-04.
        let zone = chrono_tz::America::Sao_Paulo;
        let found = first_instant(zone, 2018, 11, 4).map(|t| t.0);
        assert_eq!(found, Some(at("2018-11-04T01:00:00-02:00")));
    }

    #[test]
    fn one_field_tells_an_instant_in_three_ways() {
        let stamp = RecordTime(0);
        let assign = |unit, set: &dyn Fn(&mut Row)| {
            let mut row = Row::default();
            row.reset(1);
            set(&mut row);
            TimestampAssigner::Field { slot: 0, unit }.assign(&row, stamp).map(|t| t.0)
        };
        assert_eq!(assign(TimestampUnit::Seconds, &|r| r.set(0, Value::Integer(15))), Ok(15_000));
        assert_eq!(assign(TimestampUnit::Millis, &|r| r.set(0, Value::Integer(15))), Ok(15));
        let huge = assign(TimestampUnit::Seconds, &|r| r.set(0, Value::Integer(i64::MAX)));
        assert_eq!(huge, Err(Fallback::Impossible));
        let text = |t: &'static str| assign(TimestampUnit::Rfc3339, &|r| r.set_text(0, t));
        assert_eq!(text("1970-01-01T08:00:01+08:00"), Ok(1000));
        assert_eq!(text("yesterday"), Err(Fallback::Impossible));
        assert_eq!(text(""), Err(Fallback::Missing));
    }
}
