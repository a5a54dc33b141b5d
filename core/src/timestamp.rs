//! The event time of a record, from its fields.
//!
//! Two forms: month and day with a year from the settings, in civil time of a zone; or one field
//! with an instant. Where a value is missing or impossible (month 13, February 30), the record's
//! own stamp takes its place, which is counted and never moves a watermark.

use chrono::{Datelike, NaiveDate, TimeZone};
use chrono_tz::Tz;

use crate::batch::RecordBatch;
use crate::civil;
use crate::column::Cell;
use crate::rfc3339::parse_rfc3339;
use crate::time::{EventTime, RecordTime};
use crate::window::DAY;

/// The longest distance between two leap days (1896 to 1904), and so how many years back a date
/// may have to be looked for.
const YEARS_BACK_MAX: i32 = 8;

/// The year that a month and a day belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Year {
    /// The same year for every record.
    Fixed(i32),
    /// The latest year that puts the date no more than a day after the record's stamp.
    Current,
}

/// The form in which one field tells an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampUnit {
    /// Whole seconds since the Unix epoch.
    Seconds,
    /// Milliseconds since the Unix epoch.
    Millis,
    /// A text such as `2015-11-11T00:00:00+08:00`.
    Rfc3339,
}

impl TimestampUnit {
    /// Every unit, the usual one first.
    pub const ALL: [Self; 3] = [Self::Millis, Self::Seconds, Self::Rfc3339];

    /// The name in settings, which does not change.
    pub fn name(self) -> &'static str {
        match self {
            Self::Seconds => "s",
            Self::Millis => "ms",
            Self::Rfc3339 => "rfc3339",
        }
    }
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
        /// The year that month and day belong to.
        year: Year,
        /// The zone at whose midnight the day begins.
        zone: Tz,
        /// For a fixed year: the first instant of each day, by `month * 32 + day`.
        first_instants: Vec<Option<EventTime>>,
    },
    /// From one field with an instant.
    Field {
        /// Slot of the field: `integer` or `timestamp` for numbers, `text` or `timestamp` for
        /// RFC 3339.
        slot: usize,
        /// The form in which the field tells an instant.
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

    /// The event time of the open row of `batch`, which is complete and stamped at `record_time`.
    ///
    /// # Errors
    /// The row has no event time of its own; the caller takes `record_time` instead. A row whose
    /// year is the current one has none without a stamp.
    pub(crate) fn assign(
        &self,
        batch: &RecordBatch,
        record_time: RecordTime,
    ) -> Result<EventTime, Fallback> {
        match self {
            Self::MonthDay { month, day, year, zone, first_instants } => {
                let month = unsigned(batch, *month)?;
                let day = unsigned(batch, *day)?;
                if month > 12 || day > 31 {
                    return Err(Fallback::Impossible);
                }
                let found = match year {
                    Year::Fixed(_) => first_instants[(month * 32 + day) as usize],
                    Year::Current => current_year(*zone, month, day, record_time),
                };
                found.ok_or(Fallback::Impossible)
            }
            Self::Field { slot, unit } => field(batch, *slot, *unit),
        }
    }
}

/// The first instant of a civil day; `None` means that there is no such day.
fn first_instant(zone: Tz, year: i32, month: u32, day: u32) -> Option<EventTime> {
    civil::first_instant(zone, NaiveDate::from_ymd_opt(year, month, day)?)
}

fn current_year(zone: Tz, month: u32, day: u32, record_time: RecordTime) -> Option<EventTime> {
    // The tolerance of `Year::Current`.
    let latest = record_time.stamp()?.plus(DAY);
    let latest_year = zone.timestamp_millis_opt(latest.0).single()?.year();
    (0..=YEARS_BACK_MAX)
        .filter_map(|back| first_instant(zone, latest_year - back, month, day))
        .find(|instant| *instant <= latest)
}

fn field(batch: &RecordBatch, slot: usize, unit: TimestampUnit) -> Result<EventTime, Fallback> {
    match (unit, batch.cell(slot)) {
        (TimestampUnit::Seconds, cell) => {
            let seconds = integer(cell)?;
            seconds.checked_mul(1000).map(EventTime).ok_or(Fallback::Impossible)
        }
        (TimestampUnit::Rfc3339, Cell::Text(text)) => {
            parse_rfc3339(text.trim()).ok_or(Fallback::Impossible)
        }
        // A `timestamp` column holds milliseconds, however the record wrote them.
        (TimestampUnit::Millis | TimestampUnit::Rfc3339, cell) => integer(cell).map(EventTime),
    }
}

