// One key of the second dimension by itself: the rows of 购买 alone, as a panel of one
// dimension. Pure.
import type { Cell, Columns, Frame, Panel, Scope } from "../wire/shapes";
import type { TrendWindow } from "../wire/windows";
import { keyOf } from "./trend";

/** More keys than this are no choice that a reader would read. */
const KEYS_MAX = 60;

/** The keys that a reader can choose from: those with labels, then those of the frame. */
export function sliceKeys({ across }: Panel, frame: Frame | undefined): readonly string[] {
  if (across === null) return [];
  return [...new Set([...across.labels.map(({ key }) => key), ...frame?.across ?? []])].slice(0, KEYS_MAX);
}

/** The panel without its second dimension: bars in the place of a heat map. */
export function slicedPanel(panel: Panel): Panel {
  return { ...panel, across: null, chart: panel.chart === "table" || panel.chart === "number" ? panel.chart : "hbar", sorted: true };
}

/** The rows of that key, the largest first. What was cut off is not known by key, so it is left out. */
export function slicedFrame(frame: Frame, key: string, measure: string): Frame {
  const values = frame.columns.total.get(measure) ?? [];
  const places = frame.across.flatMap((each, i) => (each === key ? [i] : []))
    .sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
  const pick = (columns: Columns): Columns => new Map([...columns].map(([name, cells]) =>
    [name, places.map((i): Cell => cells[i] ?? null)]));
  const { total, on_time, late } = frame.columns;
  return {
    ...frame,
    keys: places.map((i) => frame.keys[i] ?? ""), across: [], other: null,
    columns: { total: pick(total), on_time: pick(on_time), late: pick(late) },
  };
}

/** The same of the windows of a trend. */
export function slicedWindows({ across }: Panel, windows: readonly TrendWindow[], key: string): readonly TrendWindow[] {
  if (across === null) return windows;
  const of = (window: TrendWindow, scope: Scope) => window.rows[scope].filter((row) => keyOf(row[across.name]) === key);
  return windows.map((window) => ({
    ...window, rows: { total: of(window, "total"), on_time: of(window, "on_time"), late: of(window, "late") },
  }));
}
