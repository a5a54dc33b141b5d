// The place of a key over windows, the first place above: the places of its parts in a box
// of a given size. Pure.
import type { Box } from "./time-plot";

export interface RankStep {
  readonly rank: number | null;
  readonly short: string;
}

export interface RankPlot {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  /** A step for each window, with gaps where the key is not. */
  readonly path: string;
  readonly dots: readonly { readonly x: number; readonly y: number }[];
  /** The best place and the worst, with lines across. */
  readonly ys: readonly { readonly y: number; readonly text: string }[];
  /** A text with `isLast` ends at the edge. */
  readonly xs: readonly { readonly x: number; readonly text: string; readonly isLast: boolean }[];
  readonly bands: readonly { readonly x: number; readonly width: number }[];
}

export function rankPlot(steps: readonly RankStep[], box: Box): RankPlot {
  const ranks = steps.flatMap(({ rank }) => (rank === null ? [] : [rank]));
  const [best, worst] = [Math.min(...ranks), Math.max(...ranks)];
  const top = box.fontPx * 0.9;
  const bottom = box.height - box.fontPx * 1.6;
  const marks = ranks.length === 0 ? [] : best === worst ? [best] : [best, worst];
  const left = Math.max(...marks.map((mark) => String(mark).length + 1), 2) * box.fontPx * 0.62 + box.fontPx * 0.6;
  const room = (box.width - left) / Math.max(1, steps.length);
  const x = (i: number) => left + room * (i + 0.5);
  const y = (rank: number) => (best === worst ? (top + bottom) / 2 : top + ((rank - best) / (worst - best)) * (bottom - top - box.fontPx * 0.4));
  const dots = steps.flatMap(({ rank }, i) => (rank === null ? [] : [{ x: x(i), y: y(rank), i }]));
  const every = Math.max(1, Math.ceil((box.fontPx * 4) / room));
  return {
    left, right: box.width, bottom,
    path: dots.map((dot, i) => `${dots[i - 1]?.i === dot.i - 1 ? "L" : "M"}${dot.x.toFixed(1)} ${dot.y.toFixed(1)}`).join(""),
    dots: dots.map((dot) => ({ x: dot.x, y: dot.y })),
    ys: marks.map((mark) => ({ y: y(mark), text: `#${mark}` })),
    xs: steps.map(({ short }, i) => {
      const isLast = x(i) + box.fontPx * 1.5 > box.width;
      return { x: isLast ? box.width : x(i), text: short, isLast };
    }).filter((_, i) => (steps.length - 1 - i) % every === 0),
    bands: steps.map((_, i) => ({ x: left + room * i, width: room })),
  };
}
