//! Which edits of a source, of a schema and of a metric make another state of it, and which do not.

use std::collections::BTreeMap;
use std::path::Path;

use streamgauge_pipeline::{MetricSettings, Pipeline};

use super::{MINIMAL, minimal_with, valid};

const KAFKA: &str = "[source.kafka]\nbrokers = \"localhost:9092\"\ntopic = \"events\"\n";
const BY_DAY: &str = "month = \"month\"\nday = \"day\"\nyear = 2015\n";

/// The paths of the state settings that `now` has otherwise than `before`.
fn changed(before: &Pipeline, now: &Pipeline) -> Vec<String> {
    let (before, now): (BTreeMap<_, _>, BTreeMap<_, _>) =
        (before.state_settings(), now.state_settings());
    let keys = before.keys().chain(now.keys().filter(|key| !before.contains_key(*key)));
    let mut keys: Vec<String> =
        keys.filter(|key| before.get(*key) != now.get(*key)).cloned().collect();
    keys.sort();
    keys
}

fn file(settings: &str) -> Pipeline {
    valid(&minimal_with(KAFKA, &format!("[source.file]\n{settings}\n"))).0
}

#[test]
fn a_file_is_known_by_path_format_header_and_stamp() {
    let base = file("path = \"logs/a.csv\"");
    let check = |settings: &str, expected: &[&str]| {
        assert_eq!(changed(&base, &file(settings)), expected, "{settings}");
    };
    check("path = \"logs/a.csv\"\nfollow = true", &[]);
    check("path = \"logs/a.csv\"\nformat = \"csv\"", &[]);
    check("path = \"logs/b.csv\"", &["source.file.path"]);
    check("path = \"logs/a.csv\"\nheader = false", &["source.file.header"]);
    // With a header the order of the schema means nothing.
    check("path = \"logs/a.csv\"\nheader = true", &["schema", "source.file.header"]);
    check("path = \"logs/a.csv\"\nformat = \"json\"", &["schema", "source.file.format"]);
    let stamped = "path = \"logs/a.csv\"\ntimestamp = ";
    check(&format!("{stamped}\"2015-11-11T00:00:00+08:00\""), &["source.file.timestamp"]);
    // One instant, written in two zones.
    let there = file(&format!("{stamped}2015-11-11T00:00:00+08:00"));
    let here = file(&format!("{stamped}\"2015-11-10T16:00:00Z\""));
    assert_eq!(changed(&there, &here), [""; 0]);
    assert_eq!(there.state_settings()["source.file.timestamp"], "2015-11-10T16:00:00+00:00");
}

#[test]
fn a_folder_moves_with_its_state() {
    let parse = |folder: &str, path: &str| {
        let text = minimal_with(KAFKA, &format!("[source.file]\npath = \"{path}\"\n"));
        let path = Path::new(folder).join("pipeline.toml");
        Pipeline::parse_with(&text, &path, &|_| None).expect("a pipeline").0
    };
    let (here, there) = (parse("/home/a", "log.csv"), parse("/srv/b", "log.csv"));
    assert_eq!(changed(&here, &there), [""; 0]);
    assert_eq!(changed(&here, &parse("/home/a", "/home/a/log.csv")), [""; 0]);
    assert_eq!(changed(&here, &parse("/home/a", "/srv/b/log.csv")), ["source.file.path"]);
}

#[test]
fn a_made_up_log_is_known_by_all_that_its_records_depend_on() {
    let generator = |settings: &str| {
        valid(&minimal_with(KAFKA, &format!("[source.generator]\n{settings}\n"))).0
    };
    let check = |base: &str, more: &str, expected: &[&str]| {
        let (before, now) = (generator(base), generator(&format!("{base}\n{more}")));
        let expected: Vec<_> = expected.iter().map(|k| format!("source.generator.{k}")).collect();
        assert_eq!(changed(&before, &now), expected, "{base} {more}");
    };
    // The length of the log and its pace change no record.
    for setting in ["limit = 9", "swing = true", "shape = \"shop\"", "seed = 20151111"] {
        check("", setting, &[]);
    }
    for key in ["seed", "partitions", "users", "items", "season"] {
        check("", &format!("{key} = 7"), &[key]);
    }
    check("", "late = 0.5", &["late"]);
    check("", "dirt = 0", &["dirt"]);
    check("season = 1000", "rate = 500", &["rate"]);
    check("", "rate = 500", &["rate", "season"]);
    // An access log has neither a season nor users nor items.
    check("", "shape = \"access_log\"", &["items", "season", "shape", "users"]);
    check("shape = \"access_log\"", "rate = 500", &["rate"]);
}

#[test]
fn another_form_of_event_time_is_another_state() {
    let by_field = |settings: &str| valid(&minimal_with(BY_DAY, settings)).0;
    let base = by_field("field = \"ts\"\nunit = \"s\"\n");
    let check = |settings: &str, expected: &[&str]| {
        assert_eq!(changed(&base, &by_field(settings)), expected, "{settings}");
    };
    check("field = \"ts\"\nunit = \"ms\"\n", &["event_time.unit"]);
    check("field = \"month\"\nunit = \"s\"\n", &["event_time.field"]);
    let earliest = "field = \"ts\"\nunit = \"s\"\nearliest = ";
    check(&format!("{earliest}1980-01-01T00:00:00Z\n"), &[]);
    check(&format!("{earliest}1980-01-01T00:00:01Z\n"), &["event_time.earliest"]);
    let of_dates: Vec<_> = ["day", "earliest", "field", "month", "unit", "year"]
        .map(|key| format!("event_time.{key}"))
        .to_vec();
    assert_eq!(changed(&base, &by_field(BY_DAY)), of_dates);
    let swapped = by_field("month = \"day\"\nday = \"month\"\nyear = 2015\n");
    assert_eq!(changed(&by_field(BY_DAY), &swapped), ["event_time.day", "event_time.month"]);
}

