// Windows as the host writes them: the final ones of a metric, and the rows of
// the last ones.
import { array, record, string } from "./fields";
import type { Scope } from "./shapes";

/** Newest windows of a kind that can be chosen from. */
const FINALS_MAX = 1000;
/** The number of windows of a trend. */
export const TREND_WINDOWS = 30;
const ROWS_MAX = 20_000;

/** One window, `[start, end)`. */
export interface Span {
  /** Such as `1d` or `10m/1m`. */
  readonly kind: string;
  /** RFC 3339, as a question to the host repeats it. */
  readonly start: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** The final windows of a metric by kind, each list in the order of time. */
export type Finals = ReadonlyMap<string, readonly Span[]>;

/** Rows by the names of the plugin's outputs. */
export type WindowRows = readonly Readonly<Record<string, unknown>>[];

export interface TrendWindow {
  readonly span: Span;
  /** An open window may still change by records that are on time. */
  readonly isOpen: boolean;
  readonly rows: Readonly<Record<Scope, WindowRows>>;
}

export function decodeFinals(value: unknown): Finals {
  const finals = new Map<string, Span[]>();
  for (const item of array(record(value)?.["windows"])) {
    const span = decodeSpan(record(item)?.["window"]);
    if (span === null) continue;
    const spans = finals.get(span.kind);
    if (spans === undefined) finals.set(span.kind, [span]);
    else spans.push(span);
  }
  return new Map([...finals].map(([kind, spans]) =>
    [kind, spans.sort((a, b) => a.startMs - b.startMs).slice(-FINALS_MAX)]));
}

export function decodeSpan(value: unknown): Span | null {
  return spanOf(value, string(record(value)?.["spec"]));
}

/** The window with the start and the end in `value`, which need not name its kind. */
export function spanOf(value: unknown, kind: string | null): Span | null {
  const w = record(value);
  const start = w && string(w["start"]);
  const end = w && string(w["end"]);
  if (kind === null || start === null || end === null) return null;
  const [startMs, endMs] = [Date.parse(start), Date.parse(end)];
  return Number.isNaN(startMs) || Number.isNaN(endMs) ? null : { kind, start, startMs, endMs };
}

/** A part of a history: its windows, and where the next part goes on; `null` means that there is none. */
export interface HistoryPart {
  readonly windows: readonly TrendWindow[];
  readonly next: string | null;
}

export function decodeHistory(value: unknown, kind: string): HistoryPart {
  return { windows: windowsOf(value, kind), next: string(record(value)?.["next"]) };
}

/** The newest windows of one kind, in the order of time. */
export function decodeTrend(value: unknown, kind: string): readonly TrendWindow[] {
  return windowsOf(value, kind).slice(-TREND_WINDOWS);
}

function windowsOf(value: unknown, kind: string): readonly TrendWindow[] {
  const rows = (of: unknown): WindowRows => array(of).slice(0, ROWS_MAX)
    .map(record).filter((row) => row !== null);
  return array(record(value)?.["windows"]).flatMap((item): TrendWindow[] => {
    const w = record(item);
    const span = decodeSpan(w?.["window"]);
    if (w === null || span === null || span.kind !== kind) return [];
    const isOpen = record(w["window"])?.["state"] === "open";
    return [{ span, isOpen, rows: { total: rows(w["total"]), on_time: rows(w["on_time"]), late: rows(w["late"]) } }];
  }).sort((a, b) => a.span.startMs - b.span.startMs);
}
