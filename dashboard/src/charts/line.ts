// A line over the keys in their order, for keys that are steps of something.
import { sum } from "../data/rows";
import type { Chart } from "./chart";
import { axisText, STILL, valueScale } from "./common";
import { tooltip } from "./tooltip";

export const line: Chart = {
  base: (style, rows) => ({
    ...STILL,
    tooltip: { ...tooltip(style, () => sum(rows()), (index) => rows()[index]), trigger: "axis" },
    grid: {
      left: 4, right: style.fontPx, top: style.fontPx, bottom: 0,
      outerBoundsMode: "same", outerBoundsContain: "axisLabel",
    },
    xAxis: {
      type: "category",
      boundaryGap: false,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: style.colors.grid } },
      axisLabel: { ...axisText(style, 0.85), hideOverlap: true },
    },
    yAxis: valueScale(style),
    series: [{
      type: "line",
      showSymbol: false,
      lineStyle: { width: Math.max(2.5, style.fontPx * 0.12), color: style.accent.color },
      itemStyle: { color: style.accent.color },
      areaStyle: { color: style.accent.color, opacity: 0.14 },
    }, {
      // What the keys were before, where the panel is held against that.
      type: "line", showSymbol: false, silent: true,
      lineStyle: { width: Math.max(1.5, style.fontPx * 0.08), color: style.colors.muted, type: "dashed" },
      itemStyle: { color: style.colors.muted },
    }],
  }),
  data: (_look, rows) => ({
    xAxis: { data: rows.map((row) => row.label) },
    series: [
      { data: rows.map((row) => row.value ?? "-") },
      { data: rows.map((row) => row.past?.value ?? "-") },
    ],
  }),
};
