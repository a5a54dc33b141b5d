// The chart of a panel with its surroundings: the legend and the hole of a ring, and
// the scale of a heat map.
import { Canvas } from "../charts/canvas";
import { textEm, widestName } from "../data/text-room";
import type { Context } from "../data/context";
import { joined } from "../data/format";
import { fitted, sum, type Row } from "../data/rows";
import { h, setAttr, setEm, setShown, setText } from "../dom/element";
import { Sized } from "../dom/sized";
import type { Panel, Scope } from "../wire/shapes";
import { chartRows, chartStyle, drawnKind, signatureOf, summaryOf, type ChartBox } from "./chart-model";
import { ChartKeys } from "./chart-keys";
import { HeatLegend } from "./heat-legend";
import { entriesFor, Legend } from "./legend";
import type { Body, PanelModel } from "./panel-model";

/** The room of a ring with its legend, in multiples of the text size. */
interface RingRoom {
  readonly width: number;
  readonly height: number;
}

export class ChartView {
  readonly element: HTMLElement;
  /** The element whose size the chart follows. */
  readonly host = h("div", { class: "chart-host", role: "img" });
  readonly #hole = h("div", { class: "ring-hole", "aria-hidden": "true" }, h("b"), h("span"));
  readonly #heat = new HeatLegend();
  readonly #legend = new Legend();
  readonly #canvas = new Canvas(this.host);
  readonly #panel: Panel;
  readonly #keys: ChartKeys;
  readonly #box: Sized<ChartBox>;
  readonly #ring: Sized<RingRoom>;
  #rows: readonly Row[] = [];
  #pending: { readonly isPatient: boolean; readonly draw: () => void } | null = null;
  #say: (row: Row) => string = ({ label }) => label;

  /** `drill` is called with the row that a reader wants to know more of. */
  constructor(panel: Panel, drill: (row: Row) => void) {
    this.#panel = panel;
    this.#canvas.onChoose = drill;
    this.#legend.element.addEventListener("click", (event) => {
      const item = event.target instanceof Element ? event.target.closest("li") : null;
      const row = item === null ? undefined : this.#rows[Array.from(this.#legend.element.children).indexOf(item)];
      if (row !== undefined) drill(row);
    });
    this.#legend.element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      const item = event.target instanceof HTMLElement && event.target.role === "button" ? event.target : null;
      if (item === null) return;
      event.preventDefault();
      item.click();
    });
    this.#keys = new ChartKeys(this.host, {
      rows: () => this.#rows, point: (row) => this.#canvas.point(row), choose: drill,
      say: (row) => this.#say(row),
    });
    const stage = h("div", { class: "chart-stage" }, this.host, this.#keys.element, this.#hole, this.#heat.element);
    this.element = h("div", { class: "chart" }, stage, this.#legend.element);
    this.#box = new Sized([this.host], () => this.#readBox());
    this.#ring = new Sized([this.element], () => this.#readRing());
  }

  update(body: Extract<Body, { form: "chart" }>, model: PanelModel, scope: Scope, ctx: Context): void {
    const of = `${ctx.kiosk} ${ctx.lang} ${ctx.theme} ${body.kind}`;
    const style = chartStyle(this.#panel, model.measure, body.limits, this.#box.get(of), ctx);
    const kind = drawnKind(body.kind, body.rows, style, ctx.kiosk);
    const all = chartRows(kind, body.rows, body.restKeys, style, ctx, body.isOrdered);
    // The style sheet places a ring by its legend.
    setShown(this.#legend.element, kind === "pie");
    const ring = kind === "pie" ? this.#ring.get(of) : null;
    // Nobody scrolls the legend on a wall.
    const rows = ring === null || ring.height === 0 || !ctx.kiosk ? all
      : fitted(all, entriesFor(ring.width, ring.height, widestName(all)), body.restKeys, style.additive, ctx.words);
    this.#rows = rows;
    this.#updateRing(ring, scope, rows, ctx);
    setShown(this.#heat.element, kind === "heatmap");
    if (kind === "heatmap") this.#heat.update(rows, ctx);
    const signature = signatureOf(kind, scope, rows, style, ctx);
    this.#pending = {
      isPatient: this.#canvas.hasDrawn(signature, style),
      draw: () => this.#canvas.draw(kind, style, rows, signature),
    };
    this.#say = (row) => `${joined(row.label, row.second?.label ?? "")}: ${joined(ctx.format.withError(row.value, row.error), style.verdict(row))}`;
    // The names beside a ring are reached by themselves.
    this.#keys.update(ctx.kiosk || kind === "pie" ? null : ctx.words.keyCard.keys);
    setAttr(this.host, "aria-label", summaryOf(model.title, scope, rows, style.additive, ctx));
  }

  /**
   * Draws what the last update decided. The library asks the browser about styles, so that a
   * change of the document between two drawings would have it lay out the page again.
   */
  draw(): void {
    const pending = this.#pending;
    this.#pending = null;
    pending?.draw();
  }

  /** `true` where what waits to be drawn differs in its figures alone. */
  get isPatient(): boolean {
    return this.#pending?.isPatient ?? false;
  }

  /** The drawing, with its size in pixels of the page. */
  picture() {
    this.draw();
    return {
      chart: this.#canvas.picture(), width: this.host.clientWidth, height: this.host.clientHeight,
    };
  }

  /** `true` where the legend of a ring has room for counts; `null` means that there is no ring. */
  get ringCounts(): boolean | null {
    return this.element.hidden || this.#legend.element.hidden ? null : this.#legend.hasCounts;
  }

  dispose(): void {
    this.#pending = null;
    this.#canvas.dispose();
  }

  #updateRing(ring: RingRoom | null, scope: Scope, rows: readonly Row[], ctx: Context): void {
    setShown(this.#hole, ring !== null);
    if (ring === null) return;
    this.#legend.update(rows, ring.width, ring.height, ctx);
    const [value, name] = Array.from(this.#hole.children);
    const figure = ctx.format.compact(sum(rows));
    if (value) setText(value, figure);
    setEm(this.#hole, textEm(figure));
    if (name) setText(name, ctx.words.panels[scope]);
  }

  /** The text has the size of the panel's, whatever the style sheet says of the chart's. */
  #readBox(): ChartBox {
    const { fontSize, fontFamily } = getComputedStyle(this.element.closest("[data-panel]") ?? this.element);
    return {
      fontPx: parseFloat(fontSize), fontFamily,
      width: this.host.clientWidth, height: this.host.clientHeight,
    };
  }

  #readRing(): RingRoom {
    const { fontSize, flexDirection, rowGap } = getComputedStyle(this.element);
    const em = parseFloat(fontSize);
    const { clientWidth, clientHeight } = this.element;
    // A legend below its ring has half of what their gap leaves.
    const height = flexDirection === "column" ? (clientHeight - (parseFloat(rowGap) || 0)) / 2 : clientHeight;
    return { width: clientWidth / em, height: height / em };
  }
}
