// Lines over time as paths of an SVG: the places of lines, marks and annotations in a
// box of a given size. Pure.
import type { Format } from "../data/format";
import type { Point } from "../wire/shapes";
import { niceTicks } from "./scale";

export interface TimeLine {
  readonly name: string;
  readonly points: readonly Point[];
}

export interface TimeMark {
  readonly at: number;
  readonly text: string;
  readonly isBad: boolean;
}

export interface Box {
  readonly width: number;
  readonly height: number;
  /** The size of the text at the axes, in pixels. */
  readonly fontPx: number;
}

export interface TimePlot {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly lines: readonly { readonly name: string; readonly path: string; readonly area: string }[];
  readonly ys: readonly { readonly y: number; readonly text: string }[];
  readonly xs: readonly { readonly x: number; readonly text: string }[];
  readonly marks: readonly (TimeMark & { readonly x: number })[];
}

/** Two points further apart than this have a gap between them, such as a restart. */
const GAP_MS = 3500;
const SPAN_MS = 5 * 60_000;
const MINUTE_MS = 60_000;

/** The last five minutes up to `now`. */
export function timePlot(
  lines: readonly TimeLine[], marks: readonly TimeMark[], now: number, box: Box, format: Format,
): TimePlot {
  const from = now - SPAN_MS;
  const shown = lines.map(({ name, points }) => ({ name, points: points.filter(([at]) => at >= from && at <= now) }));
  const peak = Math.max(0, ...shown.flatMap(({ points }) => points.map(([, value]) => value)));
  const bottom = box.height - box.fontPx * 1.5;
  const top = box.fontPx * 0.6;
  const largest = Math.max(peak * 1.08, 1);
  const ticks = niceTicks(peak, Math.max(2, Math.min(4, Math.floor((bottom - top) / (box.fontPx * 1.8)))))
    .filter((value) => value <= largest);
  const texts = ticks.map((value) => format.axis(value));
  const left = Math.ceil(Math.max(...texts.map((text) => widthOf(text))) * box.fontPx * 0.58) + box.fontPx * 0.6;
  const right = box.width - 2;
  const x = (at: number) => round(left + ((at - from) / SPAN_MS) * (right - left));
  const y = (value: number) => round(bottom - (value / largest) * (bottom - top));
  const pieces = (points: readonly Point[]) => split(points).map((piece) =>
    piece.map(([at, value]) => [x(at), y(value)] as const));
  return {
    left, top, right, bottom,
    lines: shown.map(({ name, points }) => {
      const drawn = pieces(points);
      return {
        name,
        path: drawn.map(pathOf).join(""),
        area: drawn.map((piece) => areaOf(piece, bottom)).join(""),
      };
    }),
    ys: apart(ticks.map((value, i) => ({ y: y(value), text: texts[i] ?? "" })), box.fontPx),
    xs: Array.from({ length: 5 }, (_, i) => Math.floor(now / MINUTE_MS) * MINUTE_MS - i * MINUTE_MS)
      .filter((at) => x(at) - left > box.fontPx * 1.6 && right - x(at) > box.fontPx * 1.6)
      .map((at) => ({ x: x(at), text: format.clock(at).slice(0, 5) })),
    marks: marks.filter(({ at }) => at >= from && at <= now).map((mark) => ({ ...mark, x: x(mark.at) })),
  };
}

/** Pieces without a gap. */
export function split(points: readonly Point[]): readonly (readonly Point[])[] {
  const pieces: Point[][] = [];
  let last = -Infinity;
  for (const point of points) {
    if (point[0] - last > GAP_MS) pieces.push([]);
    pieces.at(-1)?.push(point);
    last = point[0];
  }
  return pieces;
}

/** The marks whose texts do not touch, from the top, where the largest stands. */
function apart(ys: TimePlot["ys"], least: number): TimePlot["ys"] {
  return ys.reduceRight<TimePlot["ys"]>((kept, mark) => {
    const above = kept[0];
    return above === undefined || mark.y - above.y >= least ? [mark, ...kept] : kept;
  }, []);
}

/** Counts a wide character as two. */
function widthOf(text: string): number {
  return Array.from(text).reduce((sum, c) => sum + (c > "\u2e7f" ? 1.75 : 1), 0);
}

function pathOf(points: readonly (readonly [number, number])[]): string {
  return points.map(([px, py], i) => `${i === 0 ? "M" : "L"}${px} ${py}`).join("");
}

function areaOf(points: readonly (readonly [number, number])[], bottom: number): string {
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) return "";
  return `${pathOf(points)}L${last[0]} ${round(bottom)}L${first[0]} ${round(bottom)}Z`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
