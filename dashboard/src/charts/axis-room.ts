// The marks of an axis of values, and the room of its labels. The library left to itself lays
// the labels of all axes out twice with each update, the first time to find their room.
import type { LogScale } from "../data/quantiles";
import { LABEL_MARGIN, VALUE_LABEL_SCALE } from "./common";
import { withLimits } from "./limits";
import type { ChartStyle } from "./style";
import { textWidth } from "./text-width";

/** An axis from `min` to `max` with a mark at each `interval` from `min` on. */
export interface AxisMarks {
  readonly min: number;
  readonly max: number;
  readonly interval: number;
}

const NOTHING: AxisMarks = { min: 0, max: 1, interval: 1 };
const PARTS_MAX = 4;
/** The least distance of two marks, in multiples of the text size. */
const APART_MIN = 2.5;
/** A value that is a mark but for the last bits of its digits is one. */
const SLACK = 1e-9;

/** Round marks around 0 and the values, or as far as a threshold that is near: steps of 1, 2, 3 or 5 times a power of ten. */
export function marksAround(values: readonly (number | "-" | null)[], style: ChartStyle, log: LogScale | null = null): AxisMarks {
  let [least, most] = [0, 0];
  for (const value of values) {
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (least === most) return NOTHING;
  const parts = Math.max(1, Math.min(PARTS_MAX, Math.floor(style.height / (style.fontPx * APART_MIN))));
  const round = roundStep((most - least) / parts);
  const interval = log === null ? round : Math.max(1, Math.round(round));
  const end = withLimits(style, log)?.({ max: most }) ?? null;
  const last = Math.ceil(most / interval - SLACK) * interval;
  return { min: exact(Math.floor(least / interval + SLACK) * interval), max: exact(end ?? last), interval };
}

function roundStep(step: number): number {
  const power = 10 ** Math.floor(Math.log10(step));
  const part = step / power;
  return exact((part < 1.5 ? 1 : part < 2.5 ? 2 : part < 4 ? 3 : part < 7 ? 5 : 10) * power);
}

/** Without the last bits of products of decimal fractions. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}

/** The width of the labels at the marks in pixels, with their distance from the axis. */
export function marksWidth({ min, max, interval }: AxisMarks, style: ChartStyle, log: LogScale | null = null): number {
  let widest = 0;
  for (let i = 0; min + i * interval <= max + interval * SLACK; i += 1) {
    const mark = exact(min + i * interval);
    widest = Math.max(widest, textWidth(style.format.axis(log?.value(mark) ?? mark), style, VALUE_LABEL_SCALE));
  }
  return Math.ceil(widest) + LABEL_MARGIN;
}
