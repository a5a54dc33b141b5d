// Upright bars in the order of the labels, with their values on top.
import type { Chart } from "./chart";
import { axisText, fill, labelled, STILL, valueScale, valueText } from "./common";
import type { ChartStyle } from "./style";
import { barTooltip } from "./tooltip";

/** With more bars than this the values on top would touch. */
const VALUES_MAX = 16;

export const bars: Chart = {
  base: (style, rows) => ({
    ...STILL,
    tooltip: barTooltip(style, rows),
    grid: {
      left: 4, right: 4, top: style.fontPx * 1.8, bottom: 0,
      outerBoundsMode: "same", outerBoundsContain: "axisLabel",
    },
    xAxis: {
      type: "category",
      axisTick: { show: false },
      axisLine: { lineStyle: { color: style.colors.grid } },
      axisLabel: {
        ...axisText(style, labelScale(style, rows().length)), interval: 0, hideOverlap: true,
        width: barRoom(style, rows().length), overflow: "truncate",
      },
    },
    yAxis: valueScale(style),
    series: [{
      type: "bar",
      barWidth: "58%",
      barMaxWidth: style.fontPx * 6,
      itemStyle: { borderRadius: [4, 4, 0, 0] },
      label: {
        show: rows().length <= VALUES_MAX,
        position: "top",
        ...valueText(style, barValueScale(style, rows().length)),
        formatter: (p) => style.format.compact(labelled(p)),
      },
    }],
  }),
  data: (style, rows) => ({
    xAxis: { data: rows.map((row) => row.label) },
    series: [{
      data: rows.map((row) => ({
        value: row.value ?? "-",
        itemStyle: { color: fill(style, row, "up") },
      })),
    }],
  }),
};

/** The width that one bar has, with its share of the gaps. */
function barRoom(style: ChartStyle, bars: number): number {
  return Math.max(24, (style.width - style.fontPx * 3.2) / Math.max(1, bars));
}

/** Smaller labels where many bars share little width. */
function labelScale(style: ChartStyle, bars: number): number {
  return Math.min(0.95, Math.max(0.66, barRoom(style, bars) / (style.fontPx * 3.4)));
}

function barValueScale(style: ChartStyle, bars: number): number {
  return Math.min(0.95, Math.max(0.62, barRoom(style, bars) / (style.fontPx * 3.8)));
}
