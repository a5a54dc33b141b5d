// The parts that charts with axes share.
import type { LogScale } from "../data/quantiles";
import type { Row } from "../data/rows";
import { withLimits } from "./limits";
import type { ChartStyle } from "./style";

/**
 * The fill of a bar. Its key stands on the axis, so colour need not tell it
 * apart: all bars of a panel share one, and the rest of a cut list is grey.
 */
export function fill(style: ChartStyle, row: Row, toward: "up" | "right") {
  if (row.color === null) return style.colors.rest;
  const { color, deep } = style.accent;
  return {
    type: "linear" as const,
    x: toward === "up" ? 0 : 1, y: 0, x2: 0, y2: toward === "up" ? 1 : 0,
    colorStops: [{ offset: 0, color }, { offset: 1, color: deep }],
  };
}

export function axisText(style: ChartStyle, scale: number) {
  return {
    color: style.colors.muted,
    fontSize: Math.round(style.fontPx * scale),
    fontFamily: style.fontFamily,
  };
}

export function valueText(style: ChartStyle, scale: number) {
  return {
    color: style.colors.text,
    fontSize: Math.round(style.fontPx * scale),
    fontFamily: style.fontFamily,
  };
}

/** The axis of the values of upright charts; a logarithmic one has a mark at each power of ten. */
export function valueScale(style: ChartStyle, log: LogScale | null = null) {
  return {
    type: "value" as const,
    ...(log === null ? {} : { minInterval: 1 }),
    ...endOf(withLimits(style, log)),
    splitNumber: Math.max(1, Math.min(4, Math.floor(style.height / (style.fontPx * 2.5)))),
    splitLine: { lineStyle: { color: style.colors.grid } },
    axisLabel: { ...axisText(style, 0.8), hideOverlap: true, formatter: (v: number) => style.format.axis(log?.value(v) ?? v),
      // The end of an axis that was made longer for a line is no round value.
      ...(style.limits.length === 0 ? {} : { showMaxLabel: false }),
    },
  };
}

function endOf(max: ReturnType<typeof withLimits>) {
  // The library takes null as its own choice, which its types do not say.
  return max === null ? {} : { max: max as (axis: { max: number }) => number };
}

export const STILL = { animation: false } as const;
