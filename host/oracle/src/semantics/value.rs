//! From the text in a record to the value of a field, as the schema table of docs/configuration.md
//! says. Numbers are read from their digits, so whole numbers are exact.

use chrono::DateTime;
use streamgauge_core::{Field, FieldType};

/// The longest text, in bytes.
const TEXT_BYTES_MAX: usize = 64 << 10;

/// The digits of 2⁶³, the largest magnitude of a whole number.
const DIGITS_MAX: i64 = 19;

/// The flaw of a value: `wrong_type`, `out_of_range`, `fraction` or `too_long`.
pub type Flaw = &'static str;

const WRONG_TYPE: Flaw = "wrong_type";
const OUT_OF_RANGE: Flaw = "out_of_range";
const FRACTION: Flaw = "fraction";
const TOO_LONG: Flaw = "too_long";

/// The value of one field of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// The record has no value for the field.
    Missing,
    /// There is one that cannot be used.
    Invalid(Flaw),
    /// The value of a field of type `boolean`.
    Boolean(bool),
    /// The value of a field of type `unsigned`.
    Unsigned(u32),
    /// The value of a field of type `integer` or `timestamp`.
    Integer(i64),
    /// The value of a field of type `float`.
    Float(f64),
    /// The value of a field of type `text`.
    Text(String),
}

/// The text in a record where a value is expected.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// JSON's `null`, or a bare `NaN`.
    Null,
    /// JSON's `true` or `false`.
    Boolean(bool),
    /// A JSON number, as written in the record.
    Number(String),
    /// The content of a JSON string, or a CSV cell.
    Text(String),
    /// A JSON list or object.
    Nested,
}

/// A number in decimal writing, without its sign.
struct Decimal {
    negative: bool,
    /// The digits without trailing zeros.
    digits: String,
    /// The number of digits before the decimal point; a negative one counts the zeros between the
    /// point and the digits.
    point: i64,
}

impl Value {
    /// Reads `token` as a value of `field`.
    pub(super) fn read(field: &Field, token: &Token) -> Self {
        let text = match token {
            Token::Null => return Self::Missing,
            Token::Boolean(truth) if field.field_type == FieldType::Boolean => {
                return Self::Boolean(*truth);
            }
            Token::Boolean(truth) if field.field_type == FieldType::Text => &truth.to_string(),
            Token::Nested | Token::Boolean(_) => return Self::Invalid(WRONG_TYPE),
            Token::Number(text) | Token::Text(text) => text,
        };
        if field.field_type == FieldType::Text {
            return Self::text(text);
        }
        let text = text.trim_ascii();
        if ["", "nan", "null"].contains(&text.to_ascii_lowercase().as_str()) {
            return Self::Missing;
        }
        Self::scalar(field, text).unwrap_or_else(Self::Invalid)
    }

    /// A text is taken unchanged: `NaN` and `null` may be somebody's name.
    fn text(text: &str) -> Self {
        match text.len() {
            0 => Self::Missing,
            1..=TEXT_BYTES_MAX => Self::Text(text.to_owned()),
            _ => Self::Invalid(TOO_LONG),
        }
    }

    fn scalar(field: &Field, text: &str) -> Result<Self, Flaw> {
        match field.field_type {
            FieldType::Unsigned => {
                let max = field.max.unwrap_or(u32::MAX);
                let number = u32::try_from(whole(text)?).map_err(|_| OUT_OF_RANGE)?;
                if number > max { Err(OUT_OF_RANGE) } else { Ok(Self::Unsigned(number)) }
            }
            FieldType::Integer => whole(text).map(Self::Integer),
            FieldType::Float => float(text).map(Self::Float),
            FieldType::Boolean => boolean(text).map(Self::Boolean),
            FieldType::Timestamp => timestamp(text).map(Self::Integer),
            FieldType::Text => Ok(Self::text(text)),
        }
    }
}

fn boolean(text: &str) -> Result<bool, Flaw> {
    match (text.to_ascii_lowercase().as_str(), whole(text)) {
        ("true", _) | (_, Ok(1)) => Ok(true),
        ("false", _) | (_, Ok(0)) => Ok(false),
        _ => Err(WRONG_TYPE),
    }
}

/// A number is taken unchanged, whatever the number counts; other text is an instant.
fn timestamp(text: &str) -> Result<i64, Flaw> {
    match whole(text) {
        Err(WRONG_TYPE) => DateTime::parse_from_rfc3339(text)
            .map(|instant| instant.timestamp_millis())
            .map_err(|_| WRONG_TYPE),
        number => number,
    }
}

fn float(text: &str) -> Result<f64, Flaw> {
    Decimal::read(text)?;
    let number: f64 = text.parse().map_err(|_| WRONG_TYPE)?;
    if number.is_finite() { Ok(number) } else { Err(OUT_OF_RANGE) }
}

fn whole(text: &str) -> Result<i64, Flaw> {
    let Decimal { negative, digits, point } = Decimal::read(text)?;
    if digits.is_empty() {
        return Ok(0);
    }
    let zeros = point.saturating_sub(digits.len() as i64);
    if zeros < 0 {
        return Err(FRACTION);
    }
    let digits = digits.trim_start_matches('0');
    if (digits.len() as i64).saturating_add(zeros) > DIGITS_MAX {
        return Err(OUT_OF_RANGE);
    }
    let sign = if negative { "-" } else { "" };
    format!("{sign}{digits}{}", "0".repeat(zeros as usize)).parse().map_err(|_| OUT_OF_RANGE)
}

impl Decimal {
    /// `[+-]digits[.digits][e[+-]digits]`, where digits may be missing on one side of the point.
    fn read(text: &str) -> Result<Self, Flaw> {
        let (negative, text) = sign(text);
        if ["inf", "infinity"].contains(&text.to_ascii_lowercase().as_str()) {
            return Err(OUT_OF_RANGE);
        }
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, self::exponent(exponent)?),
            None => (text, 0),
        };
        let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{before}{after}");
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(WRONG_TYPE);
        }
        let point = exponent.saturating_add(before.len() as i64);
        let digits = digits.trim_end_matches('0').to_owned();
        Ok(Self { negative, digits, point })
    }
}

fn exponent(text: &str) -> Result<i64, Flaw> {
    let (negative, digits) = sign(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(WRONG_TYPE);
    }
    // Too many digits to count: as large as the largest.
    let magnitude = digits.parse().unwrap_or(i64::MAX);
    Ok(if negative { -magnitude } else { magnitude })
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}
