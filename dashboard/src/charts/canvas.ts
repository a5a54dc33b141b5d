// One ECharts instance in one element: the only file that runs the library.
//
// The element has `contain: strict` and a definite size, because a chart that
// can stretch its own container makes the page grow for ever.
import { BarChart, HeatmapChart, LineChart, PieChart } from "echarts/charts";
import { GridComponent, TooltipComponent, VisualMapContinuousComponent } from "echarts/components";
import { init, use, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { Row } from "../panels/rows";
import type { Look } from "./look";
import { CHARTS, type ChartKind } from "./option";

use([
  BarChart, HeatmapChart, LineChart, PieChart,
  GridComponent, TooltipComponent, VisualMapContinuousComponent, CanvasRenderer,
]);

export class Canvas {
  readonly #host: HTMLElement;
  #chart: EChartsType | null = null;
  #drawn = "";
  #rows: readonly Row[] = [];

  constructor(host: HTMLElement) {
    this.#host = host;
  }

  /**
   * Draws the rows. `signature` names the look: while it stays the same only
   * the data is handed over.
   */
  draw(kind: ChartKind, look: Look, rows: readonly Row[], signature: string): void {
    if (look.width === 0 || look.height === 0) return;
    this.#rows = rows;
    const chart = (this.#chart ??= init(this.#host, null, { renderer: "canvas" }));
    if (chart.getWidth() !== look.width || chart.getHeight() !== look.height) chart.resize();
    if (this.#drawn !== signature) {
      chart.setOption(CHARTS[kind].base(look, () => this.#rows), { notMerge: true });
      this.#drawn = signature;
    }
    chart.setOption(CHARTS[kind].data(look, rows));
  }

  /** What is drawn, as a picture at twice the size; `null` before the first drawing. */
  picture(): HTMLCanvasElement | null {
    return this.#chart?.renderToCanvas({ pixelRatio: 2 }) ?? null;
  }

  dispose(): void {
    this.#chart?.dispose();
    this.#chart = null;
  }
}
