//! Every kind of dirt, in two files written for it: what is readable is counted, the rest is in
//! the dead letters with its reason, and the books add up whichever metrics are loaded.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::process::finish;
use crate::result::{assert_balanced, counts};
use crate::workplace::{METRICS, SCHEMA, Settings, Workplace, letters_of, root};

/// The dirty file, read by `replay` with these metrics: its result, and its dead letters.
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
    (result.json(), letters_of(&letters))
}

fn fixture(name: &str) -> PathBuf {
    root().join("host/tests/system").join(name)
}

/// The golden table of a result and its letters.
fn table(result: &Value, letters: &[Value]) -> String {
    let mut table = String::new();
    let mut line = |text: String| writeln!(table, "{text}").expect("a string takes all");
    line(format!("{}", result["accounting"]));
    line(format!("watermark {}", result["at"][0]["watermark"]));
    for id in METRICS {
        line(format!("{id}: {}", result["metric_accounting"][id]));
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

/// The record itself is in each of its letters, byte by byte.
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

/// Loading fewer metrics changes only which of them are shown.
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
    let without_source = |letter: &Value| Value::clone(letter);
    let expected: Vec<Value> = all_letters.iter().filter(of_gender).map(without_source).collect();
    assert_eq!(letters, expected);
}

#[test]
fn json_lines() {
    check("dirty.jsonl", &expect![[""]]);
}

#[test]
fn csv_rows() {
    check("dirty.csv", &expect![[""]]);
}
