//! The settings that stored state does not depend on, as texts that are compared when a pipeline is
//! changed while it runs. Together with [`Pipeline::state_settings`] and
//! [`MetricSettings::state_text`] that is every setting of the file, which destructuring ensures: a
//! new setting does not compile until it has its text here.
//!
//! A secret is `***`, so the texts may be shown.

mod shown;
mod texts;

use std::collections::BTreeMap;

use super::backup::BackupSettings;
use super::document::join;
use super::fingerprint::show_instant;
use super::headline_settings::HeadlineSettings;
use super::kafka::FETCH;
use super::metric_settings::{Backfill, MetricSettings, Wasi};
use super::outlet_settings::{FileLimit, OutletFile, OutletSettings, WhenFull};
use super::pipeline::{BatchSettings, LatenessSettings, Pipeline, Workers};
use super::secret::Secret;
use super::server_settings::ServerSettings;
use super::source_settings::{
    FileSettings, GeneratorSettings, KafkaSettings, OnGap, SourceSettings, Start,
};
use super::units::{show_duration, show_size};
use texts::Texts;

impl Pipeline {
    /// The settings that stored state does not depend on: path of the setting → its value in one
    /// canonical form, so that `5m` and `300s` are the same. A metric's are below `metric.ID`.
    pub fn other_settings(&self) -> BTreeMap<String, String> {
        let Self {
            path: _,
            folder,
            name,
            names,
            workers,
            source,
            schema: _,
            event_time,
            lateness,
            dead_letters,
            late_output,
            batch,
            history_keep,
            catch_up_share,
            publish_every,
            checkpoint_every,
            state_dir,
            backups,
            metrics,
            headlines,
            layouts,
            labels,
            page,
            ticker,
            server,
        } = self;
        let mut texts = Texts::from(folder.as_path());
        texts.set("name", name);
        shown::of_names(&mut texts, name, names);
        texts.set(
            "workers",
            match workers {
                Workers::Auto => "auto".to_owned(),
                Workers::Fixed(number) => number.to_string(),
            },
        );
        match source {
            SourceSettings::Kafka(kafka) => of_kafka(&mut texts, kafka),
            SourceSettings::File(file) => of_file(&mut texts, file),
            SourceSettings::Generator(generator) => of_generator(&mut texts, generator),
        }
        texts.set("event_time.idle_after", show_duration(event_time.idle_after));
        let LatenessSettings { clock: _, summary_every } = lateness;
        texts.set("lateness.summary_every", show_duration(*summary_every));
        of_outlet(&mut texts, "dead_letters", dead_letters.as_ref());
        of_outlet(&mut texts, "late_output", late_output.as_ref());
        let BatchSettings { min, max, max_delay } = batch;
        texts.set("batch.min", min);
        texts.set("batch.max", max);
        texts.set("batch.max_delay", show_duration(*max_delay));
        texts.set("history.keep", show_duration(*history_keep));
        texts.set("catch_up.share", catch_up_share);
        texts.set("publish.every", show_duration(*publish_every));
        texts.set("checkpoint.every", show_duration(*checkpoint_every));
        texts.set_path("state.embedded.dir", state_dir);
        if let Some(BackupSettings { dir, every, keep, bytes_max }) = backups {
            texts.set_path("state.embedded.backups.dir", dir);
            texts.set("state.embedded.backups.every", show_duration(*every));
            texts.set("state.embedded.backups.keep", keep);
            texts.set("state.embedded.backups.size_max", bytes_max);
        }
        of_server(&mut texts, server);
        metrics.iter().enumerate().for_each(|(i, metric)| of_metric(&mut texts, i, metric));
        headlines.iter().enumerate().for_each(|(i, each)| of_headline(&mut texts, i, each));
        shown::of_all(&mut texts, (layouts, labels, page, ticker.as_ref()));
        texts.texts
    }
}

