//! Estimates against exact numbers of distinct values, and the exactness of merges.

use std::collections::BTreeSet;

use super::*;
use testing::{Random, TestBatch};

fn fold(metric: &Unique, values: &[u32]) -> HyperLogLog {
    let mut sketch = metric.create(None);
    for part in values.chunks(8192) {
        let batch = TestBatch::default().unsigned(part.iter().copied()).batch();
        metric.add(&mut sketch, &batch).expect("the column");
    }
    sketch
}

#[test]
fn few_values_are_counted_exactly() {
    let huge = "长".repeat(1 << 20);
    let rows = TestBatch::default().text(["b", "", "a\0", "b", &huge, "b", "", "a"]);
    assert_eq!(testing::result_of::<Unique>("{}", &rows), [["5", "1"]]);
    assert_eq!(
        testing::result_of::<Unique>("{}", &TestBatch::default().text([""; 0])),
        [["0", "0"]]
    );
    let rows = TestBatch::default().integers([i64::MIN, i64::MAX, 0, -1, 0]);
    assert_eq!(testing::result_of::<Unique>(r#"{"type": "integer"}"#, &rows), [["4", "1"]]);
}

#[test]
fn the_error_covers_a_skewed_stream() {
    for precision in [10_u32, 14, 18] {
        let config = format!(r#"{{"type": "unsigned", "precision": {precision}}}"#);
        let metric = testing::open::<Unique>(&config);
        let mut random = Random::new(u64::from(precision));
        let values: Vec<u32> = (0..200_000).map(|_| random.skewed(4_000_000_000)).collect();
        let exact = values.iter().collect::<BTreeSet<_>>().len() as i64;
        let cells = metric.result(&fold(&metric, &values)).expect("a result").cells();
        let [unique, error] = [0, 1].map(|cell| cells[0][cell].parse::<i64>().expect("a number"));
        assert!((unique - exact).abs() <= error, "{exact}: {unique} ± {error}");
    }
}

#[test]
fn the_error_covers_every_size_but_3_in_1000() {
    // Each size has several sets: about 3 in 1000 may lie outside of three standard errors.
    let metric = testing::open::<Unique>(r#"{"type": "unsigned", "precision": 8}"#);
    let (mut outside, mut all) = (0, 0);
    let mut sum_of_squares = 0.0;
    for size in [10_u32, 50, 100, 200, 400, 800, 1600, 3200] {
        for set in 0..100 {
            let start = (set * 8 + 1) * 10_000_u32 + size;
            let mut sketch = metric.create(None);
            let hashes = (start..start + size).map(|value| AnyKey::Integer(value.into()).hash64());
            hashes.for_each(|hash| sketch.insert(hash));
            let off = sketch.estimate() / f64::from(size) - 1.0;
            sum_of_squares += off * off;
            all += 1;
            outside += i32::from(off.abs() > 3.0 * 1.04 / 16.0);
        }
    }
    let standard_error = (sum_of_squares / f64::from(all)).sqrt();
    assert!(standard_error < 1.04 / 16.0 * 1.1, "standard error {standard_error}");
    assert!(outside <= 8, "{outside} of {all}");
}

#[test]
fn the_laws_hold_in_both_forms() {
    for (rows, precision) in [(1, 4), (3, 4), (300, 4), (300, 12), (300, 18)] {
        let numbers = (0..rows).map(|row: u32| row.wrapping_mul(2_654_435_761) % 250);
        let config = format!(r#"{{"type": "unsigned", "precision": {precision}}}"#);
        let numbers = TestBatch::default().unsigned(numbers);
        testing::check_laws::<Unique>(&config, &numbers);
    }
}

#[test]
fn merges_are_exact_whatever_the_order_and_the_form() {
    let metric = testing::open::<Unique>(r#"{"type": "unsigned", "precision": 8}"#);
    let mut random = Random::new(9);
    let values: Vec<u32> = (0..300).map(|_| random.skewed(1000)).collect();
    let whole = testing::snapshot(&fold(&metric, &values));
    for cut in [0, 1, 5, 17, 150, 299, 300] {
        let (left, right) = values.split_at(cut);
        let (left, right) = (fold(&metric, left), fold(&metric, right));
        for (into, other) in [(&left, &right), (&right, &left)] {
            let mut into = into.clone();
            into.merge(other).expect("one precision");
            assert_eq!(testing::snapshot(&into), whole, "cut at {cut}");
        }
    }
}

#[test]
fn malformed_states_are_refused() {
    let metric = testing::open::<Unique>(r#"{"precision": 4}"#);
    let dense_but_empty = [[4, 1, 16].as_slice(), &[0; 16]].concat();
    let rank_too_large = [[4, 1, 16].as_slice(), &[62; 16]].concat();
    for bytes in [
        &[3, 0, 0][..],
        &[4, 2, 0],
        &[4, 0, 1, 16, 1],
        &[4, 0, 1, 0, 0],
        &[4, 0, 1, 0, 1],
        &[5, 0, 0],
        &dense_but_empty,
        &rank_too_large,
    ] {
        assert!(metric.restore(None, 1, bytes).is_err(), "{bytes:?}");
    }
    let other = testing::open::<Unique>("{}").create(None);
    let error = metric.create(None).merge(&other).expect_err("another size").to_string();
    assert_eq!(error, "snapshot has precision 14; config key `precision` asks for 4");
}

#[test]
fn mistakes_in_the_configuration_name_the_key() {
    for (json, key) in [
        (r#"{"precision": 3}"#, "`precision`"),
        (r#"{"precision": "x"}"#, "`precision`"),
        (r#"{"type": "float"}"#, "`type`"),
        (r#"{"title": {}}"#, "`title`"),
        (r#"{"labels": {}}"#, "`labels`"),
    ] {
        let config = Config::parse(json).expect("JSON");
        let error = Unique::open(&config).expect_err("refused").to_string();
        assert!(error.contains(key), "{error}");
    }
    assert!(Config::parse(&Unique::config_schema().json()).is_ok());
}
