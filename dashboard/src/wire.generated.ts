// Generated from the host's types (host/src/server/wire.rs and message.rs); do
// not edit. After a change there:
//   UPDATE=1 cargo test --release -p streamgauge --lib server::tests::types

export type ToPage = { "t": "hello", proto: number, epoch: string, build: string, heartbeat_ms: number, tz: string, name: string, } | { "t": "schema", rev: number, panels: Array<Panel>, } | { "t": "snapshot", seq: number, clock: Clock, frames: { [key in string]: Frame }, series: { [key in string]: Array<[number, number]> }, status: Status, } | { "t": "update", seq: number, clock: Clock, frames: { [key in string]: Frame }, points: { [key in string]: Array<[number, number]> }, status: Status, } | { "t": "hb", seq: number, now: number, } | { "t": "bye", reason: string, retry_ms: number, };

export type Panel = {
/**
 * The metric's id, or `metric.view` where it has several views.
 */
id: string,
/**
 * The metric's id.
 */
metric: string,
/**
 * The view's id.
 */
view: string,
/**
 * The kinds of windows of the metric, such as `cumulative` and `1d`; the first one is shown.
 */
windows: Array<string>,
/**
 * The title.
 */
title: { [key in string]: string },
/**
 * An open name: pie, bar, hbar, line, number, heatmap, table, …
 */
chart: string,
/**
 * What the rows are; none where the table has one row.
 */
dimension: Dimension | null,
/**
 * A second dimension that lies across the first.
 */
across: Dimension | null,
/**
 * What is shown of each row.
 */
measures: Array<Measure>,
/**
 * Rows shown before the rest is summed up; 0: all.
 */
top: number,
/**
 * Largest first; else in the order of the labels.
 */
sorted: boolean,
/**
 * An open name: small, medium, wide, tall, large; none: the page chooses.
 */
size: string | null,
/**
 * Panels with a smaller one come first; none: 0.
 */
order: number | null, };

export type Dimension = {
/**
 * The output's name.
 */
name: string,
/**
 * Its title.
 */
title: { [key in string]: string },
/**
 * Known keys in display order.
 */
labels: Array<Label>, };

export type Label = {
/**
 * The raw key.
 */
key: string,
/**
 * Its text.
 */
text: { [key in string]: string }, };

export type Measure = {
/**
 * The output's name.
 */
name: string,
/**
 * Its title.
 */
title: { [key in string]: string },
/**
 * Its unit.
 */
unit: string | null,
/**
 * Whether values may be summed.
 */
additive: boolean,
/**
 * The measure whose largest error this one is, in the same row.
 */
error_of: string | null, };

export type Frame = {
/**
 * Raised at each change.
 */
rev: number,
/**
 * `ok`, `empty` or `quarantined`.
 */
state: string,
/**
 * Why quarantined.
 */
reason: string | null,
/**
 * None: cumulative.
 */
window: unknown,
/**
 * Raw keys in display order.
 */
keys: Array<string>,
/**
 * Keys of the second dimension, aligned with `keys`; empty where the panel has none.
 */
across: Array<string>,
/**
 * On time and late together.
 */
total: { [key in string]: Array<number | null> },
/**
 * On time only.
 */
on_time: { [key in string]: Array<number | null> },
/**
 * Late only.
 */
late: { [key in string]: Array<number | null> },
/**
 * The rows beyond `top`, summed up.
 */
other: Other | null, };

export type Other = {
/**
 * How many.
 */
keys: number,
/**
 * Their sums, on time and late together.
 */
total: { [key in string]: Array<number | null> },
/**
 * On time only.
 */
on_time: { [key in string]: Array<number | null> },
/**
 * Late only.
 */
late: { [key in string]: Array<number | null> }, };

export type Clock = {
/**
 * The host's wall clock.
 */
now: number,
/**
 * The largest event time seen.
 */
event_time: number | null,
/**
 * The smallest watermark of the partitions that are not idle.
 */
watermark: number | null, };

