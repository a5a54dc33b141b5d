// Generated from the types of the wire (host/wire); do not edit. After a change there:
//   UPDATE=1 cargo test --release -p streamgauge-wire

export type ToPage = { "t": "hello",
/**
 * The version of the wire, [`PROTO`](crate::PROTO).
 */
proto: number,
/**
 * Another text at each start of the host.
 */
epoch: string,
/**
 * The build of the page that the host carries.
 */
build: string,
/**
 * The longest silence, in milliseconds.
 */
heartbeat_ms: number,
/**
 * The zone of the pipeline, an IANA name.
 */
tz: string,
/**
 * The title of the page.
 */
name: string, } | { "t": "schema",
/**
 * Raised at each change of the panels.
 */
rev: number,
/**
 * The panels, serialised.
 */
panels: Array<Panel>, } | { "t": "snapshot",
/**
 * The number of the state, raised at each change.
 */
seq: number,
/**
 * The clocks of the state.
 */
clock: Clock,
/**
 * Frames by panel, serialised.
 */
frames: { [key in string]: Frame },
/**
 * The series of the last five minutes.
 */
series: { [key in string]: Array<[number, number]> },
/**
 * A [`Status`](crate::Status), serialised.
 */
status: Status, } | { "t": "update",
/**
 * The number of the state, raised at each change.
 */
seq: number,
/**
 * The clocks of the state.
 */
clock: Clock,
/**
 * Frames by panel, serialised.
 */
frames: { [key in string]: Frame },
/**
 * Points since the message before.
 */
points: { [key in string]: Array<[number, number]> },
/**
 * A [`Status`](crate::Status), serialised.
 */
status: Status, } | { "t": "hb",
/**
 * The number of the state, raised at each change.
 */
seq: number,
/**
 * The wall clock of the host, in milliseconds since the Unix epoch.
 */
now: number, } | { "t": "bye",
/**
 * Such as `shutdown`.
 */
reason: string,
/**
 * When a page should connect again, in milliseconds.
 */
retry_ms: number, };

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
workers: number,
/**
 * What they spend their time on.
 */
stages: StageStatus,
/**
 * Records that are fetched and wait for a worker.
 */
queue_records: number,
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
late_output: LateOutputStatus | null,
/**
 * What happened since the host started, oldest first; the last 50.
 */
happened: Array<Happened>, };

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
reason: string | null,
/**
 * What folds its rows.
 */
plugin: PluginStatus, };

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

export type StageStatus = {
/**
 * Waiting for records: the source has none.
 */
waiting: number,
/**
 * Taking records over and decoding them.
 */
decode: number,
/**
 * In the plugins.
 */
plugins: number,
/**
 * Publishing states.
 */
publish: number,
/**
 * Held back, as what was published is not stored yet.
 */
blocked: number, };

export type Happened = {
/**
 * When, by the host's wall clock.
 */
at: number,
/**
 * `started`, `waiting`, `resumed`, `quarantined`, `gap`, `checkpoint_failed`,
 * `checkpoint_stored` or `failed`.
 */
what: string,
/**
 * The metric, partition or cause concerned.
 */
of: string | null, };

export type PluginStatus = {
/**
 * The file, as the pipeline names it.
 */
file: string,
/**
 * What it calls itself.
 */
name: string,
/**
 * Its version.
 */
version: string,
/**
 * SHA-256 of the component, in hexadecimal.
 */
digest: string,
/**
 * What a row cost in it, over the last ten seconds with rows; none before the first.
 */
ns_per_row: number | null,
/**
 * The memory of its instances, of all workers.
 */
memory_bytes: number,
/**
 * Instances that failed since the host started.
 */
traps: number, };

export type LatenessReport = {
/**
 * `watermark`, `record` or `processing`.
 */
clock: string,
/**
 * False: verdicts depend on when a record is read.
 */
replayable: boolean,
/**
 * The bound of the watermark.
 */
bound_ms: number,
/**
 * Records in the distribution.
 */
records: number,
/**
 * Late ones.
 */
late: number,
/**
 * Smallest and largest value in milliseconds, and records; only buckets that are not empty.
 */
buckets: Array<[number, number, number]>,
/**
 * The bound that would keep 99.9 % on time; none without records.
 */
bound_for_999_ms: number | null,
/**
 * The last late ones of each partition, oldest first.
 */
samples: Array<RecordSample>, };

export type Samples = {
/**
 * Whether the contents of records are shown (`server.show_records`).
 */
shown: boolean,
/**
 * The records.
 */
samples: Array<RecordSample>, };

export type RecordSample = {
/**
 * Its partition.
 */
partition: number,
/**
 * Its offset.
 */
offset: number,
/**
 * Its timestamp.
 */
time: number,
/**
 * Its event time; none of a rejected one.
 */
event_time: number | null,
/**
 * By how much it was late; none where it was not.
 */
delay_ms: number | null,
/**
 * Why it is a dead letter, such as `not_json` or `excluded`; none where it is not.
 */
reason: string | null,
/**
 * The metric that left it out; none where it was rejected as a whole.
 */
metric: string | null,
/**
 * What was wrong, in words.
 */
detail: string | null,
/**
 * The size of the record.
 */
record_bytes: number,
/**
 * Its first 256 bytes as text; none where they are no text or records are not shown.
 */
record: string | null,
/**
 * The same in base64, where they are no text.
 */
record_base64: string | null, };
