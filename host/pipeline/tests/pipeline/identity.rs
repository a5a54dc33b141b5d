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
    check("field = \"month\"\nunit = \"s\"\n", &["event_time.field", "schema.month", "schema.ts"]);
    let earliest = "field = \"ts\"\nunit = \"s\"\nearliest = ";
    check(&format!("{earliest}1980-01-01T00:00:00Z\n"), &[]);
    check(&format!("{earliest}1980-01-01T00:00:01Z\n"), &["event_time.earliest"]);
    let keys = ["day", "earliest", "field", "month", "unit", "year"];
    let keys = keys.map(|key| format!("event_time.{key}"));
    let fields = ["day", "month", "ts"].map(|field| format!("schema.{field}"));
    let of_dates: Vec<_> = keys.into_iter().chain(fields).collect();
    assert_eq!(changed(&base, &by_field(BY_DAY)), of_dates);
    let swapped = by_field("month = \"day\"\nday = \"month\"\nyear = 2015\n");
    assert_eq!(changed(&by_field(BY_DAY), &swapped), ["event_time.day", "event_time.month"]);
}

#[test]
fn a_field_of_records_is_known_by_name_type_limit_and_need() {
    let base = valid(MINIMAL).0;
    let check = |field: &str, expected: &[&str]| {
        let now = valid(&minimal_with("ts = \"integer\"", field)).0;
        assert_eq!(changed(&base, &now), expected, "{field}");
        now.state_settings()
    };
    for nobody_reads in [
        "ts = { type = \"integer\" }",
        "ts = { type = \"integer\", required = false }",
        "ts = \"float\"",
        "\"t.s\" = \"integer\"",
        "ts = \"integer\"\nlevel = { type = \"unsigned\", max = 0 }",
    ] {
        check(nobody_reads, &[]);
    }
    let required = check("ts = { type = \"integer\", required = true }", &["schema.ts"]);
    assert_eq!(required["schema.ts"], "integer, required");
    let quoted = check("\"t.s\" = { type = \"text\", required = true }", &["schema.\"t.s\""]);
    assert_eq!(quoted["schema.\"t.s\""], "text, required");
    let level = "ts = \"integer\"\nlevel = { type = \"unsigned\", max = 0, required = true }";
    assert_eq!(check(level, &["schema.level"])["schema.level"], "unsigned, max = 0, required");
    let limited = minimal_with("month = \"unsigned\"", "month = { type = \"unsigned\", max = 12 }");
    assert_eq!(changed(&base, &valid(&limited).0), ["schema.month"]);
    let event_time = base.state_settings();
    assert_eq!(
        (&*event_time["schema.month"], &*event_time["schema.day"]),
        ("unsigned", "unsigned")
    );
    assert!(!event_time.contains_key("schema"), "{event_time:?}");
}

/// The first bad one of the required fields gives the reason of a rejection.
#[test]
fn the_order_of_required_fields_counts_in_json_too() {
    let of = |fields: &str| valid(&minimal_with("ts = \"integer\"", fields)).0;
    let required = |name: &str| format!("{name} = {{ type = \"text\", required = true }}\n");
    let [a, b] = ["a", "\"b,c\""].map(required);
    let base = of(&format!("{a}{b}x = \"text\"\n"));
    assert_eq!(base.state_settings()["schema"], "required a,\"b,c\"");
    assert_eq!(changed(&base, &of(&format!("x = \"text\"\n{a}y = \"text\"\n{b}"))), [""; 0]);
    assert_eq!(changed(&base, &of(&format!("{b}{a}"))), ["schema"]);
    assert!(!of(&a).state_settings().contains_key("schema"), "one field has no order");
}

#[test]
fn csv_without_a_header_counts_its_columns() {
    let fields = "month = \"unsigned\"\nday = \"unsigned\"\n";
    let turned = minimal_with(fields, "day = \"unsigned\"\nmonth = \"unsigned\"\n");
    assert_eq!(changed(&valid(MINIMAL).0, &valid(&turned).0), [""; 0], "JSON names its fields");
    let csv = |text: &str| valid(&text.replace(KAFKA, &format!("{KAFKA}format = \"csv\"\n"))).0;
    assert_eq!(changed(&csv(MINIMAL), &csv(&turned)), ["schema"]);
    assert_eq!(csv(&turned).state_settings()["schema"], "day,month,ts");
    let quoted = csv(&minimal_with("ts = \"integer\"", "\"t,s\" = \"integer\""));
    assert_eq!(quoted.state_settings()["schema"], "month,day,\"t,s\"");
    let retyped = csv(&minimal_with("ts = \"integer\"", "ts = \"text\""));
    assert_eq!(changed(&csv(MINIMAL), &retyped), [""; 0], "a type moves no column");
}

/// Names of a header are read in any letter case, unless two fields differ by nothing else.
#[test]
fn under_a_header_fields_count_that_differ_by_letter_case() {
    let of = |fields: &str| {
        let source = "[source.file]\npath = \"a.csv\"\nheader = true\n";
        valid(&minimal_with(KAFKA, source).replace("ts = \"integer\"\n", fields)).0
    };
    let base = of("ts = \"integer\"\n");
    assert_eq!(changed(&base, &of("x = \"text\"\nts = \"text\"\n")), [""; 0]);
    assert_eq!(changed(&base, &of("x = \"text\"\nX = \"text\"\n")), ["schema"]);
    let required = "{ type = \"text\", required = true }";
    let twins = of(&format!("b = {required}\nDay = \"text\"\na = {required}\n"));
    assert_eq!(twins.state_settings()["schema"], "required b,a; alike Day,day");
}

fn metric(settings: &str) -> MetricSettings {
    valid(&format!("{MINIMAL}{settings}\n")).0.metrics.remove(0)
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
