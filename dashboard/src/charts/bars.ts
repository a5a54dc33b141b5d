// Upright bars in the order of the labels, with their values on top.
import { sum } from "../data/rows";
import { axisText, fill, labelled, STILL, valueText } from "./common";
import type { Look } from "./look";
import type { Chart } from "./option";
import { tooltip } from "./tooltip";

/** With more bars than this the values on top would touch. */
const VALUES_MAX = 16;

export const bars: Chart = {
  base: (look, rows) => ({
    ...STILL,
    tooltip: {
      ...tooltip(look, () => sum(rows()), (index) => rows()[index]),
      trigger: "axis",
      axisPointer: { type: "shadow", shadowStyle: { color: look.colors.hover } },
    },
    grid: {
      left: 4, right: 4, top: look.fontPx * 1.8, bottom: 0,
      outerBoundsMode: "same", outerBoundsContain: "axisLabel",
    },
    xAxis: {
      type: "category",
      axisTick: { show: false },
      axisLine: { lineStyle: { color: look.colors.grid } },
      axisLabel: {
        ...axisText(look, labelScale(look, rows().length)), interval: 0, hideOverlap: true,
        width: barRoom(look, rows().length), overflow: "truncate",
      },
    },
    yAxis: {
      type: "value",
      splitNumber: 4,
      splitLine: { lineStyle: { color: look.colors.grid } },
      axisLabel: { ...axisText(look, 0.8), formatter: (v: number) => look.format.axis(v) },
    },
    series: [{
      type: "bar",
      barWidth: "58%",
      barMaxWidth: look.fontPx * 6,
      itemStyle: { borderRadius: [4, 4, 0, 0] },
      label: {
        show: rows().length <= VALUES_MAX,
        position: "top",
        ...valueText(look, barValueScale(look, rows().length)),
        formatter: (p) => look.format.compact(labelled(p)),
      },
    }],
  }),
  data: (look, rows) => ({
    xAxis: { data: rows.map((row) => row.label) },
    series: [{
      data: rows.map((row) => ({
        value: row.value ?? "-",
        itemStyle: { color: fill(look, row, "up") },
      })),
    }],
  }),
};

/** The width that one bar has, with its share of the gaps. */
function barRoom(look: Look, bars: number): number {
  return Math.max(24, (look.width - look.fontPx * 3.2) / Math.max(1, bars));
}

/** Smaller labels where many bars share little width. */
function labelScale(look: Look, bars: number): number {
  return Math.min(0.95, Math.max(0.66, barRoom(look, bars) / (look.fontPx * 3.4)));
}

function barValueScale(look: Look, bars: number): number {
  return Math.min(0.95, Math.max(0.62, barRoom(look, bars) / (look.fontPx * 3.8)));
}
