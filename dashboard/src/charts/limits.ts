// Lines at the thresholds of a measure, through bars and lines. The words of each stand in the
// head of the panel, where they lie over nothing.
import type { ChartKind } from "../data/kinds";
import { logScale, type LogScale } from "../data/quantiles";
import type { Row } from "../data/rows";
import { LEVEL_MARKS } from "../data/thresholds";
import type { ChartStyle } from "./style";

/** A line further away than so many times the largest value is not drawn: bars would be flat. */
const FAR = 1.6;
/** A line is not the edge of the picture. */
const ABOVE = 1.04;

/** The places of lines along the axis of the values, and their colours. */
export function limitsAt(
  kind: ChartKind, style: ChartStyle, rows: readonly Row[],
): readonly { readonly place: number; readonly color: string }[] {
  const log = kind === "line" ? null : logScale(rows, style.additive);
  return style.limits.map(({ value, level }) => ({ place: log?.place(value) ?? value, color: style.colors[level] }));
}

/** The end of the axis of the values, such that lines that are near are seen; `null` leaves it to the library. */
export function withLimits(style: ChartStyle, log: LogScale | null): ((axis: { max: number }) => number | null) | null {
  const places = style.limits.map(({ value }) => log?.place(value) ?? value);
  if (places.length === 0) return null;
  return ({ max }) => {
    const near = Math.max(...places.filter((place) => place > max && place <= max * FAR));
    return Number.isFinite(near) ? near * ABOVE : null;
  };
}

/** The colour of the figure of a row. */
export function inkOf(style: ChartStyle, { beyond }: Pick<Row, "beyond">): string {
  return beyond === undefined ? style.colors.text : style.colors[beyond.level];
}

/** The room of the mark before a figure, in multiples of the text size. */
export const MARK_EM = 1.3;

/** The figure of a row, with the mark of the threshold that it is beyond. */
export function marked(style: ChartStyle, row: Pick<Row, "value" | "beyond"> | undefined): string {
  const mark = row?.beyond === undefined ? "" : `${LEVEL_MARKS[row.beyond.level]} `;
  return `${mark}${style.format.compact(row?.value ?? null)}`;
}
