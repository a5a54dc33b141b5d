// A trend as a picture, with its legend, and with the crosshair of all trends.
import { colorOf, THEMES } from "../charts/palette";
import type { Context } from "../data/context";
import type { TrendForm } from "../data/link";
import { windowWords, type Trend } from "../data/trend";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import { Crosshair, placeAt } from "../plots/crosshair";
import { axes, Plot, svg } from "../plots/svg";
import { trendPlot, type TrendPlot } from "../plots/trend-plot";
import { trendDensity } from "./legend";

/** The text size of the legend in multiples of the panel's, as in charts.css. */
const LEGEND_SCALE = 0.85;

export class TrendView {
  readonly #plot = new Plot();
  readonly #legend = h("ul", { class: "trend-legend" });
  readonly #items: HTMLLIElement[] = [];
  readonly #note = h("p", { class: "trend-note" });
  /** What is pointed at, in this trend or in another. */
  readonly #readout = h("p", { class: "trend-readout", "aria-live": "polite" });
  readonly element = h("div", { class: "trend" }, this.#note, this.#plot.element, this.#readout, this.#legend);
  readonly #crosshair: Crosshair;
  readonly #follow = () => this.#mark();
  #bands: readonly SVGElement[] = [];
  #drawn: { readonly trend: Trend; readonly plot: TrendPlot; readonly ctx: Context } | null = null;

  constructor(crosshair = new Crosshair()) {
    this.#crosshair = crosshair;
    crosshair.follow(this.#follow);
    const { element } = this.#plot;
    element.addEventListener("pointermove", (event) => this.#point(event.clientX - element.getBoundingClientRect().left));
    element.addEventListener("pointerleave", () => crosshair.point(null));
    element.addEventListener("blur", () => crosshair.point(null));
    element.addEventListener("keydown", (event) => this.#key(event));
  }

  dispose(): void {
    this.#crosshair.unfollow(this.#follow);
  }

  update(trend: Trend, spoken: string, ctx: Context, form: TrendForm = "stack"): void {
    const colors = THEMES[ctx.theme];
    setShown(this.#legend, trend.series.length > 1);
    resize(this.#legend, this.#items, trend.series.length, () => h("li", {}, h("span", { class: "swatch" }), h("span")));
    trend.series.forEach((series, i) => {
      const [swatch, name] = Array.from(this.#items[i]?.children ?? []);
      if (!(swatch instanceof HTMLElement) || !name) return;
      swatch.style.backgroundColor = colorOf(colors, series.color);
      setText(name, series.label);
      setAttr(name, "title", series.label);
    });
    const { box } = this.#plot;
    this.#updateDensity(trend, box.width / (box.fontPx * LEGEND_SCALE), ctx);
    if (box.width < 60 || box.height < 40) return;
    const plot = trendPlot(trend, box, ctx.format, form);
    this.#drawn = { trend, plot, ctx };
    this.#updateNote(trend, plot, ctx);
    setAttr(this.#plot.element, "tabindex", ctx.kiosk ? null : "0");
    // Anywhere over a window, and not on its bar alone, all of its values are told.
    this.#bands = plot.bands.map(({ x, width }, window) => {
      const band = svg("rect", { x, y: 0, width, height: plot.bottom, class: "trend-band" });
      band.append(svg("title", {}, windowWords(trend, window, ctx)));
      return band;
    });
    this.#plot.draw([
      ...axes(plot),
      ...plot.bars.flatMap(({ series, window, x, y, width, height }) => {
        const place = { x, y, width, height: Math.max(0.5, height) };
        const fill = colorOf(colors, trend.series[series]?.color ?? null);
        if (trend.windows[window]?.isOpen !== true) return [svg("rect", { ...place, fill })];
        // Lines of the grid do not shine through the paler bar of an open window.
        return [svg("rect", { ...place, class: "trend-back" }), svg("rect", { ...place, fill, class: "trend-open" })];
      }),
      ...plot.lines.map(({ series, path }) =>
        svg("path", {
          d: path, class: "trend-line",
          stroke: colorOf(colors, trend.series[series]?.color ?? null),
        })),
      ...plot.cuts.flatMap(({ x, y, width }) => [0, 4].map((by) =>
        svg("path", { class: "trend-cut", d: `M${x - 2} ${y + by + 3}L${x + width / 2} ${y + by - 1}L${x + width + 2} ${y + by + 3}` }))),
      ...plot.limits.map(({ y, level }) =>
        svg("line", { class: "trend-limit", "data-level": level, x1: plot.left, x2: plot.right, y1: y, y2: y })),
      ...this.#bands,
    ], spoken);
    this.#mark();
  }

  #updateNote({ windows }: Trend, { peak, cuts }: TrendPlot, { words, format }: Context): void {
    const isCut = peak !== null && cuts.length > 0;
    setShown(this.#note, isCut);
    const name = isCut ? windows[peak.window]?.name ?? "" : "";
    setText(this.#note, isCut ? `⚠ ${words.time.peak(name, format.full(Math.round(peak.times * 10) / 10))}` : "");
  }

  /** The window under a place of the picture, in pixels from its left. */
  #point(x: number): void {
    const { trend, plot } = this.#drawn ?? {};
    const place = plot?.bands.findIndex((band) => band.x <= x && x < band.x + band.width) ?? -1;
    this.#crosshair.point(trend?.windows[place]?.startMs ?? null);
  }

  #key(event: KeyboardEvent): void {
    const windows = this.#drawn?.trend.windows ?? [];
    const at = placeAt(windows, this.#crosshair.at);
    const from = at < 0 ? windows.length : at;
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: windows.length - 1, Escape: -1 }[event.key];
    if (to === undefined || (event.key === "Escape" && at < 0)) return;
    event.preventDefault();
    event.stopPropagation();
    const place = Math.max(0, Math.min(windows.length - 1, to));
    this.#crosshair.point(event.key === "Escape" ? null : windows[place]?.startMs ?? null);
  }

  #mark(): void {
    const windows = this.#drawn?.trend.windows ?? [];
    const at = placeAt(windows, this.#crosshair.at);
    this.#bands.forEach((band, i) => setAttr(band, "data-at", i === at ? "" : null));
    setShown(this.#readout, at >= 0);
    const text = at < 0 || this.#drawn === null ? "" : windowWords(this.#drawn.trend, at, this.#drawn.ctx).replaceAll("\n", " · ");
    setText(this.#readout, text);
    setAttr(this.#readout, "title", text);
  }

  #updateDensity({ series }: Trend, width: number, ctx: Context): void {
    const density = trendDensity(series.map(({ label }) => label), width);
    setAttr(this.#legend, "data-density", density);
    // A list that scrolls must be reached without a mouse.
    setAttr(this.#legend, "tabindex", density === "scroll" && !ctx.kiosk ? "0" : null);
    setAttr(this.#legend, "aria-label", density === "scroll" ? ctx.words.panels.legendMore : null);
  }
}
