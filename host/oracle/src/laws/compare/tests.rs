//! How far apart two results of a bounded plugin may be.

use streamgauge_plugin::ContractType::{Float, Text, Unsigned};

use super::*;
use crate::laws::testing::output;

/// A count by city with its error, and a float beside it.
fn descriptor() -> Descriptor {
    let error =
        Output { error_of: Some("events".to_owned()), ..output("error", Unsigned, Role::Measure) };
    let outputs = vec![
        output("city", Text, Role::Dimension),
        output("events", Unsigned, Role::Measure),
        error,
        output("mean", Float, Role::Measure),
    ];
    Descriptor { outputs, is_bounded: true, ..Descriptor::default() }
}

/// A row: city, events, error, mean.
type Line<'a> = (&'a str, i64, i64, f64);

fn result(lines: &[Line<'_>]) -> ResultTable {
    let row = |(city, events, error, mean): &Line<'_>| {
        let mean = if mean.is_nan() { Cell::Null } else { Cell::Float(*mean) };
        vec![Cell::Text((*city).to_owned()), Cell::Integer(*events), Cell::Integer(*error), mean]
    };
    ResultTable::of_rows(lines.iter().map(row))
}

/// The words both ways round, which have to agree on whether the results are apart.
fn words(a: &[Line<'_>], b: &[Line<'_>]) -> Option<String> {
    let [a, b] = [a, b].map(result);
    let (there, back) = (apart(&descriptor(), &a, &b), apart(&descriptor(), &b, &a));
    assert_eq!(there.is_some(), back.is_some(), "{there:?} {back:?}");
    there
}

#[test]
fn values_agree_where_their_intervals_touch() {
    let of = |a: (i64, i64), b: (i64, i64)| words(&[("x", a.0, a.1, 0.0)], &[("x", b.0, b.1, 0.0)]);
    assert_eq!(of((10, 0), (10, 0)), None);
    assert_eq!(of((10, 2), (15, 3)), None);
    assert_eq!(of((10, 2), (16, 3)), Some("events of x is 10 ± 2 and 16 ± 3".to_owned()));
    assert_eq!(of((10, 0), (11, 0)), Some("events of x is 10 ± 0 and 11 ± 0".to_owned()));
    assert_eq!(of((10, 2), (11, 0)), None, "an error may differ from an error");
}

#[test]
fn a_key_that_one_result_lacks_counts_there_as_0_with_its_largest_error() {
    let both = [("x", 50, 4, 0.0), ("y", 5, 1, 0.0)];
    let lacks = |error| words(&both, &[("x", 50, error, 0.0)]);
    assert_eq!(lacks(4), None);
    assert_eq!(lacks(3), Some("events of y is 5 ± 1 and 0 ± 3".to_owned()));
    assert_eq!(words(&[("y", 1, 0, 0.0)], &[]), Some("events of y is 1 ± 0 and 0 ± 0".to_owned()));
    assert_eq!(words(&[("y", 0, 0, 0.0)], &[]), None);
    assert_eq!(words(&[], &[]), None);
}

#[test]
fn a_float_without_an_error_agrees_within_rounding() {
    let means = |a: f64, b: f64| words(&[("x", 0, 0, a)], &[("x", 0, 0, b)]).is_none();
    assert!(means(1.0, 1.0 + 1e-9) && means(-3e12, -3e12 - 2000.0));
    assert!(!means(1.0, 1.0 + 3e-9) && !means(1.0, -1.0) && !means(0.0, 1e-300));
    assert!(means(f64::NAN, f64::NAN), "both lack it");
    assert!(!means(f64::NAN, 0.0), "a value that is missing is not 0");
}

#[test]
fn a_difference_shows_both_tables_or_the_bytes_where_the_tables_are_equal() {
    let plain = |lines: &[Line<'_>]| table(&descriptor(), &result(lines));
    assert_eq!(plain(&[]), "city,events,error,mean");
    let lines = [("a,b", -1, 0, f64::NAN)];
    assert_eq!(plain(&lines), "city,events,error,mean\n\"a,b\",-1,0,\\N");
    let eleven = vec![("x", 1, 0, 0.5); ROWS_SHOWN_MAX + 2];
    let shown = plain(&eleven);
    assert_eq!(shown.lines().count(), 1 + ROWS_SHOWN_MAX + 1);
    assert!(shown.ends_with("\n… and 2 more rows"), "{shown}");
    assert!(!plain(&eleven[..ROWS_SHOWN_MAX]).contains('…'));
}

#[test]
fn bytes_are_shown_in_hex_with_their_number() {
    assert_eq!(hex(&[]), "0 bytes: ");
    assert_eq!(hex(&[0, 15, 255]), "3 bytes: 00 0f ff");
    let most = hex(&[7; BYTES_SHOWN_MAX]);
    assert!(most.starts_with("48 bytes: 07 07") && !most.contains('…'), "{most}");
    assert_eq!(hex(&[7; BYTES_SHOWN_MAX + 1]), most.replace("48", "49") + " …");
}
