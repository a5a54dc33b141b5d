//! `streamgauge plugin test` finds what is wrong with a component, and nothing where all is well.

use std::process::Command;

use serde_json::Value;

use crate::process::{Ended, finish};
use crate::workplace::{Settings, Workplace, plugin};

fn test(name: &str, arguments: &[&str]) -> Ended {
    let mut command = Command::new(streamgauge_tests::program());
    finish(command.args(["plugin", "test"]).arg(plugin(name)).args(arguments))
}

/// The printed JSON, for any exit code.
fn parsed(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {}", ended.stdout))
}

/// The failed checks, with their counterexamples.
fn failed(document: &Value) -> Vec<Value> {
    let checks = document["checks"].as_array().expect("a list");
    checks.iter().filter(|check| check["holds"] == false).cloned().collect()
}

#[test]
fn every_plugin_of_the_library_passes() {
    let steps = r#"{"from": "a", "to": ["b", ""]}"#;
    let plugins = [
        ("behavior", "{}"),
        ("age", "{}"),
        ("gender", "{}"),
        ("province", "{}"),
        ("count_by", "{}"),
        ("count_by", r#"{"type": "boolean"}"#),
        ("crosstab", r#"{"column_type": "integer"}"#),
        ("top_n", r#"{"capacity": 10}"#),
        ("unique", r#"{"type": "unsigned"}"#),
        ("conversion", steps),
        ("conversion", r#"{"from": "a", "to": "b", "sample": 64}"#),
        ("quantiles", "{}"),
        ("quantiles", r#"{"type": "integer"}"#),
        ("province-py", "{}"),
        ("behavior-js", "{}"),
        ("broken", "{}"),
    ];
    for (name, config) in plugins {
        let ended = test(name, &["--with", config, "--brief", "--rounds", "60"]);
        assert_eq!(ended.code, Some(0), "{name} {config}\n{}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.starts_with("passed: "), "{}", ended.stdout);
    }
}

/// Each fault is found by the law that the fault breaks, with as few rows as can show it.
#[test]
fn nine_broken_plugins_are_caught_with_small_counterexamples() {
    let faults = [
        ("order-dependent", "merging is commutative", 2),
        ("batch-size-dependent", "any cut into batches gives the same bytes", 2),
        ("merge-forgets", "merging the folds of parts is folding all rows", 1),
        ("snapshot-loses", "a snapshot holds the whole state", 1),
        ("hash-order", "the same rows give the same bytes", 2),
        ("refuse-one", "a refusal names all rows that cannot be used, and adds none", 2),
        ("loses-rest", "the largest rows are those of the whole result", 1),
        ("difference-loses", "what came since a snapshot makes the state whole again", 1),
        ("counts-note", "display keys, and the order of keys, change no byte", 1),
    ];
    for (fault, law, rows) in faults {
        let config = format!(r#"{{"fault": "{fault}"}}"#);
        let ended = test("broken", &["--with", &config, "--json"]);
        assert_eq!(ended.code, Some(1), "{fault}");
        let document = parsed(&ended);
        assert_eq!(document["passed"], false);
        let failed = failed(&document);
        let broken = failed.iter().find(|check| check["name"] == law);
        let broken = &broken.unwrap_or_else(|| panic!("{fault}: {failed:?}"))["failure"];
        let shown = broken["rows"].as_str().expect("it has rows");
        assert!(shown.starts_with("word,number\n"), "{shown}");
        assert_eq!(shown.lines().count(), 1 + rows, "{fault}: {broken}");
        let sides = broken["sides"].as_array().map(Vec::len);
        assert_eq!(sides, Some(if fault == "refuse-one" { 0 } else { 2 }), "{broken}");
        // The same seed, the same verdict.
        let again = parsed(&test("broken", &["--with", &config, "--json"]));
        assert_eq!(again["checks"], document["checks"]);
    }
}

#[test]
fn a_leak_and_a_description_that_varies_are_found() {
    for (fault, words) in [
        ("leaks", "bytes for each accumulator that was created"),
        ("varies", "`describe` gives `…"),
    ] {
        let config = format!(r#"{{"fault": "{fault}"}}"#);
        let ended = test("broken", &["--with", &config, "--json", "--rounds", "20"]);
        let failed = failed(&parsed(&ended));
        assert_eq!(failed.len(), 1, "{fault}: {failed:?}");
        let told = failed[0]["failure"]["words"].as_str().expect("words");
        assert!(told.contains(words), "{told}");
    }
}

/// A key that is marked as display key and decides what is read, or what is counted.
#[test]
fn a_display_key_that_decides_something_is_found_and_named() {
    for (config, words) in [
        (r#"{"fault": "note-is-input"}"#, "`note` as \"a\": the plugin reads other columns"),
        (r#"{"fault": "counts-note"}"#, "`note` as \"a\": the states differ"),
        (r#"{"fault": "counts-note", "note": "a"}"#, "without display keys: the states differ"),
    ] {
        let ended = test("broken", &["--with", config, "--json", "--rounds", "20"]);
        let failed = failed(&parsed(&ended));
        let names: Vec<&str> = failed.iter().filter_map(|check| check["name"].as_str()).collect();
        assert_eq!(names, ["display keys, and the order of keys, change no byte"], "{config}");
        assert_eq!(failed[0]["failure"]["words"], words, "{failed:?}");
    }
}

/// What crashes at every row withstood all that is hostile.
#[test]
fn a_plugin_that_always_crashes_withstands_nothing() {
    let config = r#"{"call": "result", "act": "panic"}"#;
    let ended = test("hostile", &["--with", config, "--json", "--rounds", "5"]);
    let checks = parsed(&ended)["checks"].as_array().expect("a list").clone();
    let is_hostile =
        |check: &&Value| check["name"].as_str().is_some_and(|n| n.starts_with("it withstands"));
    let withstood: Vec<&Value> = checks.iter().filter(is_hostile).collect();
    assert!(
        withstood.len() >= 3 && withstood.iter().all(|check| check["holds"] == false),
        "{withstood:?}"
    );
}

#[test]
fn the_cost_of_many_keys_is_told_with_the_limit_that_is_met_first() {
    let ended = test("count_by", &["--rounds", "5", "--keys", "100000", "--json"]);
    let keys = &parsed(&ended)["keys"];
    assert_eq!(keys["keys"], 100_000);
    let each = |name: &str| keys[name].as_f64().expect("a number");
    assert!((20.0..400.0).contains(&each("memory_bytes_per_key")), "{keys}");
    assert!((5.0..100.0).contains(&each("snapshot_bytes_per_key")), "{keys}");
    assert!(each("merge_seconds") > 0.0 && each("result_seconds") > 0.0, "{keys}");
    // Of a busy machine it may be the time.
    let limit = keys["first_limit"].as_str().expect("a name").to_owned();
    assert!(["memory_max", "time_max"].contains(&limit.as_str()), "{keys}");
    assert!(keys["first_limit_keys"].as_u64().expect("a number") > 50_000, "{keys}");
    let words = test("count_by", &["--rounds", "5", "--keys", "100000"]).stdout;
    assert!(
        words.contains("keys    100000: ") && words.contains("` is met first, at about "),
        "{words}"
    );
    // More keys than it may have memory for.
    let ended = test("count_by", &["--rounds", "5", "--keys", "5000000", "--json"]);
    let keys = &parsed(&ended)["keys"];
    assert!(keys["error"].as_str().is_some_and(|error| error.contains("memory limit")), "{keys}");
}

/// A crash and a refusal are told as such, and end nothing but the check.
#[test]
fn a_plugin_that_crashes_is_told_with_its_words() {
    let ended = test("faulty", &["--with", r#"{"fault": "panic", "at": 2}"#]);
    assert_eq!(ended.code, Some(1));
    for words in ["row 2 was too much", "FAILED  the same rows give the same bytes"] {
        assert!(ended.stdout.contains(words), "no {words:?} in\n{}", ended.stdout);
    }
    let refused = test("faulty", &["--with", r#"{"fault": "refuse-rows", "value": 1}"#]);
    assert_eq!(refused.code, Some(0), "{}", refused.stdout);
}

#[test]
fn the_cases_of_an_author_are_held_against_the_plugin() {
    let place = Workplace::new(&Settings::kafka("127.0.0.1:1", "events"));
    let good = "[[case]]\nname = \"counts\"\nconfig = { type = \"unsigned\" }\nrows = '''\nvalue\n3\n4\n3\n'''\n\
                result = '''\nvalue,events\n3,2\n4,1\n'''\n";
    let held = |text: &str| {
        let file = place.write("cases.toml", text.as_bytes());
        test("count_by", &["--brief", "--rounds", "5", "--cases", &file.display().to_string()])
    };
    assert_eq!(held(good).code, Some(0));
    let wrong = held(&good.replace("3,2", "3,9"));
    assert_eq!(wrong.code, Some(1));
    for words in ["FAILED  case \"counts\"", "cases.toml: another result", "3,9", "3,2"] {
        assert!(wrong.stdout.contains(words), "no {words:?} in\n{}", wrong.stdout);
    }
    for (from, to, words) in [
        ("value\n3", "valeu\n3", "`rows` names `valeu`; hint: the inputs are value"),
        ("value,events", "value,evnts", "hint: the outputs are value, events"),
        ("\n4\n", "\nx\n", "row 2: `value` is `x`, which is no unsigned"),
        ("\n4\n", "\n\\N\n", "the input is not nullable"),
        ("\"unsigned\"", "\"unsignd\"", "`config.type` must be one of"),
    ] {
        let wrong = held(&good.replace(from, to));
        assert_eq!(wrong.code, Some(1), "{to}");
        assert!(wrong.stdout.contains(words), "no {words:?} in\n{}", wrong.stdout);
    }
    let unreadable = held(&good.replace("rows =", "row ="));
    assert_eq!(unreadable.code, Some(2));
    assert!(unreadable.stderr.contains("unknown field `row`"), "{}", unreadable.stderr);
}
