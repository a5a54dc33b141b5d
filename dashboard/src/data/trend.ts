// A metric over its last windows, purely: what the host tells of them, and the
// bars that are drawn of it.
//
// Rows of windows are by the names of the plugin's outputs. Keys beyond the
// largest are summed up, which only measures that may be summed allow; of others
// the keys are lines beside each other.
import { colorAt } from "../charts/palette";
import type { Context } from "./context";
import { array, number, record, string } from "../wire/fields";
import { clip } from "./format";
import { say } from "../i18n/words";
import { niceTicks } from "../plots/scale";
import type { Cell, Measure, Panel, Scope } from "../wire/shapes";
import { decodeSpan, TREND_WINDOWS, type Span } from "./spans";
import { measureOf, measuresOf } from "./rows";
import type { TableModel } from "../panels/table";
import { spanText } from "../panels/window-row";

/** So many keys are told apart; the rest is one. */
export const TREND_KEYS_MAX = 6;
const LABEL_CHARACTERS_MAX = 48;
const ROWS_MAX = 20_000;

type Rows = readonly Readonly<Record<string, unknown>>[];

export interface TrendWindow {
  readonly span: Span;
  /** Whether it may still change by what is on time. */
  readonly isOpen: boolean;
  readonly rows: Readonly<Record<Scope, Rows>>;
}

/** The windows of one kind, in the order of time. */
export function decodeTrend(value: unknown, kind: string): readonly TrendWindow[] {
  const rows = (of: unknown): Rows => array(of).slice(0, ROWS_MAX)
    .map(record).filter((row) => row !== null);
  return array(record(value)?.["windows"]).flatMap((item): TrendWindow[] => {
    const w = record(item);
    const span = decodeSpan(w?.["window"]);
    if (w === null || span === null || span.kind !== kind) return [];
    const isOpen = record(w["window"])?.["state"] === "open";
    return [{ span, isOpen, rows: { total: rows(w["total"]), on_time: rows(w["on_time"]), late: rows(w["late"]) } }];
  }).sort((a, b) => a.span.startMs - b.span.startMs).slice(-TREND_WINDOWS);
}

/** The kind of windows over which a metric has a course; `null` where it has none. */
export function trendKind(panel: Panel, chosen: string | null): string | null {
  const kinds = panel.windows.filter((kind) => kind !== "cumulative");
  return kinds.find((kind) => kind === chosen) ?? kinds[0] ?? null;
}

export interface TrendSeries {
  readonly key: string;
  readonly label: string;
  /** Index into the palette; `null` for the rest. */
  readonly color: number | null;
  readonly values: readonly Cell[];
}

export interface Trend {
  readonly measure: Measure;
  readonly isStacked: boolean;
  readonly windows: readonly { readonly name: string; readonly short: string; readonly isOpen: boolean }[];
  readonly series: readonly TrendSeries[];
}

/** The course of a measure; `only` one key, or of all with the rest summed up. */
export function trendOf(
  panel: Panel, windows: readonly TrendWindow[], scope: Scope, measureIndex: number, ctx: Context,
  only: string | null = null,
): Trend {
  const chosen = measureOf(panel, measureIndex);
  const measure = chosen.additive || panel.dimension === null || only !== null ? chosen
    : measuresOf(panel).find((each) => each.additive) ?? chosen;
  const sums = windows.map((window) => sumsOf(panel, window.rows[scope], measure));
  const largest = new Map<string, number>();
  for (const window of sums) {
    for (const [key, value] of window) {
      const known = largest.get(key) ?? 0;
      largest.set(key, measure.additive ? known + Math.abs(value ?? 0) : Math.max(known, Math.abs(value ?? 0)));
    }
  }
  const ranked = only !== null ? [only]
    : [...largest].sort((a, b) => b[1] - a[1]).map(([key]) => key);
  const shown = ordered(panel, ranked.slice(0, TREND_KEYS_MAX));
  const rest = ranked.slice(TREND_KEYS_MAX);
  const series: TrendSeries[] = shown.map((key) => ({
    key, ...labelOf(panel, key, measure, ctx),
    values: sums.map((window) => window.get(key) ?? null),
  }));
  if (rest.length > 0 && measure.additive) {
    series.push({
      key: "\u0000other", label: ctx.words.panels.otherKeys(String(rest.length)), color: null,
      values: sums.map((window) => rest.reduce((sum, key) => sum + (window.get(key) ?? 0), 0)),
    });
  }
  return {
    measure, isStacked: measure.additive,
    windows: windows.map(({ span, isOpen }) => ({
      name: spanText(span, ctx.format), short: shortOf(span, ctx), isOpen,
    })),
    series,
  };
}

/** The values by key; cells of a second dimension are summed up where that is allowed. */
function sumsOf(panel: Panel, rows: Rows, measure: Measure): ReadonlyMap<string, Cell> {
  const sums = new Map<string, Cell>();
  for (const row of rows) {
    const key = panel.dimension === null ? "" : keyOf(row[panel.dimension.name]);
    const value = number(row[measure.name]);
    const known = sums.get(key) ?? null;
    if (known === null) sums.set(key, value);
    else if (measure.additive && value !== null) sums.set(key, known + value);
  }
  return sums;
}

