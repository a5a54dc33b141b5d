//! A folder with a pipeline, the pipeline's state and its dead letters.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use tempfile::TempDir;

pub(crate) use streamgauge_tests::root;

use crate::events::lines;

/// The metrics that every pipeline has unless a test says otherwise.
pub(crate) const METRICS: [&str; 4] = ["behavior", "age", "gender", "province"];

/// The schema, with each field on a separate line so that tests can change one.
pub(crate) const SCHEMA: &str = r#"user_id = "text"
item_id = "text"
cat_id = "text"
merchant_id = "text"
brand_id = "text"
month = "unsigned"
day = "unsigned"
action = { type = "unsigned", max = 3 }
age_range = { type = "unsigned", max = 8 }
gender = { type = "unsigned", max = 2 }
province = "text"
"#;

/// The settings of a test for its pipeline.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The table of the source.
    pub(crate) source: String,
    pub(crate) workers: String,
    pub(crate) schema: String,
    pub(crate) bound: &'static str,
    /// The lines of `[event_time]`; `zone` and `bound` are added unless these lines name them.
    pub(crate) event_time: String,
    /// The lines of the lateness table.
    pub(crate) lateness: String,
    /// The lines of the `dead_letters` tables.
    pub(crate) dead_letters: String,
    /// The settings `min`, `max` and `max_delay` of a batch.
    pub(crate) batch: (u32, u32, &'static str),
    pub(crate) checkpoint_every: &'static str,
    /// Ids; each is a built component of that name.
    pub(crate) metrics: Vec<String>,
    /// Lines that every metric has besides, such as `windows = ["1d"]`.
    pub(crate) of_metrics: String,
}

impl Settings {
    /// All records of a topic.
    pub(crate) fn kafka(brokers: &str, topic: &str) -> Self {
        // The client that fetches is that of a pipeline that names none, unless the run names one.
        let fetch = std::env::var("STREAMGAUGE_TEST_FETCH").ok().filter(|name| !name.is_empty());
        let fetch = fetch.map_or_else(String::new, |name| format!("fetch = \"{name}\"\n"));
        Self::of(format!(
            "[source.kafka]\nbrokers = \"{brokers}\"\ntopic = \"{topic}\"\ngroup = \"{topic}\"\n\
             start = \"earliest\"\n{fetch}format = \"json\"\n\
             [source.kafka.librdkafka]\n\"fetch.queue.backoff.ms\" = \"2\"\n"
        ))
    }

    /// The same, read by this client.
    pub(crate) fn fetched_by(mut self, client: &str) -> Self {
        let others = self.source.lines().filter(|line| !line.starts_with("fetch = "));
        self.source = others.flat_map(|line| [line, "\n"]).collect();
        self.with_lines(&format!("fetch = \"{client}\"\n"))
    }

    /// The same with lines in the table of the source, before its format.
    pub(crate) fn with_lines(mut self, lines: &str) -> Self {
        self.source = self.source.replace("format = ", &format!("{lines}format = "));
        self
    }

    /// A file, read to its end.
    pub(crate) fn file(path: &Path) -> Self {
        Self::of(format!("[source.file]\npath = \"{}\"\n", path.display()))
    }

    /// Made-up records without an end.
    pub(crate) fn endless() -> Self {
        Self {
            checkpoint_every: "100ms",
            metrics: vec!["behavior".to_owned()],
            ..Self::of("[source.generator]\nrate = 2000\nseed = 3\npartitions = 2\n".to_owned())
        }
    }

    fn of(source: String) -> Self {
        Self {
            source,
            workers: "\"auto\"".to_owned(),
            schema: SCHEMA.to_owned(),
            bound: "300s",
            event_time: "month = \"month\"\nday = \"day\"\nyear = 2015\n".to_owned(),
            lateness: String::new(),
            dead_letters: "[dead_letters.file]\npath = \"dead-letters.jsonl\"\n".to_owned(),
            batch: (10, 8192, "100ms"),
            checkpoint_every: "5s",
            metrics: METRICS.map(str::to_owned).to_vec(),
            of_metrics: String::new(),
        }
    }

