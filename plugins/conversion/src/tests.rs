//! Rates against exact ones, and samples that do not depend on the order of rows.

use std::collections::BTreeMap;

use super::*;
use testing::{Random, TestBatch};

const VIEW_TO_BUY: &str = r#"{"from": "view", "to": ["buy", "gift"]}"#;
const NUMBERS: &str =
    r#"{"from": [0], "to": 2, "who_type": "unsigned", "what_type": "unsigned", "sample": 64}"#;

fn shown(who: &[&str], what: &[&str]) -> Vec<Vec<String>> {
    let rows = TestBatch::default().text(who.iter().copied()).text(what.iter().copied());
    testing::result_of::<Conversion>(VIEW_TO_BUY, &rows)
}

#[test]
fn few_members_are_counted_exactly_in_any_order() {
    let who = ["a", "a", "b", "c", "c", "d", "", "e\0", "e\0", "e\0"];
    let what = ["view", "buy", "view", "gift", "view", "buy", "view", "view", "view", "none"];
    assert_eq!(shown(&who, &what), [["40", "0", "5", "2"]]);
}

#[test]
fn where_nobody_did_a_there_is_no_rate() {
    assert_eq!(shown(&[], &[]), [["null", "null", "0", "0"]]);
    assert_eq!(shown(&["a"], &["buy"]), [["null", "null", "0", "0"]]);
    assert_eq!(shown(&["a"], &["none"]), [["null", "null", "0", "0"]]);
}

#[test]
fn the_error_covers_a_skewed_stream() {
    let (mut outside, mut all) = (0, 0);
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let who: Vec<u32> = (0..10_000).map(|_| random.skewed(1_000_000)).collect();
        let what: Vec<u32> = who.iter().map(|who| random.below(3 + who % 5)).collect();
        let mut did: BTreeMap<u32, u8> = BTreeMap::new();
        for (who, what) in who.iter().zip(&what) {
            *did.entry(*who).or_default() |= [DID_A, 0, DID_B].get(*what as usize).unwrap_or(&0);
        }
        let with = |flags| did.values().filter(|own| **own & flags == flags).count() as f64;
        let exact = 100.0 * with(DID_A | DID_B) / with(DID_A);
        let rows = TestBatch::default().unsigned(who).unsigned(what);
        let cells = testing::result_of::<Conversion>(NUMBERS, &rows);
        let [rate, error, from, _] =
            [0, 1, 2, 3].map(|cell| cells[0][cell].parse::<f64>().expect("a number"));
        outside += i32::from((rate - exact).abs() > error);
        all += 1;
        // 64 members: 12 % for the number of members and about as much for the share who did A.
        assert!((from / with(DID_A) - 1.0).abs() < 0.6, "{from} of {}", with(DID_A));
    }
    assert!(outside <= 1, "{outside} of {all}");
}

#[test]
fn a_large_sample_is_close_on_many_rows() {
    let config = NUMBERS.replace("64", "4096");
    let mut random = Random::new(11);
    let who: Vec<u32> = (0..200_000).map(|_| random.below(60_000)).collect();
    let what: Vec<u32> = who.iter().map(|_| random.below(10)).collect();
    let rows = TestBatch::default().unsigned(who).unsigned(what);
    let cells = testing::result_of::<Conversion>(&config, &rows);
    let number = |cell: usize| cells[0][cell].parse::<f64>().expect("a number");
    // A member has 3.33 events on average, so 1 - e^(-1/3) = 28.3 % did B, with A or without.
    assert!((number(0) - 28.35).abs() < number(1) && number(1) < 5.0, "{cells:?}");
    assert!((number(2) / 17_000.0 - 1.0).abs() < 0.15, "{cells:?}");
}

#[test]
fn where_none_of_a_sample_did_b_the_error_is_not_0() {
    let rows = TestBatch::default().unsigned(0..500).unsigned([0; 500]);
    let cells = testing::result_of::<Conversion>(NUMBERS, &rows);
    assert_eq!(cells[0][0], "0");
    let error: f64 = cells[0][1].parse().expect("a number");
    assert!((12.0..13.0).contains(&error), "9 / (64 + 9) is {error} %");
}

#[test]
fn the_laws_hold_complete_and_sampled() {
    let mut random = Random::new(3);
    let who: Vec<u32> = (0..400).map(|_| random.skewed(5000)).collect();
    let what: Vec<u32> = who.iter().map(|_| random.below(4)).collect();
    let numbers = TestBatch::default().unsigned(who.iter().copied()).unsigned(what.iter().copied());
    testing::check_laws::<Conversion>(NUMBERS, &numbers);
    testing::check_laws::<Conversion>(&NUMBERS.replace("64", "4096"), &numbers);
    let who: Vec<String> = who.iter().map(|who| format!("用户{who}")).collect();
    let what = what.iter().map(|what| ["view", "buy", "gift", "\0"][*what as usize]);
    let texts = TestBatch::default().text(who.iter().map(String::as_str)).text(what);
    testing::check_laws::<Conversion>(VIEW_TO_BUY, &texts);
}

#[test]
fn a_full_sample_does_not_depend_on_the_order_of_rows() {
    let mut rows: Vec<(u64, u8)> = (0..200).map(|row| (row / 2, 1 + (row % 2) as u8)).collect();
    let sample = |rows: &[(u64, u8)]| {
        let mut sample = Sample::new(64);
        for (hash, flags) in rows {
            sample.insert(*hash, *flags);
        }
        sample
    };
    let expected = sample(&rows);
    let mut random = Random::new(8);
    for _ in 0..200 {
        rows.sort_by_cached_key(|_| random.bits());
        assert_eq!(sample(&rows), expected);
    }
    rows.sort_unstable_by_key(|(hash, flags)| (*flags, *hash));
    assert_eq!(sample(&rows), expected);
}

#[test]
fn malformed_states_are_refused() {
    let metric = testing::open::<Conversion>(NUMBERS);
    for bytes in [&[64, 1, 5, 0][..], &[64, 1, 5, 4], &[64, 65], &[64, 2, 5, 1, 5, 1], &[65, 0]] {
        assert!(metric.restore(None, 1, bytes).is_err(), "{bytes:?}");
    }
    let other = testing::open::<Conversion>(VIEW_TO_BUY).create(None);
    let error = metric.create(None).merge(&other).expect_err("another size").to_string();
    assert_eq!(error, "snapshot is a sample of 4096; config key `sample` asks for 64");
}

#[test]
fn mistakes_in_the_configuration_name_the_key() {
    for (json, key) in [
        ("{}", "`from`"),
        (r#"{"from": "a"}"#, "`to`"),
        (r#"{"from": [], "to": "b"}"#, "`from`"),
        (r#"{"from": "a", "to": 3}"#, "`to`"),
        (r#"{"from": 1, "to": -3, "what_type": "unsigned"}"#, "`to`"),
        (r#"{"from": "a", "to": "b", "sample": 63}"#, "`sample`"),
        (r#"{"from": "a", "to": "b", "who_type": "float"}"#, "`who_type`"),
        (r#"{"from": "a", "to": "b", "type": "text"}"#, "`type`"),
    ] {
        let config = Config::parse(json).expect("JSON");
        let error = Conversion::open(&config).expect_err("refused").to_string();
        assert!(error.contains(key), "{error}");
    }
    assert!(Config::parse(&Conversion::config_schema().json()).is_ok());
}