function keyOf(value: unknown): string {
  return string(value) ?? (value === null || value === undefined ? "" : String(value));
}

/** Labels in their own order, other keys as they came: the largest first. */
function ordered(panel: Panel, keys: readonly string[]): readonly string[] {
  const place = (key: string) => {
    const at = panel.dimension?.labels.findIndex((label) => label.key === key) ?? -1;
    return at < 0 ? Infinity : at;
  };
  return panel.sorted ? keys : [...keys].sort((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
}

function labelOf(panel: Panel, key: string, measure: Measure, ctx: Context): { label: string; color: number } {
  if (panel.dimension === null) return { label: say(measure.title, ctx.lang), color: 0 };
  const at = panel.dimension.labels.findIndex((label) => label.key === key);
  const known = panel.dimension.labels[at];
  const label = known === undefined ? key : say(known.text, ctx.lang);
  return { label: clip(label === "" ? "\u2205" : label, LABEL_CHARACTERS_MAX), color: colorAt(at, key) };
}

/** The start, by its date or by its time of the day. */
function shortOf(span: Span, ctx: Context): string {
  const clock = ctx.format.clock(span.startMs).slice(0, 5);
  return clock === "00:00" ? ctx.format.monthDay(span.startMs) : clock;
}

export interface TrendBar {
  readonly series: number;
  readonly window: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface TrendPlot {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly bars: readonly TrendBar[];
  readonly lines: readonly { readonly series: number; readonly path: string }[];
  readonly ys: readonly { readonly y: number; readonly text: string }[];
  /** `isLast`: it would not fit under its window, so it ends at the edge. */
  readonly xs: readonly { readonly x: number; readonly text: string; readonly isLast: boolean }[];
}

/** Where the bars or lines go in a box. */
export function trendPlot(
  trend: Trend, box: { width: number; height: number; fontPx: number }, ctx: Context,
): TrendPlot {
  const count = Math.max(1, trend.windows.length);
  const bottom = box.height - box.fontPx * 1.5;
  const top = box.fontPx * 0.8;
  const heights = trend.windows.map((_, i) => {
    const values = trend.series.map(({ values }) => Math.max(0, values[i] ?? 0));
    return trend.isStacked ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
  });
  const most = Math.max(...heights, 1e-9);
  const largest = most * 1.05;
  const ticks = niceTicks(most, Math.max(2, Math.min(4, Math.floor((bottom - top) / (box.fontPx * 2))))).filter((v) => v <= largest);
  const texts = ticks.map((value) => ctx.format.axis(value));
  const left = Math.max(...texts.map((text) => text.length)) * box.fontPx * 0.6 + box.fontPx * 0.6;
  const room = (box.width - left) / count;
  const y = (value: number) => bottom - (value / largest) * (bottom - top);
  const middle = (window: number) => left + room * (window + 0.5);
  const width = Math.min(room * 0.72, box.fontPx * 4);
  const bars: TrendBar[] = [];
  if (trend.isStacked) {
    trend.windows.forEach((_, window) => {
      let base = 0;
      trend.series.forEach(({ values }, series) => {
        const value = Math.max(0, values[window] ?? 0);
        if (value === 0) return;
        bars.push({ series, window, x: middle(window) - width / 2, y: y(base + value), width, height: y(base) - y(base + value) });
        base += value;
      });
    });
  }
  const step = Math.max(1, Math.ceil((box.fontPx * 4) / room));
  return {
    left, right: box.width, bottom, bars,
    lines: trend.isStacked ? [] : trend.series.map(({ values }, series) => ({
      series,
      path: values.map((value, i) => (value === null ? ""
        : `${i === 0 || values[i - 1] === null ? "M" : "L"}${middle(i).toFixed(1)} ${y(value).toFixed(1)}`)).join(""),
    })),
    ys: ticks.map((value, i) => ({ y: y(value), text: texts[i] ?? "" })),
    xs: trend.windows.map(({ short }, i) => {
      const isLast = middle(i) + box.fontPx * 1.5 > box.width;
      return { x: isLast ? box.width : middle(i), text: short, isLast };
    }).filter((_, i) => (count - 1 - i) % step === 0),
  };
}

/** The same as a table, the newest window first. */
export function trendTable(trend: Trend, ctx: Context): TableModel {
  const newest = trend.windows.map((_, i) => trend.windows.length - 1 - i);
  return {
    heads: [ctx.words.panels.windowHead],
    labels: newest.map((i) => {
      const window = trend.windows[i];
      return [window === undefined ? "" : window.isOpen ? `${window.name} · ${ctx.words.panels.windowOpen}` : window.name];
    }),
    columns: trend.series.map(({ label, values }) => ({
      title: label, cells: newest.map((i) => ctx.format.full(values[i] ?? null)),
    })),
    left: 0,
  };
}
