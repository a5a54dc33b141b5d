//! The status of the pipeline: mode, books, partitions, checkpoints, metrics.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{MissingStatus, SourceStatus, Stale};

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

/// The activity of the pipeline as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// For something outside; with a cause.
    Waiting,
    /// The pipeline reads its stored state.
    Restoring,
    /// Behind the log's end.
    CatchingUp,
    /// Reading a bounded source.
    Replaying,
    /// At the log's end.
    Live,
    /// The end of a bounded source was reached.
    Ended,
    /// The pipeline cannot continue, with a cause.
    Failed,
}

impl Mode {
    /// Every activity.
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Restoring,
        Self::CatchingUp,
        Self::Replaying,
        Self::Live,
        Self::Ended,
        Self::Failed,
    ];

    /// The name in JSON and in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Restoring => "restoring",
            Self::CatchingUp => "catching-up",
            Self::Replaying => "replaying",
            Self::Live => "live",
            Self::Ended => "ended",
            Self::Failed => "failed",
        }
    }
}

/// The reason why the pipeline waits or failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Cause {
    /// A stable name, for programs and translations.
    pub code: String,
    /// English, complete by itself.
    pub message: String,
    /// The values that the message names, by name.
    pub args: BTreeMap<String, String>,
    /// One command or step to try.
    pub hint: Option<String>,
}

/// The verdict over the pipeline: what `/readyz` answers and what the page says above everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Health {
    /// False where records wait and are not counted, or where counts cannot be kept.
    pub ready: bool,
    /// The reasons why not ready, the gravest first; empty if ready.
    pub troubles: Vec<Trouble>,
    /// Results that are incomplete although every record is counted.
    pub degraded: Vec<Trouble>,
    /// The last moment at which no trouble stood, by the host's wall clock, in milliseconds since
    /// the Unix epoch: the counts shown are exact up to there and are not known to be newer.
    /// `None` means that there was no such moment since the host started.
    pub exact_until: Option<i64>,
}

/// A thing that stands still, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Trouble {
    /// The thing that stands still: `pipeline`, `partition`, `checkpoint`, `metric` or `data`.
    pub what: &'static str,
    /// The partitions or metrics concerned; empty where the whole pipeline is.
    pub of: Vec<String>,
    /// The moment since which the trouble stands, by the host's wall clock, in milliseconds since
    /// the Unix epoch.
    pub since: i64,
    /// The reason, with a remedy.
    pub cause: Cause,
}

/// The state of the pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Status {
    /// The activity of the pipeline now.
    pub mode: Mode,
    /// The reason why the pipeline waits or failed.
    pub cause: Option<Cause>,
    /// The place that records come from.
    pub source: SourceStatus,
    /// The start of the host, in milliseconds since the Unix epoch.
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
    /// The number of worker threads.
    pub workers: usize,
    /// The shares of the workers' time, by activity.
    pub stages: StageStatus,
    /// Records that are fetched and wait for a worker.
    pub queue_records: u64,
    /// The interval in force between two publications, in ms: the setting, or more.
    pub publish_every_ms: u64,
    /// The partitions, in the order of their numbers.
    pub partitions: Vec<PartitionStatus>,
    /// The partition whose watermark is the smallest, while another one is ahead.
    pub watermark_held_by: Option<WatermarkHeldBy>,
    /// The faults that an operator should look at, though the pipeline runs.
    pub warnings: Vec<Cause>,
    /// The verdict over all of this: whether the counts can be trusted to move.
    pub health: Health,
    /// The last checkpoint; `None` means that state is not kept.
    pub checkpoint: Option<CheckpointStatus>,
    /// The metrics, in the order of the pipeline file.
    pub metrics: Vec<MetricStatus>,
    /// Unusable records, counted and written out.
    pub dead_letters: DeadLetterStatus,
    /// Late records that are written out; `None` means that late records are only counted.
    pub late_output: Option<LateOutputStatus>,
    /// The events since the host started, oldest first; the last 50.
    pub happened: Vec<Happened>,
}

/// The workers' last second: shares of their time, 0 to 1, which add up to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct StageStatus {
    /// Waiting for records, because the source has no more.
    pub waiting: f64,
    /// Taking over and decoding records.
    pub decode: f64,
    /// Folding rows in the plugins.
    pub plugins: f64,
    /// Publishing the states of partitions.
    pub publish: f64,
    /// Held back, as what was published is not stored yet.
    pub blocked: f64,
}

/// Something that explains a change in the figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Happened {
    /// The moment, by the host's wall clock, in milliseconds since the Unix epoch.
    pub at: i64,
    /// `started`, `waiting`, `resumed`, `partition_stopped`, `partition_resumed`, `quarantined`,
    /// `degraded`, `gap`, `checkpoint_failed`, `checkpoint_stored`, `reloaded`, `reload_refused`,
    /// `resume_asked`, `rebuild_begun`, `rebuild_ended`, `switched` or `failed`.
    pub what: &'static str,
    /// The metric, the partitions, the settings or the cause concerned.
    pub of: Option<String>,
    /// The reason, where there is one.
    pub cause: Option<Cause>,
}

/// The books of all partitions together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct AccountingStatus {
    /// Records read, whatever became of them.
    pub read: u64,
    /// Records that were on time.
    pub on_time: u64,
    /// Records that were late.
    pub late: u64,
    /// Records that could not be used.
    pub rejected: u64,
    /// Event times that are the record's stamp, as the record has none of its own.
    pub fallback: u64,
    /// Event times too far ahead of the stamp.
    pub future: u64,
    /// Event times before `event_time.earliest`.
    pub past: u64,
}

