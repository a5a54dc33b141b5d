// A trend as bars, lines or shares: the places of its parts in a box of a given size. Pure.
//
// One window that is far larger than all others does not press them flat: its bar is cut,
// which is said, or the reader chooses a logarithmic axis or shares.
import type { Format } from "../data/format";
import type { TrendForm } from "../data/link";
import type { Trend } from "../data/trend";
import { niceTicks } from "./scale";
import type { Box } from "./time-plot";

export interface TrendBar {
  readonly series: number;
  readonly window: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A window whose bar does not fit, and how many times the next highest it is. */
export interface Peak {
  readonly window: number;
  readonly times: number;
}

export interface TrendPlot {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly bars: readonly TrendBar[];
  /** The whole height over each window, with the gaps beside its bar. */
  readonly bands: readonly { readonly x: number; readonly width: number }[];
  readonly lines: readonly { readonly series: number; readonly path: string }[];
  readonly ys: readonly { readonly y: number; readonly text: string }[];
  /** A text with `isLast` would not fit under its window, so it ends at the edge. */
  readonly xs: readonly { readonly x: number; readonly text: string; readonly isLast: boolean }[];
  /** The marks of bars that are cut. */
  readonly cuts: readonly { readonly x: number; readonly y: number; readonly width: number }[];
  readonly peak: Peak | null;
  /** Thresholds that lie within the picture. */
  readonly limits: readonly { readonly y: number; readonly level: "warn" | "bad" }[];
}

/** A bar is cut where it is more than so many times the next highest. */
const PEAK_FROM = 3;
/** Among fewer windows than this no one is an exception. */
const PEAK_WINDOWS_MIN = 4;
/** The height of a cut bar, in multiples of the next highest. */
const CUT_AT = 1.25;

interface Scale {
  readonly ticks: readonly number[];
  readonly text: (tick: number) => string;
  /** From 0 at the bottom to 1 at the top. */
  readonly part: (value: number) => number;
}

export function trendPlot(trend: Trend, box: Box, format: Format, form: TrendForm = "stack"): TrendPlot {
  const shown = form === "share" && trend.isStacked ? sharesOf(trend) : trend;
  const bottom = box.height - box.fontPx * 1.5;
  const top = box.fontPx * 0.8;
  const isLines = form === "log" || !shown.isStacked;
  const heights = heightsOf(shown, isLines);
  const peak = form === "stack" ? peakOf(heights) : null;
  const marks = Math.max(2, Math.min(4, Math.floor((bottom - top) / (box.fontPx * 2))));
  const scale = form === "log" ? logScale(shown, format, marks)
    : form === "share" && shown !== trend ? shareScale(format, marks) : linearScale(heights, peak, format, marks);
  const texts = scale.ticks.map(scale.text);
  const left = Math.max(1, ...texts.map((text) => text.length)) * box.fontPx * 0.6 + box.fontPx * 0.6;
  const room = (box.width - left) / Math.max(1, trend.windows.length);
  const y = (value: number) => bottom - Math.min(1, scale.part(value)) * (bottom - top);
  const middle = (window: number) => left + room * (window + 0.5);
  const width = Math.min(room * 0.72, box.fontPx * 4);
  const bars = isLines ? [] : barsOf(shown, y, middle, width);
  return {
    left, right: box.width, bottom, bars, peak,
    cuts: peak === null || isLines ? [] : [{ x: middle(peak.window) - width / 2, y: top + box.fontPx * 0.45, width }],
    bands: trend.windows.map((_, window) => ({ x: left + room * window, width: room })),
    lines: isLines ? linesOf(shown, y, middle, form === "log") : [],
    ys: scale.ticks.map((value, i) => ({ y: y(value), text: texts[i] ?? "" })),
    xs: datesOf(trend, box, middle, room),
    limits: form === "share" ? [] : limitsOf(shown, isLines).map(({ value, level }) => ({ value, part: scale.part(value), level }))
      .filter(({ part }) => part > 0 && part <= 1).map(({ value, level }) => ({ y: y(value), level })),
  };
}

/** A threshold is for each key, so that it is no line through bars of several on each other. */
function limitsOf({ thresholds, series }: Trend, isLines: boolean): Trend["thresholds"] {
  const [first] = series;
  if (series.length === 1) return thresholds.filter(({ key }) => key === null || key === first?.key);
  return isLines ? thresholds.filter(({ key }) => key === null) : [];
}

/** The highest value over each window: of bars on each other their sum. */
function heightsOf({ windows, series }: Trend, isLines: boolean): readonly number[] {
  return windows.map((_, i) => {
    const values = series.map(({ values }) => Math.max(0, values[i] ?? 0));
    return isLines ? Math.max(0, ...values) : values.reduce((sum, value) => sum + value, 0);
  });
}

/** The one window that would press all others flat; `null` where there is none. */
export function peakOf(heights: readonly number[]): Peak | null {
  if (heights.length < PEAK_WINDOWS_MIN) return null;
  const [first = 0, second = 0] = [...heights].sort((a, b) => b - a);
  return second > 0 && first > second * PEAK_FROM ? { window: heights.indexOf(first), times: first / second } : null;
}

function sharesOf(trend: Trend): Trend {
  const sums = heightsOf(trend, false);
  return {
    ...trend,
    series: trend.series.map((each) => ({
      ...each, values: each.values.map((value, i) => (value === null || (sums[i] ?? 0) <= 0 ? null : value / (sums[i] ?? 1))),
    })),
  };
}

function linearScale(heights: readonly number[], peak: Peak | null, format: Format, marks: number): Scale {
  const next = Math.max(0, ...heights.filter((_, i) => i !== peak?.window));
  const most = Math.max(peak === null ? Math.max(0, ...heights) : next * CUT_AT, 1e-9);
  const largest = most * 1.05;
  return {
    ticks: niceTicks(most, marks).filter((value) => value <= largest),
    text: (value) => format.axis(value), part: (value) => value / largest,
  };
}

function shareScale(format: Format, marks: number): Scale {
  return {
    ticks: marks > 2 ? [0, 0.25, 0.5, 0.75, 1] : [0, 0.5, 1],
    text: (value) => format.percent(value), part: (value) => value / 1.02,
  };
}

/** Round values around those above 0, which are all that such an axis has a place for. */
function logScale({ series }: Trend, format: Format, marks: number): Scale {
  const values = series.flatMap(({ values }) => values).filter((value): value is number => value !== null && value > 0);
  if (values.length === 0) return { ticks: [], text: () => "", part: () => 0 };
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const from = Math.floor(Math.log10(least) + 1e-9);
  const round = Array.from({ length: Math.ceil(Math.log10(most)) - from + 2 }, (_, i) => 10 ** (from + i))
    .flatMap((power) => [power, 2 * power, 5 * power]);
  const low = round.filter((value) => value <= least * (1 + 1e-9)).at(-1) ?? least;
  const high = round.find((value) => value > low && value >= most) ?? most;
  const all = round.filter((value) => value >= low && value <= high);
  // Powers of ten are marked where there are several.
  const powers = all.filter((value) => Number.isInteger(Math.round(Math.log10(value) * 1e9) / 1e9));
  const chosen = powers.length > 2 ? powers : all;
  const step = Math.max(1, Math.ceil(chosen.length / (marks + 1)));
  const span = Math.log10(high / low);
  return {
    ticks: chosen.filter((_, i) => i % step === 0),
    text: (value) => format.axis(value), part: (value) => Math.log10(value / low) / (span * 1.03),
  };
}

function barsOf({ windows, series }: Trend, y: (value: number) => number, middle: (window: number) => number, width: number): TrendBar[] {
  return windows.flatMap((_, window) => {
    let base = 0;
    return series.flatMap(({ values }, at) => {
      const value = Math.max(0, values[window] ?? 0);
      const height = y(base) - y(base + value);
      const bar = { series: at, window, x: middle(window) - width / 2, y: y(base + value), width, height };
      base += value;
      // What lies above the cut of a bar is not drawn.
      return value === 0 || height <= 0 ? [] : [bar];
    });
  });
}

function linesOf(
  { series }: Trend, y: (value: number) => number, middle: (window: number) => number, isLog: boolean,
): TrendPlot["lines"] {
  return series.map(({ values }, at) => {
    const known = (value: number | null | undefined): value is number => value !== null && value !== undefined && (!isLog || value > 0);
    return {
      series: at,
      path: values.map((value, i) => (!known(value) ? ""
        : `${i === 0 || !known(values[i - 1]) ? "M" : "L"}${middle(i).toFixed(1)} ${y(value).toFixed(1)}`)).join(""),
    };
  });
}

function datesOf({ windows }: Trend, box: Box, middle: (window: number) => number, room: number): TrendPlot["xs"] {
  const step = Math.max(1, Math.ceil((box.fontPx * 4) / room));
  return windows.map(({ short }, i) => {
    const isLast = middle(i) + box.fontPx * 1.5 > box.width;
    return { x: isLast ? box.width : middle(i), text: short, isLast };
  }).filter((_, i) => (windows.length - 1 - i) % step === 0);
}