fn of_kafka(texts: &mut Texts<'_>, kafka: &KafkaSettings) {
    let KafkaSettings {
        brokers,
        topic: _,
        group,
        start,
        on_gap,
        format: _,
        unanswered_after,
        give_up_after,
        transaction_open_after,
        fetch,
        librdkafka,
    } = kafka;
    texts.set("source.kafka.brokers", brokers);
    texts.set("source.kafka.group", group);
    texts.set(
        "source.kafka.start",
        match start {
            Start::Earliest => "earliest".to_owned(),
            Start::Latest => "latest".to_owned(),
            Start::At(instant) => show_instant(*instant),
        },
    );
    texts.set("source.kafka.on_gap", name_of_gap(*on_gap));
    texts.set("source.kafka.unanswered_after", show_duration(*unanswered_after));
    texts.set("source.kafka.give_up_after", show_duration(*give_up_after));
    texts.set("source.kafka.transaction_open_after", show_duration(*transaction_open_after));
    let (name, _) = FETCH.iter().find(|(_, one)| one == fetch).expect("each has a name");
    texts.set("source.kafka.fetch", name);
    for (key, Secret { value, hidden }) in librdkafka {
        let shown = if *hidden { "***" } else { value };
        texts.set(join("source.kafka.librdkafka", key), shown);
    }
}

fn of_file(texts: &mut Texts<'_>, file: &FileSettings) {
    let FileSettings { path: _, format: _, header: _, timestamp: _, follow, on_gap } = file;
    texts.set("source.file.follow", follow);
    texts.set("source.file.on_gap", name_of_gap(*on_gap));
}

fn of_generator(texts: &mut Texts<'_>, generator: &GeneratorSettings) {
    let GeneratorSettings {
        shape: _,
        rate: _,
        seed: _,
        partitions: _,
        season: _,
        limit,
        swing,
        late: _,
        dirt: _,
        users: _,
        items: _,
        skew: _,
    } = generator;
    texts.set_if("source.generator.limit", *limit);
    texts.set("source.generator.swing", swing);
}

fn name_of_backfill(backfill: Backfill) -> String {
    match backfill {
        Backfill::All => "all".to_owned(),
        Backfill::None => "none".to_owned(),
        Backfill::Since(instant) => show_instant(instant),
        Backfill::Last(duration) => show_duration(duration),
    }
}

fn name_of_gap(on_gap: OnGap) -> &'static str {
    match on_gap {
        OnGap::Stop => "stop",
        OnGap::Continue => "continue",
    }
}

fn of_outlet(texts: &mut Texts<'_>, key: &str, outlet: Option<&OutletSettings>) {
    match outlet {
        None => {}
        Some(OutletSettings::Kafka(topic)) => texts.set(format!("{key}.kafka.topic"), topic),
        Some(OutletSettings::File(OutletFile { path, limit })) => {
            texts.set_path(format!("{key}.file.path"), path);
            let Some(FileLimit { bytes_max, when_full }) = limit else { return };
            texts.set(format!("{key}.file.size_max"), show_size(*bytes_max));
            match when_full {
                WhenFull::Stop => texts.set(format!("{key}.file.when_full"), "stop"),
                WhenFull::Rotate { keep } => {
                    texts.set(format!("{key}.file.when_full"), "rotate");
                    texts.set(format!("{key}.file.keep"), keep);
                }
            }
        }
    }
}

fn of_server(texts: &mut Texts<'_>, server: &ServerSettings) {
    let ServerSettings {
        listen,
        max_hz,
        token,
        control,
        allow_origins,
        frame_ancestors,
        public,
        show_records,
    } = server;
    texts.set("server.listen", listen);
    texts.set("server.max_hz", max_hz);
    texts.set_if("server.token", token.as_ref().map(|_| "***"));
    texts.set("server.control", control);
    texts.set("server.allow_origins", allow_origins.join(", "));
    texts.set("server.frame_ancestors", frame_ancestors.join(", "));
    texts.set("server.public", public);
    texts.set("server.show_records", show_records);
}

