//! Edits of a pipeline over existing state, and what of the state they change: nothing, the records
//! and with them everything, or one metric.

use std::collections::BTreeMap;

use streamgauge_pipeline::{
    DescribedMetric, DisplayKeys, MetricPart, MetricSettings, PartChange, Pipeline,
    changed_settings,
};

use super::valid;

const SHOP: &str = r#"version = 1
name = "商城"
workers = "auto"
[source.kafka]
brokers = "localhost:9092"
topic = "events"
group = "gauge"
start = "earliest"
format = "json"
[schema]
user_id = { type = "text", required = true }
unread = "text"
month = "unsigned"
day = { type = "unsigned", max = 31, required = true }
action = { type = "unsigned", max = 3 }
province = "text"
[event_time]
month = "month"
day = "day"
year = 2015
zone = "Asia/Shanghai"
bound = "300s"
future_skew = "1d"
idle_after = "60s"
[lateness]
clock = "watermark"
[dead_letters.file]
path = "letters.jsonl"
[history]
keep = "7d"
[[metric]]
id = "actions"
plugin = "count_by.wasm"
windows = ["1h", "cumulative"]
retention = "1d"
max_open_windows = 100
[metric.columns]
value = "action"
[metric.config]
type = "unsigned"
title = "Actions"
chart = "pie"
labels = { 0 = "click", 2 = "buy" }
[[metric]]
id = "provinces"
plugin = "province.wasm"
[server]
listen = "127.0.0.1:5001"
"#;

/// The schema of a plugin's configuration, as far as it matters here.
const COUNT_BY: &str = r#"{"properties": {"type": {}, "title": {"x-display": true},
    "chart": {"x-display": true}, "labels": {"x-display": true}}}"#;

/// A metric of the shop; a plugin of one input reads the column `value`, and that of the provinces
/// reads `province`.
pub(super) fn described(settings: &MetricSettings) -> DescribedMetric<'_> {
    let is_count_by = settings.plugin.ends_with("count_by.wasm");
    let input = if is_count_by { "value" } else { "province" };
    let field = settings.columns.get(input).map_or(input, String::as_str);
    let display = DisplayKeys::of_schema(if is_count_by { COUNT_BY } else { "" });
    DescribedMetric { settings, inputs: vec![(input, field)], display, state_version: 1 }
}

/// All settings as a state keeps them.
pub(super) fn stored(pipeline: &Pipeline) -> BTreeMap<String, String> {
    let mut settings = pipeline.state_settings();
    settings.extend(pipeline.metrics.iter().map(|metric| {
        let fingerprint = described(metric).fingerprint(&pipeline.schema).to_string();
        (format!("metric.{}", metric.id), fingerprint)
    }));
    settings
}

/// What `now` has otherwise than the stored settings: paths of settings, those of a metric behind its
/// id.
pub(super) fn changes(before: &BTreeMap<String, String>, now: &Pipeline) -> Vec<String> {
    let records = changed_settings(before, &now.state_settings());
    let mut changes: Vec<String> = records.into_iter().map(|change| change.key).collect();
    for metric in &now.metrics {
        let described = described(metric);
        match described.stored(before) {
            None => changes.push(format!("{} is new", metric.id)),
            Some(before) => {
                let before = before.expect("a fingerprint");
                let differences = before.difference(&described.fingerprint(&now.schema));
                let paths = differences.iter().map(PartChange::setting);
                changes.extend(paths.map(|path| format!("{}: {path}", metric.id)));
            }
        }
    }
    changes
}

