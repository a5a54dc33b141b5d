// The last five minutes of a series as one small line.
//
// The path is computed purely on a grid of fixed size and stretched by the SVG; the
// line keeps its width whatever the shape of the tile.
import { h } from "../dom/element";
import type { Point } from "../wire/shapes";

const WIDTH = 300;
const HEIGHT = 60;
/** The line never touches the edges, where half of its width would be cut. */
const INSET = 3;
const SPAN_MS = 5 * 60_000;

const tenth = (place: number) => Math.round(place * 10) / 10;

/**
 * The line through the points, with time from left to right; fewer than two points have no line.
 */
export function sparkPath(points: readonly Point[]): string {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2) return "";
  const from = Math.max(first[0], last[0] - SPAN_MS);
  const span = Math.max(1, last[0] - from);
  const heights = points.map(([, height]) => height);
  const top = Math.max(...heights);
  const floor = floorOf(Math.min(...heights), top);
  const range = top > floor ? top - floor : 1;
  return points
    .map(([at, height], i) => {
      const x = Math.max(0, ((at - from) / span) * WIDTH);
      const y = HEIGHT - INSET - ((height - floor) / range) * (HEIGHT - 2 * INSET);
      return `${i === 0 ? "M" : "L"}${tenth(x)} ${tenth(y)}`;
    })
    .join("");
}

/**
 * The value at the bottom of the picture. A rate that hardly changes still shows
 * its ups and downs, in the upper part; a rate that fell far is drawn from zero.
 */
function floorOf(least: number, top: number): number {
  return Math.max(0, least - Math.max(2 * (top - least), top / 2));
}

const SVG = "http://www.w3.org/2000/svg";
const FADE = "spark-fade";

let fades = 0;

/** The gradient under the line; its colours come from the theme. */
function fade(id: string): SVGElement {
  const gradient = document.createElementNS(SVG, "linearGradient");
  for (const [name, value] of Object.entries({ id, x1: "0", y1: "0", x2: "0", y2: "1" })) {
    gradient.setAttribute(name, value);
  }
  for (const offset of ["0", "1"]) {
    const stop = document.createElementNS(SVG, "stop");
    stop.setAttribute("offset", offset);
    stop.setAttribute("class", `spark-stop-${offset}`);
    gradient.append(stop);
  }
  return gradient;
}

export class Sparkline {
  readonly element = h("div", { class: "spark", "aria-hidden": "true" });
  readonly #line = document.createElementNS(SVG, "path");
  #points: readonly Point[] | null = null;
  readonly #area = document.createElementNS(SVG, "path");

  constructor() {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute("preserveAspectRatio", "none");
    const id = `${FADE}-${fades++}`;
    this.#area.setAttribute("fill", `url(#${id})`);
    this.#line.setAttribute("class", "spark-line");
    svg.append(fade(id), this.#area, this.#line);
    this.element.append(svg);
  }

  update(points: readonly Point[]): void {
    if (points === this.#points) return;
    this.#points = points;
    const path = sparkPath(points);
    this.#line.setAttribute("d", path);
    this.#area.setAttribute("d", path === "" ? "" : `${path}V${HEIGHT}H0Z`);
  }
}
