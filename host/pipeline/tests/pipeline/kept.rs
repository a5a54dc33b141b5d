//! Settings of states that commit a11b11c wrote, as `state inspect --json` prints them: what has not
//! changed since then is taken for unchanged.

use std::collections::BTreeMap;

use chrono_tz::IANA_TZDB_VERSION;
use streamgauge_pipeline::{DescribedMetric, DisplayKeys, Pipeline, changed_settings};

use super::valid;

/// A file of JSON lines, with two required fields, a field that nobody reads, and three metrics.
const JSON: (&str, &str) =
    (include_str!("../kept/json.toml"), include_str!("../kept/json.settings.json"));

/// A file of CSV without a header, with names that TOML quotes.
const CSV: (&str, &str) =
    (include_str!("../kept/csv.toml"), include_str!("../kept/csv.settings.json"));

fn settings(json: &str) -> BTreeMap<String, String> {
    let parsed: serde_json::Value = serde_json::from_str(json).expect("JSON");
    let table = parsed.as_object().expect("a table").iter();
    table.map(|(key, text)| (key.clone(), text.as_str().expect("a text").to_owned())).collect()
}

/// What the plugins of the kept states say of themselves.
fn described(pipeline: &Pipeline) -> Vec<DescribedMetric<'_>> {
    let display = r#"{"properties": {"title": {"x-display": true}, "labels": {"x-display": true},
        "top": {"x-display": true}}}"#;
    let metric = |metric| {
        let metric: &streamgauge_pipeline::MetricSettings = metric;
        let plugin = metric.plugin.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        let inputs: &[&str] = match plugin {
            "conversion" => &["who", "what"],
            "count_by" => &["value"],
            own => &[own],
        };
        let field = |input| metric.columns.get(input).map_or(input, String::as_str);
        let inputs = inputs.iter().map(|input| (*input, field(*input))).collect();
        let display = DisplayKeys::of_schema(display);
        DescribedMetric { settings: metric, inputs, display, state_version: 1 }
    };
    pipeline.metrics.iter().map(metric).collect()
}

/// What the pipeline `text` has otherwise than the settings of a state.
fn changes(stored: &BTreeMap<String, String>, text: &str) -> Vec<String> {
    let pipeline = valid(text).0;
    let records = changed_settings(stored, &pipeline.state_settings());
    let mut changes: Vec<String> = records.into_iter().map(|change| change.key).collect();
    for metric in described(&pipeline) {
        let id = &metric.settings.id;
        let before = metric.stored(stored).unwrap_or_else(|| panic!("{id} is new"));
        let differences =
            before.expect("a fingerprint").difference(&metric.fingerprint(&pipeline.schema));
        changes.extend(differences.iter().map(|change| format!("{id}: {}", change.setting())));
    }
    changes
}

#[test]
fn settings_of_an_earlier_version_are_those_of_the_same_pipeline() {
    for (text, kept) in [JSON, CSV] {
        let kept = settings(kept);
        assert_eq!(kept["event_time.zone"], format!("UTC ({})", database()));
        assert_eq!(changes(&kept, text), [""; 0], "{text}");
    }
}

fn database() -> String {
    format!("time zone database {IANA_TZDB_VERSION}")
}

#[test]
fn what_changed_since_an_earlier_version_is_found_all_the_same() {
    let nothing: &[&str] = &[];
    let check = |(text, kept): (&str, &str), old: &str, new: &str, expected: &[&str]| {
        assert_eq!(text.matches(old).count(), 1, "{old}");
        assert_eq!(changes(&settings(kept), &text.replace(old, new)), expected, "{old} → {new}");
    };
    check(JSON, "brand = \"text\"", "brand = \"float\"", nothing);
    check(JSON, "brand = \"text\"\n", "", nothing);
    check(JSON, "title = \"T\"", "title = \"U\"", nothing);
    check(JSON, "max = 3 }", "max = 4 }", &["actions: columns.value", "to-buy: columns.what"]);
    check(JSON, "province = \"text\"", "province = \"integer\"", &["province: columns.province"]);
    check(JSON, "type = \"unsigned\"\ntitle", "type = \"text\"\ntitle", &["actions: config.type"]);
    check(JSON, "retention = \"2d\"", "retention = \"3d\"", &["actions: retention"]);
    check(JSON, "who = \"user_id\"", "who = \"brand\"", &["to-buy: columns.who"]);
    check(JSON, "max = 31, required = true", "max = 31", &["schema.day"]);
    check(JSON, "bound = \"5m\"", "bound = \"6m\"", &["event_time.bound"]);
    check(JSON, "UTC", "Europe/Berlin", &["event_time.zone"]);
    check(
        CSV,
        "\"a b\" = \"text\"\nday = \"unsigned\"",
        "day = \"unsigned\"\n\"a b\" = \"text\"",
        &["schema"],
    );
    check(CSV, "\"a b\" = \"text\"", "\"a b\" = \"float\"", &["spaced: columns.value"]);
    check(CSV, "day = \"unsigned\"", "day = { type = \"unsigned\", max = 31 }", &["schema.day"]);
}

/// A database of another version may know other clocks; the state does not tell which.
#[test]
fn another_time_zone_database_is_named() {
    let mut kept = settings(JSON.1);
    kept.insert("event_time.zone".to_owned(), "UTC (time zone database 1999z)".to_owned());
    let now = valid(JSON.0).0.state_settings();
    let changes = changed_settings(&kept, &now);
    assert_eq!(changes.len(), 1, "{changes:?}");
    assert_eq!(changes[0].stored.as_deref(), Some("UTC (time zone database 1999z)"));
    assert_eq!(changes[0].now, Some(format!("UTC ({})", database())));
}
