//! The settings of the sources: Kafka, a file, the generator.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::format::Format;
use super::secret::Secret;

/// `[source.…]`: exactly one of them.
#[derive(Clone, Debug, PartialEq)]
pub enum SourceSettings {
    /// Topics of Kafka, as `[source.kafka]` sets them.
    Kafka(KafkaSettings),
    /// A file, as `[source.file]` sets it.
    File(FileSettings),
    /// Made-up events, as `[source.generator]` sets them.
    Generator(GeneratorSettings),
}

/// The settings of `[source.kafka]`.
#[derive(Clone, Debug, PartialEq)]
pub struct KafkaSettings {
    /// The brokers to connect first, `host:port`, comma-separated.
    pub brokers: String,
    /// The topic whose partitions are read.
    pub topic: String,
    /// The consumer group whose offsets show lag tools the position of this pipeline.
    pub group: String,
    /// The position to start at where there is no checkpoint.
    pub start: Start,
    /// The act where the log does not continue as the state expects.
    pub on_gap: OnGap,
    /// The form in which records are written.
    pub format: Format,
    /// How long a broker may be silent until its partitions are unanswered.
    pub unanswered_after: Duration,
    /// How long a run to the end waits for brokers that do not answer.
    pub give_up_after: Duration,
    /// How long the last stable offset may stand still before records that wait for a transaction.
    pub transaction_open_after: Duration,
    /// The client that fetches records.
    pub fetch: Fetch,
    /// Further librdkafka settings, by their names there.
    pub librdkafka: BTreeMap<String, Secret>,
}

/// The position that a source starts at where there is no checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The start of the log.
    Earliest,
    /// The end of the log.
    Latest,
    /// The first record stamped at or after this instant, in milliseconds since the Unix epoch.
    At(i64),
}

/// The client that fetches records (`fetch`). Everything else is asked by librdkafka.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetch {
    /// Own fetch where it honours all settings, else librdkafka.
    Auto,
    /// Own fetch, or an error.
    Own,
    /// librdkafka, whatever own fetch honours.
    Librdkafka,
}

/// The act at a gap in the log (`on_gap`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnGap {
    /// The partition stops, and the state of the partition stays unchanged.
    Stop,
    /// The gap is named in the state, and reading continues after it.
    Continue,
}

/// The settings of `[source.file]`.
#[derive(Clone, Debug, PartialEq)]
pub struct FileSettings {
    /// The file, resolved against the pipeline file's folder.
    pub path: PathBuf,
    /// The form in which records are written, one a line: by extension (.csv, .jsonl, .ndjson,
    /// .json) unless set.
    pub format: Format,
    /// CSV: true if line 1 is a header; `None` means that a header is recognised from line 1.
    pub header: Option<bool>,
    /// True if the source waits for more at the end of the file.
    pub follow: bool,
    /// The act where the file does not continue as the state expects.
    pub on_gap: OnGap,
    /// The stamp of the file's records in milliseconds since the Unix epoch; `None` means the
    /// file's modification time when it is first read.
    pub timestamp: Option<i64>,
}

/// The kind of log that generated records look like.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// A shop's log, which the default pipeline reads.
    #[default]
    Shop,
    /// The access log of a web site.
    AccessLog,
}

/// The settings of `[source.generator]`.
#[derive(Clone, Debug, PartialEq)]
pub struct GeneratorSettings {
    /// The kind of log that the records look like.
    pub shape: Shape,
    /// Events per second over all partitions, on average; `f64::INFINITY`: as fast as possible.
    pub rate: f64,
    /// The same seed gives the same records.
    pub seed: u64,
    /// The number of partitions of the made-up log.
    pub partitions: u32,
    /// The number of events, over all partitions, in the days from 05-11 to 11-11; all later events
    /// are of 11-11. Only the shop has a season, `users`, `items` and `skew`.
    pub season: u64,
    /// The number of events over all partitions after which the source ends; `None` means that it
    /// never ends.
    pub limit: Option<u64>,
    /// True if the rate swings around `rate` (for a livelier picture).
    pub swing: bool,
    /// Share of records of an earlier day (access log: some minutes) than the current one, 0 to 1.
    pub late: f64,
    /// Share of records with dirt of some kind, 0 to 1.
    pub dirt: f64,
    /// The number of users in the shop.
    pub users: u32,
    /// The number of items in the shop.
    pub items: u32,
    /// How the events of the shop are spread over its users.
    pub skew: Skew,
}

/// How events are spread over keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Skew {
    /// Few keys have most of the events, by Zipf's law in Mandelbrot's form.
    #[default]
    Zipf,
    /// Each key has as many as any other.
    Even,
}
