//! Single tables of a pipeline file, and their unknown keys.

use streamgauge_core::{TimestampUnit, Year};
use streamgauge_pipeline::{
    EventTimeFields, GeneratorSettings, OnGap, OutletSettings, Severity, Shape, SourceSettings,
};

use super::{DEFAULT, MINIMAL, minimal_with, refused, valid};

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
        "windows = [\"1m\"]\n",
        // 23 h, 5 min and a day: just enough.
        "windows = [\"1m\"]\nretention = \"23h\"\nmax_open_windows = 2825\n",
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
        warned("windows = [\"1m\"]\nretention = \"23h\"\nmax_open_windows = 2824\n"),
        [
            "`metric[0].max_open_windows` may leave too few panes: window `1m` needs 2825 of them for a \
         retention of 23h, `event_time.bound` = \"300s\" and `event_time.future_skew` = \"1d\" \
         together, but 2824 may be open"
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
    for parent in ["late_output.file", "history", "state.embedded.backups"] {
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