    fn event_time_text(&self) -> String {
        let mut text = self.event_time.clone();
        for (key, value) in [("zone", "Asia/Shanghai"), ("bound", self.bound)] {
            if !text.contains(&format!("{key} = ")) {
                write!(text, "\n{key} = \"{value}\"").expect("writing to a string never fails");
            }
        }
        text
    }

    pub(crate) fn text(&self) -> String {
        let Self { source, workers, schema, dead_letters, checkpoint_every, .. } = self;
        let event_time = self.event_time_text();
        let lateness = &self.lateness;
        let (min, max, max_delay) = self.batch;
        let mut text = format!(
            "version = 1\nname = \"系统测试\"\nworkers = {workers}\n{source}[schema]\n{schema}\
             [event_time]\n{event_time}\n{lateness}{dead_letters}\
             [batch]\nmin = {min}\nmax = {max}\nmax_delay = \"{max_delay}\"\n\
             [checkpoint]\nevery = \"{checkpoint_every}\"\n[state.embedded]\ndir = \"state\"\n"
        );
        for id in &self.metrics {
            let plugin = plugin(id);
            let (plugin, more) = (plugin.display(), &self.of_metrics);
            writeln!(text, "[[metric]]\nid = \"{id}\"\nplugin = \"{plugin}\"\n{more}")
                .expect("writing to a string never fails");
        }
        text
    }

    /// The text with these metrics in place of its own.
    pub(crate) fn with_metrics(self, metrics: &str) -> String {
        format!("{}{metrics}", Self { metrics: Vec::new(), ..self }.text())
    }
}

/// A folder of one test, gone when dropped.
pub(crate) struct Workplace {
    folder: TempDir,
}

impl Workplace {
    /// A new folder with these records in `events.jsonl`, and a pipeline that counts them by `metrics`.
    pub(crate) fn of_records(records: &[Vec<u8>], metrics: &str) -> Self {
        let place = Self::new(&Settings::kafka("127.0.0.1:1", "events"));
        let events = place.write("events.jsonl", &lines(records));
        place.set_text(&Settings::file(&events).with_metrics(metrics));
        place
    }

    /// A new folder with this pipeline.
    pub(crate) fn new(settings: &Settings) -> Self {
        let folder = tempfile::Builder::new().prefix("streamgauge-system-").tempdir();
        let place = Self { folder: folder.expect("a temporary folder can be made") };
        place.set(settings);
        place
    }

    pub(crate) fn set(&self, settings: &Settings) {
        self.set_text(&settings.text());
    }

    /// Replaces the pipeline file.
    pub(crate) fn set_text(&self, text: &str) {
        self.write("pipeline.toml", text.as_bytes());
    }

    /// A file of the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file of the folder.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, content).expect("the folder can be written to");
        path
    }

    /// `streamgauge SUBCOMMAND --config …`, in the folder.
    pub(crate) fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(streamgauge_tests::program());
        command.args(subcommand.split(' ')).arg("--config").arg(self.path("pipeline.toml"));
        command.current_dir(self.folder.path()).env_remove("STREAMGAUGE_LOG");
        command
    }

    /// The dead letters of the file, in written order.
    pub(crate) fn dead_letters(&self) -> Vec<Value> {
        lines_of(&self.path("dead-letters.jsonl"))
    }
}

/// The values of a file of JSON lines.
pub(crate) fn lines_of(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("the lines can be read");
    text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

/// The path of a built component.
///
/// # Panics
/// The component is not built.
pub(crate) fn plugin(name: &str) -> PathBuf {
    let path = root().join(format!("target/plugins/{name}.wasm"));
    assert!(path.exists(), "{} is not built; hint: `cargo xtask test`", path.display());
    path
}

/// A name that no other test of this process has.
pub(crate) fn unique(stem: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{stem}-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
