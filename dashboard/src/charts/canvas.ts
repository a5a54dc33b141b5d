// One ECharts instance in one element: the only file that runs the library.
//
// The element has `contain: strict` and a definite size, because a chart that
// can stretch its own container makes the page grow for ever.
import { BarChart, HeatmapChart, PieChart } from "echarts/charts";
import { GridComponent, TooltipComponent, type TooltipComponentOption } from "echarts/components";
import { init, registerPostUpdate, use, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import type { ChartKind } from "../data/kinds";
import type { Row } from "../data/rows";
import { onTap } from "../dom/tap";
import type { ChartOption } from "./chart";
import { Marks } from "./marks";
import { CHARTS, indexOf, rowAt } from "./option";
import type { ChartStyle } from "./style";
import { besideRing } from "./tooltip";

use([
  BarChart, HeatmapChart, PieChart,
  GridComponent, TooltipComponent, CanvasRenderer,
]);

/** What is called for the chart of an element that is laid out and not painted yet. */
const whenLaidOut = new WeakMap<HTMLElement, () => void>();
registerPostUpdate((_model, api) => whenLaidOut.get(api.getDom())?.());

export class Canvas {
  readonly #host: HTMLElement;
  #chart: EChartsType | null = null;
  #drawn = "";
  /** A pointer was on the chart, or a row was pointed at: before that a tooltip would only cost. */
  #hasTooltip = false;
  #tooltip: TooltipComponentOption | null = null;
  #rows: readonly Row[] = [];
  readonly #marks = new Marks();
  /** The axes of the last update by their names, and of the series what is seen of them. */
  #given: Readonly<Record<string, string>> = {};

  #kind: ChartKind = "bar";
  /** Called with the row that a reader wants to know more of. */
  onChoose: (row: Row) => void = () => undefined;

  constructor(host: HTMLElement) {
    this.#host = host;
    for (const near of ["pointerenter", "pointerdown"] as const) {
      host.addEventListener(near, () => { this.#wantTooltip(); }, { capture: true });
    }
  }

  /**
   * Draws the rows. While `signature` stays the same, only the data is handed to
   * the library, and nothing where the picture would be the same.
   */
  draw(kind: ChartKind, style: ChartStyle, rows: readonly Row[], signature: string): void {
    if (style.width === 0 || style.height === 0) return;
    const isKnown = this.#drawn === signature;
    const isDrawn = isKnown && isSame(this.#rows, rows);
    this.#rows = rows;
    if (isDrawn) return;
    this.#kind = kind;
    const { axes, picture, series } = CHARTS[kind].update(style, rows);
    const texts = Object.entries(axes).map(([name, part]) => [name, JSON.stringify(part)] as const);
    const given: Record<string, string> = { ...Object.fromEntries(texts), series: picture };
    const chart = (this.#chart ??= this.#make());
    // A tooltip that is open goes along with the figures.
    if (isKnown && !this.#hasTooltip && hasSize(chart, style) && isEqual(given, this.#given)) return;
    if (!hasSize(chart, style)) chart.resize({ width: style.width, height: style.height });
    if (!isKnown) {
      // Laid out and painted together with the data.
      chart.setOption(this.#base(kind, style), { notMerge: true, lazyUpdate: true });
      this.#drawn = signature;
      this.#given = {};
    }
    whenLaidOut.set(this.#host, () => { this.#marks.draw(chart, kind, style, rows); });
    const before = this.#given;
    this.#given = given;
    // The library takes each part apart anew that it is given.
    const changed = Object.entries(axes).filter(([name]) => given[name] !== before[name]);
    chart.setOption({ ...Object.fromEntries(changed), series: series() });
  }

  /** `true` where a drawing under this signature hands over its data alone. */
  hasDrawn(signature: string, style: ChartStyle): boolean {
    return this.#drawn === signature && this.#chart !== null && hasSize(this.#chart, style);
  }

  #base(kind: ChartKind, style: ChartStyle): ChartOption {
    const { tooltip, ...base } = CHARTS[kind].base(style, () => this.#rows);
    this.#tooltip = tooltip === undefined || Array.isArray(tooltip) ? null : kind === "pie" ? this.#beside(tooltip) : tooltip;
    return this.#hasTooltip && this.#tooltip !== null ? { ...base, tooltip: this.#tooltip } : base;
  }

  /** A ring is too small to have its tooltip on itself, and the canvas ends where the ring does. */
  #beside(tooltip: TooltipComponentOption): TooltipComponentOption {
    const position: TooltipComponentOption["position"] = (_at, _params, _element, _mark, size) => {
      const [width = 0, height = 0] = size.contentSize;
      return besideRing(this.#host.getBoundingClientRect(), { width, height }, { width: innerWidth, height: innerHeight });
    };
    return { ...tooltip, confine: false, appendTo: () => document.body, position };
  }

  #wantTooltip(): void {
    if (this.#hasTooltip) return;
    this.#hasTooltip = true;
    if (this.#tooltip !== null) this.#chart?.setOption({ tooltip: this.#tooltip });
  }

  /** Shows the tooltip of a row; `null` hides it. */
  point(row: Row | null): void {
    const index = row === null ? null : indexOf(this.#kind, this.#rows, row);
    if (index !== null) this.#wantTooltip();
    this.#chart?.dispatchAction(index === null ? { type: "hideTip" } : { type: "showTip", seriesIndex: 0, dataIndex: index });
  }

  #make(): EChartsType {
    const chart = init(this.#host, null, { renderer: "canvas" });
    // Nothing moves by itself, so that the library need not look for ten frames more.
    chart.getZr().setSleepAfterStill(1);
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
    whenLaidOut.delete(this.#host);
    this.#chart?.dispose();
    this.#chart = null;
  }
}

function isEqual(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return Object.keys(a).every((name) => a[name] === b[name]);
}

/** `true` where either has the same to say. */
function isSame(a: readonly Row[], b: readonly Row[]): boolean {
  return a.length === b.length && a.every((row, i) => {
    const other = b[i];
    return other !== undefined && row.value === other.value && row.key === other.key && row.label === other.label
      && row.second?.key === other.second?.key && row.second?.label === other.second?.label && row.error === other.error
      && row.color === other.color && row.beyond === other.beyond && isSamePast(row.past, other.past);
  });
}

function isSamePast(a: Row["past"], b: Row["past"]): boolean {
  return a?.value === b?.value && a?.text === b?.text;
}

function hasSize(chart: EChartsType, { width, height }: ChartStyle): boolean {
  return chart.getWidth() === width && chart.getHeight() === height;
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
