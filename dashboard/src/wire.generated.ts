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
 * The title of the page in the first language that the pipeline file has.
 */
name: string,
/**
 * The title of the page by language.
 */
names: { [key in string]: string },
/**
 * The looks of the page.
 */
look: Look,
/**
 * True if a page with the token may change the pipeline.
 */
control: boolean, } | { "t": "schema",
/**
 * Raised at each change of the panels or the figures.
 */
rev: number,
/**
 * The panels, serialised once for all pages.
 */
panels: Array<Panel>,
/**
 * The figures above the panels, serialised once for all pages.
 */
headlines: Array<Headline>,
/**
 * The places of tiles that panels name, serialised once for all pages.
 */
layouts: Array<Layout>,
/**
 * What the sentences of single records are made of; `None` means that there are none.
 */
ticker: TickerFields | null, } | { "t": "snapshot",
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
 * What every figure is worth, in the order of the schema, serialised.
 */
headlines: Array<HeadlineValue>,
/**
 * The newest sentences of single records, the newest last; left out where there are none.
 */
ticker?: Array<TickerLine>,
/**
 * The series of the last five minutes.
 */
series: { [key in string]: Array<[number, number]> },
/**
 * A [`Status`](crate::Status), serialised once for all pages.
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
 * What every figure is worth, where one of them changed; else left out.
 */
headlines?: Array<HeadlineValue>,
/**
 * Sentences since the message before, the newest last; left out where there are none.
 */
ticker?: Array<TickerLine>,
/**
 * Points since the message before.
 */
points: { [key in string]: Array<[number, number]> },
/**
 * A [`Status`](crate::Status), serialised once for all pages.
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
 * The reason for the end, such as `shutdown`.
 */
reason: string,
/**
 * The time after which a page should connect again, in milliseconds.
 */
retry_ms: number, };

export type Panel = {
/**
 * The metric's id, or `metric.view` where it has several views; where the pipeline shows a view
 * once more, an id of its own.
 */
id: string,
/**
 * The id of a metric of the pipeline.
 */
metric: string,
/**
 * The id of the view, unique within the plugin.
 */
view: string,
/**
 * The kinds of windows of the metric, such as `cumulative` and `1d`; the first one is shown.
 */
windows: Array<string>,
/**
 * The title of the panel, by language.
 */
title: { [key in string]: string },
/**
 * An open name: pie, bar, hbar, line, number, heatmap, tiles, table, …
 */
chart: string,
/**
 * The dimension that the rows stand for; `None` means that the table has one row.
 */
dimension: Dimension | null,
/**
 * A second dimension that lies across the first.
 */
across: Dimension | null,
/**
 * The measures that are shown of each row.
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
 * An open name: small, medium, wide, tall, large; `None` means that the page chooses.
 */
size: string | null,
/**
 * Panels with a smaller order come first; `None` means 0.
 */
order: number | null,
/**
 * `windows`: the panel is drawn over the windows of its metric; `None` means over its keys.
 */
over: string | null,
/**
 * The name of a layout of the schema, for `tiles` of other places than the provinces of China.
 */
layout: string | null,
/**
 * The values from which a figure of the panel is worth a warning, in the order of the file.
 */
thresholds: Array<Threshold>, };

export type Dimension = {
/**
 * The name of the output in the plugin's descriptor.
 */
name: string,
/**
 * The title of the output, by language.
 */
title: { [key in string]: string },
/**
 * Known keys in display order.
 */
labels: Array<Label>, };

export type Label = {
/**
 * The key as it is in frames.
 */
key: string,
/**
 * The text of the key, by language.
 */
text: { [key in string]: string }, };

export type Measure = {
/**
 * The name of the output in the plugin's descriptor.
 */
name: string,
/**
 * The title of the output, by language.
 */
title: { [key in string]: string },
/**
 * The unit of the values, as text.
 */
unit: string | null,
/**
 * True if values may be summed.
 */
additive: boolean,
/**
 * The measure whose largest error this one is, in the same row.
 */
error_of: string | null, };

