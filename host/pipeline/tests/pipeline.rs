//! Pipeline files, right and wrong: the settings that are read from them, and the messages about
//! them.
//!
//! Each `invalid/*.toml` has an `.err` file beside it with the text that is shown for that case.
//! After a change of messages, run with `UPDATE=1` and read the difference.

use std::collections::BTreeSet;
use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use streamgauge_core::{FieldType, LatenessClock, TimestampUnit, WindowSpec, Year};
use streamgauge_pipeline::{
    Diagnostic, Diagnostics, Document, EventTimeFields, Format, GeneratorSettings, OnGap,
    OutletSettings, Pipeline, Severity, Shape, SourceSettings, Start, Workers,
};

/// A pipeline with nothing but what is required.
const MINIMAL: &str = r#"version = 1
name = "测试"
[source.kafka]
brokers = "localhost:9092"
topic = "events"
[schema]
month = "unsigned"
day = "unsigned"
ts = "integer"
[event_time]
month = "month"
day = "day"
year = 2015
[[metric]]
id = "behavior"
plugin = "behavior.wasm"
"#;

const DEFAULT: &str = include_str!("../../../pipeline.toml");

fn parse(text: &str) -> Result<(Pipeline, Document), Diagnostics> {
    let environment = |name: &str| (name == "THE_PASSWORD").then(|| "hunter2".to_owned());
    Pipeline::parse_with(text, Path::new("conf/pipeline.toml"), &environment)
}

fn valid(text: &str) -> (Pipeline, Document) {
    parse(text).unwrap_or_else(|diagnostics| panic!("{text}\n{diagnostics}"))
}

fn refused(text: &str) -> Diagnostics {
    parse(text).err().unwrap_or_else(|| panic!("accepted:\n{text}"))
}

/// `MINIMAL` with the first `old` replaced.
fn minimal_with(old: &str, new: &str) -> String {
    assert!(MINIMAL.contains(old), "{old}");
    MINIMAL.replacen(old, new, 1)
}

#[test]
fn what_is_said_about_invalid_files() {
    let mut cases: Vec<PathBuf> = fs::read_dir("tests/invalid")
        .expect("the folder of the cases")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    cases.sort();
    assert!(cases.len() >= 20, "only {} cases", cases.len());
    let different: Vec<String> = cases.iter().filter_map(|path| compare(path)).collect();
    assert!(different.is_empty(), "{}", different.join("\n"));
}

/// Compares the text shown for the case at `path` with its `.err` file; `None` means that both are
/// equal.
fn compare(path: &Path) -> Option<String> {
    let Err(diagnostics) = Pipeline::load(path) else {
        return Some(format!("{} was accepted", path.display()));
    };
    let shown = format!("{}\n", diagnostics.render(false));
    assert!(!shown.contains("hunter2"), "a secret is shown:\n{shown}");
    let golden = path.with_extension("err");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&golden, &shown).expect("the golden file can be written");
    }
    let expected = fs::read_to_string(&golden).unwrap_or_default();
    (shown != expected)
        .then(|| format!("{}: expected\n{expected}\nbut found\n{shown}", path.display()))
}

#[test]
fn the_default_pipeline_is_valid_and_says_what_it_should() {
    let path = Path::new("../pipeline.toml");
    let (pipeline, document) = Pipeline::load(path).expect("the default pipeline");
    assert!(document.warnings().is_empty(), "{}", document.warnings());
    assert_eq!(pipeline.name, "淘宝实时数据分析");
    assert_eq!(pipeline.workers, Workers::Auto);
    let SourceSettings::Kafka(kafka) = &pipeline.source else { panic!("{:?}", pipeline.source) };
    assert_eq!(kafka.topic, "taobao_user_behavior");
    assert_eq!((kafka.start, kafka.format), (Start::Earliest, Format::Json));
    assert_eq!(kafka.librdkafka["fetch.queue.backoff.ms"].value, "2");
    let fields: Vec<_> = pipeline.schema.fields().iter().map(|f| f.name.as_str()).collect();
    let written = "user_id item_id cat_id merchant_id brand_id month day action age_range gender \
                   province";
    assert_eq!(fields.join(" "), written, "the written order is the order of CSV columns");
    let maxima: Vec<_> = pipeline.schema.fields().iter().filter_map(|f| f.max).collect();
    assert_eq!(maxima, [3, 8, 2]);
    assert_eq!(pipeline.event_time.bound, Duration::from_mins(5));
    assert_eq!(pipeline.state_dir, Path::new("../state"));
    let dead_letters = Some(OutletSettings::File("../state/dead-letters.jsonl".into()));
    assert_eq!(pipeline.dead_letters, dead_letters);
    let ids: Vec<_> = pipeline.metrics.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(ids, ["behavior", "age", "gender", "province"]);
    assert_eq!(pipeline.metrics[1].plugin, Path::new("../target/plugins/age.wasm"));
    assert_eq!(pipeline.server.listen.to_string(), "127.0.0.1:5001");
}