#[inline]
fn unsigned(batch: &RecordBatch, slot: usize) -> Result<u32, Fallback> {
    match batch.unsigned(slot) {
        Some(number) => Ok(number),
        None => unsigned_or_gap(batch, slot),
    }
}

#[cold]
fn unsigned_or_gap(batch: &RecordBatch, slot: usize) -> Result<u32, Fallback> {
    match batch.cell(slot) {
        Cell::Unsigned(number) => Ok(number),
        Cell::Missing => Err(Fallback::Missing),
        _ => Err(Fallback::Impossible),
    }
}

fn integer(cell: Cell<'_>) -> Result<i64, Fallback> {
    match cell {
        Cell::Integer(number) => Ok(number),
        Cell::Unsigned(number) => Ok(i64::from(number)),
        Cell::Missing => Err(Fallback::Missing),
        _ => Err(Fallback::Impossible),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Flaw;
    use crate::row::{Row, Value};
    use crate::testing::{at, batch_with_open, row};

    const SHANGHAI: Tz = chrono_tz::Asia::Shanghai;

    fn assign_values(year: Year, date: [Value; 2], stamp: &str) -> Result<EventTime, Fallback> {
        let assigner = TimestampAssigner::month_day(0, 1, year, SHANGHAI);
        assigner.assign(&batch_with_open(&row(&date)), RecordTime(at(stamp).0))
    }

    fn assign(year: Year, month: u32, day: u32, stamp: &str) -> Result<EventTime, Fallback> {
        assign_values(year, [Value::Unsigned(month), Value::Unsigned(day)], stamp)
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
        assert_eq!(first_instant(zone, 2018, 11, 4), Some(at("2018-11-04T01:00:00-02:00")));
    }

    #[test]
    fn a_date_without_a_usable_month_or_day_is_no_event_time() {
        let (year, stamp) = (Year::Fixed(2015), "2026-01-01T00:00:00Z");
        let (may, bad) = (Value::Unsigned(5), Value::Invalid(Flaw::WrongType));
        for (date, fallback) in [
            ([Value::Missing, may], Fallback::Missing),
            ([may, Value::Missing], Fallback::Missing),
            ([bad, may], Fallback::Impossible),
            ([may, bad], Fallback::Impossible),
        ] {
            assert_eq!(assign_values(year, date, stamp), Err(fallback), "{date:?}");
        }
    }

    #[test]
    fn one_field_tells_an_instant_as_a_number() {
        use Fallback::{Impossible, Missing};
        use TimestampUnit::{Millis, Rfc3339, Seconds};
        for (unit, value, found) in [
            (Seconds, Value::Integer(15), Ok(15_000)),
            (Seconds, Value::Unsigned(15), Ok(15_000)),
            (Seconds, Value::Integer(-15), Ok(-15_000)),
            (Seconds, Value::Integer(i64::MAX), Err(Impossible)),
            (Millis, Value::Integer(15), Ok(15)),
            (Millis, Value::Missing, Err(Missing)),
            (Millis, Value::Float(15.0), Err(Impossible)),
            (Millis, Value::Invalid(Flaw::Fraction), Err(Impossible)),
            // A `timestamp` field, which the decoder has turned into milliseconds.
            (Rfc3339, Value::Integer(15), Ok(15)),
        ] {
            let assigner = TimestampAssigner::Field { slot: 0, unit };
            let batch = batch_with_open(&row(&[value]));
            let event_time = assigner.assign(&batch, RecordTime(0)).map(|time| time.0);
            assert_eq!(event_time, found, "{unit:?} {value:?}");
        }
    }

    #[test]
    fn one_field_tells_an_instant_as_a_text() {
        for (text, found) in [
            ("1970-01-01T08:00:01+08:00", Ok(EventTime(1000))),
            (" 1970-01-01T00:00:01Z\t", Ok(EventTime(1000))),
            ("yesterday", Err(Fallback::Impossible)),
            ("", Err(Fallback::Missing)),
        ] {
            let mut row = Row::default();
            row.reset(1);
            row.set_text(0, text);
            let assigner = TimestampAssigner::Field { slot: 0, unit: TimestampUnit::Rfc3339 };
            assert_eq!(assigner.assign(&batch_with_open(&row), RecordTime(0)), found, "`{text}`");
        }
    }
}
