//! Numbers from their decimal text. Whole numbers never pass through floating point, so they are
//! exact to the ends of 64 bits, and `2661.0` or `1e3` is as whole as it looks.

use streamgauge_core::Flaw;

/// Digits that cannot overflow an `i64`.
const PLAIN_DIGITS_MAX: usize = 18;

/// Digits of the largest magnitude, 2⁶³.
const DIGITS_MAX: i64 = 19;

/// The parts of `[+-]digits[.digits][e[+-]digits]`.
struct Decimal<'a> {
    negative: bool,
    whole: &'a [u8],
    fraction: &'a [u8],
    exponent: i64,
}

/// The whole number that `text` spells.
///
/// # Errors
/// [`Flaw::Fraction`] before [`Flaw::OutOfRange`] where both hold; [`Flaw::WrongType`] for what is
/// no number.
#[inline]
pub(super) fn whole(text: &[u8]) -> Result<i64, Flaw> {
    if let Some(number) = plain(text) {
        return Ok(number);
    }
    Decimal::parse(text)?.whole()
}

/// The finite number that `text` spells.
///
/// # Errors
/// [`Flaw::OutOfRange`] for an infinity, spelled out or reached; [`Flaw::WrongType`] for what is
/// no number.
pub(super) fn float(text: &[u8]) -> Result<f64, Flaw> {
    Decimal::parse(text)?;
    let text = std::str::from_utf8(text).map_err(|_| Flaw::WrongType)?;
    let number: f64 = text.parse().map_err(|_| Flaw::WrongType)?;
    if number.is_finite() { Ok(number) } else { Err(Flaw::OutOfRange) }
}

/// The common case: a few digits and nothing else.
#[inline]
fn plain(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > PLAIN_DIGITS_MAX {
        return None;
    }
    let mut number = 0;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i64::from(digit);
    }
    Some(number)
}

impl<'a> Decimal<'a> {
    fn parse(text: &'a [u8]) -> Result<Self, Flaw> {
        let (negative, rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] | rest => (false, rest),
        };
        if rest.eq_ignore_ascii_case(b"infinity") || rest.eq_ignore_ascii_case(b"inf") {
            return Err(Flaw::OutOfRange);
        }
        let (whole, rest) = digits(rest);
        let (fraction, rest) = rest.strip_prefix(b".").map_or((&[][..], rest), digits);
        if whole.is_empty() && fraction.is_empty() {
            return Err(Flaw::WrongType);
        }
        let exponent = match rest {
            [] => 0,
            [b'e' | b'E', rest @ ..] => exponent(rest).ok_or(Flaw::WrongType)?,
            _ => return Err(Flaw::WrongType),
        };
        Ok(Self { negative, whole, fraction, exponent })
    }

    fn whole(&self) -> Result<i64, Flaw> {
        let zeros = self.fraction.iter().rev().take_while(|&&b| b == b'0').count();
        let fraction = &self.fraction[..self.fraction.len() - zeros];
        let mut digits = [self.whole, fraction];
        let mut scale = self.exponent.saturating_sub(fraction.len() as i64);
        if fraction.is_empty() {
            let zeros = self.whole.iter().rev().take_while(|&&b| b == b'0').count();
            digits[0] = &self.whole[..self.whole.len() - zeros];
            scale = scale.saturating_add(zeros as i64);
        }
        let mut digits = digits.into_iter().flatten().skip_while(|&&b| b == b'0').peekable();
        if digits.peek().is_none() {
            return Ok(0);
        }
        if scale < 0 {
            return Err(Flaw::Fraction);
        }
        let count = digits.clone().count() as i64;
        if count.saturating_add(scale) > DIGITS_MAX {
            return Err(Flaw::OutOfRange);
        }
        let unscaled = digits.fold(0_i128, |n, b| n * 10 + i128::from(b - b'0'));
        let magnitude = unscaled * 10_i128.pow(scale as u32);
        let number = if self.negative { -magnitude } else { magnitude };
        i64::try_from(number).map_err(|_| Flaw::OutOfRange)
    }
}

fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    text.split_at(text.iter().take_while(|b| b.is_ascii_digit()).count())
}

/// Saturates: with so many zeros a number is 0, a fraction or out of range all the same.
fn exponent(text: &[u8]) -> Option<i64> {
    let (negative, text) = match text {
        [b'-', text @ ..] => (true, text),
        [b'+', text @ ..] | text => (false, text),
    };
    let (digits, rest) = digits(text);
    if digits.is_empty() || !rest.is_empty() {
        return None;
    }
    let magnitude =
        digits.iter().fold(0_i64, |n, b| n.saturating_mul(10).saturating_add(i64::from(b - b'0')));
    Some(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_exact_to_the_ends_of_their_range() {
        let cases = [
            ("0", Ok(0)),
            ("08", Ok(8)),
            ("+8", Ok(8)),
            ("-0.0", Ok(0)),
            ("2661.0", Ok(2661)),
            ("2661.", Ok(2661)),
            ("1e3", Ok(1000)),
            ("1.5E1", Ok(15)),
            ("150e-1", Ok(15)),
            ("0.00e-999999999999999999999", Ok(0)),
            ("9007199254740993", Ok(9_007_199_254_740_993)),
            ("9223372036854775807", Ok(i64::MAX)),
            ("0009223372036854775807.000", Ok(i64::MAX)),
            ("-9223372036854775808", Ok(i64::MIN)),
            ("9223372036854775808", Err(Flaw::OutOfRange)),
            ("1e19", Err(Flaw::OutOfRange)),
            ("1e99999999999999999999", Err(Flaw::OutOfRange)),
            ("-Infinity", Err(Flaw::OutOfRange)),
            ("inf", Err(Flaw::OutOfRange)),
            ("0.5", Err(Flaw::Fraction)),
            ("1e-400", Err(Flaw::Fraction)),
            ("99999999999999999999.5", Err(Flaw::Fraction)),
            ("", Err(Flaw::WrongType)),
            ("-", Err(Flaw::WrongType)),
            (".", Err(Flaw::WrongType)),
            ("1e", Err(Flaw::WrongType)),
            ("1 2", Err(Flaw::WrongType)),
            ("0x10", Err(Flaw::WrongType)),
            ("1_000", Err(Flaw::WrongType)),
            ("--1", Err(Flaw::WrongType)),
            ("٣", Err(Flaw::WrongType)),
        ];
        for (text, expected) in cases {
            assert_eq!(whole(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn floats_are_finite() {
        let cases = [
            ("1.5", Ok(1.5)),
            ("+1.5", Ok(1.5)),
            (".5", Ok(0.5)),
            ("-1e-400", Ok(-0.0)),
            ("1e400", Err(Flaw::OutOfRange)),
            ("Infinity", Err(Flaw::OutOfRange)),
            ("nan", Err(Flaw::WrongType)),
            ("1,5", Err(Flaw::WrongType)),
        ];
        for (text, expected) in cases {
            assert_eq!(float(text.as_bytes()), expected, "{text}");
        }
    }
}
