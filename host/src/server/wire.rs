//! The wire as types: exactly what docs/wire.md says. They are written, never read, here; the
//! rest of the host has types of its own. Those of the page are made from these (`tests/types.rs`).

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// The version of the wire.
pub const PROTO: u32 = 1;

/// Texts by language, `zh` and `en` among them.
pub type Localized = BTreeMap<String, String>;

/// One view of one metric.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Panel {
    /// The metric's id, or `metric.view` where it has several views.
    pub id: String,
    /// The metric's id.
    pub metric: String,
    /// The view's id.
    pub view: String,
    /// The kinds of windows of the metric, such as `cumulative` and `1d`; the first one is shown.
    pub windows: Vec<String>,
    /// The title.
    #[schema(value_type = BTreeMap<String, String>)]
    pub title: Localized,
    /// An open name: pie, bar, hbar, line, number, heatmap, table, …
    pub chart: String,
    /// What the rows are; none where the table has one row.
    pub dimension: Option<Dimension>,
    /// A second dimension that lies across the first.
    pub across: Option<Dimension>,
    /// What is shown of each row.
    pub measures: Vec<Measure>,
    /// Rows shown before the rest is summed up; 0: all.
    pub top: u32,
    /// Largest first; else in the order of the labels.
    pub sorted: bool,
    /// An open name: small, medium, wide, tall, large; none: the page chooses.
    pub size: Option<String>,
    /// Panels with a smaller one come first; none: 0.
    pub order: Option<i64>,
}

/// The dimension of a panel.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Dimension {
    /// The output's name.
    pub name: String,
    /// Its title.
    #[schema(value_type = BTreeMap<String, String>)]
    pub title: Localized,
    /// Known keys in display order.
    pub labels: Vec<Label>,
}

/// The text of one key.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Label {
    /// The raw key.
    pub key: String,
    /// Its text.
    #[schema(value_type = BTreeMap<String, String>)]
    pub text: Localized,
}

/// A measure of a panel.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Measure {
    /// The output's name.
    pub name: String,
    /// Its title.
    #[schema(value_type = BTreeMap<String, String>)]
    pub title: Localized,
    /// Its unit.
    pub unit: Option<String>,
    /// Whether values may be summed.
    pub additive: bool,
    /// The measure whose largest error this one is, in the same row.
    pub error_of: Option<String>,
}

/// The values of a frame: per measure one array, aligned with the keys.
pub type Series = BTreeMap<String, Vec<Value>>;

/// What the values are for the page: numbers or nothing.
#[cfg(test)]
type Numbers = BTreeMap<String, Vec<Option<f64>>>;

/// One panel's data, ready to draw.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Frame {
    /// Raised at each change.
    pub rev: u64,
    /// `ok`, `empty` or `quarantined`.
    pub state: &'static str,
    /// Why quarantined.
    pub reason: Option<String>,
    /// None: cumulative.
    #[cfg_attr(test, ts(type = "unknown"))]
    #[schema(value_type = Option<Object>)]
    pub window: Option<Value>,
    /// Raw keys in display order.
    pub keys: Vec<String>,
    /// Keys of the second dimension, aligned with `keys`; empty where the panel has none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub across: Vec<String>,
    /// On time and late together.
    #[cfg_attr(test, ts(as = "Numbers"))]
    #[schema(value_type = BTreeMap<String, Vec<Option<f64>>>)]
    pub total: Series,
    /// On time only.
    #[cfg_attr(test, ts(as = "Numbers"))]
    #[schema(value_type = BTreeMap<String, Vec<Option<f64>>>)]
    pub on_time: Series,
    /// Late only.
    #[cfg_attr(test, ts(as = "Numbers"))]
    #[schema(value_type = BTreeMap<String, Vec<Option<f64>>>)]
    pub late: Series,
    /// The rows beyond `top`, summed up.
    pub other: Option<Other>,
}

/// The rows of a frame that were cut.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Other {
    /// How many.
    pub keys: usize,
    /// Their sums, on time and late together.
    #[cfg_attr(test, ts(as = "Numbers"))]
    #[schema(value_type = BTreeMap<String, Vec<Option<f64>>>)]
    pub total: Series,
    /// On time only.
    #[cfg_attr(test, ts(as = "Numbers"))]
    #[schema(value_type = BTreeMap<String, Vec<Option<f64>>>)]
    pub on_time: Series,
    /// Late only.
    #[cfg_attr(test, ts(as = "Numbers"))]
    #[schema(value_type = BTreeMap<String, Vec<Option<f64>>>)]
    pub late: Series,
}

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

/// Everything the server shows at one moment; replaced as a whole.
#[derive(Clone, Debug)]
pub struct LiveState {
    /// Raised at each change.
    pub seq: u64,
    /// The panels; the same `Arc` until they change.
    pub panels: Arc<Vec<Panel>>,
    /// By panel id; the same `Arc` until the frame changes.
    pub frames: BTreeMap<String, Arc<Frame>>,
    /// The clocks.
    pub clock: Clock,
    /// The status.
    pub status: Arc<Status>,
    /// The last five minutes, a point a second.
    pub series: Arc<SeriesByName>,
}

/// By name, each with a point a second: (milliseconds since the epoch, value).
pub type SeriesByName = BTreeMap<&'static str, Vec<(i64, f64)>>;

/// How late records are.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct LatenessReport {
    /// `watermark`, `record` or `processing`.
    pub clock: &'static str,
    /// False: verdicts depend on when a record is read.
    pub replayable: bool,
    /// The bound of the watermark.
    pub bound_ms: u64,
    /// Records in the distribution.
    pub records: u64,
    /// Late ones.
    pub late: u64,
    /// Smallest and largest value in milliseconds, and records; only buckets that are not empty.
    pub buckets: Vec<(i64, i64, u64)>,
    /// The bound that would keep 99.9 % on time; none without records.
    pub bound_for_999_ms: Option<i64>,
    /// The last late ones of each partition, oldest first.
    pub samples: Vec<RecordSample>,
}

/// A record, and what it counted as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct RecordSample {
    /// Its partition.
    pub partition: u32,
    /// Its offset.
    pub offset: i64,
    /// Its timestamp.
    pub time: i64,
    /// Its event time; none of a rejected one.
    pub event_time: Option<i64>,
    /// By how much it was late; none where it was not.
    pub delay_ms: Option<i64>,
    /// Why it is a dead letter, such as `not_json` or `excluded`; none where it is not.
    pub reason: Option<String>,
    /// The metric that left it out; none where it was rejected as a whole.
    pub metric: Option<String>,
    /// What was wrong, in words.
    pub detail: Option<String>,
    /// The size of the record.
    pub record_bytes: u64,
    /// Its first 256 bytes as text; none where they are no text or records are not shown.
    pub record: Option<String>,
    /// The same in base64, where they are no text.
    pub record_base64: Option<String>,
}

/// The last records of some kind, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[cfg_attr(test, derive(ts_rs::TS))]
pub struct Samples {
    /// Whether the contents of records are shown (`server.show_records`).
    pub shown: bool,
    /// The records.
    pub samples: Vec<RecordSample>,
}