/// The edits of the shop: a name, a text, what takes its place with `⏎` as the end of a line, and what
/// of the state is another one then.
const EDITS: &str = r#"
workers | workers = "auto" | workers = 3 |
name | 商城 | 店 |
group | group = "gauge" | group = "other" |
brokers by another name | localhost:9092 | kafka-1:9092,kafka-2:9092 |
brokers of another cluster | localhost:9092 | elsewhere:9092 |
start | start = "earliest" | start = "latest" |
topic | topic = "events" | topic = "others" | source.kafka.topic
format | format = "json" | format = "csv" | schema, source.kafka.format
# Fields that nobody reads.
a field at the end | province = "text" | province = "text"⏎x = "float" |
a field at the front | [schema] | [schema]⏎x = "float" |
a field removed | unread = "text"⏎ |  |
a field reordered | unread = "text"⏎month = "unsigned" | month = "unsigned"⏎unread = "text" |
a field retyped | unread = "text"⏎ | unread = "timestamp"⏎ |
a field with a limit | unread = "text"⏎ | unread = { type = "unsigned", max = 9 }⏎ |
a field made required | unread = "text"⏎ | unread = { type = "text", required = true }⏎ | schema, schema.unread
# Fields of the records.
a required field no more | "text", required = true | "text" | schema, schema.user_id
max of event time | max = 31 | max = 30 | schema.day
# Fields that a metric reads.
max raised | max = 3 } | max = 4 } | actions: columns.value
max lowered | max = 3 } | max = 2 } | actions: columns.value
max gone | { type = "unsigned", max = 3 } | "unsigned" | actions: columns.value
a read field retyped | province = "text" | province = "integer" | provinces: columns.province
a read field made required | max = 3 } | max = 3, required = true } | schema, schema.action
# Event time and lateness.
bound written otherwise | bound = "300s" | bound = "5m" |
bound | bound = "300s" | bound = "10s" | event_time.bound
future_skew | future_skew = "1d" | future_skew = "2d" | event_time.future_skew
idle_after | idle_after = "60s" | idle_after = "5s" |
zone | Asia/Shanghai | Asia/Tokyo | event_time.zone
zone by another name | Asia/Shanghai | PRC |
year | year = 2015 | year = 2016 | event_time.year
lateness clock | clock = "watermark" | clock = "record" | lateness.clock
# Metrics.
a metric added | [server] | [[metric]]⏎id = "age"⏎plugin = "age.wasm"⏎[server] | age is new
a metric renamed | id = "provinces" | id = "places" | places is new
a metric removed | [[metric]]⏎id = "provinces"⏎plugin = "province.wasm"⏎ |  |
another column | value = "action" | value = "unread" | actions: columns.value
another plugin file | province.wasm | places/province.wasm |
a window added | ["1h",  | ["1h", "1d",  | actions: windows
a window removed | ["1h", "cumulative"] | ["1h"] | actions: windows
windows reordered | ["1h", "cumulative"] | ["cumulative", "60m"] |
no windows | ["1h", "cumulative"] | ["cumulative"] | actions: windows
retention | retention = "1d" | retention = "2d" | actions: retention
retention written otherwise | retention = "1d" | retention = "24h" |
max_open_windows | max_open_windows = 100 | max_open_windows = 101 | actions: max_open_windows
a key of the configuration | type = "unsigned"⏎title | type = "text"⏎title | actions: config.type
a key more | type = "unsigned"⏎title | n = 1⏎type = "unsigned"⏎title | actions: config.n
title | "Actions" | "Acts" |
title gone | title = "Actions"⏎ |  |
labels | "click" | "tap" |
chart | "pie" | "bar" |
keys in another order | type = "unsigned"⏎title = "Actions"⏎ | title = "Actions"⏎type = "unsigned"⏎ |
# What comes out, and how fast.
dead letters off | [dead_letters.file]⏎path = "letters.jsonl"⏎ |  |
late output on | [server] | [late_output.file]⏎path = "late.jsonl"⏎[server] |
history.keep | keep = "7d" | keep = "8d" |
a panel | [server] | [[panel]]⏎id = "provinces"⏎chart = "pie"⏎[server] |
a limit | province.wasm" | province.wasm"⏎memory_max = "9MiB"⏎time_max = "2s" |
batch and checkpoint | [server] | [batch]⏎min = 1⏎[checkpoint]⏎every = "1s"⏎[server] |
listen | 5001 | 5002 |
"#;

#[test]
fn an_edit_changes_no_more_of_the_state_than_it_must() {
    let before = stored(&valid(SHOP).0);
    let rows = EDITS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    for row in rows.clone() {
        let cells: Vec<String> =
            row.split('|').map(|cell| cell.trim().replace('⏎', "\n")).collect();
        let [name, old, new, expected] = cells.as_slice() else { panic!("{row}") };
        assert_eq!(SHOP.matches(old).count(), 1, "{name}: {old}");
        let now = valid(&SHOP.replace(old, new)).0;
        assert_eq!(changes(&before, &now).join(", "), *expected, "{name}");
    }
    assert!(rows.count() > 45);
}

#[test]
fn a_fingerprint_says_what_a_metric_depends_on() {
    let settings = stored(&valid(SHOP).0);
    let actions = r#"{"columns":{"value":"action, unsigned, max = 3"},"config":{"type":"unsigned"},"windows":["cumulative","1h"],"retention":"1d","max_open_windows":100,"state_version":1}"#;
    assert_eq!(settings["metric.actions"], actions);
    let provinces = r#"{"columns":{"province":"province, text"},"config":{},"windows":["cumulative"],"state_version":1}"#;
    assert_eq!(settings["metric.provinces"], provinces);
}

#[test]
fn a_difference_is_told_part_by_part_with_both_values() {
    let before = stored(&valid(SHOP).0);
    let now = SHOP
        .replace("max = 3 }", "max = 4 }")
        .replace("type = \"unsigned\"\ntitle", "deep = { b = 1, a = [2] }\ntitle")
        .replace("[\"1h\", \"cumulative\"]", "[\"1h\", \"1d\"]")
        .replace("max_open_windows = 100", "max_open_windows = 7");
    let now = valid(&now).0;
    let described = DescribedMetric { state_version: 2, ..described(&now.metrics[0]) };
    let then = described.stored(&before).expect("it is there").expect("a fingerprint");
    let changes = then.difference(&described.fingerprint(&now.schema));
    let told: Vec<String> = changes.iter().map(ToString::to_string).collect();
    let words = |setting: &str, stored: &str, now: &str| {
        format!("`{setting}` was {stored} when the state was written and is {now} now")
    };
    assert_eq!(
        told,
        [
            words(
                "columns.value",
                r#""action, unsigned, max = 3""#,
                r#""action, unsigned, max = 4""#
            ),
            words("config.deep", "not set", r#"{"a":[2],"b":1}"#),
            words("config.type", r#""unsigned""#, "not set"),
            words("windows", r#"["cumulative","1h"]"#, r#"["1h","1d"]"#),
            words("max_open_windows", "100", "7"),
            words("state_version", "1", "2"),
        ]
    );
    assert_eq!(changes.last().map(|change| change.part), Some(MetricPart::StateVersion));
    assert_eq!(then.difference(&then), []);
}

/// A column of the very name and one that `[metric.columns]` sets to it are the same.
#[test]
fn a_column_is_known_by_what_it_reads() {
    let before = stored(&valid(SHOP).0);
    let explicit = SHOP.replace(
        "province.wasm\"\n",
        "province.wasm\"\n[metric.columns]\nprovince = \"province\"\n",
    );
    assert_eq!(changes(&before, &valid(&explicit).0), [""; 0]);
    // A new version of the plugin reads one more.
    let shop = valid(SHOP).0;
    let inputs = vec![("province", "province"), ("action", "action")];
    let more = DescribedMetric { inputs, ..described(&shop.metrics[1]) };
    let then = more.stored(&before).expect("it is there").expect("a fingerprint");
    let told = then.difference(&more.fingerprint(&shop.schema));
    let told: Vec<String> = told.iter().map(PartChange::setting).collect();
    assert_eq!(told, ["columns.action"]);
    let event_time = SHOP.replace("value = \"action\"", "value = \"@event-time\"");
    let now = valid(&event_time).0;
    assert_eq!(changes(&before, &now), ["actions: columns.value"]);
    assert!(stored(&now)["metric.actions"].contains(r#"{"value":"@event-time"}"#));
}

/// A new version of a plugin may mark keys that the one before did not.
#[test]
fn a_key_that_becomes_a_display_key_counts_no_more() {
    let now = valid(SHOP).0;
    let mut before = now.state_settings();
    let plain = DescribedMetric { display: DisplayKeys::default(), ..described(&now.metrics[0]) };
    let with_titles = plain.fingerprint(&now.schema).to_string();
    assert!(with_titles.contains(r#""title":"Actions""#), "{with_titles}");
    before.insert("metric.actions".to_owned(), with_titles);
    assert_eq!(changes(&before, &now), ["provinces is new"]);
    // One that is no display key any more counts from now on.
    let stored = plain.stored(&stored(&now)).expect("it is there").expect("a fingerprint");
    let changes = stored.difference(&plain.fingerprint(&now.schema));
    let paths: Vec<String> = changes.iter().map(PartChange::setting).collect();
    assert_eq!(paths, ["config.chart", "config.labels", "config.title"]);
}

#[test]
fn a_fingerprint_of_a_later_version_is_not_guessed_at() {
    let now = valid(SHOP).0;
    let described = described(&now.metrics[1]);
    for text in [
        "",
        "{",
        "{}",
        "windows cumulative",
        r#"{"columns":{},"config":{},"windows":["cumulative"]}"#,
        r#"{"columns":{},"config":{},"windows":["cumulative"],"state_version":1,"mood":7}"#,
        "config {}, windows cumulative, state version one",
        "config {, windows cumulative, state version 1",
    ] {
        let settings = [("metric.provinces".to_owned(), text.to_owned())].into();
        assert!(described.stored(&settings).expect("a text").is_err(), "{text}");
    }
}
