//! Counts within their stated error on skewed streams, folded and merged in any order.

use std::collections::BTreeMap;

use super::*;
use testing::{Random, TestBatch};

const ROWS: usize = 200_000;

fn stream(seed: u64, rows: usize, distinct: u32) -> Vec<u32> {
    let mut random = Random::new(seed);
    (0..rows).map(|_| random.skewed(distinct)).collect()
}

fn fold(metric: &TopN, values: &[u32]) -> Heavy {
    let mut heavy = metric.create(None);
    for part in values.chunks(4096) {
        let batch = TestBatch::default().unsigned(part.iter().copied()).batch();
        metric.add(&mut heavy, &batch).expect("the column");
    }
    heavy
}

/// Checks every key against the exact counts, also the keys that the result lacks.
fn check_bound(heavy: &Heavy, values: &[u32], capacity: u64) {
    let mut exact: BTreeMap<String, i64> = BTreeMap::new();
    for value in values {
        *exact.entry(value.to_string()).or_default() += 1;
    }
    let cells = heavy.table().cells();
    let number = |text: &str| text.parse::<i64>().expect("an integer");
    let shown: BTreeMap<_, _> = cells.iter().map(|row| (&row[0], number(&row[1]))).collect();
    let error = cells.first().map_or(0, |row| number(&row[2]));
    assert!(error as u64 <= values.len() as u64 / (capacity + 1), "error {error}");
    for (key, &count) in &exact {
        let lower = shown.get(key).copied().unwrap_or_default();
        assert!((lower..=lower + error).contains(&count), "{key}: {count}, {lower} + {error}");
    }
    assert!(shown.keys().all(|key| exact.contains_key(*key)), "a value that never was");
}

#[test]
fn few_values_are_counted_exactly() {
    let huge = "长".repeat(1 << 20);
    let rows = TestBatch::default().text(["b", "", "a\0", "b", &huge, "b", ""]);
    let result = testing::result_of::<TopN>("{}", &rows);
    let expected = [["b", "3", "0"], ["", "2", "0"], ["a\0", "1", "0"], [huge.as_str(), "1", "0"]];
    assert_eq!(result, expected);
}

#[test]
fn where_no_value_is_left_the_result_still_states_the_error() {
    let config = r#"{"type": "unsigned", "capacity": 10}"#;
    let result = testing::result_of::<TopN>(config, &TestBatch::default().unsigned(0..11));
    assert_eq!(result, [["", "0", "1"]]);
    assert!(testing::result_of::<TopN>("{}", &TestBatch::default().text([""; 0])).is_empty());
}