export type Status = {
/**
 * What it is doing.
 */
mode: Mode,
/**
 * Why it waits or failed.
 */
cause: Cause | null,
/**
 * Where records come from.
 */
source: SourceStatus,
/**
 * When the host started.
 */
started_at: number,
/**
 * read = on time + late + rejected.
 */
accounting: AccountingStatus,
/**
 * Records read per second.
 */
events_per_second: number,
/**
 * Records up to the log's end.
 */
lag: number | null,
/**
 * While catching up: an estimate.
 */
catch_up_seconds: number | null,
/**
 * Record timestamp to published, over the last minute.
 */
latency_p99_ms: number | null,
/**
 * Mean rows of a batch over the last second.
 */
batch_rows: number,
/**
 * Worker threads.
 */
workers: number, stages: StageStatus, queue_records: number,
/**
 * By number.
 */
partitions: Array<PartitionStatus>,
/**
 * The partition whose watermark is the smallest, while another one is ahead.
 */
watermark_held_by: WatermarkHeldBy | null,
/**
 * What an operator should look at, though the pipeline runs.
 */
warnings: Array<Cause>,
/**
 * None where state is not kept.
 */
checkpoint: CheckpointStatus | null,
/**
 * In written order.
 */
metrics: Array<MetricStatus>,
/**
 * Unusable records.
 */
dead_letters: DeadLetterStatus,
/**
 * Late records that are written out; none where they are not.
 */
late_output: LateOutputStatus | null, happened: Array<Happened>, };

export type Mode = "waiting" | "restoring" | "catching-up" | "replaying" | "live" | "ended" | "failed";

export type Cause = {
/**
 * A stable name.
 */
code: string,
/**
 * English, complete by itself.
 */
message: string,
/**
 * What the message names.
 */
args: { [key in string]: string },
/**
 * One command or step to try.
 */
hint: string | null, };

export type SourceStatus = {
/**
 * `kafka`, `file` or `generator`.
 */
kind: string,
/**
 * Topic, file or seed.
 */
name: string, };

export type AccountingStatus = {
/**
 * Records read.
 */
read: number,
/**
 * On time.
 */
on_time: number,
/**
 * Late.
 */
late: number,
/**
 * Not readable.
 */
rejected: number, };

export type PartitionStatus = {
/**
 * Its number.
 */
partition: number,
/**
 * The next offset to read.
 */
offset: number,
/**
 * The offset after the log's last record.
 */
end: number | null,
/**
 * `end` − `offset`.
 */
lag: number | null,
/**
 * Its watermark.
 */
watermark: number | null,
/**
 * `running`, `idle`, `gap`, `waiting`, `ended` or `failed`.
 */
state: string,
/**
 * Where its log did not go on as expected and reading went on.
 */
gaps: Array<GapStatus>, };

export type GapStatus = {
/**
 * `log_start_moved`, `log_end_moved` or `topic_recreated`.
 */
kind: string,
/**
 * The first offset concerned.
 */
from: number,
/**
 * The offset after the last one; of a recreated topic, where reading went on.
 */
to: number, };

export type WatermarkHeldBy = {
/**
 * Its number.
 */
partition: number,
/**
 * Its watermark.
 */
watermark: number,
/**
 * Since when it has stood there, by the host's wall clock.
 */
since: number, };

export type CheckpointStatus = {
/**
 * When the last one was stored.
 */
at: number | null,
/**
 * How long it took.
 */
duration_ms: number,
/**
 * How large it was.
 */
bytes: number,
/**
 * Failures in a row.
 */
failures: number,
/**
 * The last failure.
 */
error: string | null, };

export type MetricStatus = {
/**
 * Its id.
 */
id: string,
/**
 * Rows on time.
 */
on_time: number,
/**
 * Rows late.
 */
late: number,
/**
 * In the result.
 */
folded: number,
/**
 * Left out.
 */
excluded: number,
/**
 * `ok` or `quarantined`.
 */
state: string,
/**
 * Why quarantined.
 */
reason: string | null, plugin: PluginStatus, };

export type DeadLetterStatus = {
/**
 * Written out so far.
 */
written: number,
/**
 * Rejected records by reason, largest first.
 */
by_reason: Array<[string, number]>, };

export type LateOutputStatus = {
/**
 * Written out so far.
 */
written: number, };

export type StageStatus = { waiting: number, decode: number, plugins: number, publish: number, blocked: number, };

export type Happened = { at: number, what: string, of: string | null, };

export type PluginStatus = { file: string, name: string, version: string, digest: string, ns_per_row: number | null, memory_bytes: number, traps: number, };

export type LatenessReport = { clock: string, replayable: boolean, bound_ms: number, records: number, late: number, buckets: Array<[number, number, number]>, bound_for_999_ms: number | null, samples: Array<RecordSample>, };

export type RecordSample = { partition: number, offset: number, time: number, event_time: number | null, delay_ms: number | null, reason: string | null, metric: string | null, detail: string | null, record_bytes: number, record: string | null, record_base64: string | null, };

export type Samples = { shown: boolean, samples: Array<RecordSample>, };
