// What the charts with axes have in common.
import type { Look } from "./look";
import type { Row } from "../data/rows";

/**
 * The fill of a bar. Its key stands on the axis, so colour need not tell it
 * apart: all bars of a panel share one, and the rest of a cut list is grey.
 */
export function fill(look: Look, row: Row, toward: "up" | "right") {
  if (row.color === null) return look.colors.rest;
  const { color, deep } = look.accent;
  return {
    type: "linear" as const,
    x: toward === "up" ? 0 : 1, y: 0, x2: 0, y2: toward === "up" ? 1 : 0,
    colorStops: [{ offset: 0, color }, { offset: 1, color: deep }],
  };
}

export function axisText(look: Look, scale: number) {
  return {
    color: look.colors.muted,
    fontSize: Math.round(look.fontPx * scale),
    fontFamily: look.fontFamily,
  };
}

export function valueText(look: Look, scale: number) {
  return {
    color: look.colors.text,
    fontSize: Math.round(look.fontPx * scale),
    fontFamily: look.fontFamily,
  };
}

export const STILL = { animation: false } as const;

/** The value of a label's parameters, if it is a number. */
export function labelled(params: { value?: unknown }): number | null {
  return typeof params.value === "number" ? params.value : null;
}
