//! Instants as civil time and durations as people write them.

use chrono::{DateTime, NaiveDateTime, TimeZone};
use chrono_tz::Tz;

const FORMAT: &str = "%Y-%m-%d %H:%M:%S";

/// `2015-11-11 00:00:00` in `zone`, as milliseconds since the Unix epoch.
pub(crate) fn parse_civil(zone: Tz, text: &str) -> i64 {
    let local = NaiveDateTime::parse_from_str(text, FORMAT)
        .unwrap_or_else(|error| panic!("`{text}` is no civil time: {error}"));
    zone.from_local_datetime(&local)
        .single()
        .expect("it is not at a clock change")
        .timestamp_millis()
}

/// Civil time in `zone` as [`parse_civil`] reads it.
pub(crate) fn civil(zone: Tz, millis: i64) -> String {
    let instant = DateTime::from_timestamp_millis(millis).expect("an instant of this era");
    instant.with_timezone(&zone).format(FORMAT).to_string()
}

/// `300s`, `2h`, `1d`, in milliseconds.
pub(crate) fn parse_duration(text: &str) -> i64 {
    let (number, unit) = text.split_at(text.len() - 1);
    let number: i64 = number.parse().unwrap_or_else(|_| panic!("`{text}` is no duration"));
    number * UNITS.iter().find(|(name, _)| *name == unit).expect("a unit").1
}

/// A duration as [`parse_duration`] reads it, in the largest unit that fits.
pub(crate) fn duration(millis: i64) -> String {
    let fits = |(_, length): &&(&str, i64)| millis % length == 0;
    let (unit, length) = UNITS.iter().find(fits).expect("whole seconds");
    format!("{}{unit}", millis / length)
}

/// The units that scenarios use with their milliseconds, the longest first.
const UNITS: [(&str, i64); 3] = [("d", 86_400_000), ("h", 3_600_000), ("s", 1000)];
