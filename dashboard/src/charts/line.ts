// A line over the keys in their order, for keys that are steps of something.
import { sum } from "../data/rows";
import { axisText, STILL } from "./common";
import type { Chart } from "./option";
import { tooltip } from "./tooltip";

export const line: Chart = {
  base: (look, rows) => ({
    ...STILL,
    tooltip: { ...tooltip(look, () => sum(rows()), (index) => rows()[index]), trigger: "axis" },
    grid: {
      left: 4, right: look.fontPx, top: look.fontPx, bottom: 0,
      outerBoundsMode: "same", outerBoundsContain: "axisLabel",
    },
    xAxis: {
      type: "category",
      boundaryGap: false,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: look.colors.grid } },
      axisLabel: { ...axisText(look, 0.85), hideOverlap: true },
    },
    yAxis: {
      type: "value",
      splitNumber: 4,
      splitLine: { lineStyle: { color: look.colors.grid } },
      axisLabel: { ...axisText(look, 0.8), formatter: (v: number) => look.format.axis(v) },
    },
    series: [{
      type: "line",
      showSymbol: false,
      lineStyle: { width: 2.5, color: look.accent.color },
      itemStyle: { color: look.accent.color },
      areaStyle: { color: look.accent.color, opacity: 0.14 },
    }],
  }),
  data: (_look, rows) => ({
    xAxis: { data: rows.map((row) => row.label) },
    series: [{ data: rows.map((row) => row.value ?? "-") }],
  }),
};