#[test]
fn the_error_stays_within_the_bound_on_skewed_streams() {
    for (seed, capacity, distinct) in [(1, 10, 50_000), (2, 100, 50_000), (3, 1000, 4_000_000)] {
        let config = format!(r#"{{"type": "unsigned", "capacity": {capacity}}}"#);
        let metric = testing::open::<TopN>(&config);
        let values = stream(seed, ROWS, distinct);
        check_bound(&fold(&metric, &values), &values, capacity);
    }
}

#[test]
fn the_error_stays_within_the_bound_whatever_the_order_of_merges() {
    let metric = testing::open::<TopN>(r#"{"type": "unsigned", "capacity": 50}"#);
    let values = stream(4, ROWS, 20_000);
    let mut random = Random::new(5);
    for _ in 0..8 {
        let mut parts = Vec::new();
        let mut rest = values.as_slice();
        while !rest.is_empty() {
            let (part, more) = rest.split_at(rest.len().min(1 + random.below(60_000) as usize));
            parts.push(fold(&metric, part));
            rest = more;
        }
        while parts.len() > 1 {
            let other = parts.swap_remove(random.below(parts.len() as u32) as usize);
            let into = random.below(parts.len() as u32) as usize;
            parts[into].merge(&other).expect("one capacity");
        }
        check_bound(&parts[0], &values, 50);
    }
}

#[test]
fn the_fast_path_gives_what_single_rows_give() {
    let metric = testing::open::<TopN>(r#"{"type": "unsigned", "capacity": 64}"#);
    let values = stream(6, 20_000, 200);
    let folded = fold(&metric, &values);
    let mut single = metric.create(None);
    for value in values {
        let batch = TestBatch::default().unsigned([value]).batch();
        metric.add(&mut single, &batch).expect("the column");
    }
    assert_eq!(folded, single);
}

/// What every step would come to that touches every counter.
#[derive(Default)]
struct Plain {
    error: u64,
    counts: BTreeMap<String, u64>,
}

impl Plain {
    fn count(&mut self, value: u32, capacity: usize) {
        let key = value.to_string();
        if let Some(count) = self.counts.get_mut(&key) {
            *count += 1;
        } else if self.counts.len() < capacity {
            self.counts.insert(key, 1);
        } else {
            self.error += 1;
            self.counts.values_mut().for_each(|count| *count -= 1);
            self.counts.retain(|_, count| *count > 0);
        }
    }
}

#[test]
fn counts_are_those_of_steps_that_touch_every_counter() {
    for (seed, capacity, distinct) in [(8, 10, 30), (9, 20, 4000), (10, 64, 100)] {
        let config = |kind: &str| format!(r#"{{"type": "{kind}", "capacity": {capacity}}}"#);
        let values = stream(seed, 30_000, distinct);
        let mut plain = Plain::default();
        for value in &values {
            plain.count(*value, capacity);
        }
        let texts: Vec<String> = values.iter().map(u32::to_string).collect();
        let metric = testing::open::<TopN>(&config("text"));
        let mut of_texts = metric.create(None);
        for part in texts.chunks(777) {
            let batch = TestBatch::default().text(part.iter().map(String::as_str)).batch();
            metric.add(&mut of_texts, &batch).expect("the column");
        }
        let of_numbers = fold(&testing::open::<TopN>(&config("unsigned")), &values);
        for heavy in [&of_texts, &of_numbers] {
            let cells = heavy.table().cells();
            let counts: BTreeMap<String, u64> = cells
                .iter()
                .map(|row| (row[0].clone(), row[1].parse().expect("a count")))
                .filter(|(_, count)| *count > 0)
                .collect();
            assert_eq!(counts, plain.counts, "{capacity} of {distinct}");
            assert_eq!(cells[0][2], plain.error.to_string());
        }
    }
}

#[test]
fn the_laws_hold() {
    let rows = stream(7, 600, 100);
    let config = r#"{"type": "unsigned", "capacity": 10, "n": 3, "labels": {"0": "none"}}"#;
    let numbers = TestBatch::default().unsigned(rows.iter().copied());
    testing::check_laws::<TopN>(config, &numbers);
    testing::check_laws::<TopN>(r#"{"type": "unsigned"}"#, &numbers);
    let texts: Vec<String> = rows.iter().map(|row| format!("用户{row}")).collect();
    let texts = TestBatch::default().text(texts.iter().map(String::as_str));
    testing::check_laws::<TopN>(r#"{"capacity": 20, "title": "T"}"#, &texts);
}

#[test]
fn a_state_of_another_capacity_is_refused() {
    let small = testing::open::<TopN>(r#"{"capacity": 10}"#);
    let large = testing::open::<TopN>(r#"{"capacity": 20}"#);
    let bytes = testing::snapshot(&large.create(None));
    let error = small.restore(None, 1, &bytes).expect_err("another capacity").to_string();
    assert_eq!(error, "snapshot has 20 counters; config key `capacity` asks for 10");
    assert!(small.create(None).merge(&large.create(None)).is_err());
    for bytes in [&[10, 0, 11][..], &[10, 0, 1, 1, 2, 0], &[10, 0, 2, 1, 2, 1, 1, 2, 1]] {
        assert!(small.restore(None, 1, bytes).is_err(), "{bytes:?}");
    }
}

#[test]
fn mistakes_in_the_configuration_name_the_key() {
    for (json, key) in [
        (r#"{"capacity": 9}"#, "`capacity`"),
        (r#"{"n": 0}"#, "`n`"),
        (r#"{"type": "float"}"#, "`type`"),
        (r#"{"top": 3}"#, "`top`"),
    ] {
        let config = Config::parse(json).expect("JSON");
        let error = TopN::open(&config).expect_err("refused").to_string();
        assert!(error.contains(key), "{error}");
    }
    assert!(Config::parse(&TopN::config_schema().json()).is_ok());
}
