//! Sources, outlets and the server as they are read: what is taken, and in which form.

use std::path::{Path, PathBuf};

use streamgauge_pipeline::{
    FileLimit, FileSettings, Format, OutletSettings, Pipeline, SourceSettings, Start, WhenFull,
};

use super::{MINIMAL, minimal_with, refused, valid};

const KAFKA: &str = "[source.kafka]\nbrokers = \"localhost:9092\"\ntopic = \"events\"\n";

/// The messages about a file, in the order of their places.
fn messages(text: &str) -> Vec<String> {
    refused(text).iter().map(|d| d.message.clone()).collect()
}

#[test]
fn brokers_are_hosts_with_or_without_a_port() {
    let file = |brokers: &str| minimal_with("localhost:9092", brokers);
    for brokers in ["a", "a:0", "a:65535,b:9092", "a , b:1", "[::1]", "[::1]:9092", "10.0.0.1:9092"]
    {
        let SourceSettings::Kafka(kafka) = valid(&file(brokers)).0.source else { panic!() };
        assert_eq!(kafka.brokers, brokers, "librdkafka gets what is written");
    }
    for (brokers, wrong) in
        [("a:65536", "a:65536"), ("a,,b", ""), ("a,", ""), ("a:-1", "a:-1"), ("a:9092, b:", "b:")]
    {
        let message =
            format!("`source.kafka.brokers` has a broker that is not host:port: `{wrong}`");
        assert_eq!(messages(&file(brokers)), [message]);
    }
    let list = refused(&minimal_with("\"localhost:9092\"", "[\"a:9092\", \"b:9092\"]"));
    let hint = list.iter().next().and_then(|d| d.help.as_deref());
    assert_eq!(hint, Some("separate brokers by commas, as in \"a:9092,b:9092\""));
}

#[test]
fn a_topic_has_a_name_that_kafka_takes() {
    let file = |topic: &str| minimal_with("\"events\"", &format!("\"{topic}\""));
    for topic in ["a", "A.b_c-9", "...", "__consumer_offsets"] {
        valid(&file(topic));
    }
    for topic in [".", "..", "a/b", "a b", "a:b", "主题"] {
        let message = format!("`source.kafka.topic` is not a name for a topic: `{topic}`");
        assert_eq!(messages(&file(topic)), [message]);
    }
}

#[test]
fn a_start_is_an_end_of_the_log_or_an_instant() {
    let start = |written: &str| {
        let settings = format!("topic = \"events\"\nstart = {written}");
        let SourceSettings::Kafka(kafka) =
            valid(&minimal_with("topic = \"events\"", &settings)).0.source
        else {
            panic!("no kafka")
        };
        kafka.start
    };
    assert_eq!(start("\"earliest\""), Start::Earliest);
    assert_eq!(start("\"latest\""), Start::Latest);
    for instant in [
        "2015-11-11T00:00:00+08:00",
        "\"2015-11-11T00:00:00+08:00\"",
        "2015-11-10T16:00:00.000Z",
        "2015-11-10 16:00:00Z",
    ] {
        assert_eq!(start(instant), Start::At(1_447_171_200_000), "{instant}");
    }
    assert_eq!(start("1969-12-31T23:59:59.999Z"), Start::At(-1));
}

#[test]
fn the_extension_of_a_file_tells_its_format() {
    for (name, format) in [
        ("a.csv", Some(Format::Csv)),
        ("A.CSV", Some(Format::Csv)),
        ("a.json", Some(Format::Json)),
        ("a.csv.jsonl", Some(Format::Json)),
        ("a.NdJson", Some(Format::Json)),
        ("a.jsonl.csv.gz", Some(Format::Csv)),
        ("a.JSONL.ZST", Some(Format::Json)),
        ("a.gz", None),
        ("a.csv.gz.gz", None),
        ("csv", None),
        (".csv", None),
        ("a.", None),
    ] {
        let bounded = FileSettings::bounded(Path::new(name), None, Some(true));
        assert_eq!(bounded.as_ref().map(|file| file.format), format, "{name}");
        // Where there is no header row, a wish for one means nothing.
        let header = bounded.and_then(|file| file.header);
        assert_eq!(header, format.filter(|f| *f == Format::Csv).map(|_| true), "{name}");
        let text = minimal_with(KAFKA, &format!("[source.file]\npath = \"{name}\"\n"));
        if let Some(format) = format {
            let SourceSettings::File(file) = valid(&text).0.source else { panic!("no file") };
            assert_eq!((file.format, file.header, file.follow), (format, None, false));
        } else {
            let message = "`source.file.path` does not tell the format by its extension";
            assert_eq!(messages(&text), [message]);
        }
    }
    let json = "[source.file]\npath = \"a.csv\"\nformat = \"json\"\nheader = true\n";
    let message = "`source.file.header` goes with format `csv` only";
    assert_eq!(messages(&minimal_with(KAFKA, json)), [message]);
}