export type Threshold = {
/**
 * The name of a measure of the panel.
 */
measure: string,
/**
 * The key of the only row that is meant; `None` means every row.
 */
key: string | null,
/**
 * The only kind of windows over which the threshold holds; `None` means every kind.
 */
window: string | null,
/**
 * How grave it is: `warn` or `bad`.
 */
level: string,
/**
 * The side of the value that is worth a warning: `above` or `below`.
 */
side: string,
/**
 * The value itself is not beyond the threshold.
 */
value: number, };

export type Layout = {
/**
 * The name by which panels choose it, unique within the pipeline.
 */
name: string,
/**
 * The tiles, each with a place of its own.
 */
units: Array<LayoutUnit>, };

export type LayoutUnit = {
/**
 * The key whose value the tile shows, unique within the layout.
 */
key: string,
/**
 * The name on the tile, by language.
 */
text: { [key in string]: string },
/**
 * The row of the tile, from 0 at the top.
 */
row: number,
/**
 * The column of the tile, from 0 at the left.
 */
column: number,
/**
 * Other keys that mean the same tile, unique within the layout.
 */
aliases: Array<string>, };

export type Frame = {
/**
 * Raised at each change.
 */
rev: number,
/**
 * `ok`, `empty`, `lagging`, `quarantined` or `unreadable`.
 */
state: string,
/**
 * The reason of `lagging`, `quarantined` or `unreadable`, in English.
 */
reason: string | null,
/**
 * The age of the values where the values are not those of all records; else `None`.
 */
stale: Stale | null,
/**
 * How many offsets the partitions count and the metric does not: those before its first record,
 * and those that the log no longer held.
 */
missing: number,
/**
 * How many seconds apart results are made, where one costs much; `None` means that each state
 * of the page has a new one.
 */
every: number | null,
/**
 * How many records of the log the values count up to: the sum of the next offsets of the metric
 * over all partitions, comparable with the sum of `offset` over the partitions of the status.
 * `None` means that the metric has no state yet.
 */
of: number | null,
/**
 * The window of the values; `None` means cumulative.
 */
window: unknown,
/**
 * Raw keys in display order.
 */
keys: Array<string>,
/**
 * Keys of the second dimension, aligned with `keys`; empty if the panel has no second
 * dimension.
 */
across: Array<string>,
/**
 * On time and late together.
 */
total: { [key in string]: Array<number | null> },
/**
 * Values of rows on time only, by measure.
 */
on_time: { [key in string]: Array<number | null> },
/**
 * Values of late rows only, by measure.
 */
late: { [key in string]: Array<number | null> },
/**
 * The rows beyond `top`, summed up.
 */
other: Other | null, };

export type Other = {
/**
 * The number of rows that were cut.
 */
keys: number,
/**
 * Sums of the cut rows, on time and late together.
 */
total: { [key in string]: Array<number | null> },
/**
 * Values of rows on time only, by measure.
 */
on_time: { [key in string]: Array<number | null> },
/**
 * Values of late rows only, by measure.
 */
late: { [key in string]: Array<number | null> }, };

export type Stale = {
/**
 * The moment since which the result stands, by the host's wall clock, in milliseconds since
 * the Unix epoch; `None` means that the moment is not known.
 */
since: number | null,
/**
 * The places up to which the result counts.
 */
at: Array<PlaceStatus>,
/**
 * One step to try, in English.
 */
hint: string,
/**
 * How much of the log is read, where the result is being counted from there; else `None`.
 */
progress: Progress | null, };

export type PlaceStatus = {
/**
 * The number of the partition in its topic.
 */
partition: number,
/**
 * The first offset that is not counted.
 */
offset: number, };

export type Progress = {
/**
 * Offsets that the metric has read, of all partitions.
 */
read: number,
/**
 * Offsets that its partitions have read since the metric's origin.
 */
of: number, };

