//! Final results: what must be equal between two ways to the same records.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::process::finish;
use crate::workplace::Workplace;

/// A result without what may differ from run to run.
pub(crate) fn outside_run(mut result: Value) -> Value {
    let fields = result.as_object_mut().expect("a result is an object");
    fields.remove("run").expect("a result has timings under `run`");
    result
}

/// The result of a run to the present end of the source, but for what belongs to the run.
pub(crate) fn until_end(place: &Workplace) -> Value {
    until_end_with(place, &[])
}

/// The same with more `arguments`.
pub(crate) fn until_end_with(place: &Workplace, arguments: &[&str]) -> Value {
    let mut command = place.command("run");
    outside_run(finish(command.args(["--until-end", "--json"]).args(arguments)).json())
}

/// Panics with the differences unless both results are equal.
#[track_caller]
pub(crate) fn assert_same(what: &str, one: &Value, other: &Value) {
    let differences = differences(one, other);
    assert!(differences.is_empty(), "{what}:\n{}", differences.join("\n"));
}

/// The paths at which the results differ, with both values.
pub(crate) fn differences(one: &Value, other: &Value) -> Vec<String> {
    let mut differences = Vec::new();
    compare("", one, other, &mut differences);
    differences
}

fn compare(path: &str, one: &Value, other: &Value, differences: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, one) in a {
                match b.get(key) {
                    Some(other) => compare(&format!("{path}.{key}"), one, other, differences),
                    None => differences.push(format!("{path}.{key}: only in the first: {one}")),
                }
            }
            for (key, other) in b.iter().filter(|(key, _)| !a.contains_key(*key)) {
                differences.push(format!("{path}.{key}: only in the second: {other}"));
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs.for_each(|(i, (a, b))| compare(&format!("{path}[{i}]"), a, b, differences));
        }
        _ if one == other => {}
        _ => differences.push(format!("{path}: {one} is not {other}")),
    }
}

/// The events of one metric by key: `verdict` is `on_time`, `late` or `total`.
pub(crate) fn counts(result: &Value, metric: &str, verdict: &str) -> BTreeMap<String, u64> {
    let rows = result["metrics"][metric][0][verdict].as_array().expect("rows");
    let row = |row: &Value| {
        let mut cells = row.as_object().expect("a row").values();
        let key = cells.next().and_then(Value::as_str).expect("a key").to_owned();
        (key, cells.next().and_then(Value::as_u64).expect("a count"))
    };
    rows.iter().map(row).collect()
}

/// A number of `accounting`, by its name.
pub(crate) fn book(result: &Value, name: &str) -> u64 {
    result["accounting"][name].as_u64().unwrap_or_else(|| panic!("no {name} in {result}"))
}

/// The counts add up, as a whole and for every metric, and the tables of cumulative windows agree
/// with the counts.
#[track_caller]
pub(crate) fn assert_balanced(result: &Value) {
    let placed = book(result, "on_time") + book(result, "late");
    assert_eq!(book(result, "read"), placed + book(result, "rejected"), "{result}");
    let metrics = result["metric_accounting"].as_object().expect("books of metrics");
    assert_eq!(metrics.len(), result["metrics"].as_object().expect("metrics").len());
    for (id, books) in metrics {
        let number = |name: &str| books[name].as_u64().expect("a number");
        let events = |verdict| counts(result, id, verdict).values().sum::<u64>();
        assert_eq!(number("on_time") + number("late"), placed, "{id}: {books}");
        assert_eq!(placed, number("folded") + number("excluded"), "{id}: {books}");
        // Of a metric without one, the first window is not of all records.
        if result["metrics"][id][0]["window"].is_null() {
            assert_eq!(events("total"), number("folded"), "{id}");
        }
        assert_eq!(events("on_time") + events("late"), events("total"), "{id}");
    }
}

/// How a host says that a metric is.
pub(crate) fn state_of<'a>(status: &'a Value, metric: &str) -> &'a str {
    let metrics = status["metrics"].as_array().into_iter().flatten();
    let of = metrics.into_iter().find(|own| own["id"] == metric);
    of.and_then(|own| own["state"].as_str()).unwrap_or("none")
}

/// How often such a thing happened, as far as a host remembers.
pub(crate) fn happened(status: &Value, what: &str) -> usize {
    let all = status["happened"].as_array().expect("what happened");
    all.iter().filter(|moment| moment["what"] == what).count()
}
