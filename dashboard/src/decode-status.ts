// Decodes `Status`: what the host says about itself.
//
// Only the mode and the accounting are indispensable. Everything else becomes
// `null` or empty when it is missing, because an unknown figure is shown as —.
import { array, field, integer, nullable, number, raw, record, string } from "./fields";
import type {
  Accounting, Cause, Checkpoint, MetricStatus, Mode, Partition, Status,
} from "./wire";
import type * as Host from "./wire.generated";

const MODES: readonly Mode[] = [
  "waiting", "restoring", "catching-up", "replaying", "live", "ended", "failed",
];
/** Limits of the lists; a host with more partitions shows the first of them. */
const PARTITIONS_MAX = 4096;
const METRICS_MAX = 256;
const WARNINGS_MAX = 16;

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
    deadLetters: nullable(field(raw<Host.DeadLetterStatus>(s["dead_letters"]), "written"), number),
    warnings: array(s["warnings"]).slice(0, WARNINGS_MAX).flatMap((warning) => {
      const cause = decodeCause(warning);
      return cause === null ? [] : [cause];
    }),
  };
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

function decodeCause(value: unknown): Cause | null {
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
  return s === null || kind === null ? null : { kind, name: string(s["name"]) ?? "" };
}

function decodePartition(value: unknown): Partition[] {
  const p = raw<Host.PartitionStatus>(value);
  const partition = integer(field(p, "partition"));
  const state = string(field(p, "state"));
  return partition === null ? [] : [{ partition, state: state ?? "running" }];
}

function decodeCheckpoint(value: unknown): Checkpoint | null {
  const c = raw<Host.CheckpointStatus>(value);
  if (c === null) return null;
  return {
    at: nullable(c["at"], number),
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
  }];
}
