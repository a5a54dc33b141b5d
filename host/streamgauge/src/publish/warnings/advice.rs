//! What to try where records have no usable event time, read off one of them. Advice is a guess for
//! people and changes nothing of what is counted.

use streamgauge_core::{EventTime, TimestampUnit, rfc3339};

/// Instants that data is likely to be about: the years 2000 to 2100, in milliseconds.
const LIKELY: std::ops::Range<i64> = 946_684_800_000..4_102_444_800_000;

/// The text of `field` at the top level of a JSON object, as far as it can be seen in the object's
/// beginning.
pub(super) fn value_of(record: &[u8], field: &str) -> Option<String> {
    let text = String::from_utf8_lossy(record);
    let name = format!("\"{field}\"");
    let (mut depth, mut rest) = (0_i32, text.as_ref());
    while let Some(at) = rest.find(['{', '}', '"']) {
        let from = &rest[at..];
        match from.as_bytes()[0] {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {
                let end = string_end(from)?;
                let after = from[end..].trim_start();
                if depth == 1 && from[..end] == name && after.starts_with(':') {
                    return token(after[1..].trim_start());
                }
                rest = &from[end..];
                continue;
            }
        }
        rest = &from[1..];
    }
    None
}

/// The name of a top-level object inside of which the JSON object `record` has `field`.
pub(super) fn envelope_of(record: &[u8], field: &str) -> Option<String> {
    let text = String::from_utf8_lossy(record);
    let inside = text.find(&format!("\"{field}\""))?;
    let before = &text[..inside];
    let open = before.rfind(":{").or_else(|| before.rfind(": {"))?;
    let name = before[..open].trim_end().strip_suffix('"')?;
    let name = &name[name.rfind('"')? + 1..];
    (value_of(record, field).is_none() && !name.is_empty()).then(|| name.to_owned())
}

/// The length of the JSON string at the beginning of `text`, with both quotes.
fn string_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn token(text: &str) -> Option<String> {
    if text.starts_with('"') {
        return Some(text[1..string_end(text)? - 1].to_owned());
    }
    let end = text.find([',', '}', ']', ' ', '\n', '\r', '\t'])?;
    Some(text[..end].to_owned()).filter(|token| !token.is_empty())
}

/// What to try where `value` is no usable or a strange instant of this unit.
pub(super) fn of_value(unit: TimestampUnit, value: &str) -> Option<String> {
    if let Ok(whole) = value.parse::<i64>() {
        return of_number(unit, whole);
    }
    if let Ok(number) = value.parse::<f64>() {
        let whole = match unit {
            TimestampUnit::Seconds | TimestampUnit::Rfc3339 => (number * 1000.0) as i64,
            TimestampUnit::Millis => number as i64,
        };
        return Some(format!(
            "only whole numbers are read: let the producer write {whole} and set `unit` = \"ms\""
        ));
    }
    let looks_like_date = value.len() >= 10
        && value.is_char_boundary(10)
        && value[..10].bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if !looks_like_date {
        return None;
    }
    let date = &value[..10];
    let time = value[10..].trim_start_matches([' ', 'T', 't']);
    let time = if time.is_empty() { "00:00:00" } else { time };
    let zone = if time.contains(['Z', '+']) { "" } else { "Z" };
    Some(match unit {
        TimestampUnit::Rfc3339 => format!(
            "RFC 3339 has a `T` before the time and ends with a zone: let the producer write \
             {date}T{time}{zone}"
        ),
        TimestampUnit::Seconds | TimestampUnit::Millis => {
            "set `unit` = \"rfc3339\" and the field's type to \"text\"".to_owned()
        }
    })
}

/// The unit in which a number is a likely instant.
fn of_number(unit: TimestampUnit, number: i64) -> Option<String> {
    let fits = |per_ms: fn(i64) -> Option<i64>| {
        let ms = per_ms(number).filter(|ms| LIKELY.contains(ms))?;
        Some(rfc3339(chrono_tz::Tz::UTC, EventTime(ms)))
    };
    for (other, name, per_ms) in [
        (TimestampUnit::Seconds, "s", (|n| n.checked_mul(1000)) as fn(i64) -> Option<i64>),
        (TimestampUnit::Millis, "ms", Some),
    ] {
        if let Some(instant) = fits(per_ms).filter(|_| other != unit) {
            return Some(format!("`unit` = \"{name}\" would read {number} as {instant}"));
        }
    }
    for (name, divisor) in [("microseconds", 1000), ("nanoseconds", 1_000_000)] {
        if LIKELY.contains(&(number / divisor)) {
            let ms = number / divisor;
            return Some(format!(
                "{number} looks like {name}, which are not read: let the producer write {ms} and \
                 set `unit` = \"ms\""
            ));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_says_which_unit_or_form_would_do() {
        for (unit, value, expected) in [
            (TimestampUnit::Rfc3339, "2020-05-01 12:00:00", "write 2020-05-01T12:00:00Z"),
            (TimestampUnit::Rfc3339, "2020-05-01", "write 2020-05-01T00:00:00Z"),
            (
                TimestampUnit::Rfc3339,
                "1588305600",
                "`unit` = \"s\" would read 1588305600 as 2020-05-01",
            ),
            (
                TimestampUnit::Seconds,
                "1588305600.123",
                "write 1588305600123 and set `unit` = \"ms\"",
            ),
            (
                TimestampUnit::Millis,
                "1588305600",
                "`unit` = \"s\" would read 1588305600 as 2020-05-01",
            ),
            (
                TimestampUnit::Seconds,
                "1588305600123",
                "`unit` = \"ms\" would read 1588305600123 as 2020",
            ),
            (TimestampUnit::Millis, "1588305600123456", "looks like microseconds"),
            (TimestampUnit::Millis, "2020-05-01T12:00:00Z", "set `unit` = \"rfc3339\""),
        ] {
            let advice = of_value(unit, value).expect(value);
            assert!(advice.contains(expected), "{value}: {advice}");
        }
        assert_eq!(of_value(TimestampUnit::Millis, "soon"), None);
        assert_eq!(of_value(TimestampUnit::Millis, "1588305600123"), None, "nothing is wrong");
    }

    #[test]
    fn a_field_is_found_at_the_top_level_only() {
        let record = br#"{"a": {"ts": 1}, "b": "x\"ts\": 2", "ts" : "3", "n": 4.5}"#;
        assert_eq!(value_of(record, "ts").as_deref(), Some("3"));
        assert_eq!(value_of(record, "n").as_deref(), Some("4.5"));
        assert_eq!(value_of(record, "b").as_deref(), Some(r#"x\"ts\": 2"#));
        assert_eq!(value_of(br#"{"a": {"ts": 1}}"#, "ts"), None);
        assert_eq!(value_of(br#"{"ts": 15"#, "ts"), None, "cut within");
        assert_eq!(value_of(b"\xff\x00", "ts"), None);
    }

    #[test]
    fn an_envelope_is_named() {
        assert_eq!(envelope_of(br#"{"payload": {"ts": 1}}"#, "ts").as_deref(), Some("payload"));
        assert_eq!(envelope_of(br#"{"payload":{"a":1,"ts":1}}"#, "ts").as_deref(), Some("payload"));
        assert_eq!(envelope_of(br#"{"ts": 1, "b": {"ts": 2}}"#, "ts"), None);
        assert_eq!(envelope_of(br#"{"a": 1}"#, "ts"), None);
    }
}