#[test]
fn what_is_not_written_has_a_default() {
    let (pipeline, _) = valid(MINIMAL);
    assert_eq!(pipeline.workers, Workers::Auto);
    assert_eq!(pipeline.event_time.zone, chrono_tz::Asia::Shanghai);
    assert_eq!(pipeline.event_time.future_skew, Duration::from_hours(24));
    assert_eq!(pipeline.event_time.idle_after, Duration::from_mins(1));
    assert_eq!(pipeline.lateness.clock, LatenessClock::Watermark);
    assert_eq!((&pipeline.dead_letters, &pipeline.late_output), (&None, &None));
    let SourceSettings::Kafka(kafka) = &pipeline.source else { panic!("{:?}", pipeline.source) };
    assert_eq!(kafka.on_gap, OnGap::Stop);
    assert_eq!(pipeline.event_time.earliest, None, "a month and a day have a year that is set");
    assert_eq!(pipeline.history_keep, Duration::from_hours(24 * 400));
    assert_eq!((pipeline.batch.min.get(), pipeline.batch.max.get()), (10, 8192));
    assert_eq!(pipeline.batch.max_delay, Duration::from_millis(100));
    assert_eq!(pipeline.checkpoint_every, Duration::from_secs(5));
    assert_eq!(pipeline.state_dir, Path::new("conf/state"));
    let metric = &pipeline.metrics[0];
    assert_eq!(metric.config, serde_json::json!({}));
    assert_eq!(metric.windows, [WindowSpec::Cumulative]);
    assert_eq!((metric.retention, metric.open_windows_max), (Duration::from_hours(24), 4096));
    assert_eq!((metric.memory_bytes_max, metric.time_max), (None, Duration::from_secs(1)));
    assert!((pipeline.server.max_hz - 10.0).abs() < f64::EPSILON);
}

