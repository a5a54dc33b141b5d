// What rows were before, in charts: an outline over each bar, and the change in words.
import { UNKNOWN } from "../data/format";
import type { Row } from "../data/rows";
import { textEm } from "../data/text-room";
import type { ChartStyle } from "./style";

export function isCompared(rows: readonly Row[]): boolean {
  return rows.some(({ past }) => past !== undefined);
}

/** The look of the outlines, which are as wide as the bars. */
export function ghostLook(style: ChartStyle, radius: number | number[]) {
  return {
    z: 4, silent: true, barGap: "-100%",
    itemStyle: {
      color: "transparent", borderColor: style.colors.text, borderWidth: Math.max(1, style.fontPx * 0.09),
      borderType: "dashed" as const, borderRadius: radius,
    },
  };
}

/** The lengths of the outlines; `-` where nothing is known. */
export function ghosts(rows: readonly Row[], length: (value: number | null) => number | null, isBroken: (row: Row) => boolean): (number | "-")[] {
  return rows.map((row) => (row.past === undefined || isBroken(row) ? "-" : length(row.past.value) ?? "-"));
}

/** The width of the widest change, in multiples of its size, in whole steps. */
export function changeEm(rows: readonly Row[]): number {
  return Math.ceil(Math.max(3.6, ...rows.map(({ past }) => textEm(past?.text ?? "") + 0.8)));
}

/** The value before and the change, for tooltips. */
export function pastLines(style: ChartStyle, past: Row["past"]): readonly (readonly [string, string])[] {
  if (past === undefined) return [];
  return [[style.before, past.value === null ? UNKNOWN : style.format.full(past.value)], [style.change, past.text]];
}