#[test]
fn the_settings_that_the_host_owns_are_refused_whatever_their_value() {
    for name in [
        "bootstrap.servers",
        "metadata.broker.list",
        "group.id",
        "auto.offset.reset",
        "enable.auto.commit",
        "enable.auto.offset.store",
        "enable.partition.eof",
        "isolation.level",
        "group.instance.id",
        "group.protocol",
        "partition.assignment.strategy",
        "statistics.interval.ms",
        "consume.callback.max.messages",
    ] {
        for value in ["\"x\"", "true", "{ env = \"UNSET\" }", "[]"] {
            let settings = format!("{KAFKA}[source.kafka.librdkafka]\n\"{name}\" = {value}\n");
            let text = minimal_with(KAFKA, &settings);
            let found = refused(&text);
            let [finding] = found.iter().collect::<Vec<_>>()[..] else { panic!("{found}") };
            assert_eq!(
                finding.message,
                format!(
                    "`source.kafka.librdkafka.\"{name}\"` is owned by the host and cannot be set here"
                )
            );
            assert_eq!(&text[finding.span.clone().expect("a place")], format!("\"{name}\""));
            assert_eq!(finding.label.as_deref(), Some("remove this line"));
            assert!(finding.help.is_some(), "the reason is told: {found}");
        }
    }
}

#[test]
fn values_for_librdkafka_are_texts_however_they_are_written() {
    let settings = "topic = \"events\"\n[source.kafka.librdkafka]\n\
        a = 0x10\nb = -7\nc = 1.50\nd = false\ne = \"\"\n\"f.g\" = { env = \"THE_PASSWORD\" }\n";
    let (pipeline, document) = valid(&minimal_with("topic = \"events\"", settings));
    let SourceSettings::Kafka(kafka) = &pipeline.source else { panic!("no kafka") };
    let values: Vec<(&str, &str, bool)> =
        kafka.librdkafka.iter().map(|(k, s)| (k.as_str(), s.value.as_str(), s.hidden)).collect();
    let expected = [
        ("a", "16", false),
        ("b", "-7", false),
        ("c", "1.50", false),
        ("d", "false", false),
        ("e", "", false),
        // What comes from the environment is hidden whatever its name.
        ("f.g", "hunter2", true),
    ];
    assert_eq!(values, expected);
    assert!(document.warnings().is_empty());
    for (value, problem) in [
        ("\"a\\u0000b\"", " must not have a NUL character"),
        ("{ env = \"A=B\" }", ".env is not the name of an environment variable"),
        ("{ env = \"\" }", ".env must not be empty"),
        (
            "{ env = \"A\", default = 1 }",
            ".env names the environment variable `A`, which is not set",
        ),
    ] {
        let settings = format!("topic = \"events\"\n[source.kafka.librdkafka]\nx = {value}");
        let found = messages(&minimal_with("topic = \"events\"", &settings));
        let (path, problem) = problem.split_once(' ').expect("a path and words");
        assert_eq!(found[0], format!("`source.kafka.librdkafka.x{path}` {problem}"));
    }
}

