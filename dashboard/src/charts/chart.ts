// The form of every chart: an option of ECharts from rows, purely.
import type {
  BarSeriesOption, HeatmapSeriesOption, PieSeriesOption,
} from "echarts/charts";
import type { GridComponentOption, TooltipComponentOption } from "echarts/components";
import type { ComposeOption } from "echarts/core";
import type { Row } from "../data/rows";
import type { ChartStyle } from "./style";

export type ChartOption = ComposeOption<
  | BarSeriesOption | HeatmapSeriesOption | PieSeriesOption
  | GridComponentOption | TooltipComponentOption
>;

/** What an update carries. */
export interface Update {
  /** The room, the names and the marks around the series. */
  readonly axes: Pick<ChartOption, "grid" | "xAxis" | "yAxis">;
  /** What is seen of the series, to a part of a pixel: with the same the drawing is the same. */
  readonly picture: string;
  /** The data of the series, for a drawing that is not the same. */
  series(): NonNullable<ChartOption["series"]>;
}

/** `base` is set once and whenever the style changes. */
export interface Chart {
  base(style: ChartStyle, rows: () => readonly Row[]): ChartOption;
  update(style: ChartStyle, rows: readonly Row[]): Update;
  /** The property of the rows that `base` depends on; without `shape` it is their number. */
  shape?(rows: readonly Row[], style: ChartStyle): string;
}
