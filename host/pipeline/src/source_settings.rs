//! The settings of the sources: Kafka, a file, the generator.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::format::Format;
use super::secret::Secret;

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