export type Headline = {
/**
 * Unique within the pipeline.
 */
id: string,
/**
 * The title of the figure, by language.
 */
title: { [key in string]: string },
/**
 * The unit of the figure, as text; `None` for a share and where neither the pipeline nor the
 * measure names one.
 */
unit: string | null,
/**
 * The id of a metric of the pipeline.
 */
metric: string,
/**
 * The id of a view of the metric.
 */
view: string,
/**
 * The name of a measure of the view.
 */
measure: string,
/**
 * The key of the row that is shown; `None` means the sum over all rows.
 */
key: string | null,
/**
 * What the figure is divided by: another key of the same measure, or `sum` for the sum over
 * all rows. The figure is a share then; `None` means that it is divided by nothing.
 */
per: string | null,
/**
 * The kind of windows, such as `cumulative` or `1d`, of which the present one is shown.
 */
window: string,
/**
 * The value to reach, on the scale of the figure.
 */
target: number | null,
/**
 * True for the one figure that is shown largest.
 */
giant: boolean,
/**
 * What the figure is compared with: `previous`, `1d`, `7d` and `1y`.
 */
compare: Array<string>, };

export type HeadlineValue = {
/**
 * The id of the figure.
 */
id: string,
/**
 * Over records on time and late; a share is a fraction, so 0.25 is 25 %. `None` means that
 * there is no value yet, or that a share is of nothing.
 */
value: number | null,
/**
 * The start of the window, in milliseconds since the Unix epoch; `None` means cumulative.
 */
start: number | null,
/**
 * The end of the window, which is not part of it; `None` means cumulative.
 */
end: number | null,
/**
 * Why the value is not that of all records: `lagging`, `quarantined` or `unreadable`, as in
 * the frames of the metric; `None` means that it is.
 */
stale: string | null,
/**
 * The comparisons, in the order of `compare` of the figure.
 */
changes: Array<HeadlineChange>, };

export type HeadlineChange = {
/**
 * `previous`: the window before; `1d`, `7d`, `1y`: the same date and time a day, a week, a
 * year earlier.
 */
to: string,
/**
 * The figure over the present span.
 */
now: number | null,
/**
 * The figure over the span before.
 */
before: number | null,
/**
 * The end of the present span, in milliseconds since the Unix epoch.
 */
until: number | null,
/**
 * Why a side has no value, or why whole windows are compared: `not-yet`, `no-history`,
 * `no-finer` or `failed`.
 */
reason: string | null,
/**
 * With `no-finer`, the line of the metric that makes the comparison finer.
 */
hint: string | null, };

export type Look = {
/**
 * The path of the logo on this host, another one for each content; `None` means that there is
 * no logo.
 */
logo: string | null,
/**
 * The colour of what stands out, as `#rrggbb`; `None` means the page's own.
 */
accent: string | null, };

export type TickerFields = {
/**
 * The fields of records that the sentences name, in the order of the first language.
 */
fields: Array<string>, };

export type TickerLine = {
/**
 * The event time of the record, in milliseconds since the Unix epoch.
 */
at: number,
/**
 * The sentence, by language.
 */
text: { [key in string]: string }, };

export type Compared = {
/**
 * `previous`: the span before; `1d`, `7d`, `1y`: the same date and time a day, a week, a year
 * earlier.
 */
to: string,
/**
 * The window as it was asked for.
 */
window: string,
/**
 * The start of the present span; `None` where there is none.
 */
start: number | null,
/**
 * The end of the present span: the last moment that is complete on both sides.
 */
until: number | null,
/**
 * The start of the span before; `None` where there is none.
 */
before_start: number | null,
/**
 * The end of the span before.
 */
before_until: number | null,
/**
 * The rows over the present span.
 */
now: Frame | null,
/**
 * The rows over the span before, of the keys of `now` and in their order where they fit.
 */
before: Frame | null,
/**
 * Why a side is missing, or why whole windows are compared: `not-yet`, `no-history`, `no-finer`
 * or `failed`.
 */
reason: string | null,
/**
 * With `no-finer`, the line of the metric that makes the comparison finer.
 */
hint: string | null, };

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
 * The activity of the pipeline now.
 */
mode: Mode,
/**
 * The reason why the pipeline waits or failed.
 */
cause: Cause | null,
/**
 * The place that records come from.
 */
