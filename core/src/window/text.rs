//! Windows as `pipeline.toml`, results and addresses write them: `cumulative`, `1d`, `10m/1m`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::{WindowSpec, WindowSpecError};
use crate::time::Millis;
use crate::units::{DURATION_UNITS, UnitError, parse_millis};

const CUMULATIVE: &str = "cumulative";

/// Why a text names no windows.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum ParseWindowError {
    /// A number without one of the [`DURATION_UNITS`].
    #[error("has no unit")]
    NoUnit,
    /// Not `cumulative`, not a size, not a size and a slide.
    #[error("is not a window")]
    NotAWindow,
    /// A size and perhaps a slide, of which no windows can be made.
    #[error(transparent)]
    NoSuchWindow(#[from] WindowSpecError),
}

impl FromStr for WindowSpec {
    type Err = ParseWindowError;

    /// Reads what [`WindowSpec`] displays, and sizes in any unit: `24h` is `1d`.
    fn from_str(text: &str) -> Result<Self, ParseWindowError> {
        if text == CUMULATIVE {
            return Ok(Self::Cumulative);
        }
        let spec = match text.split_once('/') {
            None => Self::tumbling(millis(text)?),
            Some((size, slide)) => Self::sliding(millis(size)?, millis(slide)?),
        };
        Ok(spec?)
    }
}

fn millis(text: &str) -> Result<Millis, ParseWindowError> {
    parse_millis(text).map_err(|error| match error {
        UnitError::NoUnit => ParseWindowError::NoUnit,
        _ => ParseWindowError::NotAWindow,
    })
}

/// `cumulative`, `1d`, `10m/1m`: as in `pipeline.toml`, in the largest unit that fits.
impl fmt::Display for WindowSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cumulative => f.write_str(CUMULATIVE),
            Self::Tumbling { size } => write!(f, "{}", Shown(*size)),
            Self::Sliding { size, slide } => write!(f, "{}/{}", Shown(*size), Shown(*slide)),
        }
    }
}

/// A duration in its largest whole unit.
struct Shown(Millis);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = DURATION_UNITS.into_iter().rev();
        let mut units = units.map(|(name, millis)| (name, millis as Millis));
        let (name, unit) = units
            .find(|(_, unit)| self.0 % unit == 0)
            .expect("every duration is whole milliseconds");
        write!(f, "{}{name}", self.0 / unit)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_window_is_written_in_its_largest_unit() {
        for (text, shown) in [
            ("cumulative", "cumulative"),
            ("1d", "1d"),
            ("24h", "1d"),
            ("90m", "90m"),
            ("3600s", "1h"),
            ("1000ms", "1s"),
            ("600s/1m", "10m/1m"),
            ("7d/1d", "7d/1d"),
        ] {
            assert_eq!(text.parse::<WindowSpec>().map(|spec| spec.to_string()), Ok(shown.into()));
        }
    }

    #[test]
    fn a_text_that_names_no_windows_is_told_from_windows_that_cannot_be() {
        use ParseWindowError::{NoSuchWindow, NoUnit, NotAWindow};
        for (text, error) in [
            ("", NotAWindow),
            ("Cumulative", NotAWindow),
            ("cumulative ", NotAWindow),
            ("1.5d", NotAWindow),
            ("1w", NotAWindow),
            ("-1d", NotAWindow),
            ("1d/", NotAWindow),
            ("10m/1m/1s", NotAWindow),
            ("99999999999999999999d", NotAWindow),
            ("10", NoUnit),
            ("10m/1", NoUnit),
            ("10/one", NoUnit),
            ("7m", NoSuchWindow(WindowSpecError::NoDivisor)),
            ("36h", NoSuchWindow(WindowSpecError::NoDays)),
            ("0s", NoSuchWindow(WindowSpecError::OutOfRange)),
            ("9223372036854775807ms", NoSuchWindow(WindowSpecError::OutOfRange)),
            ("10m/20m", NoSuchWindow(WindowSpecError::SlideTooLarge)),
            ("1d/1m", NoSuchWindow(WindowSpecError::TooManyPanes(1440))),
        ] {
            assert_eq!(text.parse::<WindowSpec>(), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(size in 1..5000_i64, slide in 0..5000_i64, unit in 0..5_usize) {
            let unit = DURATION_UNITS[unit].1 as Millis;
            if let Ok(spec) = WindowSpec::from_millis(size * unit, slide * unit) {
                prop_assert_eq!(spec.to_string().parse(), Ok(spec));
            }
        }
    }
}