#[test]
fn all_settings_can_be_written() {
    let (pipeline, _) = valid(
        r#"version = 1
name = "all"
workers = 4
[source.file]
path = "/data/events.csv"
format = "csv"
header = false
follow = true
timestamp = 2015-11-11T00:00:00+08:00
[schema]
ts = { type = "timestamp", required = true }
n = { type = "unsigned", max = 4294967295 }
[event_time]
field = "ts"
unit = "rfc3339"
zone = "UTC"
earliest = "2000-01-01T00:00:00Z"
[lateness]
clock = "processing"
summary_every = "2m"
[late_output.file]
path = "late.jsonl"
[history]
keep = "30d"
[state.embedded]
dir = "/var/lib/streamgauge"
[[metric]]
id = "a-1_b"
plugin = "/opt/a.wasm"
windows = ["1d", "10m/1m", "cumulative", "7d"]
retention = "2d"
max_open_windows = 5000
memory_max = "1GB"
time_max = "250ms"
config = { z = [1, 2.5, { x = true }], a = 2015-11-11 }
[server]
listen = "[::1]:0"
"#,
    );
    assert_eq!(pipeline.workers, Workers::Fixed(NonZeroUsize::new(4).expect("not zero")));
    let SourceSettings::File(file) = &pipeline.source else { panic!("{:?}", pipeline.source) };
    assert_eq!((file.header, file.follow), (Some(false), true));
    assert_eq!(file.timestamp, Some(1_447_171_200_000));
    assert_eq!(file.path, Path::new("/data/events.csv"));
    let [ts, n] = pipeline.schema.fields() else { panic!("{:?}", pipeline.schema) };
    assert_eq!((ts.field_type, ts.required), (FieldType::Timestamp, true));
    assert_eq!(n.max, Some(u32::MAX));
    let fields = EventTimeFields::Field { field: "ts".into(), unit: TimestampUnit::Rfc3339 };
    assert_eq!(pipeline.event_time.fields, fields);
    assert_eq!(pipeline.event_time.earliest, Some(946_684_800_000));
    assert_eq!(pipeline.lateness.clock, LatenessClock::Processing);
    assert_eq!(pipeline.late_output, Some(OutletSettings::File("conf/late.jsonl".into())));
    assert_eq!(pipeline.history_keep, Duration::from_hours(24 * 30));
    let metric = &pipeline.metrics[0];
    let windows: Vec<String> = metric.windows.iter().map(ToString::to_string).collect();
    assert_eq!(windows, ["cumulative", "10m/1m", "1d", "7d"]);
    assert_eq!((metric.retention, metric.open_windows_max), (Duration::from_hours(48), 5000));
    assert_eq!(metric.memory_bytes_max, Some(1_000_000_000));
    assert_eq!(metric.config.to_string(), r#"{"z":[1,2.5,{"x":true}],"a":"2015-11-11"}"#);
}

#[test]
fn a_retention_that_needs_more_panes_than_may_be_open_is_warned_of() {
    let warned = |settings: &str| {
        let plugin = "plugin = \"behavior.wasm\"\n";
        let (_, document) = valid(&minimal_with(plugin, &format!("{plugin}{settings}")));
        document.warnings().iter().map(|d| d.message.clone()).collect::<Vec<_>>()
    };
    for settings in [
        "windows = [\"cumulative\"]\nretention = \"3660d\"\nmax_open_windows = 1\n",
        "windows = [\"1d\"]\nretention = \"7d\"\nmax_open_windows = 10\n",
        "windows = [\"30s\"]\n",
    ] {
        assert_eq!(warned(settings), [""; 0], "{settings}");
    }
    assert_eq!(
        warned("windows = [\"10s\"]\n"),
        [
            "`metric[0].windows` leaves too few panes: window `10s` with a retention of 1d needs 8643 \
         or more, but 4096 may be open"
        ]
    );
    assert_eq!(
        warned("windows = [\"1d\", \"10m/4m\"]\nmax_open_windows = 700\n"),
        [
            "`metric[0].max_open_windows` leaves too few panes: window `10m/4m` with a retention of 1d \
         needs 723 or more, but 700 may be open"
        ]
    );
}

#[test]
fn late_records_and_gaps_have_settings_of_their_own() {
    let settings =
        "topic = \"events\"\non_gap = \"continue\"\n[late_output.kafka]\ntopic = \"late\"";
    let (pipeline, _) = valid(&minimal_with("topic = \"events\"", settings));
    let SourceSettings::Kafka(kafka) = &pipeline.source else { panic!("no kafka") };
    assert_eq!(kafka.on_gap, OnGap::Continue);
    assert_eq!(pipeline.late_output, Some(OutletSettings::Kafka("late".to_owned())));
    // Neither setting changes what a record counts as.
    assert_eq!(pipeline.state_settings(), valid(MINIMAL).0.state_settings());
    for parent in ["late_output.file", "history"] {
        let found = refused(&format!("{MINIMAL}[{parent}]\nzzz = 1\n"));
        assert!(found.to_string().contains("unknown key `zzz`"), "{found}");
    }
}

#[test]
fn an_unknown_key_is_refused_in_every_table() {
    let tables = [
        "[source.kafka]\n",
        "[event_time]\n",
        "[lateness]\n",
        "[batch]\n",
        "[checkpoint]\n",
        "[[metric]]\n",
        "[server]\n",
        "[dead_letters.file]\n",
        "[state.embedded]\n",
        "version = 1\n",
    ];
    for table in tables {
        assert!(DEFAULT.contains(table), "{table}");
        let text = DEFAULT.replacen(table, &format!("{table}zzz = 1\n"), 1);
        let found = refused(&text);
        assert_eq!(found.len(), 1, "{found}");
        assert!(found.to_string().contains("unknown key `zzz`"), "{found}");
    }
    for parent in ["source", "dead_letters", "state"] {
        let found = refused(&format!("{DEFAULT}\n[{parent}.zzz]\n"));
        let message = format!("unknown key `zzz` in `[{parent}]`");
        assert!(found.iter().any(|d| d.message == message), "{found}");
    }
    let found = refused(&minimal_with("ts = \"integer\"", "ts = { type = \"text\", zzz = 1 }"));
    assert!(found.to_string().contains("unknown key `zzz` in `[schema.ts]`"), "{found}");
    let sources = [("kafka", ""), ("file", "path = \"a.csv\"\n"), ("generator", "")];
    for (kind, rest) in sources.iter().skip(1) {
        let text = minimal_with(
            "[source.kafka]\nbrokers = \"localhost:9092\"\ntopic = \"events\"\n",
            &format!("[source.{kind}]\n{rest}zzz = 1\n"),
        );
        let found = refused(&text);
        assert!(found.to_string().contains(&format!("unknown key `zzz` in `[source.{kind}]`")));
    }
}

#[test]
fn the_generator_tells_its_season_in_events() {
    let generator = |settings: &str| {
        let source = "[source.kafka]\nbrokers = \"localhost:9092\"\ntopic = \"events\"\n";
        let (pipeline, _) =
            valid(&minimal_with(source, &format!("[source.generator]\n{settings}\n")));
        let SourceSettings::Generator(generator) = pipeline.source else { panic!("no generator") };
        generator
    };
    assert_eq!(generator(""), GeneratorSettings::default());
    assert_eq!(generator("").season, 1_200_000);
    assert_eq!(generator("rate = 500").season, 60_000);
    assert_eq!(generator("rate = 500\nseason = \"10s\"").season, 5000);
    assert_eq!(generator("rate = 0.5\nseason = \"1ms\"").season, 1);
    assert_eq!(generator("rate = \"max\"").season, 1_200_000);
    assert_eq!(generator("season = 1_000").season, 1000);
    assert_eq!(generator("seed = 0xff\nlimit = 9").limit, Some(9));
    assert_eq!(generator("shape = \"shop\"").shape, Shape::Shop);
    assert_eq!(generator("shape = \"access_log\"").shape, Shape::AccessLog);
}

#[test]
fn secrets_come_from_the_environment_and_are_never_shown() {
    let settings = "topic = \"events\"\n[source.kafka.librdkafka]\n\
        \"sasl.password\" = { env = \"THE_PASSWORD\" }\n\"sasl.username\" = \"anna\"\n\
        \"ssl.key.password\" = \"swordfish\"\n\"fetch.min.bytes\" = 1\n\"check.crcs\" = true";
    let (pipeline, document) = valid(&minimal_with("topic = \"events\"", settings));
    let SourceSettings::Kafka(kafka) = &pipeline.source else { panic!("no kafka") };
    assert_eq!(kafka.librdkafka["sasl.password"].value, "hunter2");
    assert_eq!(kafka.librdkafka["ssl.key.password"].value, "swordfish");
    assert_eq!(kafka.librdkafka["fetch.min.bytes"].value, "1");
    assert_eq!(kafka.librdkafka["check.crcs"].value, "true");
    let warnings = document.warnings();
    let about: Vec<_> = warnings.iter().map(|d| (d.severity, d.message.as_str())).collect();
    let message = "`source.kafka.librdkafka.\"ssl.key.password\"` is a secret written in the file";
    assert_eq!(about, [(Severity::Warning, message)]);
    let shown =
        format!("{pipeline:?} {document:?} {} {}", warnings.render(true), warnings.to_json());
    assert!(!shown.contains("hunter2") && !shown.contains("swordfish"), "{shown}");
    assert!(shown.contains("anna"), "what is not a secret is shown: {shown}");
}

#[test]
fn later_checks_can_point_at_any_setting() {
    let (_, document) = valid(DEFAULT);
    let at = |span: std::ops::Range<usize>| &document.text()[span];
    let value = |setting| document.span(setting).map(at);
    assert_eq!(value("metric[1].plugin"), Some("\"target/plugins/age.wasm\""));
    assert_eq!(value("metric[3]"), Some("[[metric]]"));
    assert_eq!(value("source.kafka.librdkafka.\"fetch.queue.backoff.ms\""), Some("\"2\""));
    assert_eq!(value("metric[4]"), None);
    assert_eq!(document.key_span("event_time.bound").map(at), Some("bound"));
    assert_eq!(at(document.place("metric[2].columns")), "[[metric]]");
    assert_eq!(document.place("metric[2].columns"), document.span("metric[2]").expect("there"));
    assert_eq!(at(document.place("event_time.field")), "[event_time]");
    assert_eq!(document.place("nowhere.at.all"), 0..0);
    let (_, document) = valid(MINIMAL);
    let mut found = document.diagnostics();
    let place = document.place("metric[0].plugin");
    found.push(Diagnostic::error("the plugin was not found").at(place).help("build it"));
    let shown = found.render(false);
    assert!(shown.contains("--> conf/pipeline.toml:16:10"), "{shown}");
}

#[test]
fn places_are_lines_and_characters_from_one() {
    let found = refused(&minimal_with("name = \"测试\"", "\"名称\" = \"测试\" # 注\nname = 1"));
    let json = found.to_json();
    assert_eq!(json[0]["message"], "unknown key `名称` at the top");
    assert_eq!((&json[0]["line"], &json[0]["column"]), (&2.into(), &1.into()));
    assert_eq!(json[1]["severity"], "error");
    assert_eq!(json[1]["file"], "conf/pipeline.toml");
    assert_eq!((&json[1]["line"], &json[1]["column"]), (&3.into(), &8.into()));
    // With a byte order mark and the line ends of Windows the places are the same.
    let windows = format!("\u{feff}{}", MINIMAL.replace('\n', "\r\n")).replace("2015", "\"年\"");
    let json = refused(&windows).to_json();
    assert_eq!((&json[0]["line"], &json[0]["column"]), (&13.into(), &8.into()));
}

#[test]
fn files_that_cannot_be_read_are_findings_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let message = |path: &Path| {
        let found = Pipeline::load(path).expect_err("no pipeline");
        assert!(found.to_string().contains("--config PATH"), "{found}");
        found.iter().next().expect("a finding").message.clone()
    };
    let missing = folder.path().join("missing.toml");
    assert_eq!(message(&missing), "the pipeline file was not found");
    assert!(message(folder.path()).starts_with("the pipeline file could not be read: "));
    let file = folder.path().join("pipeline.toml");
    fs::write(&file, b"version = 1\nname = \"\xcc\xd4\xb1\xa6\"\n").expect("a file");
    assert_eq!(message(&file), "the pipeline file is not UTF-8");
    let json = Pipeline::load(&file).expect_err("not UTF-8").to_json();
    assert_eq!((&json[0]["line"], &json[0]["column"]), (&2.into(), &9.into()));
    fs::write(&file, "# large\n".repeat(1 << 18)).expect("a file");
    assert_eq!(message(&file), "the pipeline file is larger than 1048576 bytes");
}