source: SourceStatus,
/**
 * The start of the host, in milliseconds since the Unix epoch.
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
 * The number of worker threads.
 */
workers: number,
/**
 * The shares of the workers' time, by activity.
 */
stages: StageStatus,
/**
 * Records that are fetched and wait for a worker.
 */
queue_records: number,
/**
 * The interval in force between two publications, in ms: the setting, or more.
 */
publish_every_ms: number,
/**
 * The partitions, in the order of their numbers.
 */
partitions: Array<PartitionStatus>,
/**
 * The partition whose watermark is the smallest, while another one is ahead.
 */
watermark_held_by: WatermarkHeldBy | null,
/**
 * The faults that an operator should look at, though the pipeline runs.
 */
warnings: Array<Cause>,
/**
 * The verdict over all of this: whether the counts can be trusted to move.
 */
health: Health,
/**
 * The last checkpoint; `None` means that state is not kept.
 */
checkpoint: CheckpointStatus | null,
/**
 * The metrics, in the order of the pipeline file.
 */
metrics: Array<MetricStatus>,
/**
 * Unusable records, counted and written out.
 */
dead_letters: DeadLetterStatus,
/**
 * Late records that are written out; `None` means that late records are only counted.
 */
late_output: LateOutputStatus | null,
/**
 * The events since the host started, oldest first; the last 50.
 */
happened: Array<Happened>, };

export type Mode = "waiting" | "restoring" | "catching-up" | "replaying" | "live" | "ended" | "failed";

export type Cause = {
/**
 * A stable name, for programs and translations.
 */
code: string,
/**
 * English, complete by itself.
 */
message: string,
/**
 * The values that the message names, by name.
 */
args: { [key in string]: string },
/**
 * One command or step to try.
 */
hint: string | null, };

export type Health = {
/**
 * False where records wait and are not counted, or where counts cannot be kept.
 */
ready: boolean,
/**
 * The reasons why not ready, the gravest first; empty if ready.
 */
troubles: Array<Trouble>,
/**
 * Results that are incomplete although every record is counted.
 */
degraded: Array<Trouble>,
/**
 * The last moment at which no trouble stood, by the host's wall clock, in milliseconds since
 * the Unix epoch: the counts shown are exact up to there and are not known to be newer.
 * `None` means that there was no such moment since the host started.
 */
exact_until: number | null, };

export type Trouble = {
/**
 * The thing that stands still: `pipeline`, `partition`, `checkpoint`, `metric` or `data`.
 */
what: string,
/**
 * The partitions or metrics concerned; empty where the whole pipeline is.
 */
of: Array<string>,
/**
 * The moment since which the trouble stands, by the host's wall clock, in milliseconds since
 * the Unix epoch.
 */
since: number,
/**
 * The reason, with a remedy.
 */
cause: Cause, };

export type FetchStatus = {
/**
 * `own` or `librdkafka`.
 */
client: string,
/**
 * The reason, in words.
 */
reason: string, };

export type SourceStatus = {
/**
 * `kafka`, `file` or `generator`.
 */
kind: string,
/**
 * Topic, file or seed.
 */
name: string,
/**
 * The client that fetches from Kafka.
 */
fetch: FetchStatus | null, };

export type AccountingStatus = {
/**
 * Records read, whatever became of them.
 */
read: number,
/**
 * Records that were on time.
 */
on_time: number,
/**
 * Records that were late.
 */
late: number,
/**
 * Records that could not be used.
 */
rejected: number,
/**
 * Event times that are the record's stamp, as the record has none of its own.
 */
fallback: number,
/**
 * Event times too far ahead of the stamp.
 */
future: number,
/**
 * Event times before `event_time.earliest`.
 */
past: number, };

