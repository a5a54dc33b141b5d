//! Durations and sizes as texts: a whole number and a unit, always both.

use std::time::Duration;

use streamgauge_core::{DURATION_UNITS, UnitError, parse_quantity};

/// The units of a size, in bytes.
const SIZE_UNITS: [(&str, u64); 9] = [
    ("B", 1),
    ("KB", 1000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("TB", 1_000_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
];

/// Names of units that people write, and what they are here.
const UNIT_NAMES: [(&str, &[&str]); 6] = [
    ("ms", &["msec", "msecs", "millis", "millisecond", "milliseconds", "毫秒"]),
    ("s", &["sec", "secs", "second", "seconds", "秒", "秒钟"]),
    ("m", &["min", "mins", "minute", "minutes", "分", "分钟"]),
    ("h", &["hr", "hrs", "hour", "hours", "时", "小时"]),
    ("d", &["day", "days", "天", "日"]),
    ("w", &["week", "weeks", "周"]),
];

/// A duration such as `100ms` or `1d`.
pub(super) fn parse_duration(text: &str) -> Result<Duration, UnitError> {
    parse_quantity(text, &DURATION_UNITS).map(Duration::from_millis)
}

/// The duration that a text such as `5 min`, `1.5h` or `2w` probably stands for, as it is written
/// here.
pub(super) fn near_duration(text: &str) -> Option<String> {
    let text = text.trim();
    let is_number = |c: char| c.is_ascii_digit() || c == '.';
    let (number, unit) = text.split_at(text.find(|c| !is_number(c))?);
    let unit = unit.trim().to_lowercase();
    let known = UNIT_NAMES.iter().find(|(short, names)| *short == unit || names.contains(&&*unit));
    let (factor, short) = match known?.0 {
        "w" => (7.0, "d"),
        short => (1.0, short),
    };
    let millis = DURATION_UNITS.iter().find(|(name, _)| *name == short)?.1;
    let number: f64 = number.parse().ok()?;
    let whole = number * factor * millis as f64;
    // Beyond that, not every whole number of milliseconds is a number of its own.
    let is_exact = (0.0..=1e15).contains(&whole) && (whole - whole.round()).abs() < 1e-6;
    let (written, millis) = (number * factor, Duration::from_millis(whole.round() as u64));
    let is_whole = (written - written.round()).abs() < 1e-9;
    let shown = if is_whole { format!("{written:.0}{short}") } else { show_duration(millis) };
    is_exact.then_some(shown)
}

/// A number of bytes such as `64MiB` or `1GB`.
pub(super) fn parse_size(text: &str) -> Result<u64, UnitError> {
    parse_quantity(text, &SIZE_UNITS)
}

/// A duration of the command line.
///
/// # Errors
/// The text is none, with the units that there are.
pub fn duration_of(text: &str) -> Result<Duration, String> {
    parse_duration(text).map_err(|_| format!("write a number and one of {}", duration_units()))
}

/// A size of the command line, in bytes.
///
/// # Errors
/// The text is none, with the units that there are.
pub fn size_of(text: &str) -> Result<u64, String> {
    parse_size(text).map_err(|_| format!("write a number and one of {}", size_units()))
}

/// The names of the units of a duration.
pub(super) fn duration_units() -> String {
    DURATION_UNITS.map(|(name, _)| name).join(", ")
}

/// The names of the units of a size.
pub(super) fn size_units() -> String {
    SIZE_UNITS.map(|(name, _)| name).join(", ")
}

/// A duration as a person would write one; equal durations give equal texts.
pub fn show_duration(duration: Duration) -> String {
    let millis = duration.as_millis();
    let whole = |unit: u128| millis > 0 && millis.is_multiple_of(unit);
    // Seconds are good up to an hour: "300s" is shown as the default pipeline writes it.
    if whole(86_400_000) {
        format!("{}d", millis / 86_400_000)
    } else if whole(3_600_000) {
        format!("{}h", millis / 3_600_000)
    } else if millis.is_multiple_of(1000) {
        format!("{}s", millis / 1000)
    } else {
        format!("{millis}ms")
    }
}

/// A size as a person would write one.
pub(super) fn show_size(bytes: u64) -> String {
    let fits = |factor: u64| bytes > 0 && bytes.is_multiple_of(factor);
    let units = SIZE_UNITS.iter().rev().filter(|(name, _)| name.ends_with("iB"));
    let unit = units.copied().find(|(_, factor)| fits(*factor)).unwrap_or(SIZE_UNITS[0]);
    format!("{}{}", bytes / unit.1, unit.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations() {
        let check = |text, millis: Result<u64, UnitError>| {
            assert_eq!(parse_duration(text), millis.map(Duration::from_millis), "{text}");
        };
        check("100ms", Ok(100));
        check("5s", Ok(5000));
        check("2m", Ok(120_000));
        check("1h", Ok(3_600_000));
        check("1d", Ok(86_400_000));
        check("0s", Ok(0));
        check("007s", Ok(7000));
        check("", Err(UnitError::NoNumber));
        check("s", Err(UnitError::NoNumber));
        check("-5s", Err(UnitError::NoNumber));
        check(" 5s", Err(UnitError::NoNumber));
        check("300", Err(UnitError::NoUnit));
        check("5 s", Err(UnitError::UnknownUnit));
        check("5S", Err(UnitError::UnknownUnit));
        check("5sec", Err(UnitError::UnknownUnit));
        check("5秒", Err(UnitError::UnknownUnit));
        check("1.5s", Err(UnitError::Fraction));
        check("99999999999999999999s", Err(UnitError::TooLarge));
        check("18446744073709551615d", Err(UnitError::TooLarge));
    }

    #[test]
    fn a_unit_by_another_name_is_understood() {
        let check = |text, near: Option<&str>| {
            assert_eq!(near_duration(text).as_deref(), near, "{text}");
        };
        check("5 s", Some("5s"));
        check("5S", Some("5s"));
        check("5sec", Some("5s"));
        check("10min", Some("10m"));
        check("10 分钟", Some("10m"));
        check("1天", Some("1d"));
        check("2w", Some("14d"));
        check("1.5h", Some("5400s"));
        check("1.5s", Some("1500ms"));
        check("0.5ms", None);
        check("1.2.3s", None);
        check("5 parsecs", None);
        check("s", None);
        check("300", None);
        check("99999999999999999999s", None);
    }

    #[test]
    fn sizes() {
        let check = |text, bytes| assert_eq!(parse_size(text), bytes, "{text}");
        check("64MiB", Ok(64 << 20));
        check("1GB", Ok(1_000_000_000));
        check("512B", Ok(512));
        check("3KiB", Ok(3072));
        check("2TiB", Ok(2 << 40));
        check("64", Err(UnitError::NoUnit));
        check("64M", Err(UnitError::UnknownUnit));
        check("64mib", Err(UnitError::UnknownUnit));
        check("0.5GB", Err(UnitError::Fraction));
        check("20000000TiB", Err(UnitError::TooLarge));
    }

    #[test]
    fn equal_durations_are_shown_as_equal_texts() {
        let check = |text, shown| {
            let duration = parse_duration(text).expect("a duration");
            assert_eq!(show_duration(duration), shown, "{text}");
        };
        check("300s", "300s");
        check("5m", "300s");
        check("60m", "1h");
        check("24h", "1d");
        check("1500ms", "1500ms");
        check("0ms", "0s");
    }

    #[test]
    fn sizes_are_shown_with_their_largest_unit() {
        assert_eq!(show_size(64 << 20), "64MiB");
        assert_eq!(show_size(4 << 30), "4GiB");
        assert_eq!(show_size(1000), "1000B");
        assert_eq!(show_size(0), "0B");
    }
}
