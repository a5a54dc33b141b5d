// From rows to chart options, purely. `base` is set once and whenever the look
// changes; `data` is all that an update carries.
import type {
  BarSeriesOption, LineSeriesOption, PieSeriesOption,
} from "echarts/charts";
import type { GridComponentOption, TooltipComponentOption } from "echarts/components";
import type { ComposeOption } from "echarts/core";
import { sum, type Row } from "../panels/rows";
import { bars } from "./bars";
import type { Look } from "./look";
import { line } from "./line";
import { ranking } from "./ranking";
import { ring } from "./ring";

export type ChartOption = ComposeOption<
  | BarSeriesOption | LineSeriesOption | PieSeriesOption
  | GridComponentOption | TooltipComponentOption
>;

/** The charts that are drawn on a canvas. */
export type ChartKind = "pie" | "bar" | "hbar" | "line";
/** Everything a panel can show. */
export type PanelKind = ChartKind | "number" | "table";

export interface Chart {
  base(look: Look, rows: () => readonly Row[]): ChartOption;
  data(look: Look, rows: readonly Row[]): ChartOption;
}

export const CHARTS: Readonly<Record<ChartKind, Chart>> = {
  pie: ring, bar: bars, hbar: ranking, line,
};

const KINDS: readonly PanelKind[] = ["pie", "bar", "hbar", "line", "number", "table"];

/** How a panel is drawn: an unknown chart is a table. */
export function kindOf(chart: string): PanelKind {
  return KINDS.find((kind) => kind === chart) ?? "table";
}

/** A ring has no room for less than nothing; such rows are drawn as bars. */
export function drawable(kind: PanelKind, rows: readonly Row[]): PanelKind {
  const negative = rows.some((row) => row.value !== null && row.value < 0);
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
