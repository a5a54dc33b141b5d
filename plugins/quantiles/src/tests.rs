//! Quantiles against sorted values, hostile numbers, and the exactness of merges.

use super::*;
use testing::{Random, TestBatch};

fn number(text: &str) -> f64 {
    text.parse().expect("a number")
}

/// Checks every quantile against the sorted values.
fn check_errors(config: &str, mut values: Vec<f64>, accuracy: f64) {
    let cells =
        testing::result_of::<Quantiles>(config, &TestBatch::default().floats(values.clone()));
    values.sort_by(f64::total_cmp);
    for row in &cells {
        let (value, error) = (number(&row[1]), number(&row[2]));
        let q = match row[0].as_str() {
            "min" => 0.0,
            "max" => 1.0,
            name => number(&name[1..]) / 100.0,
        };
        let rank = ((q * values.len() as f64 * (1.0 - 1e-12)).ceil() as usize).max(1);
        let exact = values[rank - 1];
        assert!((value - exact).abs() <= error, "{row:?}, exactly {exact}");
        assert!(error <= accuracy * value.abs() * (1.0 + 1e-12), "{row:?}");
        assert!(error <= accuracy * exact.abs() * (1.0 + 1e-12), "{row:?}, exactly {exact}");
    }
}

#[test]
fn the_error_covers_skewed_streams() {
    let quantiles = "[0.001, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 0.99999]";
    for (seed, accuracy) in [(1, 0.01), (2, 0.001), (3, 0.1)] {
        let config = format!(r#"{{"accuracy": {accuracy}, "quantiles": {quantiles}}}"#);
        let mut random = Random::new(seed);
        let mut skewed = || (random.unit() * 40.0 - 20.0).exp() * (random.unit() - 0.2);
        check_errors(&config, (0..200_000).map(|_| skewed()).collect(), accuracy);
    }
}

#[test]
fn one_value_is_exact() {
    let rows = TestBatch::default().floats([12.34; 5]);
    let result = testing::result_of::<Quantiles>(r#"{"unit": "ms"}"#, &rows);
    let expected = ["min", "p50", "p90", "p99", "max"].map(|name| [name, "12.34", "0"]);
    assert_eq!(result, expected);
}

#[test]
fn extremes_zeros_and_signs_keep_their_order() {
    let tiny = f64::from_bits(1);
    let values = vec![f64::MAX, f64::MIN, -0.0, 0.0, tiny, -tiny, f64::MIN_POSITIVE, -1.0];
    let config = r#"{"quantiles": [0.125, 0.25, 0.5, 0.75, 0.875]}"#;
    let result = testing::result_of::<Quantiles>(config, &TestBatch::default().floats(values));
    let names: Vec<&str> = result.iter().map(|row| row[0].as_str()).collect();
    assert_eq!(names, ["min", "p12.5", "p25", "p50", "p75", "p87.5", "max"]);
    let values: Vec<f64> = result.iter().map(|row| number(&row[1])).collect();
    assert!(values.is_sorted() && values.iter().all(|value| value.is_finite()), "{values:?}");
    assert_eq!((&result[0][1], &result[6][1]), (&f64::MIN.to_string(), &f64::MAX.to_string()));
    assert_eq!(result[3][1..], ["0", "0"]);
}

#[test]
fn no_rows_give_no_quantiles() {
    let rows = TestBatch::default().floats([0.0; 0]);
    assert!(testing::result_of::<Quantiles>("{}", &rows).is_empty());
}

#[test]
fn rows_that_are_not_finite_are_named_and_nothing_is_added() {
    let metric = Quantiles::default();
    let mut buckets = metric.create(None);
    let rows = TestBatch::default().floats([1.0, f64::NAN, 2.0, f64::INFINITY, f64::NEG_INFINITY]);
    let error = metric.add(&mut buckets, &rows.batch()).expect_err("refused");
    let Error::BadRows(bad) = error else { panic!("{error}") };
    assert_eq!(bad.iter().map(|bad| bad.row).collect::<Vec<_>>(), [1, 3, 4]);
    assert_eq!(buckets, metric.create(None));
}

#[test]
fn the_laws_hold_for_every_type() {
    let rows = 0..300_u32;
    let floats = rows.clone().map(|row| (f64::from(row) - 100.0) * 1.7_f64.powi(row as i32 % 9));
    testing::check_laws::<Quantiles>("{}", &TestBatch::default().floats(floats));
    let config = r#"{"type": "unsigned", "accuracy": 0.1, "title": "T", "unit": "ms"}"#;
    testing::check_laws::<Quantiles>(config, &TestBatch::default().unsigned(rows.clone()));
    let config = r#"{"type": "integer", "quantiles": [0.123456, 0.5]}"#;
    let integers = rows.map(|row| i64::from(row).pow(3) - 9_000_000);
    testing::check_laws::<Quantiles>(config, &TestBatch::default().integers(integers));
}

#[test]
fn malformed_states_are_refused() {
    let metric = Quantiles::default();
    let nan = [&[50, 0, 1, 0][..], &f64::NAN.to_le_bytes(), &f64::NAN.to_le_bytes()].concat();
    let most = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
    let too_many = [&[50, 1, 0][..], &most, &most, &[0]].concat();
    assert!(metric.restore(None, 1, &too_many).is_err());
    for bytes in [&[49, 0, 0, 0][..], &[50, 1, 0, 0, 0, 0], &[50, 2, 4, 1, 2, 1, 0, 0], &nan] {
        assert!(metric.restore(None, 1, bytes).is_err(), "{bytes:?}");
    }
    let other = testing::open::<Quantiles>(r#"{"accuracy": 0.1}"#).create(None);
    let error = metric.create(None).merge(&other).expect_err("another scale").to_string();
    assert!(error.contains("`accuracy`"), "{error}");
}

#[test]
fn mistakes_in_the_configuration_name_the_key() {
    for (json, key) in [
        (r#"{"type": "text"}"#, "`type`"),
        (r#"{"accuracy": 0.0001}"#, "`accuracy`"),
        (r#"{"quantiles": 0.5}"#, "`quantiles`"),
        (r#"{"quantiles": []}"#, "`quantiles`"),
        (r#"{"quantiles": [0.5, 0.5]}"#, "`quantiles`"),
        (r#"{"quantiles": [0.9, 0.5]}"#, "`quantiles`"),
        (r#"{"quantiles": [0.5, 1]}"#, "`quantiles`"),
        (r#"{"unit": 3}"#, "`unit`"),
        (r#"{"top": 3}"#, "`top`"),
    ] {
        let config = Config::parse(json).expect("JSON");
        let error = Quantiles::open(&config).expect_err("refused").to_string();
        assert!(error.contains(key), "{error}");
    }
    assert!(Config::parse(&Quantiles::config_schema().json()).is_ok());
}
