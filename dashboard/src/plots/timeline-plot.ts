// A timeline: all windows that are kept as small bars over time, and the places of a
// chosen span among them. Pure.
//
// Bars stand where their windows are in time, so that a gap in the history is a gap in the
// picture. Heights are by square root: one huge day leaves the others to be seen.
import type { Format } from "../data/format";
import type { Box } from "./time-plot";

export interface Bar {
  readonly startMs: number;
  readonly endMs: number;
  readonly value: number;
}

export interface TimelinePlot {
  /** All bars as one path. */
  readonly path: string;
  readonly bottom: number;
  readonly xs: readonly { readonly x: number; readonly text: string; readonly anchor: "start" | "middle" | "end" }[];
  /** The left edge of each bar, and the right one of the last, in pixels. */
  readonly edges: readonly number[];
  readonly ends: readonly number[];
}

const MARKS_EM = 8;
const DAY_MS = 86_400_000;

export function timelinePlot(bars: readonly Bar[], box: Box, format: Format): TimelinePlot {
  const bottom = Math.max(1, box.height - box.fontPx * 1.35);
  const from = bars[0]?.startMs ?? 0;
  const span = Math.max(1, (bars.at(-1)?.endMs ?? 1) - from);
  const x = (at: number) => ((at - from) / span) * box.width;
  const most = Math.sqrt(Math.max(1e-9, ...bars.map(({ value }) => value)));
  const top = 2;
  const y = (value: number) => bottom - Math.max(value > 0 ? 1 : 0, (Math.sqrt(Math.max(0, value)) / most) * (bottom - top));
  const gap = (width: number) => (width > 4 ? 1 : 0);
  const path = bars.map(({ startMs, endMs, value }) => {
    const [left, right] = [x(startMs), x(endMs)];
    return `M${fixed(left)} ${fixed(bottom)}V${fixed(y(value))}H${fixed(right - gap(right - left))}V${fixed(bottom)}Z`;
  }).join("");
  return {
    path, bottom,
    xs: marks(bars, x, box, format),
    edges: bars.map(({ startMs }) => x(startMs)),
    ends: bars.map(({ endMs }) => x(endMs)),
  };
}

/** Dates under the bars, as many as there is room for, the first and the last included. */
function marks(bars: readonly Bar[], x: (at: number) => number, box: Box, format: Format): TimelinePlot["xs"] {
  const count = Math.max(2, Math.floor(box.width / (box.fontPx * MARKS_EM)));
  const step = Math.max(1, Math.ceil((bars.length - 1) / (count - 1)));
  const places = bars.flatMap((_, i) => (i % step === 0 || i === bars.length - 1 ? [i] : []));
  const room = box.fontPx * MARKS_EM;
  let last = -Infinity;
  const end = x(bars.at(-1)?.startMs ?? 0);
  return places.flatMap((i) => {
    const bar = bars[i];
    if (bar === undefined) return [];
    const at = x(bar.startMs);
    const isLast = i === bars.length - 1;
    if (i > 0 && (at - last < room * (isLast ? 0.75 : 0.99) || (!isLast && end - at < room * 0.9))) return [];
    last = at;
    const isDay = bar.endMs - bar.startMs >= DAY_MS;
    const text = isDay ? format.date(bar.startMs) : `${format.monthDay(bar.startMs)} ${format.clock(bar.startMs).slice(0, 5)}`;
    const anchor = i === 0 ? "start" as const : isLast ? "end" as const : "middle" as const;
    return [{ x: isLast && i > 0 ? box.width : at, text, anchor }];
  });
}

/** The bar at a place, or the nearest one; below 0 where there are none. */
export function barAt({ edges, ends }: TimelinePlot, x: number): number {
  let best = -1;
  let least = Infinity;
  edges.forEach((left, i) => {
    const right = ends[i] ?? left;
    const away = x < left ? left - x : x > right ? x - right : 0;
    if (away < least) [best, least] = [i, away];
  });
  return best;
}

function fixed(value: number): string {
  return value.toFixed(1);
}
