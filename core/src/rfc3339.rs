//! Instants as RFC 3339 texts, such as `2015-11-11T00:00:00+08:00`: the one form in which people
//! write an instant and results show it.

use chrono::{DateTime, SecondsFormat, TimeZone};
use chrono_tz::Tz;

use crate::time::EventTime;

/// An instant in civil time of `zone` with its offset. An instant that civil time does not reach
/// (beyond the year 262,000) is shown as its milliseconds. The offset is in whole minutes, so
/// where clocks still followed the sun (Shanghai before 1901) the text is off by some seconds.
pub fn rfc3339(zone: Tz, time: EventTime) -> String {
    match zone.timestamp_millis_opt(time.0).single() {
        Some(instant) => instant.to_rfc3339_opts(SecondsFormat::AutoSi, false),
        None => time.to_string(),
    }
}

/// The instant that `text` names, cut to whole milliseconds; `None` means that `text` is not an
/// RFC 3339 time.
pub fn parse_rfc3339(text: &str) -> Option<EventTime> {
    let instant = DateTime::parse_from_rfc3339(text).ok()?;
    Some(EventTime(instant.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHANGHAI: Tz = chrono_tz::Asia::Shanghai;

    #[test]
    fn an_instant_is_shown_in_the_zone_with_as_many_digits_as_it_needs() {
        for (millis, shown) in [
            (0, "1970-01-01T08:00:00+08:00"),
            (1_447_171_200_000, "2015-11-11T00:00:00+08:00"),
            (1_447_171_200_007, "2015-11-11T00:00:00.007+08:00"),
            (-1, "1970-01-01T07:59:59.999+08:00"),
            (i64::MAX, "9223372036854775807 ms"),
        ] {
            assert_eq!(rfc3339(SHANGHAI, EventTime(millis)), shown);
        }
        assert_eq!(rfc3339(Tz::UTC, EventTime(0)), "1970-01-01T00:00:00+00:00");
        let summer = parse_rfc3339("2026-07-01T00:00:00Z").expect("an instant");
        assert_eq!(rfc3339(chrono_tz::Europe::Berlin, summer), "2026-07-01T02:00:00+02:00");
    }

    #[test]
    fn what_is_shown_is_read_back() {
        for millis in [0, 1_447_171_200_007, -2_000_000_000_001] {
            let shown = rfc3339(SHANGHAI, EventTime(millis));
            assert_eq!(parse_rfc3339(&shown), Some(EventTime(millis)), "{shown}");
        }
    }

    #[test]
    fn a_text_without_an_offset_or_with_an_impossible_date_is_no_instant() {
        assert_eq!(parse_rfc3339("1970-01-01T00:00:00.0019Z"), Some(EventTime(1)));
        for text in ["", "2015-11-11", "2015-11-11T00:00:00", "2015-02-30T00:00:00Z", " 2015"] {
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
    }
}
