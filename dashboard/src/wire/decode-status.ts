// Decodes `Status`: all that the host says about itself.
//
// Only the mode and the accounting are indispensable. Everything else becomes `null`
// or empty when it is missing, because an unknown figure is shown as —.
import type * as Host from "../wire.generated";
import { array, field, integer, nullable, number, raw, record, string } from "./fields";
import type {
  Accounting, Cause, Checkpoint, DeadLetters, Happened, Health, HeldBy, MetricStatus, Missing, Mode,
  Partition, Plugin, Stages, Status, Trouble,
} from "./shapes";

const MODES: readonly Mode[] = [
  "waiting", "restoring", "catching-up", "replaying", "live", "ended", "failed",
];
/** Ranges that a metric does not count; a host with more shows the first of them. */
const MISSING_MAX = 4096;
/** Limits of the lists; a host with more partitions shows the first of them. */
const PARTITIONS_MAX = 4096;
const METRICS_MAX = 256;
const WARNINGS_MAX = 16;
const TROUBLES_MAX = 32;
const GAPS_MAX = 32;
const REASONS_MAX = 64;
const HAPPENED_MAX = 50;

export function decodeStatus(value: unknown): Status | null {
  const s = raw<Host.Status>(value);
  const mode = MODES.find((known) => known === field(s, "mode"));
  const accounting = decodeAccounting(field(s, "accounting"));
  if (s === null || mode === undefined || accounting === null) return null;
  return {
    mode,
    cause: decodeCause(s["cause"]),
    source: decodeSource(s["source"]),
    startedAt: nullable(s["started_at"], number),
    accounting,
    eventsPerSecond: nullable(s["events_per_second"], number),
    lag: nullable(s["lag"], number),
    catchUpSeconds: nullable(s["catch_up_seconds"], number),
    latencyP99Ms: nullable(s["latency_p99_ms"], number),
    partitions: array(s["partitions"]).slice(0, PARTITIONS_MAX).flatMap(decodePartition),
    checkpoint: decodeCheckpoint(s["checkpoint"]),
    metrics: array(s["metrics"]).slice(0, METRICS_MAX).flatMap(decodeMetric),
    deadLetters: decodeDeadLetters(s["dead_letters"]),
    batchRows: nullable(s["batch_rows"], number),
    workers: nullable(s["workers"], number),
    stages: decodeStages(s["stages"]),
    queueRecords: nullable(s["queue_records"], number),
    publishEveryMs: nullable(s["publish_every_ms"], number),
    watermarkHeldBy: decodeHeldBy(s["watermark_held_by"]),
    lateOutput: decodeLateOutput(s["late_output"]),
    happened: array(s["happened"]).slice(-HAPPENED_MAX).flatMap(decodeHappened),
    warnings: array(s["warnings"]).slice(0, WARNINGS_MAX).flatMap((warning) => {
      const cause = decodeCause(warning);
      return cause === null ? [] : [cause];
    }),
    health: decodeHealth(s["health"]),
  };
}

/** `null` of a host that gives no verdict. */
function decodeHealth(value: unknown): Health | null {
  const h = raw<Host.Health>(value);
  if (h === null) return null;
  const troubles = (list: unknown) => array(list).slice(0, TROUBLES_MAX).flatMap(decodeTrouble);
  return {
    ready: h["ready"] === true,
    troubles: troubles(h["troubles"]),
    degraded: troubles(h["degraded"]),
    exactUntil: nullable(h["exact_until"], number),
  };
}

function decodeTrouble(value: unknown): Trouble[] {
  const t = raw<Host.Trouble>(value);
  const what = string(field(t, "what"));
  const since = number(field(t, "since"));
  const cause = decodeCause(field(t, "cause"));
  if (t === null || what === null || since === null || cause === null) return [];
  const of = array(t["of"]).slice(0, PARTITIONS_MAX).flatMap((name) => string(name) ?? []);
  return [{ what, of, since, cause }];
}

function decodeAccounting(value: unknown): Accounting | null {
  const a = raw<Host.AccountingStatus>(value);
  const read = number(field(a, "read"));
  const onTime = number(field(a, "on_time"));
  const late = number(field(a, "late"));
  const rejected = number(field(a, "rejected"));
  if (read === null || onTime === null || late === null || rejected === null) return null;
  return { read, onTime, late, rejected };
}

export function decodeCause(value: unknown): Cause | null {
  const c = raw<Host.Cause>(value);
  const code = c && string(c["code"]);
  if (c === null || code === null) return null;
  const args: Record<string, string> = {};
  for (const [name, arg] of Object.entries(record(c["args"]) ?? {})) {
    if (typeof arg === "string" || typeof arg === "number") args[name] = String(arg);
  }
  return { code, message: string(c["message"]) ?? code, args, hint: nullable(c["hint"], string) };
}

function decodeSource(value: unknown): Status["source"] {
  const s = raw<Host.SourceStatus>(value);
  const kind = s && string(s["kind"]);
  if (s === null || kind === null) return null;
  const f = raw<Host.FetchStatus>(s["fetch"]);
  const client = f && string(f["client"]);
  const fetch = f === null || client === null ? null : { client, reason: string(f["reason"]) ?? "" };
  return { kind, name: string(s["name"]) ?? "", fetch };
}

