// One ECharts instance in one element: the only file that runs the library.
//
// The element has `contain: strict` and a definite size, because a chart that
// can stretch its own container makes the page grow for ever.
import { BarChart, HeatmapChart, LineChart, PieChart } from "echarts/charts";
import { GridComponent, TooltipComponent, type TooltipComponentOption } from "echarts/components";
import { graphic, init, use, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { ChartKind } from "../data/kinds";
import type { Row } from "../data/rows";
import type { ChartOption } from "./chart";
import { limitsAt } from "./limits";
import { CHARTS, indexOf, rowAt } from "./option";
import type { ChartStyle } from "./style";
import { besideRing } from "./tooltip";

use([
  BarChart, HeatmapChart, LineChart, PieChart,
  GridComponent, TooltipComponent, CanvasRenderer,
]);

/** The library's types of its own elements disagree under exact optional properties. */
type Drawn = Parameters<ReturnType<EChartsType["getZr"]>["add"]>[0];

export class Canvas {
  readonly #host: HTMLElement;
  #chart: EChartsType | null = null;
  #drawn = "";
  #rows: readonly Row[] = [];
  readonly #limits: Drawn[] = [];

  #kind: ChartKind = "bar";
  /** Called with the row that a reader wants to know more of. */
  onChoose: (row: Row) => void = () => undefined;

  constructor(host: HTMLElement) {
    this.#host = host;
  }

  /**
   * Draws the rows. While `signature` stays the same, only the data is handed to
   * the library.
   */
  draw(kind: ChartKind, style: ChartStyle, rows: readonly Row[], signature: string): void {
    if (style.width === 0 || style.height === 0) return;
    this.#rows = rows;
    this.#kind = kind;
    const chart = (this.#chart ??= this.#make());
    if (chart.getWidth() !== style.width || chart.getHeight() !== style.height) chart.resize();
    if (this.#drawn !== signature) {
      chart.setOption(this.#base(kind, style), { notMerge: true });
      this.#drawn = signature;
    }
    chart.setOption(CHARTS[kind].data(style, rows));
    this.#drawLimits(chart, kind, style, rows);
  }

  /** Lines at thresholds; the library's own marks are much more than lines. */
  #drawLimits(chart: EChartsType, kind: ChartKind, style: ChartStyle, rows: readonly Row[]): void {
    for (const line of this.#limits.splice(0)) chart.getZr().remove(line);
    if (!isOnAxis(kind)) return;
    for (const { place, color } of limitsAt(kind, style, rows)) {
      const shape = shapeAt(chart, kind, place, rows.length, style);
      if (shape === null) continue;
      const line = new graphic.Line({
        // Above the bars, and below their figures.
        silent: true, z: 2, z2: 1, shape,
        style: { stroke: color, lineDash: [style.fontPx * 0.35, style.fontPx * 0.25], lineWidth: Math.max(1.5, style.fontPx * 0.1) },
      }) as Drawn;
      this.#limits.push(line);
      chart.getZr().add(line);
    }
  }

  /** A ring is too small to have its tooltip on itself, and the canvas ends where the ring does. */
  #base(kind: ChartKind, style: ChartStyle): ChartOption {
    const base = CHARTS[kind].base(style, () => this.#rows);
    if (kind !== "pie") return base;
    const position: TooltipComponentOption["position"] = (_at, _params, _element, _mark, size) => {
      const [width = 0, height = 0] = size.contentSize;
      return besideRing(this.#host.getBoundingClientRect(), { width, height }, { width: innerWidth, height: innerHeight });
    };
    return { ...base, tooltip: { ...base.tooltip, confine: false, appendTo: () => document.body, position } };
  }

  /** Shows the tooltip of a row; `null` hides it. */
  point(row: Row | null): void {
    const index = row === null ? null : indexOf(this.#kind, this.#rows, row);
    this.#chart?.dispatchAction(index === null ? { type: "hideTip" } : { type: "showTip", seriesIndex: 0, dataIndex: index });
  }

  #make(): EChartsType {
    const chart = init(this.#host, null, { renderer: "canvas" });
    const choose = (index: number | null) => {
      const row = index === null ? undefined : rowAt(this.#kind, this.#rows, index);
      if (row !== undefined) this.onChoose(row);
    };
    chart.on("click", ({ dataIndex }) => {
      if (!isOnAxis(this.#kind)) choose(dataIndex);
    });
    // The whole line of a short bar can be hit.
    chart.getZr().on("click", ({ offsetX, offsetY }) => {
      if (isOnAxis(this.#kind)) choose(axisIndex(chart, this.#kind, [offsetX, offsetY]));
    });
    // The library forgets a tap while its first tooltip is being made.
    onTap(this.#host, (at) => {
      if (isOnAxis(this.#kind)) choose(axisIndex(chart, this.#kind, at));
    });
    return chart;
  }

  /** The drawing as a picture at twice the size; `null` before the first drawing. */
  picture(): HTMLCanvasElement | null {
    return this.#chart?.renderToCanvas({ pixelRatio: 2 }) ?? null;
  }

  dispose(): void {
    this.#chart?.dispose();
    this.#chart = null;
  }
}

/** A line across all bars at a value; `null` where that is beyond the axis. */
function shapeAt(chart: EChartsType, kind: ChartKind, place: number, rows: number, { width, height }: ChartStyle) {
  const at: unknown = chart.convertToPixel(kind === "hbar" ? { xAxisIndex: 0 } : { yAxisIndex: 0 }, place);
  if (typeof at !== "number") return null;
  if (kind === "hbar") return at > 0 && at < width ? { x1: at, x2: at, y1: 0, y2: height } : null;
  const ends = [0, rows - 1].map((index) => Number(chart.convertToPixel({ xAxisIndex: 0 }, index)));
  const [first = 0, last = width] = ends;
  const half = kind === "bar" ? (last - first) / Math.max(1, rows - 1) / 2 || first : 0;
  return at > 0 && at < height ? { x1: first - half, x2: last + half, y1: at, y2: at } : null;
}

/** A finger that moves further, or stays for longer, does not tap. */
const TAP_PX_MAX = 12;
const TAP_MS_MAX = 800;

/** Calls with the place of each tap, from the upper left of the element. */
function onTap(element: HTMLElement, tapped: (at: [number, number]) => void): void {
  let down: PointerEvent | null = null;
  element.addEventListener("pointerdown", (event) => { down = event.pointerType === "touch" && event.isPrimary ? event : null; });
  element.addEventListener("pointercancel", () => { down = null; });
  element.addEventListener("pointerup", (event) => {
    const from = down;
    down = null;
    if (from === null || from.pointerId !== event.pointerId || event.timeStamp - from.timeStamp > TAP_MS_MAX) return;
    if (Math.hypot(event.clientX - from.clientX, event.clientY - from.clientY) > TAP_PX_MAX) return;
    const { left, top } = element.getBoundingClientRect();
    tapped([event.clientX - left, event.clientY - top]);
  });
}

function isOnAxis(kind: ChartKind): boolean {
  return kind === "bar" || kind === "hbar" || kind === "line";
}

/** The index of the key at a place in pixels; `null` outside of the axes. */
function axisIndex(chart: EChartsType, kind: ChartKind, at: [number, number]): number | null {
  if (!chart.containPixel({ gridIndex: 0 }, at)) return null;
  const found: unknown = chart.convertFromPixel({ gridIndex: 0 }, at);
  const index: unknown = Array.isArray(found) ? found[kind === "hbar" ? 1 : 0] : null;
  return typeof index === "number" ? Math.round(index) : null;
}
