// Decodes the reports: the lateness of records, and samples of records.
//
// A sample without a place cannot be asked about, so it is left out; a report without
// its figures is none.
import type * as Host from "../wire.generated";
import { decodeCause } from "./decode-status";
import { array, bool, field, integer, nullable, number, raw, string } from "./fields";
import type { Bucket, Checkpoints, Lateness, Sample, Samples } from "./shapes";

const BUCKETS_MAX = 4096;
/** The host keeps fewer; a page shows no more in any case. */
const SAMPLES_MAX = 200;
const CHECKPOINTS_MAX = 50;

export function decodeLateness(value: unknown): Lateness | null {
  const l = raw<Host.LatenessReport>(value);
  const boundMs = number(field(l, "bound_ms"));
  const records = number(field(l, "records"));
  const late = number(field(l, "late"));
  if (l === null || boundMs === null || records === null || late === null) return null;
  return {
    clock: string(l["clock"]) ?? "watermark",
    replayable: l["replayable"] !== false,
    boundMs, records, late,
    buckets: array(l["buckets"]).slice(0, BUCKETS_MAX).flatMap(decodeBucket)
      .sort((a, b) => a[0] - b[0]),
    boundFor999Ms: nullable(l["bound_for_999_ms"], number),
    samples: decodeList(l["samples"]),
  };
}

export function decodeSamples(value: unknown): Samples | null {
  const s = raw<Host.Samples>(value);
  if (s === null || !Array.isArray(s["samples"])) return null;
  return { shown: bool(s["shown"]), samples: decodeList(s["samples"]) };
}

function decodeBucket(value: unknown): Bucket[] {
  const [from, to, records] = array(value).map(number);
  return from == null || to == null || records == null || to < from ? [] : [[from, to, records]];
}

function decodeList(value: unknown): Sample[] {
  return array(value).flatMap(decodeSample).slice(-SAMPLES_MAX);
}

function decodeSample(value: unknown): Sample[] {
  const s = raw<Host.RecordSample>(value);
  const partition = integer(field(s, "partition"));
  const offset = integer(field(s, "offset"));
  if (s === null || partition === null || offset === null) return [];
  return [{
    partition, offset,
    time: nullable(s["time"], number),
    eventTime: nullable(s["event_time"], number),
    delayMs: nullable(s["delay_ms"], number),
    reason: nullable(s["reason"], string),
    metric: nullable(s["metric"], string),
    detail: nullable(s["detail"], string),
    recordBytes: number(s["record_bytes"]) ?? 0,
    record: nullable(s["record"], string),
    recordBase64: nullable(s["record_base64"], string),
  }];
}

export function decodeCheckpoints(value: unknown): Checkpoints | null {
  const c = raw<Host.Checkpoints>(value);
  if (c === null || !Array.isArray(c["checkpoints"])) return null;
  return {
    checkpoints: array(c["checkpoints"]).slice(0, CHECKPOINTS_MAX).flatMap((each) => {
      const s = raw<Host.CheckpointSample>(each);
      const at = number(field(s, "at"));
      const durationMs = number(field(s, "duration_ms"));
      return s === null || at === null || durationMs === null ? [] : [{
        at, durationMs, bytes: number(s["bytes"]) ?? 0, cause: decodeCause(s["cause"]),
      }];
    }),
  };
}
