//! What runs: `pipeline.toml`, read, checked and in types that cannot be wrong.
//!
//! [`Pipeline::load`] gives the settings and the [`Document`] they came from, or all
//! [`Diagnostics`] at once. The file is walked by a reader of its own instead of being
//! deserialized, because that stops at the first fault and loses the places of the others.

mod diagnostic;
mod document;
mod kafka;
mod load;
mod metric;
mod outlet;
mod panel;
mod reader;
mod schema;
mod secret;
mod server;
mod settings;
mod source;
mod state;
mod suggest;
mod units;
mod values;
mod windows;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use chrono_tz::Tz;
use streamgauge_core::{LatenessClock, Schema, TimestampUnit, WindowSpec, Year};

pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use document::Document;
pub use document::join;
use load::Context;
pub use load::Environment;
pub use server::{Exposure, TOKEN_CHARS_MIN};
pub use suggest::nearest;
pub use units::show_duration;
pub use windows::parse_window;

/// A checked `pipeline.toml`.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// The folder of the pipeline file, which relative paths in it start at.
    pub folder: PathBuf,
    /// The title of the dashboard.
    pub name: String,
    /// How many worker threads.
    pub workers: Workers,
    /// Where records come from.
    pub source: SourceSettings,
    /// What a record may hold.
    pub schema: Schema,
    /// How records get their event time.
    pub event_time: EventTimeSettings,
    /// What is late.
    pub lateness: LatenessSettings,
    /// Where unusable records go; none: they are counted only.
    pub dead_letters: Option<OutletSettings>,
    /// Where late records go besides being counted; none: nowhere.
    pub late_output: Option<OutletSettings>,
    /// How large batches may be.
    pub batch: BatchSettings,
    /// How long final windows are kept, in event time.
    pub history_keep: Duration,
    /// How often state is stored.
    pub checkpoint_every: Duration,
    /// The folder of the embedded state store, resolved against the pipeline file's folder.
    pub state_dir: PathBuf,
    /// The metrics in written order; ids are unique.
    pub metrics: Vec<MetricSettings>,
    /// The dashboard's server.
    pub server: ServerSettings,
}

/// `workers`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workers {
    /// One per core, but no more than there are partitions.
    Auto,
    /// This many, but no more than there are partitions.
    Fixed(NonZeroUsize),
}

/// `[source.…]`: exactly one of them.
#[derive(Clone, Debug)]
pub enum SourceSettings {
    /// `[source.kafka]`
    Kafka(KafkaSettings),
    /// `[source.file]`
    File(FileSettings),
    /// `[source.generator]`
    Generator(GeneratorSettings),
}

/// How the bytes of a record are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object.
    Json,
    /// One CSV row.
    Csv,
}

/// `[source.kafka]`
#[derive(Clone, Debug)]
pub struct KafkaSettings {
    /// `host:port`, comma-separated.
    pub brokers: String,
    /// The topic.
    pub topic: String,
    /// The consumer group whose offsets tell lag tools how far this pipeline is.
    pub group: String,
    /// Where to start when there is no checkpoint.
    pub start: Start,
    /// What to do where the log does not go on as the state expects.
    pub on_gap: OnGap,
    /// How records are written.
    pub format: Format,
    /// Further librdkafka settings.
    pub librdkafka: BTreeMap<String, Secret>,
}

/// A setting that may be a secret; its value is never shown where it came from the environment or where
/// its name tells a secret (password, secret, key, token, …).
#[derive(Clone)]
pub struct Secret {
    /// The value.
    pub value: String,
    /// Whether it may be shown.
    pub hidden: bool,
}

/// Where a source starts when there is no checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The log's start.
    Earliest,
    /// The log's end.
    Latest,
    /// The first record stamped at or after this instant, in milliseconds since the Unix epoch.
    At(i64),
}

/// `on_gap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnGap {
    /// The partition stops, and its state stays as it is.
    Stop,
    /// The gap is named in the state, and reading goes on after it.
    Continue,
}

/// `[source.file]`
#[derive(Clone, Debug)]
pub struct FileSettings {
    /// The file, resolved against the pipeline file's folder.
    pub path: PathBuf,
    /// How records are written, one a line: by extension (.csv, .jsonl, .ndjson, .json) unless set.
    pub format: Format,
    /// CSV: whether line 1 is a header; none: recognised from line 1.
    pub header: Option<bool>,
    /// Whether to wait for more at the end of the file.
    pub follow: bool,
    /// The stamp of its records in milliseconds since the Unix epoch; none: the file's
    /// modification time when it is first read.
    pub timestamp: Option<i64>,
}

/// What generated records look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// A shop's log, as the default pipeline reads it.
    #[default]
    Shop,
    /// The access log of a web site.
    AccessLog,
}

/// `[source.generator]`
#[derive(Clone, Debug, PartialEq)]
pub struct GeneratorSettings {
    /// Which log its records look like.
    pub shape: Shape,
    /// Events per second over all partitions, on average; `f64::INFINITY`: as fast as possible.
    pub rate: f64,
    /// The same seed gives the same records.
    pub seed: u64,
    /// How many partitions.
    pub partitions: u32,
    /// How many events, over all partitions, the days from 05-11 to 11-11 take; from then on it
    /// stays 11-11. Of no meaning for other shapes than the shop, as are `users` and `items`.
    pub season: u64,
    /// Stop after this many events over all partitions; none: never.
    pub limit: Option<u64>,
    /// Whether the rate swings around `rate` (for a livelier picture).
    pub swing: bool,
    /// Share of records of an earlier day (access log: some minutes) than the current one, 0 to 1.
    pub late: f64,
    /// Share of records with dirt of some kind, 0 to 1.
    pub dirt: f64,
    /// How many users.
    pub users: u32,
    /// How many items.
    pub items: u32,
}