#[test]
fn only_settings_that_state_depends_on_change_its_settings() {
    let of = |text: &str| valid(text).0.state_settings();
    let base = of(DEFAULT);
    assert_eq!(base["event_time.bound"], "300s");
    assert_eq!(base["event_time.year"], "2015");
    assert_eq!(base["source"], "kafka");
    assert_eq!(base["source.kafka.topic"], "taobao_user_behavior");
    assert_eq!(base["schema.action"], "unsigned, max = 3");
    let zone = format!("Asia/Shanghai (time zone database {})", chrono_tz::IANA_TZDB_VERSION);
    assert_eq!(base["event_time.zone"], zone);
    let changed = |old: &str, new: &str| -> Vec<String> {
        assert!(DEFAULT.contains(old), "{old}");
        let now = of(&DEFAULT.replacen(old, new, 1));
        let keys: BTreeSet<&String> = base.keys().chain(now.keys()).collect();
        keys.into_iter().filter(|key| base.get(*key) != now.get(*key)).cloned().collect()
    };
    let nothing: [&str; 0] = [];
    assert_eq!(changed("bound = \"300s\"", "bound = \"5m\""), nothing);
    assert_eq!(changed("bound = \"300s\"", "bound = \"10s\""), ["event_time.bound"]);
    assert_eq!(changed("year = 2015", "year = \"current\""), ["event_time.year"]);
    assert_eq!(changed("zone = \"Asia/Shanghai\"", "zone = \"UTC\""), ["event_time.zone"]);
    assert_eq!(changed("clock = \"watermark\"", "clock = \"record\""), ["lateness.clock"]);
    assert_eq!(changed("max = 3", "max = 4"), ["schema.action"]);
    assert_eq!(changed("cat_id = \"text\"\n", ""), ["schema.cat_id"]);
    assert_eq!(changed("future_skew = \"1d\"", "future_skew = \"2d\""), ["event_time.future_skew"]);
    assert_eq!(changed("taobao_user_behavior", "other"), ["source.kafka.topic"]);
    // With CSV the order of the fields matters as well.
    assert_eq!(changed("format = \"json\"", "format = \"csv\""), ["schema", "source.kafka.format"]);
    for (old, new) in [
        ("workers = \"auto\"", "workers = 3"),
        ("localhost:9092", "broker:9092"),
        ("start = \"earliest\"", "start = \"latest\""),
        ("idle_after = \"60s\"", "idle_after = \"5s\""),
        ("min = 10", "min = 1"),
        ("every = \"5s\"", "every = \"1s\""),
        ("id = \"age\"", "id = \"ages\""),
        ("5001", "5002"),
    ] {
        assert_eq!(changed(old, new), nothing, "{old}");
    }
}

