// A line over the keys in their order, for keys that are steps of something.
import { sum, type Row } from "../data/rows";
import { marksAround, marksWidth } from "./axis-room";
import type { Chart } from "./chart";
import { axisText, LABEL_MARGIN, STILL, valueScale } from "./common";
import { isCompared } from "./past";
import { seen } from "./picture";
import type { ChartStyle } from "./style";
import { textWidth } from "./text-width";
import { tooltip } from "./tooltip";

/** The size of the names in multiples of the text size. */
const NAME_SCALE = 0.85;
/** Between two names, in multiples of the text size. */
const NAMES_APART_EM = 0.5;
/** The space at the sides, in pixels. */
const EDGE = 4;

/** All of its bars are one shape for the library. */
const UNSEEN = {
  type: "bar" as const, itemStyle: { color: "transparent" }, emphasis: { disabled: true }, large: true, largeThreshold: 1,
};

export const line: Chart = {
  base: (style, rows) => ({
    ...STILL,
    tooltip: { ...tooltip(style, () => sum(rows()), (index) => rows()[index]), trigger: "axis" },
    grid: { top: style.fontPx, bottom: LABEL_MARGIN + style.fontPx * NAME_SCALE, outerBoundsMode: "none" },
    xAxis: {
      type: "category",
      axisTick: { show: false },
      axisLine: { lineStyle: { color: style.colors.grid } },
      axisLabel: { ...axisText(style, NAME_SCALE), margin: LABEL_MARGIN },
    },
    yAxis: valueScale(style),
    // Bars that are not seen have the places and the tooltips; the lines are in marks.ts.
    series: isCompared(rows()) ? [UNSEEN, UNSEEN] : [UNSEEN],
  }),
  update: (style, rows) => {
    // What the line goes through, and what it went through before.
    const values = rows.map(({ value }) => value ?? "-");
    const past = isCompared(rows) ? rows.map((row) => row.past?.value ?? "-") : null;
    const marks = marksAround([...values, ...(past ?? [])], style);
    const grid = sides(style, rows, marksWidth(marks, style));
    return {
      axes: {
        grid,
        xAxis: { data: rows.map((row) => row.label), axisLabel: { interval: namedEach(style, rows, style.width - grid.left - grid.right) - 1 } },
        yAxis: { ...marks },
      },
      picture: [values, past ?? []].map((lengths) => seen(lengths, marks.max - marks.min, style.height)).join("\n"),
      series: () => [{ data: values }, ...(past === null ? [] : [{ data: past }])],
    };
  },
  shape: (rows) => `${rows.length} ${isCompared(rows)}`,
};

/** The space at both sides: the first and the last name stand in the middle of their steps and may be wider. */
function sides(style: ChartStyle, rows: readonly Row[], marks: number) {
  const step = (style.width - marks - 2 * EDGE) / Math.max(1, rows.length);
  const beyond = (row: Row | undefined) => Math.max(0, (textWidth(row?.label ?? "", style, NAME_SCALE) - step) / 2);
  return { left: EDGE + Math.max(marks, beyond(rows[0])), right: EDGE + beyond(rows.at(-1)) };
}

/** One in so many names has room beside the others in that width. */
function namedEach(style: ChartStyle, rows: readonly Row[], width: number): number {
  const widest = Math.max(0, ...rows.map(({ label }) => textWidth(label, style, NAME_SCALE)));
  return Math.max(1, Math.ceil((widest + style.fontPx * NAMES_APART_EM) * rows.length / Math.max(1, width)));
}
