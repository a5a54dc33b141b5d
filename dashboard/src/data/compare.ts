// Rows beside what they were before: the change of each, in per cent and in words. Pure.
//
// Nothing is estimated: where a value before is not known there is no change, and from
// nothing there is none in per cent.
import type { Cell, Compared, Measure } from "../wire/shapes";
import type { Context } from "./context";
import { joined, UNKNOWN } from "./format";
import type { Against } from "./link";
import type { Past, Row } from "./rows";
import { spanText } from "./spans";

/** Smaller changes, in proportion, are none. */
const SAME_MAX = 0.0005;
const MIDNIGHT = "00:00:00";

/** The change from one value to another. A share in per cent is compared in points. */
export function pastOf(now: Cell, before: Cell, measure: Measure, ctx: Context): Past {
  const words = ctx.words.headline;
  if (now === null || before === null) return { value: before, ratio: null, way: "unknown", text: UNKNOWN };
  if (measure.unit === "%") {
    const points = now - before;
    const way = wayOf(points / 100);
    return { value: before, ratio: points / 100, way, text: way === "same" ? `→ ${words.same}` : `${ARROWS[way]} ${words.points(ctx.format.full(Math.abs(Math.round(points * 10) / 10)))}` };
  }
  if (before === 0) {
    return now === 0 ? { value: 0, ratio: 0, way: "same", text: `→ ${words.same}` }
      : { value: 0, ratio: null, way: "unknown", text: ctx.words.time.appeared };
  }
  const ratio = (now - before) / Math.abs(before);
  const way = wayOf(ratio);
  return { value: before, ratio, way, text: way === "same" ? `→ ${words.same}` : `${ARROWS[way]} ${ctx.format.percent(Math.abs(ratio))}` };
}

const ARROWS = { up: "↑", down: "↓", same: "→", unknown: "" } as const;

function wayOf(ratio: number): "up" | "down" | "same" {
  return Math.abs(ratio) < SAME_MAX ? "same" : ratio > 0 ? "up" : "down";
}

/** Rows with what they were before. A key without a row had nothing, where values add up. */
export function withPast(rows: readonly Row[], before: readonly Row[], measure: Measure, ctx: Context): Row[] {
  const values = new Map(before.map((row) => [nameOf(row), row.value]));
  return rows.map((row) => {
    const value = values.get(nameOf(row));
    return { ...row, past: pastOf(row.value, value === undefined ? (measure.additive ? 0 : null) : value, measure, ctx) };
  });
}

function nameOf({ key, second }: Row): string {
  return JSON.stringify([key, second?.key ?? null]);
}

/** The largest growth first; then what has no change in per cent, and the rest of a cut list. */
export function byChange(rows: readonly Row[]): readonly Row[] {
  const place = ({ past, color }: Row) => (color === null ? -Infinity : past?.ratio ?? -Number.MAX_VALUE);
  return [...rows].sort((a, b) => place(b) - place(a) || (b.value ?? 0) - (a.value ?? 0));
}

/** A comparison in words. */
export interface Comparison {
  readonly to: Against;
  /** What it is held against: 环比, 同比. */
  readonly word: string;
  /** The change of the whole; `null` where values do not add up. */
  readonly whole: Past | null;
  /** Up to when: 至 14:00; of whole days their dates. */
  readonly until: string;
  /** Both spans in words; empty where there is none. */
  readonly spans: readonly [now: string, before: string];
  /** Why there is no comparison, or what kind of one it is. */
  readonly why: string;
  /** All of it. */
  readonly title: string;
}

export function comparisonOf(compared: Compared, to: Against, whole: Past | null, ctx: Context): Comparison {
  const words = ctx.words.headline;
  const { start, until, beforeStart, beforeUntil, reason, hint } = compared;
  const span = (from: number | null, end: number | null) =>
    (from === null || end === null ? "" : spanText({ kind: "", start: "", startMs: from, endMs: end }, ctx.format));
  const [now, before] = [span(start, until), span(beforeStart, beforeUntil)];
  const isWhole = start !== null && until !== null
    && ctx.format.clock(start) === MIDNIGHT && ctx.format.clock(until) === MIDNIGHT;
  const both = now === "" || before === "" ? "" : ctx.words.time.until2(now, before);
  const finer = hint === null || hint === "" ? "" : words.finer(hint);
  return {
    to, word: words.to[to], whole, spans: [now, before],
    until: until === null ? "" : isWhole && both !== "" ? ctx.words.time.until2(...withoutYear(now, before)) : words.until(timeOf(start ?? until, until, ctx)),
    why: joined(reason === null ? "" : words.reasons[reason], finer),
    title: joined(words.toWhole[to], both, reason === null ? "" : words.reasons[reason], finer),
  };
}

/** Dates of one year without it: the address, the title and files say it. */
function withoutYear(now: string, before: string): [now: string, before: string] {
  const years = new Set([...now.matchAll(/\d{4}-/gu), ...before.matchAll(/\d{4}-/gu)].map(([year]) => year));
  const short = (text: string) => (years.size === 1 ? text.replaceAll(/\d{4}-(?=\d\d-\d\d)/gu, "") : text);
  return [short(now), short(before)];
}

/** The time of the day alone where the span is of the day of the newest events, else with its date. */
function timeOf(start: number, until: number, { format, state }: Context): string {
  const clock = format.clock(until).slice(0, 5);
  const today = state.clock?.eventTime ?? null;
  return today !== null && format.date(today) === format.date(start) ? clock : `${format.monthDay(until)} ${clock}`;
}