function decodePartition(value: unknown): Partition[] {
  const p = raw<Host.PartitionStatus>(value);
  const partition = integer(field(p, "partition"));
  if (p === null || partition === null) return [];
  return [{
    partition,
    offset: nullable(p["offset"], number),
    readTo: nullable(p["read_to"], number),
    end: nullable(p["end"], number),
    lag: nullable(p["lag"], number),
    heldBack: nullable(p["held_back"], number),
    emptyOffsets: nullable(p["empty_offsets"], number) ?? 0,
    watermark: nullable(p["watermark"], number),
    state: string(p["state"]) ?? "running",
    cause: decodeCause(p["cause"]),
    gaps: array(p["gaps"]).slice(-GAPS_MAX).flatMap(decodeGap),
    leap: decodeLeap(p["leap"]),
  }];
}

function decodeLeap(value: unknown): Partition["leap"] {
  const l = raw<Host.LeapStatus>(value);
  const offset = number(field(l, "offset"));
  const from = number(field(l, "from"));
  const to = number(field(l, "to"));
  if (l === null || offset === null || from === null || to === null) return null;
  return { offset, time: nullable(l["time"], number), from, to };
}

function decodeGap(value: unknown): Partition["gaps"][number][] {
  const g = raw<Host.GapStatus>(value);
  const kind = string(field(g, "kind"));
  const from = number(field(g, "from"));
  const to = number(field(g, "to"));
  return kind === null || from === null || to === null ? [] : [{ kind, from, to }];
}

function decodeCheckpoint(value: unknown): Checkpoint | null {
  const c = raw<Host.CheckpointStatus>(value);
  if (c === null) return null;
  return {
    at: nullable(c["at"], number),
    durationMs: nullable(c["duration_ms"], number),
    bytes: nullable(c["bytes"], number),
    failures: number(c["failures"]) ?? 0,
    error: nullable(c["error"], string),
  };
}

function decodeMetric(value: unknown): MetricStatus[] {
  const m = raw<Host.MetricStatus>(value);
  const id = m && string(m["id"]);
  if (m === null || id === null) return [];
  return [{
    id,
    onTime: number(m["on_time"]) ?? 0,
    late: number(m["late"]) ?? 0,
    folded: number(m["folded"]) ?? 0,
    excluded: number(m["excluded"]) ?? 0,
    state: string(m["state"]) ?? "ok",
    reason: nullable(m["reason"], string),
    plugin: decodePlugin(m["plugin"]),
    missing: array(m["missing"]).slice(0, MISSING_MAX).flatMap(decodeMissing),
  }];
}

function decodeMissing(value: unknown): Missing[] {
  const m = raw<Host.MissingStatus>(value);
  if (m === null) return [];
  const [partition, from, to] = [number(m["partition"]), number(m["from"]), number(m["to"])];
  if (partition === null || from === null || to === null) return [];
  return [{ partition, from, to, why: string(m["why"]) ?? "" }];
}

function decodePlugin(value: unknown): Plugin | null {
  const p = raw<Host.PluginStatus>(value);
  if (p === null) return null;
  return {
    file: string(p["file"]) ?? "",
    name: string(p["name"]) ?? "",
    version: string(p["version"]) ?? "",
    digest: string(p["digest"]) ?? "",
    nsPerRow: nullable(p["ns_per_row"], number),
    memoryBytes: nullable(p["memory_bytes"], number),
    traps: number(p["traps"]) ?? 0,
  };
}

/** The shares of the stages; of a host that measures only some of them, none. */
function decodeStages(value: unknown): Stages | null {
  const s = raw<Host.StageStatus>(value);
  const waiting = number(field(s, "waiting"));
  const decode = number(field(s, "decode"));
  const plugins = number(field(s, "plugins"));
  const publish = number(field(s, "publish"));
  const blocked = number(field(s, "blocked"));
  return waiting === null || decode === null || plugins === null || publish === null
    || blocked === null ? null : { waiting, decode, plugins, publish, blocked };
}

function decodeHeldBy(value: unknown): HeldBy | null {
  const h = raw<Host.WatermarkHeldBy>(value);
  const partition = integer(field(h, "partition"));
  const watermark = number(field(h, "watermark"));
  const since = number(field(h, "since"));
  return partition === null || watermark === null || since === null
    ? null : { partition, watermark, since };
}

function decodeDeadLetters(value: unknown): DeadLetters | null {
  const d = raw<Host.DeadLetterStatus>(value);
  const written = number(field(d, "written"));
  if (d === null || written === null) return null;
  const byReason = array(d["by_reason"]).slice(0, REASONS_MAX).flatMap((item) => {
    const [name, count] = array(item);
    const reason = string(name);
    const records = number(count);
    return reason === null || records === null ? [] : [[reason, records] as const];
  });
  return { written, byReason };
}

function decodeLateOutput(value: unknown): Status["lateOutput"] {
  const written = number(field(raw<Host.LateOutputStatus>(value), "written"));
  return written === null ? null : { written };
}

function decodeHappened(value: unknown): Happened[] {
  const h = raw<Host.Happened>(value);
  const at = number(field(h, "at"));
  const what = string(field(h, "what"));
  return h === null || at === null || what === null
    ? [] : [{ at, what, of: nullable(h["of"], string), cause: decodeCause(h["cause"]) }];
}