#[test]
fn every_state_setting_has_a_place() {
    let (pipeline, document) = valid(DEFAULT);
    for key in pipeline.state_settings().keys() {
        let location = pipeline.state_setting_location(key);
        assert!(document.span(&location).is_some(), "{key} → {location}");
    }
    assert_eq!(pipeline.state_setting_location("source"), "source.kafka");
}

#[test]
fn event_time_has_two_forms() {
    let form = |settings: &str| {
        let written = "month = \"month\"\nday = \"day\"\nyear = 2015\n";
        valid(&minimal_with(written, settings)).0.event_time.fields
    };
    let (month, day) = ("month".to_owned(), "day".to_owned());
    assert_eq!(
        form("month = \"month\"\nday = \"day\"\nyear = \"current\"\n"),
        EventTimeFields::MonthDay { month, day, year: Year::Current }
    );
    for (unit, meaning) in [("ms", TimestampUnit::Millis), ("s", TimestampUnit::Seconds)] {
        let found = form(&format!("field = \"ts\"\nunit = \"{unit}\"\n"));
        assert_eq!(found, EventTimeFields::Field { field: "ts".into(), unit: meaning });
    }
}

#[test]
fn everything_written_is_checked_however_it_is_written() {
    // Dotted keys and inline tables are the same settings.
    let text = "version = 1\nname = \"x\"\nsource.kafka.brokers = \"[::1]:9092, b\"\n\
        source.kafka.topic = \"t\"\nschema = { ts = \"integer\" }\n\
        event_time = { field = \"ts\", unit = \"s\" }\n\
        metric = [{ id = \"a\", plugin = \"a.wasm\" }, { id = \"b\", plugin = \"b.wasm\" }]\n";
    assert_eq!(valid(text).0.metrics.len(), 2);
    let found = refused(&text.replace("b.wasm\"", "b.wasm\", zzz = 1"));
    assert!(found.to_string().contains("unknown key `zzz` in `[[metric]]`"), "{found}");
    let found = refused(&text.replace("source.kafka.topic", "source.kafka.tpoic"));
    assert!(found.to_string().contains("did you mean `topic`?"), "{found}");
}