export type PartitionStatus = {
/**
 * The number of the partition in its topic.
 */
partition: number,
/**
 * The offset after the last record that was read.
 */
offset: number,
/**
 * The offset up to which the log is read: `offset`, or a later one where the log holds no
 * record between (markers of transactions, aborted records, compaction).
 */
read_to: number,
/**
 * The end of the log for a reader of committed records.
 */
end: number | null,
/**
 * Offsets still to read: `end` − `read_to`.
 */
lag: number | null,
/**
 * Offsets after `end` that open transactions hold back.
 */
held_back: number,
/**
 * Offsets that were passed since the start and held no record: markers and aborted records of
 * transactions, and what compaction took before it was read.
 */
empty_offsets: number,
/**
 * The watermark of the partition, in milliseconds since the Unix epoch.
 */
watermark: number | null,
/**
 * `running`, `idle`, `gap`, `unanswered`, `forbidden`, `held_back`, `waiting`, `ended` or `failed`.
 */
state: string,
/**
 * The reason why the partition stands still, if it does.
 */
cause: Cause | null,
/**
 * The places where the log did not continue as expected and reading continued.
 */
gaps: Array<GapStatus>,
/**
 * The last record that moved the watermark far at once: by more than an hour, and more than
 * ten times the bound.
 */
leap: LeapStatus | null, };

export type GapStatus = {
/**
 * `log_start_moved`, `log_end_moved`, `topic_recreated`, `file_replaced` or `file_rewritten`.
 */
kind: string,
/**
 * The first offset concerned.
 */
from: number,
/**
 * The offset after the last one concerned; for a recreated topic, the offset at which reading
 * continued.
 */
to: number, };

export type LeapStatus = {
/**
 * The record's offset in its partition.
 */
offset: number,
/**
 * The record's timestamp, in milliseconds since the Unix epoch; `None` means that it has none.
 */
time: number | null,
/**
 * The watermark before the record, in milliseconds since the Unix epoch.
 */
from: number,
/**
 * The watermark after the record, in milliseconds since the Unix epoch.
 */
to: number, };

export type MissingStatus = {
/**
 * The number of the partition.
 */
partition: number,
/**
 * The first offset.
 */
from: number,
/**
 * The offset after the last one.
 */
to: number,
/**
 * Why: `before` its first record, or `gone` from the log when the metric came to them.
 */
why: string, };

export type WatermarkHeldBy = {
/**
 * The number of the partition in its topic.
 */
partition: number,
/**
 * The watermark of that partition, in milliseconds since the Unix epoch.
 */
watermark: number,
/**
 * The moment since which the watermark has stood there, by the host's wall clock.
 */
since: number, };

export type CheckpointStatus = {
/**
 * The moment when the last checkpoint was stored, in milliseconds since the Unix epoch.
 */
at: number | null,
/**
 * The time that storing took, in milliseconds.
 */
duration_ms: number,
/**
 * The size of the stored checkpoint, in bytes.
 */
bytes: number,
/**
 * Failures in a row.
 */
failures: number,
/**
 * The last failure, in English words.
 */
error: string | null, };

export type MetricStatus = {
/**
 * The id of the metric in the pipeline.
 */
id: string,
/**
 * Rows of records that were on time.
 */
on_time: number,
/**
 * Rows of records that were late.
 */
late: number,
/**
 * Rows that are in the result.
 */
folded: number,
/**
 * Rows that are left out of the result.
 */
excluded: number,
/**
 * The phase of the metric: `ok`, `lagging`, `quarantined` or `unreadable`.
 */
state: string,
/**
 * The reason of `lagging`, `quarantined` or `unreadable`, in English.
 */
reason: string | null,
/**
 * The age of the result where the result is not that of all records; else `None`.
 */
stale: Stale | null,
/**
 * Records that its partitions count and the metric does not, by partition.
 */
missing: Array<MissingStatus>,
/**
 * The rows that are in no window, by kind of windows; without the cumulative one.
 */
windows: Array<WindowStatus>,
/**
 * The plugin that folds the metric's rows.
 */
plugin: PluginStatus, };

export type WindowStatus = {
/**
 * The kind of windows, such as `1d`.
 */
window: string,
/**
 * Folded rows whose window was final.
 */
expired: number,
/**
 * Folded rows of records that may not move the watermark, and whose window was neither open
 * nor final.
 */
unplaced: number,
/**
 * Windows made final early by `max_open_windows`.
 */
evicted: number, };

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
 * Waiting for records, because the source has no more.
 */
