// A trend as a picture, with its legend.
import { colorOf, THEMES } from "../charts/palette";
import type { Context } from "../data/context";
import { windowWords, type Trend } from "../data/trend";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import { Plot, svg } from "../plots/svg";
import { trendPlot } from "../plots/trend-plot";
import { trendDensity } from "./legend";

/** The text size of the legend in multiples of the panel's, as in charts.css. */
const LEGEND_SCALE = 0.85;

export class TrendView {
  readonly #plot = new Plot();
  readonly #legend = h("ul", { class: "trend-legend" });
  readonly #items: HTMLLIElement[] = [];
  readonly element = h("div", { class: "trend" }, this.#plot.element, this.#legend);

  update(trend: Trend, spoken: string, ctx: Context): void {
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
    const plot = trendPlot(trend, box, ctx.format);
    this.#plot.draw([
      ...plot.ys.flatMap(({ y, text }) => [
        svg("line", { class: "plot-grid", x1: plot.left, x2: plot.right, y1: y, y2: y }),
        svg("text", { class: "plot-text", x: plot.left - 4, y, dy: "0.35em", "text-anchor": "end" }, text),
      ]),
      ...plot.xs.map(({ x, text, isLast }) => svg("text", {
        class: "plot-text", x, y: plot.bottom, dy: "1.2em", "text-anchor": isLast ? "end" : "middle",
      }, text)),
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
      // Anywhere over a window, and not on its bar alone, all of its values are told.
      ...plot.bands.map(({ x, width }, window) => {
        const band = svg("rect", { x, y: 0, width, height: plot.bottom, class: "trend-band" });
        band.append(svg("title", {}, windowWords(trend, window, ctx)));
        return band;
      }),
    ], spoken);
  }

  #updateDensity({ series }: Trend, width: number, ctx: Context): void {
    const density = trendDensity(series.map(({ label }) => label), width);
    setAttr(this.#legend, "data-density", density);
    // A list that scrolls must be reached without a mouse.
    setAttr(this.#legend, "tabindex", density === "scroll" && !ctx.kiosk ? "0" : null);
    setAttr(this.#legend, "aria-label", density === "scroll" ? ctx.words.panels.legendMore : null);
  }
}
