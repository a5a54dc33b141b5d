//! Every kind of dirt, in two files written for this test: readable records are counted, the others
//! are in the dead letters with their reason, and the counts add up for any choice of metrics.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::process::finish;
use crate::result::{assert_balanced, counts};
use crate::workplace::{METRICS, SCHEMA, Settings, Workplace, lines_of, root};

/// The result of `replay` over the dirty file with these metrics, and the dead letters of that run.
fn replay(file: &Path, metrics: &[&str]) -> (Value, Vec<Value>) {
    let mut settings = Settings::file(file);
    settings.metrics = metrics.iter().map(|id| (*id).to_owned()).collect();
    settings.schema = SCHEMA
        .replace("user_id = \"text\"", "user_id = { type = \"text\", required = true }")
        .replace("\ncat_id = \"text\"", "\ncat_id = { type = \"unsigned\", required = true }");
    let place = Workplace::new(&settings);
    let letters = place.path("letters.jsonl");
    let mut command = place.command("replay");
    let result = finish(command.arg(file).arg("--json").arg("--dead-letters").arg(&letters));
    let result = result.json();
    let mut letters = lines_of(&letters);
    letters.sort_by_key(|letter| (letter["offset"].as_u64(), letter["metric"].to_string()));
    (result, letters)
}

fn fixture(name: &str) -> PathBuf {
    root().join("host/tests/system").join(name)
}

/// The golden table of a result with its letters.
fn table(result: &Value, letters: &[Value]) -> String {
    let mut table = String::new();
    let mut line = |text: String| writeln!(table, "{text}").expect("a string takes all");
    let numbers = |books: &Value, names: &[&str]| -> String {
        let shown: Vec<_> = names.iter().map(|name| format!("{name} {}", books[name])).collect();
        shown.join(", ")
    };
    let books = ["read", "on_time", "late", "rejected", "event_time_fallback"];
    line(numbers(&result["accounting"], &books));
    line(format!("watermark {}", result["at"][0]["watermark"]));
    for id in METRICS {
        line(format!(
            "{id}: {}",
            numbers(&result["metric_accounting"][id], &["folded", "excluded"])
        ));
        line(format!("  on time {:?}", counts(result, id, "on_time")));
        line(format!("  late {:?}", counts(result, id, "late")));
    }
    for letter in letters {
        let word = |name: &str| letter[name].as_str().unwrap_or("-").to_owned();
        line(format!(
            "{:>2} {} {} {} {}",
            letter["offset"],
            word("verdict"),
            word("metric"),
            word("reason"),
            word("detail"),
        ));
    }
    table
}

/// Each letter holds its original record, byte by byte.
fn assert_original(file: &Path, letters: &[Value]) {
    use base64::Engine as _;
    let content = std::fs::read(file).expect("the fixture");
    for letter in letters {
        let value = match (&letter["value"], &letter["value_base64"]) {
            (Value::String(text), Value::Null) => text.clone().into_bytes(),
            (Value::Null, Value::String(coded)) => {
                assert_eq!(letter["reason"], "not_utf8");
                base64::engine::general_purpose::STANDARD.decode(coded).expect("base64")
            }
            _ => panic!("{letter}"),
        };
        let is_there = content.windows(value.len()).any(|window| window == value);
        assert!(is_there && !value.is_empty(), "{letter}");
    }
}

fn check(name: &str, expected: &Expect) {
    let file = fixture(name);
    let (result, letters) = replay(&file, &METRICS);
    assert_balanced(&result);
    assert_original(&file, &letters);
    let excluded = |id: &str| letters.iter().filter(|letter| letter["metric"] == id).count();
    for id in METRICS {
        assert_eq!(result["metric_accounting"][id]["excluded"], excluded(id), "{id}");
    }
    expected.assert_eq(&table(&result, &letters));
    only_gender(&file, &result, &letters);
}

