// From rows to chart options, purely. `base` is set once and whenever the look
// changes; `data` is all that an update carries.
import type {
  BarSeriesOption, HeatmapSeriesOption, LineSeriesOption, PieSeriesOption,
} from "echarts/charts";
import type {
  GridComponentOption, TooltipComponentOption, VisualMapComponentOption,
} from "echarts/components";
import type { ComposeOption } from "echarts/core";
import { crossOf } from "../data/cross";
import { sum, type Row } from "../data/rows";
import type { Panel } from "../wire/shapes";
import { bars } from "./bars";
import { heatmap } from "./heatmap";
import type { Look } from "./look";
import { line } from "./line";
import { ranking } from "./ranking";
import { parts, ring } from "./ring";

export type ChartOption = ComposeOption<
  | BarSeriesOption | HeatmapSeriesOption | LineSeriesOption | PieSeriesOption
  | GridComponentOption | TooltipComponentOption | VisualMapComponentOption
>;

/** The charts that are drawn on a canvas. */
export type ChartKind = "pie" | "bar" | "hbar" | "line" | "heatmap";
/** Everything a panel can show. */
export type PanelKind = ChartKind | "number" | "table";

export interface Chart {
  base(look: Look, rows: () => readonly Row[]): ChartOption;
  data(look: Look, rows: readonly Row[]): ChartOption;
  /** What of the rows `base` depends on; without it, how many there are. */
  shape?(rows: readonly Row[]): string;
}

export const CHARTS: Readonly<Record<ChartKind, Chart>> = {
  pie: ring, bar: bars, hbar: ranking, line, heatmap,
};

/** What of the rows the look of a chart depends on. */
export function shapeOf(kind: ChartKind, rows: readonly Row[]): string {
  return CHARTS[kind].shape?.(rows) ?? String(rows.length);
}

/** The row behind the data of that index. */
export function rowAt(kind: ChartKind, rows: readonly Row[], index: number): Row | undefined {
  if (kind === "heatmap") return crossOf(rows).cells.get(index);
  return (kind === "pie" ? parts(rows) : rows)[index];
}

const KINDS: readonly PanelKind[] = ["pie", "bar", "hbar", "line", "heatmap", "number", "table"];

/** How a panel is drawn: an unknown chart is a table. */
export function kindOf(chart: string): PanelKind {
  return KINDS.find((kind) => kind === chart) ?? "table";
}

/**
 * The same for a panel as a whole: of two dimensions only a heat map and a
 * table can be drawn, and without a second one a heat map is bars.
 */
export function panelKind(panel: Panel): PanelKind {
  const kind = kindOf(panel.chart);
  if (panel.across === null) return kind === "heatmap" ? "bar" : kind;
  return isCanvas(kind) ? "heatmap" : "table";
}

/**
 * A ring has no room for less than nothing; such rows are drawn as bars. Rows
 * without a second key are no cells, whatever the descriptor said.
 */
export function drawable(kind: PanelKind, rows: readonly Row[]): PanelKind {
  const negative = rows.some((row) => row.value !== null && row.value < 0);
  if (kind === "heatmap" && rows.every((row) => row.second === null)) return "table";
  return kind === "pie" && negative ? "bar" : kind;
}

export function isCanvas(kind: PanelKind): kind is ChartKind {
  return kind !== "number" && kind !== "table";
}

/** The share of a value in the sum of all rows; `null` where that says nothing. */
export function shareOf(rows: readonly Row[], value: number | null): number | null {
  const total = sum(rows);
  return value === null || total <= 0 ? null : value / total;
}
