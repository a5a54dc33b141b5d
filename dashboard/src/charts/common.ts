// The parts that charts with axes share.
import type { LogScale } from "../data/quantiles";
import type { Row } from "../data/rows";
import type { ChartStyle } from "./style";

/**
 * The fill of the bars of a panel: their keys stand on the axis, so that colour need not tell
 * them apart. It stands once for all of them, as the library is slow with bars that each have one.
 */
export function barFill(style: ChartStyle, toward: "up" | "right") {
  const { color, deep } = style.accent;
  return {
    type: "linear" as const,
    x: toward === "up" ? 0 : 1, y: 0, x2: 0, y2: toward === "up" ? 1 : 0,
    colorStops: [{ offset: 0, color }, { offset: 1, color: deep }],
  };
}

/** The look of a bar that differs from those of its panel: the rest of a cut list is grey. */
export function restFill(style: ChartStyle, row: Row): { itemStyle?: { color: string } } {
  return row.color === null ? { itemStyle: { color: style.colors.rest } } : {};
}

/** A length with a look of its own; without one the length alone, which the library takes faster. */
export function datum<Look extends object>(value: number | "-", look: Look): number | "-" | (Look & { value: number | "-" }) {
  return Object.keys(look).length === 0 ? value : { ...look, value };
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

/** Between an axis and its labels, in pixels. */
export const LABEL_MARGIN = 8;
/** The size of the labels of values in multiples of the text size. */
export const VALUE_LABEL_SCALE = 0.8;

/** The axis of the values of upright charts; its marks come with the data (`axis-room.ts`). */
export function valueScale(style: ChartStyle, log: LogScale | null = null) {
  return {
    type: "value" as const,
    splitLine: { lineStyle: { color: style.colors.grid } },
    axisLabel: { ...axisText(style, VALUE_LABEL_SCALE), margin: LABEL_MARGIN,
      formatter: (v: number) => style.format.axis(log?.value(v) ?? v),
      // The end of an axis that was made longer for a line is no round value.
      ...(style.limits.length === 0 ? {} : { showMaxLabel: false }),
    },
  };
}

export const STILL = { animation: false } as const;
