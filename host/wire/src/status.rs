//! How the pipeline is: mode, books, partitions, checkpoints, metrics.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// The clocks, in milliseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Clock {
    /// The host's wall clock.
    pub now: i64,
    /// The largest event time seen.
    pub event_time: Option<i64>,
    /// The smallest watermark of the partitions that are not idle.
    pub watermark: Option<i64>,
}

/// What the pipeline is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// For something outside; with a cause.
    Waiting,
    /// Reading its state.
    Restoring,
    /// Behind the log's end.
    CatchingUp,
    /// Reading a bounded source.
    Replaying,
    /// At the log's end.
    Live,
    /// A bounded source was read to its end.
    Ended,
    /// It cannot go on; with a cause.
    Failed,
}

/// Why the pipeline waits or failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Cause {
    /// A stable name.
    pub code: String,
    /// English, complete by itself.
    pub message: String,
    /// What the message names.
    pub args: BTreeMap<String, String>,
    /// One command or step to try.
    pub hint: Option<String>,
}

/// The state of the pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Status {
    /// What it is doing.
    pub mode: Mode,
    /// Why it waits or failed.
    pub cause: Option<Cause>,
    /// Where records come from.
    pub source: SourceStatus,
    /// When the host started.
    pub started_at: i64,
    /// read = on time + late + rejected.
    pub accounting: AccountingStatus,
    /// Records read per second.
    pub events_per_second: f64,
    /// Records up to the log's end.
    pub lag: Option<u64>,
    /// While catching up: an estimate.
    pub catch_up_seconds: Option<f64>,
    /// Record timestamp to published, over the last minute.
    pub latency_p99_ms: Option<f64>,
    /// Mean rows of a batch over the last second.
    pub batch_rows: f64,
    /// Worker threads.
    pub workers: usize,
    /// What they spend their time on.
    pub stages: StageStatus,
    /// Records that are fetched and wait for a worker.
    pub queue_records: u64,
    /// By number.
    pub partitions: Vec<PartitionStatus>,
    /// The partition whose watermark is the smallest, while another one is ahead.
    pub watermark_held_by: Option<WatermarkHeldBy>,
    /// What an operator should look at, though the pipeline runs.
    pub warnings: Vec<Cause>,
    /// None where state is not kept.
    pub checkpoint: Option<CheckpointStatus>,
    /// In written order.
    pub metrics: Vec<MetricStatus>,
    /// Unusable records.
    pub dead_letters: DeadLetterStatus,
    /// Late records that are written out; none where they are not.
    pub late_output: Option<LateOutputStatus>,
    /// What happened since the host started, oldest first; the last 50.
    pub happened: Vec<Happened>,
}

/// How the workers spent the last second: shares of their time, 0 to 1, which add up to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StageStatus {
    /// Waiting for records: the source has none.
    pub waiting: f64,
    /// Taking records over and decoding them.
    pub decode: f64,
    /// In the plugins.
    pub plugins: f64,
    /// Publishing states.
    pub publish: f64,
    /// Held back, as what was published is not stored yet.
    pub blocked: f64,
}

/// Something that explains a change in the figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Happened {
    /// When, by the host's wall clock.
    pub at: i64,
    /// `started`, `waiting`, `resumed`, `quarantined`, `gap`, `checkpoint_failed`,
    /// `checkpoint_stored` or `failed`.
    pub what: &'static str,
    /// The metric, partition or cause concerned.
    pub of: Option<String>,
}

/// Where records come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct SourceStatus {
    /// `kafka`, `file` or `generator`.
    pub kind: &'static str,
    /// Topic, file or seed.
    pub name: String,
}

/// The books.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AccountingStatus {
    /// Records read.
    pub read: u64,
    /// On time.
    pub on_time: u64,
    /// Late.
    pub late: u64,
    /// Not readable.
    pub rejected: u64,
}

/// One partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PartitionStatus {
    /// Its number.
    pub partition: u32,
    /// The next offset to read.
    pub offset: i64,
    /// The offset after the log's last record.
    pub end: Option<i64>,
    /// `end` − `offset`.
    pub lag: Option<u64>,
    /// Its watermark.
    pub watermark: Option<i64>,
    /// `running`, `idle`, `gap`, `waiting`, `ended` or `failed`.
    pub state: &'static str,
    /// Where its log did not go on as expected and reading went on.
    pub gaps: Vec<GapStatus>,
}

/// A gap in the log of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GapStatus {
    /// `log_start_moved`, `log_end_moved` or `topic_recreated`.
    pub kind: &'static str,
    /// The first offset concerned.
    pub from: i64,
    /// The offset after the last one; of a recreated topic, where reading went on.
    pub to: i64,
}

/// The partition that holds the watermark back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WatermarkHeldBy {
    /// Its number.
    pub partition: u32,
    /// Its watermark.
    pub watermark: i64,
    /// Since when it has stood there, by the host's wall clock.
    pub since: i64,
}

/// Stored state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CheckpointStatus {
    /// When the last one was stored.
    pub at: Option<i64>,
    /// How long it took.
    pub duration_ms: f64,
    /// How large it was.
    pub bytes: u64,
    /// Failures in a row.
    pub failures: u64,
    /// The last failure.
    pub error: Option<String>,
}

/// One metric's books: on time + late = folded + excluded.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MetricStatus {
    /// Its id.
    pub id: String,
    /// Rows on time.
    pub on_time: u64,
    /// Rows late.
    pub late: u64,
    /// In the result.
    pub folded: u64,
    /// Left out.
    pub excluded: u64,
    /// `ok` or `quarantined`.
    pub state: &'static str,
    /// Why quarantined.
    pub reason: Option<String>,
    /// What folds its rows.
    pub plugin: PluginStatus,
}

/// The plugin of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PluginStatus {
    /// The file, as the pipeline names it.
    pub file: String,
    /// What it calls itself.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of the component, in hexadecimal.
    pub digest: String,
    /// What a row cost in it, over the last ten seconds with rows; none before the first.
    pub ns_per_row: Option<f64>,
    /// The memory of its instances, of all workers.
    pub memory_bytes: u64,
    /// Instances that failed since the host started.
    pub traps: u64,
}

/// Unusable records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct DeadLetterStatus {
    /// Written out so far.
    pub written: u64,
    /// Rejected records by reason, largest first.
    pub by_reason: Vec<(String, u64)>,
}

/// Late records that are written out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LateOutputStatus {
    /// Written out so far.
    pub written: u64,
}