waiting: number,
/**
 * Taking over and decoding records.
 */
decode: number,
/**
 * Folding rows in the plugins.
 */
plugins: number,
/**
 * Publishing the states of partitions.
 */
publish: number,
/**
 * Held back, as what was published is not stored yet.
 */
blocked: number, };

export type Happened = {
/**
 * The moment, by the host's wall clock, in milliseconds since the Unix epoch.
 */
at: number,
/**
 * `started`, `waiting`, `resumed`, `partition_stopped`, `partition_resumed`, `quarantined`,
 * `degraded`, `gap`, `checkpoint_failed`, `checkpoint_stored`, `reloaded`, `reload_refused`,
 * `resume_asked`, `rebuild_begun`, `rebuild_ended`, `switched` or `failed`.
 */
what: string,
/**
 * The metric, the partitions, the settings or the cause concerned.
 */
of: string | null,
/**
 * The reason, where there is one.
 */
cause: Cause | null, };

export type PluginStatus = {
/**
 * The path of the file, as the pipeline names the file.
 */
file: string,
/**
 * The plugin's name for itself.
 */
name: string,
/**
 * The plugin's own version, any text.
 */
version: string,
/**
 * SHA-256 of the component, in hexadecimal.
 */
digest: string,
/**
 * The time of a row in the plugin in nanoseconds, over the last ten seconds with rows; `None`
 * means that there was no row yet.
 */
ns_per_row: number | null,
/**
 * Rows handed to the plugin since the host started.
 */
rows: number,
/**
 * The time that the plugin took since the host started, in seconds.
 */
seconds: number,
/**
 * The memory of the plugin's instances on all workers, in bytes.
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
 * Late records in the distribution.
 */
late: number,
/**
 * Smallest and largest value in milliseconds, and records; only buckets that are not empty.
 */
buckets: Array<[number, number, number]>,
/**
 * The bound in milliseconds that would keep 99.9 % on time; `None` means that there are no
 * records.
 */
bound_for_999_ms: number | null,
/**
 * The last late ones of each partition, oldest first.
 */
samples: Array<RecordSample>, };

export type Samples = {
/**
 * True if the contents of records are shown (`server.show_records`).
 */
shown: boolean,
/**
 * The records, the newest one first.
 */
samples: Array<RecordSample>, };

export type RecordSample = {
/**
 * The number of the record's partition.
 */
partition: number,
/**
 * The record's offset in its partition.
 */
offset: number,
/**
 * The timestamp of the record, in milliseconds since the Unix epoch; `None` means that the
 * record has none.
 */
time: number | null,
/**
 * The event time in milliseconds since the Unix epoch; `None` means that the record was
 * rejected, or has no time at all.
 */
event_time: number | null,
/**
 * The delay of a late record in milliseconds; `None` means that the record was not late.
 */
delay_ms: number | null,
/**
 * The reason for a dead letter, such as `not_json` or `excluded`; `None` means that the record
 * is no dead letter.
 */
reason: string | null,
/**
 * The metric that left the record out; `None` means that the record was rejected as a whole.
 */
metric: string | null,
/**
 * The fault of the record, in words.
 */
detail: string | null,
/**
 * The size of the record.
 */
record_bytes: number,
/**
 * The first 256 bytes of the record as text; `None` means that the bytes are no text or that
 * records are not shown.
 */
record: string | null,
/**
 * The first 256 bytes of the record in base64; `None` means that the bytes are text or that
 * records are not shown.
 */
record_base64: string | null, };

export type Checkpoints = {
/**
 * The checkpoints, the newest one first.
 */
checkpoints: Array<CheckpointSample>, };

export type CheckpointSample = {
/**
 * The end of the checkpoint, in milliseconds since the Unix epoch.
 */
at: number,
/**
 * The time that the checkpoint took, in milliseconds.
 */
duration_ms: number,
/**
 * The size of the stored checkpoint in bytes; 0 where it failed.
 */
bytes: number,
/**
 * The cause of the failure; `None` means that the checkpoint was stored.
 */
cause: Cause | null, };