#[test]
fn origins_are_kept_as_browsers_send_them() {
    let file = |list: &str| format!("{MINIMAL}[server]\nallow_origins = {list}\n");
    let (pipeline, _) =
        valid(&file(r#"["https://Gauge.Example:8443", "http://[::1]:80", "http://localhost"]"#));
    let expected = ["https://gauge.example:8443", "http://[::1]:80", "http://localhost"];
    assert_eq!(pipeline.server.allow_origins, expected);
    assert!(pipeline.server.frame_ancestors.is_empty(), "a page in a frame is asked for apart");
    for wrong in
        ["https://", "ftp://a", "https://a/b", "https://a b", "https://a;b", "HTTPS://a", "null"]
    {
        let message = format!("`server.allow_origins[0]` is not an origin: `{wrong}`");
        assert_eq!(messages(&file(&format!("[\"{wrong}\"]"))), [message]);
    }
}

#[test]
fn an_outlet_starts_at_the_folder_of_the_file_and_keeps_away_from_the_source() {
    let outlets = |text: &str| {
        let pipeline: Pipeline = valid(&format!("{MINIMAL}{text}")).0;
        (pipeline.dead_letters, pipeline.late_output)
    };
    let (dead, late) = outlets(
        "[dead_letters.file]\npath = \"out/x.jsonl\"\n[late_output.file]\npath = \"/out/x.jsonl\"\n",
    );
    assert_eq!(path(dead), Path::new("conf/out/x.jsonl"));
    assert_eq!(path(late), Path::new("/out/x.jsonl"));
    // A file and a topic of one name are two places.
    let (dead, late) =
        outlets("[dead_letters.file]\npath = \"x\"\n[late_output.kafka]\ntopic = \"x\"\n");
    assert_eq!(path(dead), Path::new("conf/x"));
    assert_eq!(late, Some(OutletSettings::Kafka("x".to_owned())));
}

/// The path of an outlet that is a file.
fn path(outlet: Option<OutletSettings>) -> PathBuf {
    match outlet {
        Some(OutletSettings::File(file)) => file.path,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_of_dead_letters_has_a_limit_and_what_happens_there() {
    let limit = |text: &str| {
        let text = format!("{MINIMAL}[dead_letters.file]\npath = \"x\"\n{text}");
        match valid(&text).0.dead_letters {
            Some(OutletSettings::File(file)) => file.limit.expect("there always is one"),
            other => panic!("{other:?}"),
        }
    };
    let rotate = |bytes_max, keep| FileLimit { bytes_max, when_full: WhenFull::Rotate { keep } };
    assert_eq!(limit(""), rotate(256 << 20, 4));
    assert_eq!(limit("size_max = \"1MiB\"\nkeep = 9\n"), rotate(1 << 20, 9));
    let stop = FileLimit { bytes_max: 256 << 20, when_full: WhenFull::Stop };
    assert_eq!(limit("when_full = \"stop\"\n"), stop);
    let text =
        format!("{MINIMAL}[late_output.file]\npath = \"x\"\nwhen_full = \"stop\"\nkeep = 2\n");
    assert_eq!(messages(&text), ["`late_output.file.keep` is for files that are rotated"]);
}

#[test]
fn a_panel_goes_to_the_metric_before_its_dot() {
    let further = "[[metric]]\nid = \"age\"\nplugin = \"age.wasm\"\n";
    let panels = "[[panel]]\nid = \"age.by_day\"\ntitle = \"年龄\"\n\
        [[panel]]\nid = \"behavior\"\ntitle = { en = \"Actions\" }\n[[panel]]\nid = \"age\"\n";
    let (pipeline, _) = valid(&format!("{MINIMAL}{further}{panels}"));
    let of = |metric: usize| -> Vec<(&str, usize)> {
        pipeline.metrics[metric].panels.iter().map(|p| (p.id.as_str(), p.index)).collect()
    };
    assert_eq!((of(0), of(1)), (vec![("behavior", 1)], vec![("age.by_day", 0), ("age", 2)]));
    let titles = |metric: usize| format!("{:?}", pipeline.metrics[metric].panels[0].title);
    assert_eq!(titles(0), r#"{"en": "Actions"}"#);
    assert_eq!(titles(1), r#"{"en": "年龄", "zh": "年龄"}"#, "one text is for both languages");
    let list = messages(&format!("{MINIMAL}[panel]\nid = \"behavior\"\n"));
    assert_eq!(list, ["`panel` must be a list of tables"]);
}