/// `[event_time]`
#[derive(Clone, Debug)]
pub struct EventTimeSettings {
    /// Which fields tell it.
    pub fields: EventTimeFields,
    /// The zone of dates, of windows and of the dashboard's clocks.
    pub zone: Tz,
    /// How far out of order records may be.
    pub bound: Duration,
    /// How far ahead of its stamp an event may be.
    pub future_skew: Duration,
    /// Event times before it, in milliseconds since the Unix epoch, do not move the watermark;
    /// none where event time is a month and a day, whose year is a setting.
    pub earliest: Option<i64>,
    /// After how long a silent partition counts as idle.
    pub idle_after: Duration,
}

/// Which fields of the schema tell event time; they exist and have a fitting type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventTimeFields {
    /// A month and a day, both `unsigned`.
    MonthDay {
        /// The month's field.
        month: String,
        /// The day's field.
        day: String,
        /// The year.
        year: Year,
    },
    /// One field.
    Field {
        /// Its name.
        field: String,
        /// How it tells an instant.
        unit: TimestampUnit,
    },
}

/// `[lateness]`
#[derive(Clone, Copy, Debug)]
pub struct LatenessSettings {
    /// What lateness is measured against.
    pub clock: LatenessClock,
    /// How often late records are summed up in the log.
    pub summary_every: Duration,
}

/// `[dead_letters.…]` and `[late_output.…]`: at most one of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutletSettings {
    /// A file of JSON lines, resolved against the pipeline file's folder.
    File(PathBuf),
    /// A topic on the source's brokers (only with `[source.kafka]`).
    Kafka(String),
}

/// `[batch]`; `min` ≤ `max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchSettings {
    /// Rows that a batch waits for, as long as `max_delay` allows.
    pub min: NonZeroUsize,
    /// Rows that a batch never exceeds; at most 65,536.
    pub max: NonZeroUsize,
    /// How long a row waits at the most.
    pub max_delay: Duration,
}

/// `[[metric]]`
#[derive(Clone, Debug)]
pub struct MetricSettings {
    /// Unique id: lower-case letters, digits, `_` and `-`, at most 64.
    pub id: String,
    /// The component, resolved against the pipeline file's folder. It need not exist yet.
    pub plugin: PathBuf,
    /// The SHA-256 that the component must have, in lower-case hexadecimal; none: any.
    pub sha256: Option<String>,
    /// `[metric.columns]`: from an input of the plugin to the field of the schema that it reads;
    /// an input that is not in it reads the field of its own name.
    pub columns: BTreeMap<String, String>,
    /// Whether it may import WASI, and which; none: no.
    pub wasi: Option<Wasi>,
    /// `[metric.config]` as a JSON object.
    pub config: serde_json::Value,
    /// What `[[panel]]` says of its panels.
    pub panels: Vec<PanelSettings>,
    /// Its windows, sorted and without repetition.
    pub windows: Vec<WindowSpec>,
    /// How long the watermark may be past a window that still takes rows.
    pub retention: Duration,
    /// The most panes that are open at a time in one partition.
    pub open_windows_max: usize,
    /// Memory limit of one instance in bytes (`memory_max`); none: what its kind of component has.
    pub memory_bytes_max: Option<usize>,
    /// Time limit of one call (`time_max`, default 1 s).
    pub time_max: Duration,
}

/// A WASI that a plugin may import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wasi {
    /// One with nothing behind it: no files, no sockets, clocks that stand still.
    Inert,
}

/// `[[panel]]`: what the pipeline wants otherwise than the plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PanelSettings {
    /// The metric's id, or `metric.view` where it has several views.
    pub id: String,
    /// Its place in the file, counted from 0.
    pub index: usize,
    /// The title by language; empty: the plugin's.
    pub title: BTreeMap<String, String>,
    /// The chart; none: the plugin's.
    pub chart: Option<&'static str>,
    /// Panels with a smaller one come first; none: 0.
    pub order: Option<i64>,
    /// How much room it has; none: the plugin's.
    pub size: Option<&'static str>,
}

/// `[server]`
#[derive(Clone, Debug)]
pub struct ServerSettings {
    /// Where the dashboard listens.
    pub listen: SocketAddr,
    /// How many updates a second a client may ask for (`max_hz`, default 10, at most 50).
    pub max_hz: f64,
    /// What a client must know; none: everyone who reaches it may see everything.
    pub token: Option<Secret>,
    /// Further origins whose pages may open the stream, such as `https://gauge.example`.
    pub allow_origins: Vec<String>,
    /// Further origins whose pages may show the dashboard in a frame.
    pub frame_ancestors: Vec<String>,
    /// Whether other computers may be let in without a token.
    pub public: bool,
    /// Whether contents of single records are shown (`show_records`, default true).
    pub show_records: bool,
}
