//! Pipeline files, right and wrong: the settings that are read from them, and the messages about
//! them.
//!
//! Each `invalid/*.toml` has an `.err` file beside it with the text that is shown for that case.
//! After a change of messages, run with `UPDATE=1` and read the difference.

#[path = "pipeline/bounds.rs"]
mod bounds;
#[path = "pipeline/findings.rs"]
mod findings;
#[path = "pipeline/fingerprints.rs"]
mod fingerprints;
#[path = "pipeline/headlines.rs"]
mod headlines;
#[path = "pipeline/identity.rs"]
mod identity;
#[path = "pipeline/kept.rs"]
mod kept;
#[path = "pipeline/shown.rs"]
mod shown;
#[path = "pipeline/sources.rs"]
mod sources;
#[path = "pipeline/state.rs"]
mod state;
#[path = "pipeline/tables.rs"]
mod tables;
#[path = "pipeline/words.rs"]
mod words;

use std::fs;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use streamgauge_core::{FieldType, LatenessClock, TimestampUnit, WindowSpec};
use streamgauge_pipeline::{
    Diagnostics, Document, EventTimeFields, Format, OnGap, OutletSettings, Pipeline,
    SourceSettings, Start, Workers,
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
    let path = Path::new("../../pipeline.toml");
    let (pipeline, document) = Pipeline::load(path).expect("the default pipeline");
    assert!(document.warnings().is_empty(), "{}", document.warnings());
    assert_eq!(pipeline.name, "淘宝实时数据分析");
    assert_eq!(pipeline.names["en"], "Taobao, live");
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
    assert_eq!(pipeline.state_dir, Path::new("../../state"));
    let Some(OutletSettings::File(letters)) = &pipeline.dead_letters else { panic!("no file") };
    assert_eq!(letters.path, Path::new("../../state/dead-letters.jsonl"));
    let ids: Vec<_> = pipeline.metrics.iter().map(|m| m.id.as_str()).collect();
    assert_eq!(ids, ["behavior", "age", "gender", "province", "province_action"]);
    for metric in &pipeline.metrics {
        let windows: Vec<String> = metric.shown_windows.iter().map(ToString::to_string).collect();
        assert_eq!(windows, ["cumulative", "1d"], "{}", metric.id);
    }
    let ticker = pipeline.ticker.expect("a ticker");
    assert_eq!(ticker.fields, ["province", "action", "age_range"], "nothing that tells who it is");
    assert_eq!(pipeline.labels["action"].len(), 4);
    assert_eq!(pipeline.metrics[1].plugin, Path::new("../../target/plugins/age.wasm"));
    assert_eq!(pipeline.server.listen.to_string(), "127.0.0.1:5001");
}

#[test]
fn what_is_not_written_has_a_default() {
    let (pipeline, _) = valid(MINIMAL);
    assert_eq!(pipeline.workers, Workers::Auto);
    assert_eq!(pipeline.event_time.zone, chrono_tz::Asia::Shanghai);
    assert_eq!(pipeline.event_time.future_skew, Some(Duration::from_hours(24)));
    assert_eq!(pipeline.event_time.idle_after, Duration::from_mins(1));
    assert_eq!(pipeline.lateness.clock, LatenessClock::Watermark);
    assert_eq!((&pipeline.dead_letters, &pipeline.late_output), (&None, &None));
    let SourceSettings::Kafka(kafka) = &pipeline.source else { panic!("{:?}", pipeline.source) };
    assert_eq!(kafka.on_gap, OnGap::Stop);
    assert_eq!(pipeline.event_time.earliest, None, "a month and a day have a year that is set");
    assert_eq!(pipeline.history_keep, Duration::from_hours(24 * 400));
    assert_eq!((pipeline.batch.min.get(), pipeline.batch.max.get()), (10, 8192));
    assert_eq!(pipeline.batch.max_delay, Duration::from_millis(100));
    assert_eq!(pipeline.publish_every, Duration::from_millis(100));
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
backups = { dir = "copies", every = "15m", keep = 7, size_max = "2GiB" }
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
    let Some(OutletSettings::File(late)) = &pipeline.late_output else { panic!("no file") };
    assert_eq!(late.path, Path::new("conf/late.jsonl"));
    assert_eq!(pipeline.history_keep, Duration::from_hours(24 * 30));
    let metric = &pipeline.metrics[0];
    let windows: Vec<String> = metric.windows.iter().map(ToString::to_string).collect();
    assert_eq!(windows, ["cumulative", "10m/1m", "1d", "7d"]);
    assert_eq!((metric.retention, metric.open_windows_max), (Duration::from_hours(48), 5000));
    assert_eq!(pipeline.state_dir, Path::new("/var/lib/streamgauge"));
    let backups = pipeline.backups.expect("backups");
    assert_eq!(backups.dir, Path::new("conf/copies"));
    assert_eq!((backups.every, backups.keep), (Duration::from_mins(15), 7));
    assert_eq!(backups.bytes_max, 2 << 30);
    assert_eq!(metric.memory_bytes_max, Some(1_000_000_000));
    assert_eq!(metric.config.to_string(), r#"{"z":[1,2.5,{"x":true}],"a":"2015-11-11"}"#);
}
