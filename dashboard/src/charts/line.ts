// A line over the keys in their order, for keys that are steps of something.
import { sum } from "../data/rows";
import type { Chart } from "./chart";
import { axisText, STILL, valueScale } from "./common";
import { tooltip } from "./tooltip";

const UNSEEN = { type: "bar" as const, itemStyle: { color: "transparent" }, emphasis: { disabled: true } };

export const line: Chart = {
  base: (style, rows) => ({
    ...STILL,
    tooltip: { ...tooltip(style, () => sum(rows()), (index) => rows()[index]), trigger: "axis" },
    grid: {
      left: 4, right: 4, top: style.fontPx, bottom: 0,
      outerBoundsMode: "same", outerBoundsContain: "axisLabel",
    },
    xAxis: {
      type: "category",
      axisTick: { show: false },
      axisLine: { lineStyle: { color: style.colors.grid } },
      axisLabel: { ...axisText(style, 0.85), hideOverlap: true },
    },
    yAxis: valueScale(style),
    // Bars that are not seen have the places and the tooltips; the lines are in marks.ts.
    series: [UNSEEN, UNSEEN],
  }),
  data: (_look, rows) => ({
    xAxis: { data: rows.map((row) => row.label) },
    series: [
      { data: rows.map((row) => row.value ?? "-") },
      { data: rows.map((row) => row.past?.value ?? "-") },
    ],
  }),
};
