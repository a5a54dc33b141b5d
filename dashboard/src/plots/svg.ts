// Small pictures as SVG: all their colours come from the style sheet or from
// presentation attributes, which the content security policy allows.
import { h, setAttr } from "../dom/element";
import type { Box, TimePlot } from "./time-plot";

const SVG = "http://www.w3.org/2000/svg";

export function svg(
  tag: string, attributes: Readonly<Record<string, string | number>> = {}, text = "",
): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text !== "") element.textContent = text;
  return element;
}

/** A place of definite size for a picture that is told in words beside it. */
export class Plot {
  readonly element = h("div", { class: "plot", role: "img" });
  readonly #svg = svg("svg", { "aria-hidden": "true" });

  /** The browser is asked once and tells of changes: each question makes the browser lay out the page. */
  #box: Box | null = null;

  constructor() {
    this.element.append(this.#svg);
    new ResizeObserver(() => { this.#box = null; }).observe(this.element);
  }

  /** Nothing is drawn in a box without a size. */
  get box(): Box {
    if (this.#box === null || this.#box.width === 0) {
      const fontPx = parseFloat(getComputedStyle(this.element).fontSize);
      this.#box = { width: this.element.clientWidth, height: this.element.clientHeight, fontPx };
    }
    return this.#box;
  }

  draw(parts: readonly SVGElement[], spoken: string): void {
    const { width, height } = this.box;
    setAttr(this.#svg, "viewBox", `0 0 ${width} ${height}`);
    this.#svg.replaceChildren(...parts);
    setAttr(this.element, "aria-label", spoken);
  }
}

interface Axes {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly ys: readonly { readonly y: number; readonly text: string }[];
  /** The text of the last one ends where the plot does. */
  readonly xs: readonly { readonly x: number; readonly text: string; readonly isLast?: boolean }[];
}

/** The lines of a plot's grid and the texts of its axes. */
export function axes({ left, right, bottom, ys, xs }: Axes): SVGElement[] {
  return [
    ...ys.flatMap(({ y, text }) => [
      svg("line", { class: "plot-grid", x1: left, x2: right, y1: y, y2: y }),
      svg("text", { class: "plot-text", x: left - 4, y, dy: "0.35em", "text-anchor": "end" }, text),
    ]),
    ...xs.map(({ x, text, isLast }) => svg("text", {
      class: "plot-text", x, y: bottom, dy: "1.2em", "text-anchor": isLast === true ? "end" : "middle",
    }, text)),
  ];
}

/** The parts of a plot over time. */
export function timePlotParts(plot: TimePlot): SVGElement[] {
  const { top, bottom } = plot;
  return [
    ...axes(plot),
    ...plot.lines.flatMap(({ path, area }, i) => [
      svg("path", { class: `plot-area plot-area-${i}`, d: area }),
      svg("path", { class: `plot-line plot-line-${i}`, d: path }),
    ]),
    ...plot.marks.flatMap(({ x, isBad }) => [
      svg("line", { class: `plot-mark${isBad ? " bad" : ""}`, x1: x, x2: x, y1: top, y2: bottom }),
      svg("path", { class: `plot-flag${isBad ? " bad" : ""}`, d: `M${x} ${top}l6 0l-2 3l2 3l-6 0z` }),
    ]),
  ];
}