fn of_metric(texts: &mut Texts<'_>, place: usize, metric: &MetricSettings) {
    let MetricSettings {
        id,
        plugin,
        sha256: _,
        columns,
        wasi,
        config,
        panels,
        labels: _,
        windows: _,
        shown_windows,
        backfill,
        retention,
        open_windows_max,
        memory_bytes_max,
        snapshot_bytes_max,
        time_max,
        compile_time_max,
        compile_memory_max,
    } = metric;
    texts.set_path(format!("metric.{id}.file"), plugin);
    let mut set = |key: &str, value: String| texts.set(format!("metric.{id}.{key}"), value);
    set("place", (place + 1).to_string());
    let columns: Vec<_> =
        columns.iter().map(|(input, field)| format!("{input} = {field}")).collect();
    set("columns", columns.join(", "));
    set("config", config.to_string());
    let windows: Vec<_> = shown_windows.iter().map(ToString::to_string).collect();
    set("windows", windows.join(", "));
    set("backfill", name_of_backfill(*backfill));
    set("retention", show_duration(*retention));
    set("max_open_windows", open_windows_max.to_string());
    set("time_max", show_duration(*time_max));
    if let Some(Wasi::Inert) = wasi {
        set("wasi", "inert".to_owned());
    }
    for (key, bytes) in [
        ("memory_max", memory_bytes_max.map(|bytes| bytes as u64)),
        ("snapshot_max", snapshot_bytes_max.map(|bytes| bytes as u64)),
        ("compile_memory_max", *compile_memory_max),
    ] {
        if let Some(bytes) = bytes {
            set(key, show_size(bytes));
        }
    }
    if let Some(time) = compile_time_max {
        set("compile_time_max", show_duration(*time));
    }
    for panel in panels {
        shown::of_panel(texts, panel);
    }
}

fn of_headline(texts: &mut Texts<'_>, place: usize, headline: &HeadlineSettings) {
    let path = join("headline", &headline.id);
    texts.set(format!("{path}.place"), place + 1);
    for (name, text) in headline.texts() {
        texts.set(format!("{path}.{name}"), text);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    const PIPELINE: &str = r#"
version = 1
name = "t"
[source.kafka]
brokers = "a:1"
topic = "events"
[source.kafka.librdkafka]
"sasl.password" = { env = "PASSWORD" }
"fetch.queue.backoff.ms" = "2"
[schema]
ts = "integer"
[event_time]
field = "ts"
unit = "ms"
[dead_letters.file]
path = "letters.jsonl"
[server]
token = { env = "TOKEN" }
[[metric]]
id = "m"
plugin = "m.wasm"
windows = ["1d"]
memory_max = "64MiB"
[[panel]]
id = "m"
title = "Title"
[[headline]]
metric = "m"
key = "2"
title = "Two"
compare = ["7d", "previous"]
"#;

    fn settings(text: &str, path: &str) -> BTreeMap<String, String> {
        let environment = |_: &str| Some("hunter2-hunter2-hunter2".to_owned());
        let parsed = Pipeline::parse_with(text, Path::new(path), &environment);
        parsed.unwrap_or_else(|mistakes| panic!("{}", mistakes.render(false))).0.other_settings()
    }

    #[test]
    fn equal_settings_are_equal_texts_wherever_the_file_is() {
        let here = settings(PIPELINE, "pipeline.toml");
        let written = PIPELINE.replace("64MiB", "65536KiB") + "[checkpoint]\nevery = \"5000ms\"\n";
        assert_eq!(settings(&written, "/etc/shop/pipeline.toml"), here);
        for (key, value) in [
            ("source.kafka.group", "streamgauge-t"),
            ("checkpoint.every", "5s"),
            ("dead_letters.file.path", "letters.jsonl"),
            ("metric.m.file", "m.wasm"),
            ("metric.m.memory_max", "64MiB"),
            ("panel.m.title.en", "Title"),
            ("headline.\"m.2\".place", "1"),
            ("headline.\"m.2\".title.zh", "Two"),
            ("headline.\"m.2\".compare", "7d, previous"),
            ("state.embedded.dir", "state"),
        ] {
            assert_eq!(here.get(key).map(String::as_str), Some(value), "{key}");
        }
    }

    #[test]
    fn no_secret_is_in_a_text() {
        let settings = settings(PIPELINE, "pipeline.toml");
        assert_eq!(settings["server.token"], "***");
        assert_eq!(settings["source.kafka.librdkafka.\"sasl.password\""], "***");
        assert_eq!(settings["source.kafka.librdkafka.\"fetch.queue.backoff.ms\""], "2");
        assert!(!format!("{settings:?}").contains("hunter2"));
    }
}
