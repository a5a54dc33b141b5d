// Windows by name: how they are read, and how questions and links name them.
// Pure.
import { array, record, string } from "../wire/fields";

/** Newest windows of a kind that can be chosen from. */
const FINALS_MAX = 1000;
/** So many windows are looked at beside each other. */
export const TREND_WINDOWS = 30;

/** One window, `[start, end)`, as the host writes it. */
export interface Span {
  /** Its kind, such as `1d` or `10m/1m`. */
  readonly kind: string;
  /** RFC 3339, as a question to the host repeats it. */
  readonly start: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** The final windows of a metric by kind, each in the order of time. */
export type Finals = ReadonlyMap<string, readonly Span[]>;

export function decodeFinals(value: unknown): Finals {
  const finals = new Map<string, Span[]>();
  for (const item of array(record(value)?.["windows"])) {
    const span = decodeSpan(record(item)?.["window"]);
    if (span !== null) finals.set(span.kind, [...(finals.get(span.kind) ?? []), span]);
  }
  return new Map([...finals].map(([kind, spans]) =>
    [kind, spans.sort((a, b) => a.startMs - b.startMs).slice(-FINALS_MAX)]));
}

export function decodeSpan(value: unknown): Span | null {
  const w = record(value);
  const kind = w && string(w["spec"]);
  const start = w && string(w["start"]);
  const end = w && string(w["end"]);
  if (kind === null || start === null || end === null) return null;
  const [startMs, endMs] = [Date.parse(start), Date.parse(end)];
  return Number.isNaN(startMs) || Number.isNaN(endMs) ? null : { kind, start, startMs, endMs };
}

/** How one window is named in questions and links. */
export function nameOf(span: Span): string {
  return `${span.kind}@${span.start}`;
}

export function kindOfName(window: string): string {
  return window.split(/[@*]/u, 1)[0] ?? window;
}

/** What a host calls results over all time, among the kinds of windows. */
export const CUMULATIVE = "cumulative";
/** How many windows up to the present one can be looked at together. */
export const LAST = [3, 7, 30] as const;

/** The last windows of a kind up to the present one, together. */
export function lastName(kind: string, count: number): string {
  return `${kind}*${count}`;
}

/** How many windows a name puts together; `null` where it names one. */
export function countOfName(window: string): number | null {
  const found = /\*(\d+)$/u.exec(window);
  return found === null ? null : Number(found[1]);
}

/** Sliding windows overlap, so that several of them together say nothing. */
export function isSliding(kind: string): boolean {
  return kind.includes("/");
}

export function isPast(window: string): boolean {
  return window.includes("@");
}