/// A run with fewer metrics counts the same and shows fewer.
fn only_gender(file: &Path, all: &Value, all_letters: &[Value]) {
    let (result, letters) = replay(file, &["gender"]);
    assert_eq!(result["accounting"], all["accounting"]);
    for name in ["offset", "watermark", "digest"] {
        assert_eq!(result["at"][0][name], all["at"][0][name], "{name}");
    }
    let digest = |result: &Value| result["at"][0]["metric_digests"]["gender"].clone();
    assert_eq!(digest(&result), digest(all));
    assert!(digest(all).is_string(), "{all}");
    assert_eq!(result["metrics"]["gender"], all["metrics"]["gender"]);
    assert_eq!(result["metrics"].as_object().map(serde_json::Map::len), Some(1));
    let of_gender = |letter: &&Value| letter["metric"].is_null() || letter["metric"] == "gender";
    let expected: Vec<Value> = all_letters.iter().filter(of_gender).cloned().collect();
    assert_eq!(letters, expected);
}

#[test]
fn json_lines() {
    check(
        "dirty.jsonl",
        &expect![[r#"
        read 36, on_time 24, late 2, rejected 10, event_time_fallback 3
        watermark "2015-11-10T23:55:00+08:00"
        behavior: folded 23, excluded 3
          on time {"0": 18, "1": 1, "2": 1, "3": 1}
          late {"0": 2}
        age: folded 24, excluded 2
          on time {"3": 21, "7": 1}
          late {"3": 2}
        gender: folded 23, excluded 3
          on time {"0": 1, "1": 19, "2": 1}
          late {"1": 2}
        province: folded 23, excluded 3
          on time {"北京市": 1, "浙江": 19, "湖南": 1}
          late {"浙江": 2}
        12 rejected - not_json -
        13 rejected - not_an_object -
        14 rejected - not_an_object -
        15 rejected - not_utf8 -
        16 rejected - empty -
        17 excluded behavior out_of_range action
        18 excluded behavior fraction action
        19 excluded gender wrong_type gender
        20 excluded province missing province
        21 excluded province missing province
        22 excluded province wrong_type province
        23 excluded age out_of_range age_range
        27 rejected - required_missing user_id
        28 rejected - required_missing user_id
        29 rejected - required_invalid cat_id: wrong_type
        30 rejected - not_json -
        32 excluded behavior out_of_range action
        32 excluded gender out_of_range gender
        33 excluded age missing age_range
        34 excluded gender missing gender
        35 rejected - not_json -
    "#]],
    );
}

#[test]
fn csv_rows() {
    check(
        "dirty.csv",
        &expect![[r#"
        read 31, on_time 21, late 2, rejected 8, event_time_fallback 3
        watermark "2015-11-10T23:55:00+08:00"
        behavior: folded 20, excluded 3
          on time {"0": 14, "1": 2, "2": 1, "3": 1}
          late {"0": 2}
        age: folded 21, excluded 2
          on time {"3": 19}
          late {"3": 2}
        gender: folded 20, excluded 3
          on time {"0": 1, "1": 16, "2": 1}
          late {"1": 2}
        province: folded 22, excluded 1
          on time {"say \"hi\"": 1, "two\nlines": 1, "浙江": 17, "浙江, 杭州": 1}
          late {"浙江": 2}
        10 rejected - field_count 12 fields instead of 11
        11 rejected - field_count 4 fields instead of 11
        12 rejected - not_utf8 -
        13 rejected - empty -
        14 excluded behavior out_of_range action
        15 excluded behavior fraction action
        16 excluded gender wrong_type gender
        17 excluded province missing province
        18 excluded age out_of_range age_range
        22 rejected - required_missing user_id
        23 rejected - required_missing cat_id
        24 rejected - required_invalid cat_id: wrong_type
        26 excluded behavior out_of_range action
        26 excluded gender out_of_range gender
        27 excluded age missing age_range
        28 excluded gender missing gender
        30 rejected - not_csv -
    "#]],
    );
}
