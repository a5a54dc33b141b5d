// A metric over its last windows, purely: the series that are drawn, and the same
// as a table and in words.
//
// Keys beyond the largest are summed up, which only measures that may be summed
// allow; of other measures the keys are lines beside each other.
import { say } from "../i18n/words";
import { number, string } from "../wire/fields";
import type { Cell, Measure, Panel, Scope, Threshold } from "../wire/shapes";
import type { Span, TrendWindow, WindowRows } from "../wire/windows";
import { colorAt, metricColor, PALETTE_SIZE } from "./colors";
import type { Context } from "./context";
import type { PanelTable } from "./panel-table";
import { labelText, measureOf, measuresOf, OTHER_KEY } from "./rows";
import { CUMULATIVE, spanText } from "./spans";
import { beyond, judging, thresholdsOf, verdictOf } from "./thresholds";
import { lastWindowsName } from "./window-name";

/** The last of the palette's colours, which a line alone does not have. */
const GREY = PALETTE_SIZE - 1;
/** More keys than this are summed up in the rest. */
export const TREND_KEYS_MAX = 6;

/** The kind of windows over which a metric has a trend; `null` means that the metric has no trend. */
export function trendKind(kinds: readonly string[], chosen: string | null): string | null {
  const windowed = kinds.filter((kind) => kind !== CUMULATIVE);
  return windowed.find((kind) => kind === chosen) ?? windowed[0] ?? null;
}

/** `true` where a panel is drawn over its windows: its file asks for it, or a line has no keys to go along. */
export function isOverWindows(panel: Panel): boolean {
  const isLine = panel.chart === "line" && panel.dimension === null;
  return (panel.over === "windows" || isLine) && trendKind(panel.windows, null) !== null;
}

export interface TrendSeries {
  readonly key: string;
  readonly label: string;
  /** Index into the palette; `null` means the rest. */
  readonly color: number | null;
  readonly values: readonly Cell[];
}

export interface TrendStep {
  readonly name: string;
  readonly short: string;
  readonly isOpen: boolean;
  readonly startMs: number;
  readonly endMs: number;
}

export interface Trend {
  readonly measure: Measure;
  readonly isStacked: boolean;
  readonly windows: readonly TrendStep[];
  readonly series: readonly TrendSeries[];
  /** The kind of the windows. */
  readonly kind: string;
  /** The thresholds of the measure over such windows. */
  readonly thresholds: readonly Threshold[];
}

/** The trend of a measure: of the key `only`, or of all keys with the rest summed up. */
export function trendOf(
  panel: Panel, windows: readonly TrendWindow[], scope: Scope, measureIndex: number, ctx: Context,
  only: string | null = null,
): Trend {
  const chosen = measureOf(panel, measureIndex);
  const measure = chosen.additive || panel.dimension === null || only !== null ? chosen
    : measuresOf(panel).find((each) => each.additive) ?? chosen;
  const kind = windows[0]?.span.kind ?? "";
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
      key: OTHER_KEY, label: ctx.words.panels.otherKeys(String(rest.length)), color: null,
      values: sums.map((window) => rest.reduce((sum, key) => sum + (window.get(key) ?? 0), 0)),
    });
  }
  return {
    measure, isStacked: measure.additive,
    windows: windows.map(({ span, isOpen }) => ({
      name: spanText(span, ctx.format), short: shortOf(span, ctx), isOpen, startMs: span.startMs, endMs: span.endMs,
    })),
    series, kind,
    thresholds: thresholdsOf(panel, measure, scope, kind),
  };
}

/** The values by key; cells of a second dimension are summed up where that is allowed. */
function sumsOf(panel: Panel, rows: WindowRows, measure: Measure): ReadonlyMap<string, Cell> {
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

/** The text of a key in a row. */
export function keyOf(value: unknown): string {
  return typeof value === "number" || typeof value === "boolean" ? String(value) : string(value) ?? "";
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
  if (panel.dimension === null) return { label: say(measure.title, ctx.lang), color: metricColor(panel.metric, GREY) };
  const at = panel.dimension.labels.findIndex((label) => label.key === key);
  const known = panel.dimension.labels[at];
  const label = known === undefined ? key : say(known.text, ctx.lang);
  return { label: labelText(label), color: colorAt(at, key) };
}

/** The start, by its date or by its time of the day. */
function shortOf(span: Span, ctx: Context): string {
  const clock = ctx.format.clock(span.startMs).slice(0, 5);
  return clock === "00:00" ? ctx.format.monthDay(span.startMs) : clock;
}

function beyondAt({ thresholds, windows }: Trend, { key, color, values }: TrendSeries, window: number): Threshold | null {
  const known = judging(thresholds, windows[window]?.isOpen === true);
  return color === null ? null : beyond(known, key, values[window] ?? null);
}

/** What is said of the value of a series over a window; empty where there is nothing to say. */
function verdictAt(trend: Trend, series: TrendSeries, window: number, ctx: Context): string {
  const found = beyondAt(trend, series, window);
  return found === null ? "" : verdictOf({ beyond: found }, ctx.words);
}

/** A trend as a table, the newest window first. */
export function trendTable(trend: Trend, ctx: Context): PanelTable {
  const newest = trend.windows.map((_, i) => trend.windows.length - 1 - i);
  return {
    heads: [ctx.words.panels.windowHead],
    labels: newest.map((i) => {
      const window = trend.windows[i];
      return [window === undefined ? "" : window.isOpen ? `${window.name} · ${ctx.words.panels.windowOpen}` : window.name];
    }),
    columns: trend.series.map((series) => ({
      title: series.label,
      cells: newest.map((i) => [verdictAt(trend, series, i, ctx), ctx.format.full(series.values[i] ?? null)].filter((part) => part !== "").join(" ")),
      levels: newest.map((i) => beyondAt(trend, series, i)?.level ?? null),
    })),
    left: 0,
  };
}

/** All that a trend shows of one window, a line each, with the sum where there is one. */
export function windowWords(trend: Trend, window: number, ctx: Context): string {
  const { windows, series, isStacked } = trend;
  const { name = "", isOpen = false } = windows[window] ?? {};
  const known = series.map((each) => ({ label: each.label, value: each.values[window] ?? null, verdict: verdictAt(trend, each, window, ctx) }));
  const sum = known.reduce((total, { value }) => total + (value ?? 0), 0);
  return [
    isOpen ? `${name} · ${ctx.words.panels.windowOpen}` : name,
    ...known.map(({ label, value, verdict }) => `${label}: ${ctx.format.full(value)}${verdict === "" ? "" : ` ${verdict}`}`),
    ...(isStacked && series.length > 1 ? [`${ctx.words.panels.total}: ${ctx.format.full(sum)}`] : []),
  ].join("\n");
}

/** The newest windows in words. */
export function trendWords(title: string, trend: Trend, ctx: Context): string {
  const last = trend.windows.at(-1);
  const values = trend.series.map(({ label, values }) => `${label} ${ctx.format.compact(values.at(-1) ?? null)}`);
  return last === undefined ? title
    : `${title} · ${lastWindowsName(trend.kind, trend.windows.length, ctx)} · ${last.name}: ${values.join(", ")}`;
}
