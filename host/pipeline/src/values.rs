//! The kinds of values that settings have, each with its limits and the remedy in its refusal.

use std::ops::RangeInclusive;
use std::time::Duration;

use streamgauge_core::{UnitError, parse_rfc3339};
use toml::de::DeValue;

use super::reader::{Problem, Read, Value};
use super::suggest::list;
use super::units::{
    duration_units, near_duration, parse_duration, parse_size, show_duration, show_size, size_units,
};

/// The longest text of a name or an address, in characters.
const TEXT_CHARS_MAX: usize = 4096;

/// The longest id, in characters.
const ID_CHARS_MAX: usize = 64;

/// A text that is not empty and has no control characters.
pub(super) fn line<'a>(value: &Value<'a>) -> Read<&'a str> {
    let text = value.text()?;
    if text.trim().is_empty() {
        Err(Problem::new("must not be empty"))
    } else if text.chars().any(char::is_control) {
        Err(Problem::new("must not have control characters or line breaks"))
    } else if text.chars().count() > TEXT_CHARS_MAX {
        Err(Problem::new(format!("must have at most {TEXT_CHARS_MAX} characters")))
    } else {
        Ok(text)
    }
}

/// An id in the file, in addresses and in names of files.
pub(super) fn identifier<'a>(value: &Value<'a>) -> Read<&'a str> {
    let text = line(value)?;
    let legal = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    if text.chars().all(legal) && text.len() <= ID_CHARS_MAX {
        return Ok(text);
    }
    Err(Problem::new(format!("is not an id: `{text}`"))
        .hint(format!("use up to {ID_CHARS_MAX} lower-case letters, digits, `_` and `-`")))
}

/// A whole number in a range.
pub(super) fn whole(range: RangeInclusive<u64>) -> impl Fn(&Value<'_>) -> Read<u64> {
    move |value| {
        let number = value.integer()?;
        let fits = u64::try_from(number).ok().filter(|n| range.contains(n));
        fits.ok_or_else(|| {
            let (least, most) = (range.start(), range.end());
            Problem::new(format!("must be from {least} to {most}, not {number}"))
        })
    }
}

/// A number in a range.
pub(super) fn number(range: RangeInclusive<f64>) -> impl Fn(&Value<'_>) -> Read<f64> {
    move |value| {
        let number = value.number()?;
        if range.contains(&number) {
            return Ok(number);
        }
        let (least, most) = (range.start(), range.end());
        Err(Problem::new(format!("must be from {least} to {most}, not {number}")))
    }
}

/// Reads one of a few words, each with its meaning.
pub(super) fn one_of<T: Copy>(choices: &[(&str, T)]) -> impl Fn(&Value<'_>) -> Read<T> {
    move |value| {
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let allowed = list(&words, "or");
        let text = value.text().map_err(|p| p.hint(format!("write {allowed}, in quotes")))?;
        let found = choices.iter().find(|(word, _)| *word == text);
        found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            Problem::new(format!("must be {allowed}, not `{text}`")).meant(text, words)
        })
    }
}

/// A duration in a range; `unit` is the usual one, for the remedy.
pub(super) fn duration(
    unit: &'static str,
    range: RangeInclusive<Duration>,
) -> impl Fn(&Value<'_>) -> Read<Duration> {
    move |value| {
        let of_fraction = |number| near_duration(&format!("{number}{unit}"));
        let text = with_unit(value, unit, "a duration", &duration_units(), of_fraction)?;
        let duration = parse_duration(text).map_err(|error| match error {
            UnitError::NoUnit => lacks_unit(Some(format!("{text}{unit}")), &duration_units()),
            other => not_readable("a duration", "\"5s\"", &duration_units(), other)
                .write_if(near_duration(text)),
        })?;
        if range.contains(&duration) {
            return Ok(duration);
        }
        let (least, most) = (show_duration(*range.start()), show_duration(*range.end()));
        Err(Problem::new(format!("must be from {least} to {most}, not {text}")))
    }
}

/// A size in bytes in a range.
pub(super) fn size(range: RangeInclusive<u64>) -> impl Fn(&Value<'_>) -> Read<u64> {
    move |value| {
        let text = with_unit(value, "MiB", "a size", &size_units(), |_| None)?;
        let bytes = parse_size(text).map_err(|error| match error {
            UnitError::NoUnit => lacks_unit(Some(format!("{text}MiB")), &size_units()),
            other => not_readable("a size", "\"64MiB\"", &size_units(), other),
        })?;
        if range.contains(&bytes) {
            return Ok(bytes);
        }
        let (least, most) = (show_size(*range.start()), show_size(*range.end()));
        Err(Problem::new(format!("must be from {least} to {most}, not {text}")))
    }
}

/// The text of a value that has a number and a unit. `of_fraction` is the text that a number with a
/// fraction probably stands for.
fn with_unit<'a>(
    value: &Value<'a>,
    unit: &str,
    kind: &str,
    units: &str,
    of_fraction: impl FnOnce(f64) -> Option<String>,
) -> Read<&'a str> {
    match value.data() {
        DeValue::String(text) => Ok(text.as_ref()),
        DeValue::Integer(_) => match value.integer()? {
            number if number < 0 => Err(Problem::new("must not be negative")),
            number => Err(lacks_unit(Some(format!("{number}{unit}")), units)),
        },
        DeValue::Float(_) => match value.number()? {
            number if number < 0.0 => Err(Problem::new("must not be negative")),
            number => Err(lacks_unit(of_fraction(number), units)),
        },
        _ => Err(value.wrong_type(&format!("{kind} in quotes"))),
    }
}

/// A number without a unit; `meant` is what it probably stands for.
fn lacks_unit(meant: Option<String>, units: &str) -> Problem {
    Problem::new("lacks a unit").write_if(meant).hint(format!("the units are {units}"))
}

fn not_readable(kind: &str, example: &str, units: &str, error: UnitError) -> Problem {
    let message = match error {
        UnitError::NoUnit => "lacks a unit".to_owned(),
        UnitError::UnknownUnit => format!("is not {kind}: its unit is not known"),
        UnitError::Fraction => format!("is not {kind}: its number must be whole"),
        UnitError::NoNumber => format!("is not {kind}"),
        UnitError::TooLarge => "is too large".to_owned(),
    };
    Problem::new(message)
        .hint(format!("write a whole number and a unit, as in {example}; the units are {units}"))
}

/// An instant as RFC 3339 text or TOML date-time, in milliseconds since the Unix epoch.
pub(super) fn instant(value: &Value<'_>) -> Read<i64> {
    let text = match value.data() {
        DeValue::Datetime(datetime) => datetime.to_string(),
        _ => value.text()?.to_owned(),
    };
    parse_rfc3339(&text).map(|instant| instant.0).ok_or_else(|| {
        Problem::new("is not an RFC 3339 time")
            .hint("write date, time and offset from UTC, as in \"2015-11-11T00:00:00+08:00\"")
    })
}
