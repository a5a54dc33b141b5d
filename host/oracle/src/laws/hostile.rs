//! Rows that are made to hurt: what no generator of ordinary data brings.

use std::sync::Arc;

use streamgauge_core::FieldType;

use super::generate::plain;
use super::rows::{Datum, Row, Trial};
use streamgauge_plugin::{Input, field_type};

/// The largest batch that a host hands over by default, in rows.
const BATCH_ROWS_MAX: usize = 8192;

/// Different values for each round that is asked for: 20,000 for 200 rounds are far from any real
/// dimension, and few for a hostile sender.
const DISTINCT_PER_ROUND: u32 = 100;
const DISTINCT_MAX: u32 = 20_000;

/// The length of a text for each round that is asked for, up to that of the largest record: an
/// interpreter needs a tenth of a second for a text of 1 MiB, and the laws read one hundreds of times.
const TEXT_KIB_PER_ROUND: usize = 6;
const TEXT_KIB_MAX: usize = 1 << 10;

/// The trials by name, the larger ones by how many rounds ordinary trials have.
pub(super) fn trials(inputs: &[Input], rounds: u32) -> Vec<(String, Trial)> {
    let different = rounds.saturating_mul(DISTINCT_PER_ROUND).min(DISTINCT_MAX);
    let kinds: Vec<FieldType> = inputs.iter().map(|input| field_type(input.type_)).collect();
    let every = |count: usize, value: &dyn Fn(FieldType, usize) -> Datum| {
        let row = |index: usize| kinds.iter().map(|kind| value(*kind, index)).collect();
        of_rows((0..count).map(row))
    };
    let mut trials = vec![
        ("extreme values".to_owned(), every(60, &extreme)),
        ("8,192 rows in one batch".to_owned(), every(BATCH_ROWS_MAX, &|kind, _| plain(kind))),
        (format!("{different} different values"), every(different as usize, &distinct)),
    ];
    if kinds.contains(&FieldType::Text) {
        let kib = (rounds as usize).saturating_mul(TEXT_KIB_PER_ROUND).min(TEXT_KIB_MAX);
        let long: Arc<str> = "长".repeat((kib << 10) / 3).into();
        let value = move |kind, index| match (kind, index % 2) {
            (FieldType::Text, 0) => Datum::Text(Arc::clone(&long)),
            _ => plain(kind),
        };
        let size = if kib == TEXT_KIB_MAX { "1 MiB".to_owned() } else { format!("{kib} KiB") };
        trials.push((format!("texts of {size}"), every(4, &value)));
    }
    if inputs.iter().any(|input| input.nullable) {
        let null = |input: &Input, kind: &FieldType| {
            if input.nullable { Datum::Null } else { plain(*kind) }
        };
        let row: Vec<Datum> = inputs.iter().zip(&kinds).map(|(i, k)| null(i, k)).collect();
        trials.push(("rows without any value".to_owned(), of_rows(std::iter::repeat_n(row, 20))));
    }
    trials
}

/// Rows in three parts, in batches that the host could make.
fn of_rows(rows: impl Iterator<Item = Vec<Datum>>) -> Trial {
    let rows: Vec<Vec<Datum>> = rows.collect();
    let third = rows.len().div_ceil(3).max(1);
    let row = |(index, values)| Row {
        values,
        part: (index / third) as u8,
        begins: index % BATCH_ROWS_MAX == 0 || index % 5000 == 7,
    };
    Trial { rows: rows.into_iter().enumerate().map(row).collect(), windowed: false }
}

fn extreme(kind: FieldType, index: usize) -> Datum {
    const TEXTS: [&str; 8] = [
        "",
        "\0",
        "\0\0",
        "\u{1}\u{7f}",
        "\u{202e}abc",
        "<img src=x onerror=1>",
        "\u{feff}",
        "\r\n",
    ];
    const INTEGERS: [i64; 5] = [i64::MIN, i64::MAX, 0, -1, i64::MIN + 1];
    const FLOATS: [f64; 8] =
        [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MAX, f64::MIN, 5e-324, 0.0];
    match kind {
        FieldType::Boolean => Datum::Boolean(index.is_multiple_of(2)),
        FieldType::Unsigned => Datum::Unsigned([0, u32::MAX, 1, u32::MAX - 1][index % 4]),
        FieldType::Integer | FieldType::Timestamp => Datum::Integer(INTEGERS[index % 5]),
        FieldType::Float => Datum::Float(FLOATS[index % 8]),
        FieldType::Text => Datum::Text(TEXTS[index % 8].into()),
    }
}

pub(super) fn distinct(kind: FieldType, index: usize) -> Datum {
    match kind {
        FieldType::Boolean => Datum::Boolean(index.is_multiple_of(2)),
        FieldType::Unsigned => Datum::Unsigned(index as u32 * 200_003),
        FieldType::Integer | FieldType::Timestamp => Datum::Integer(index as i64 * 7_777_777_777),
        FieldType::Float => Datum::Float(index as f64 * 1.25),
        FieldType::Text => Datum::Text(format!("key {index}").into()),
    }
}

#[cfg(test)]
mod tests;