/// The position and watermark of one partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PartitionStatus {
    /// The number of the partition in its topic.
    pub partition: u32,
    /// The offset after the last record that was read.
    pub offset: i64,
    /// The offset up to which the log is read: `offset`, or a later one where the log holds no
    /// record between (markers of transactions, aborted records, compaction).
    pub read_to: i64,
    /// The end of the log for a reader of committed records.
    pub end: Option<i64>,
    /// Offsets still to read: `end` − `read_to`.
    pub lag: Option<u64>,
    /// Offsets after `end` that open transactions hold back.
    pub held_back: u64,
    /// Offsets that were passed since the start and held no record: markers and aborted records of
    /// transactions, and what compaction took before it was read.
    pub empty_offsets: u64,
    /// The watermark of the partition, in milliseconds since the Unix epoch.
    pub watermark: Option<i64>,
    /// `running`, `idle`, `gap`, `unanswered`, `forbidden`, `held_back`, `waiting`, `ended` or `failed`.
    pub state: &'static str,
    /// The reason why the partition stands still, if it does.
    pub cause: Option<Cause>,
    /// The places where the log did not continue as expected and reading continued.
    pub gaps: Vec<GapStatus>,
    /// The last record that moved the watermark far at once: by more than an hour, and more than
    /// ten times the bound.
    pub leap: Option<LeapStatus>,
}

/// A record that moved the watermark far at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LeapStatus {
    /// The record's offset in its partition.
    pub offset: i64,
    /// The record's timestamp, in milliseconds since the Unix epoch; `None` means that it has none.
    pub time: Option<i64>,
    /// The watermark before the record, in milliseconds since the Unix epoch.
    pub from: i64,
    /// The watermark after the record, in milliseconds since the Unix epoch.
    pub to: i64,
}

/// A gap in the log of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct GapStatus {
    /// `log_start_moved`, `log_end_moved`, `topic_recreated`, `file_replaced` or `file_rewritten`.
    pub kind: &'static str,
    /// The first offset concerned.
    pub from: i64,
    /// The offset after the last one concerned; for a recreated topic, the offset at which reading
    /// continued.
    pub to: i64,
}

/// The partition that holds the watermark back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WatermarkHeldBy {
    /// The number of the partition in its topic.
    pub partition: u32,
    /// The watermark of that partition, in milliseconds since the Unix epoch.
    pub watermark: i64,
    /// The moment since which the watermark has stood there, by the host's wall clock.
    pub since: i64,
}

/// The last checkpoint, and failures since.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct CheckpointStatus {
    /// The moment when the last checkpoint was stored, in milliseconds since the Unix epoch.
    pub at: Option<i64>,
    /// The time that storing took, in milliseconds.
    pub duration_ms: f64,
    /// The size of the stored checkpoint, in bytes.
    pub bytes: u64,
    /// Failures in a row.
    pub failures: u64,
    /// The last failure, in English words.
    pub error: Option<String>,
}

/// One metric's books: on time + late = folded + excluded.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct MetricStatus {
    /// The id of the metric in the pipeline.
    pub id: String,
    /// Rows of records that were on time.
    pub on_time: u64,
    /// Rows of records that were late.
    pub late: u64,
    /// Rows that are in the result.
    pub folded: u64,
    /// Rows that are left out of the result.
    pub excluded: u64,
    /// The phase of the metric: `ok`, `lagging`, `quarantined` or `unreadable`.
    pub state: &'static str,
    /// The reason of `lagging`, `quarantined` or `unreadable`, in English.
    pub reason: Option<String>,
    /// The age of the result where the result is not that of all records; else `None`.
    pub stale: Option<Stale>,
    /// Records that its partitions count and the metric does not, by partition.
    pub missing: Vec<MissingStatus>,
    /// The rows that are in no window, by kind of windows; without the cumulative one.
    pub windows: Vec<WindowStatus>,
    /// The plugin that folds the metric's rows.
    pub plugin: PluginStatus,
}

/// The rows of a metric that one kind of windows leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct WindowStatus {
    /// The kind of windows, such as `1d`.
    pub window: String,
    /// Folded rows whose window was final.
    pub expired: u64,
    /// Folded rows of records that may not move the watermark, and whose window was neither open
    /// nor final.
    pub unplaced: u64,
    /// Windows made final early by `max_open_windows`.
    pub evicted: u64,
}

/// The plugin of a metric.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct PluginStatus {
    /// The path of the file, as the pipeline names the file.
    pub file: String,
    /// The plugin's name for itself.
    pub name: String,
    /// The plugin's own version, any text.
    pub version: String,
    /// SHA-256 of the component, in hexadecimal.
    pub digest: String,
    /// The time of a row in the plugin in nanoseconds, over the last ten seconds with rows; `None`
    /// means that there was no row yet.
    pub ns_per_row: Option<f64>,
    /// Rows handed to the plugin since the host started.
    pub rows: u64,
    /// The time that the plugin took since the host started, in seconds.
    pub seconds: f64,
    /// The memory of the plugin's instances on all workers, in bytes.
    pub memory_bytes: u64,
    /// Instances that failed since the host started.
    pub traps: u64,
}

/// Unusable records, counted and written out.
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