#[test]
fn a_field_is_known_by_name_type_limit_and_need() {
    let base = valid(MINIMAL).0;
    let check = |field: &str, expected: &[&str]| {
        let now = valid(&minimal_with("ts = \"integer\"", field)).0;
        assert_eq!(changed(&base, &now), expected, "{field}");
        now.state_settings()
    };
    check("ts = { type = \"integer\" }", &[]);
    check("ts = { type = \"integer\", required = false }", &[]);
    let required = check("ts = { type = \"integer\", required = true }", &["schema.ts"]);
    assert_eq!(required["schema.ts"], "integer, required");
    check("ts = \"float\"", &["schema.ts"]);
    let quoted = check("\"t.s\" = \"integer\"", &["schema.\"t.s\"", "schema.ts"]);
    assert_eq!(quoted["schema.\"t.s\""], "integer");
    let both = check(
        "ts = \"integer\"\nlevel = { type = \"unsigned\", max = 0, required = true }",
        &["schema.level"],
    );
    assert_eq!(both["schema.level"], "unsigned, max = 0, required");
    // JSON names its fields, CSV counts them.
    let fields = "month = \"unsigned\"\nday = \"unsigned\"\n";
    let turned = minimal_with(fields, "day = \"unsigned\"\nmonth = \"unsigned\"\n");
    assert_eq!(changed(&base, &valid(&turned).0), [""; 0]);
    let csv = |text: &str| valid(&text.replace(KAFKA, &format!("{KAFKA}format = \"csv\"\n"))).0;
    assert_eq!(changed(&csv(MINIMAL), &csv(&turned)), ["schema"]);
    assert_eq!(csv(&turned).state_settings()["schema"], "day,month,ts");
}

fn metric(settings: &str) -> MetricSettings {
    valid(&format!("{MINIMAL}{settings}\n")).0.metrics.remove(0)
}

#[test]
fn the_state_of_a_metric_depends_on_columns_config_and_windows() {
    let text = |settings: &str| metric(settings).state_text();
    let base = "config {}, windows cumulative";
    let sha256 = format!("sha256 = \"{}\"", "a".repeat(64));
    for settings in [
        "",
        &sha256,
        "wasi = \"inert\"",
        "memory_max = \"64MiB\"\nsnapshot_max = \"1MiB\"\ntime_max = \"2s\"",
        "compile_time_max = \"9s\"\ncompile_memory_max = \"1GiB\"",
        "windows = [\"cumulative\"]\nretention = \"9d\"\nmax_open_windows = 9",
        "[[panel]]\nid = \"behavior\"\nchart = \"pie\"",
        "[metric.columns]\n[metric.config]",
    ] {
        assert_eq!(text(settings), base, "{settings}");
    }
    assert_eq!(
        text("[metric.columns]\nvalue = \"ts\"\nkey = \"day\""),
        format!("columns key = day, value = ts, {base}")
    );
    assert_eq!(
        text("windows = [\"1d\", \"60m\", \"cumulative\"]"),
        "config {}, windows cumulative, 1h, 1d, retention 1d, max_open_windows 4096"
    );
    assert_eq!(
        text("windows = [\"1h\"]\nretention = \"48h\"\nconfig = { n = 1, at = 2015-11-11 }"),
        r#"config {"n":1,"at":"2015-11-11"}, windows 1h, retention 2d, max_open_windows 4096"#
    );
}

#[test]
fn the_config_of_a_metric_becomes_json_as_exactly_as_json_can_tell() {
    let config = |written: &str| metric(&format!("config = {{ {written} }}")).config.to_string();
    for (written, json) in [
        ("n = 9223372036854775807", r#"{"n":9223372036854775807}"#),
        ("n = -9223372036854775808", r#"{"n":-9223372036854775808}"#),
        ("n = 0xff, m = 0b11, o = 0o17", r#"{"n":255,"m":3,"o":15}"#),
        ("n = 1_000, f = 1_0.5", r#"{"n":1000,"f":10.5}"#),
        ("f = -0.0, e = 1e3", r#"{"f":-0.0,"e":1000.0}"#),
        ("t = 2015-11-11T00:00:00+08:00", r#"{"t":"2015-11-11T00:00:00+08:00"}"#),
        ("t = '浙\\江', e = \"\\u6d59\"", r#"{"t":"浙\\江","e":"浙"}"#),
        ("a.b = [[], {}, false]", r#"{"a":{"b":[[],{},false]}}"#),
    ] {
        assert_eq!(config(written), json, "{written}");
    }
    let found = super::refused(&format!("{MINIMAL}config = {{ n = 9223372036854775808 }}\n"));
    let message = "`metric[0].config` has a whole number of more than 64 bits";
    assert_eq!(found.iter().map(|d| d.message.as_str()).collect::<Vec<_>>(), [message]);
}
