// A trend as bars or lines: the places of its parts in a box of a given size. Pure.
import type { Format } from "../data/format";
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
}

export function trendPlot(
  trend: Trend, box: Box, format: Format,
): TrendPlot {
  const count = Math.max(1, trend.windows.length);
  const bottom = box.height - box.fontPx * 1.5;
  const top = box.fontPx * 0.8;
  const heights = trend.windows.map((_, i) => {
    const values = trend.series.map(({ values }) => Math.max(0, values[i] ?? 0));
    return trend.isStacked ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
  });
  const most = Math.max(...heights, 1e-9);
  const largest = most * 1.05;
  const ticks = niceTicks(most, Math.max(2, Math.min(4, Math.floor((bottom - top) / (box.fontPx * 2))))).filter((v) => v <= largest);
  const texts = ticks.map((value) => format.axis(value));
  const left = Math.max(...texts.map((text) => text.length)) * box.fontPx * 0.6 + box.fontPx * 0.6;
  const room = (box.width - left) / count;
  const y = (value: number) => bottom - (value / largest) * (bottom - top);
  const middle = (window: number) => left + room * (window + 0.5);
  const width = Math.min(room * 0.72, box.fontPx * 4);
  const bars: TrendBar[] = [];
  if (trend.isStacked) {
    trend.windows.forEach((_, window) => {
      let base = 0;
      trend.series.forEach(({ values }, series) => {
        const value = Math.max(0, values[window] ?? 0);
        if (value === 0) return;
        bars.push({ series, window, x: middle(window) - width / 2, y: y(base + value), width, height: y(base) - y(base + value) });
        base += value;
      });
    });
  }
  const step = Math.max(1, Math.ceil((box.fontPx * 4) / room));
  return {
    left, right: box.width, bottom, bars,
    bands: trend.windows.map((_, window) => ({ x: left + room * window, width: room })),
    lines: trend.isStacked ? [] : trend.series.map(({ values }, series) => ({
      series,
      path: values.map((value, i) => (value === null ? ""
        : `${i === 0 || values[i - 1] === null ? "M" : "L"}${middle(i).toFixed(1)} ${y(value).toFixed(1)}`)).join(""),
    })),
    ys: ticks.map((value, i) => ({ y: y(value), text: texts[i] ?? "" })),
    xs: trend.windows.map(({ short }, i) => {
      const isLast = middle(i) + box.fontPx * 1.5 > box.width;
      return { x: isLast ? box.width : middle(i), text: short, isLast };
    }).filter((_, i) => (count - 1 - i) % step === 0),
  };
}
