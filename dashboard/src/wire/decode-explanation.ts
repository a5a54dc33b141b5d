// Decodes what a host tells of one record. An answer without a verdict and an
// offset explains nothing.
import { array, field, integer, number, record, string } from "./fields";
import { spanOf, type Span } from "./windows";

const COLUMNS_MAX = 200;
const METRICS_MAX = 64;

/** A time, and its text as the host sent it. */
export interface Moment {
  readonly ms: number;
  readonly text: string;
}

export type ExplainedColumn = { readonly name: string } & (
  | { readonly kind: "missing" }
  | { readonly kind: "invalid"; readonly flaw: string }
  | { readonly kind: "value"; readonly text: string });

export interface ExplainedWindow {
  readonly spec: string;
  /** `null` means all of time, or none where the record is unplaced. */
  readonly pane: Span | null;
  readonly isExpired: boolean;
  /** True if the record may open no window and had none. */
  readonly isUnplaced: boolean;
  readonly isOpened: boolean;
  readonly isCorrection: boolean;
  /** The panes that the record makes final. */
  readonly finals: readonly Span[];
}

export interface ExplainedMetric {
  readonly id: string;
  /** `null` means that the record is folded. */
  readonly excluded: { readonly reason: string; readonly detail: string } | null;
  /** Why the metric does not count the record at all; `null` means that it does. */
  readonly notCounted: string | null;
  readonly windows: readonly ExplainedWindow[];
}

export interface Explanation {
  readonly verdict: string;
  readonly lateByMs: number | null;
  readonly reason: string | null;
  readonly eventTime: Moment | null;
  readonly eventTimeEffect: string | null;
  readonly watermarkBefore: Moment | null;
  readonly watermarkAfter: Moment | null;
  readonly reference: Moment | null;
  readonly latenessClock: string | null;
  readonly stamp: Moment | null;
  readonly value: string | null;
  readonly columns: readonly ExplainedColumn[];
  readonly metrics: readonly ExplainedMetric[];
}

export function decodeExplanation(value: unknown): Explanation | null {
  const e = record(value);
  const verdict = string(e?.["verdict"]);
  if (e === null || verdict === null || integer(e["offset"]) === null) return null;
  return {
    verdict,
    lateByMs: number(e["late_by_ms"]),
    reason: string(e["reason"]),
    eventTime: decodeMoment(e["event_time"]),
    eventTimeEffect: string(e["event_time_effect"]),
    watermarkBefore: decodeMoment(e["watermark_before"]),
    watermarkAfter: decodeMoment(e["watermark_after"]),
    reference: decodeMoment(e["reference"]),
    latenessClock: string(e["lateness_clock"]),
    stamp: decodeMoment(e["stamp"]),
    value: string(e["value"]),
    columns: Object.entries(record(e["columns"]) ?? {}).slice(0, COLUMNS_MAX).map(decodeColumn),
    metrics: Object.entries(record(e["metrics"]) ?? {}).slice(0, METRICS_MAX).map(decodeMetric),
  };
}

function decodeMoment(value: unknown): Moment | null {
  const text = string(value);
  const ms = Date.parse(text ?? "");
  return text === null || Number.isNaN(ms) ? null : { ms, text };
}

function decodeColumn([name, value]: [string, unknown]): ExplainedColumn {
  if (value === null) return { name, kind: "missing" };
  const flaw = string(field(record(value), "invalid"));
  if (flaw !== null) return { name, kind: "invalid", flaw };
  return { name, kind: "value", text: typeof value === "string" ? value : JSON.stringify(value) };
}

function decodeMetric([id, value]: [string, unknown]): ExplainedMetric {
  const m = record(value);
  const reason = string(m?.["excluded"]);
  return {
    id,
    excluded: reason === null ? null : { reason, detail: string(m?.["detail"]) ?? "" },
    notCounted: string(m?.["not_counted"]),
    windows: array(m?.["windows"]).map(decodeWindow),
  };
}

function decodeWindow(value: unknown): ExplainedWindow {
  const w = record(value);
  const spec = string(w?.["spec"]) ?? "";
  return {
    spec,
    pane: spanOf(w?.["pane"], spec),
    isExpired: w?.["expired"] === true,
    isUnplaced: w?.["unplaced"] === true,
    isOpened: w?.["opened"] === true,
    isCorrection: w?.["correction"] === true,
    finals: [w?.["evicted"], ...array(w?.["final"])].flatMap((pane) => spanOf(pane, spec) ?? []),
  };
}
