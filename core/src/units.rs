//! Whole numbers with a unit, as settings write them: `100ms`, `1d`, `64MiB`. A number always has
//! a unit, and a unit has one spelling.

use crate::time::Millis;

/// The units of a duration with their lengths in milliseconds, the shortest first.
pub const DURATION_UNITS: [(&str, u64); 5] =
    [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

/// Why a text is not a number with a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitError {
    /// A number and nothing else.
    NoUnit,
    /// A number, then something that is no unit.
    UnknownUnit,
    /// A number with a fraction.
    Fraction,
    /// No whole number at the start.
    NoNumber,
    /// More than 64 bits hold, counted in the smallest unit.
    TooLarge,
}

/// The number in `text` times the factor of its unit, which `units` names.
///
/// # Errors
/// The text is not a whole number followed at once by one of `units`, or the product is too large.
pub fn parse_quantity(text: &str, units: &[(&str, u64)]) -> Result<u64, UnitError> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        return Err(UnitError::NoNumber);
    }
    if unit.is_empty() {
        return Err(UnitError::NoUnit);
    }
    if unit.starts_with('.') {
        return Err(UnitError::Fraction);
    }
    let factor = units.iter().find(|(name, _)| *name == unit).ok_or(UnitError::UnknownUnit)?.1;
    let number: u64 = number.parse().map_err(|_| UnitError::TooLarge)?;
    number.checked_mul(factor).ok_or(UnitError::TooLarge)
}

/// The milliseconds of a duration such as `100ms` or `1d`; saturates.
///
/// # Errors
/// As [`parse_quantity`] with [`DURATION_UNITS`].
pub(crate) fn parse_millis(text: &str) -> Result<Millis, UnitError> {
    let millis = parse_quantity(text, &DURATION_UNITS)?;
    Ok(Millis::try_from(millis).unwrap_or(Millis::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_whole_number_and_a_unit() {
        for (text, millis) in [
            ("100ms", Ok(100)),
            ("5s", Ok(5000)),
            ("2m", Ok(120_000)),
            ("1h", Ok(3_600_000)),
            ("1d", Ok(86_400_000)),
            ("0s", Ok(0)),
            ("007s", Ok(7000)),
            ("", Err(UnitError::NoNumber)),
            ("s", Err(UnitError::NoNumber)),
            ("-5s", Err(UnitError::NoNumber)),
            (" 5s", Err(UnitError::NoNumber)),
            ("300", Err(UnitError::NoUnit)),
            ("5 s", Err(UnitError::UnknownUnit)),
            ("5S", Err(UnitError::UnknownUnit)),
            ("5sec", Err(UnitError::UnknownUnit)),
            ("5秒", Err(UnitError::UnknownUnit)),
            ("1.5s", Err(UnitError::Fraction)),
            ("99999999999999999999s", Err(UnitError::TooLarge)),
            ("18446744073709551615d", Err(UnitError::TooLarge)),
        ] {
            assert_eq!(parse_quantity(text, &DURATION_UNITS), millis, "{text}");
        }
    }

    #[test]
    fn a_duration_longer_than_event_time_is_as_long_as_event_time() {
        assert_eq!(parse_millis("18446744073709551615ms"), Ok(Millis::MAX));
        assert_eq!(parse_millis("18446744073709551616ms"), Err(UnitError::TooLarge));
    }

    #[test]
    fn each_caller_has_units_of_its_own() {
        let sizes = [("B", 1), ("MiB", 1 << 20)];
        assert_eq!(parse_quantity("64MiB", &sizes), Ok(64 << 20));
        assert_eq!(parse_quantity("64ms", &sizes), Err(UnitError::UnknownUnit));
    }
}
