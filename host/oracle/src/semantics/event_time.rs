//! When the event of a record happened.

use chrono::DateTime;
use streamgauge_core::{TimestampUnit, Year};

use super::civil::{Calendar, DAY};
use super::rules::Rules;
use super::value::Value;
use streamgauge_pipeline::EventTimeFields;

/// How far back the latest year with a given date may be: from 1904 to 1896.
const YEARS_BACK_MAX: i32 = 8;

/// The reason why a record's stamp stands in for the event time: `missing` or `impossible`.
pub type Fallback = &'static str;

const MISSING: Fallback = "missing";
const IMPOSSIBLE: Fallback = "impossible";

/// The event time that the values of a record tell.
pub(super) fn event_time(
    rules: &Rules,
    calendar: &mut Calendar,
    values: &[Value],
    stamp: Option<i64>,
) -> Result<i64, Fallback> {
    let value = |name: &String| {
        let field = rules.fields.iter().position(|field| field.name == *name);
        field.map_or(&Value::Missing, |field| &values[field])
    };
    match &rules.event_time {
        EventTimeFields::Field { field, unit } => instant(value(field), *unit),
        EventTimeFields::MonthDay { month, day, year } => {
            let month = u32::try_from(number(value(month))?).map_err(|_| IMPOSSIBLE)?;
            let day = u32::try_from(number(value(day))?).map_err(|_| IMPOSSIBLE)?;
            let found = match year {
                Year::Fixed(year) => calendar.first_instant(*year, month, day),
                Year::Current => current(calendar, month, day, stamp),
            };
            found.ok_or(IMPOSSIBLE)
        }
    }
}

/// The latest date of this month and day that is no more than a day ahead of `stamp`.
fn current(calendar: &mut Calendar, month: u32, day: u32, stamp: Option<i64>) -> Option<i64> {
    let latest = stamp?.saturating_add(DAY);
    let this_year = calendar.year_at(latest)?;
    (this_year - YEARS_BACK_MAX..=this_year)
        .rev()
        .filter_map(|year| calendar.first_instant(year, month, day))
        .find(|instant| *instant <= latest)
}

fn instant(value: &Value, unit: TimestampUnit) -> Result<i64, Fallback> {
    match (unit, value) {
        (TimestampUnit::Rfc3339, Value::Text(text)) => {
            let instant = DateTime::parse_from_rfc3339(text.trim()).map_err(|_| IMPOSSIBLE)?;
            Ok(instant.timestamp_millis())
        }
        (TimestampUnit::Seconds, value) => number(value)?.checked_mul(1000).ok_or(IMPOSSIBLE),
        (TimestampUnit::Millis | TimestampUnit::Rfc3339, value) => number(value),
    }
}

fn number(value: &Value) -> Result<i64, Fallback> {
    match value {
        Value::Unsigned(number) => Ok(i64::from(*number)),
        Value::Integer(number) => Ok(*number),
        Value::Missing => Err(MISSING),
        _ => Err(IMPOSSIBLE),
    }
}
