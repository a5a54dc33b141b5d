// Lying bars, largest first, the rest of the list last and in grey. Values and
// shares stand in columns of their own at the right, so that they line up.
import { clip } from "../format";
import { sum, type Row } from "../panels/rows";
import { axisText, fill, STILL, valueText } from "./common";
import type { Look } from "./look";
import type { Chart } from "./option";
import { tooltip } from "./tooltip";

const LABEL_CHARACTERS_MAX = 24;

/** How many times as long as the largest row the bar of the rest may be. */
const REST_BARS_MAX = 5;

export const ranking: Chart = {
  base: (look, rows) => {
    const scale = rowScale(look, rows().length);
    return {
      ...STILL,
      tooltip: {
        ...tooltip(look, () => sum(rows()), (index) => rows()[index]),
        trigger: "axis",
        axisPointer: { type: "shadow", shadowStyle: { color: look.colors.hover } },
      },
      grid: {
        left: 0, right: 0, top: 0, bottom: 0,
        outerBoundsMode: "same", outerBoundsContain: "axisLabel",
      },
      xAxis: { type: "value", show: false },
      yAxis: [keyAxis(look, scale), valueAxis(look, scale, rows)],
      series: [{
        type: "bar",
        barWidth: "58%",
        barMaxWidth: look.fontPx * 1.4,
        itemStyle: { borderRadius: [0, 4, 4, 0] },
        showBackground: true,
        backgroundStyle: { color: look.colors.hover, borderRadius: [0, 4, 4, 0] },
      }],
    };
  },
  data: (look, rows) => {
    const isTooLong = restIsTooLong(rows);
    const labels = rows.map((row) => row.label);
    return {
      yAxis: [{ data: labels }, { data: labels }],
      series: [{
        data: rows.map((row) => ({
          value: row.color === null && isTooLong ? "-" : row.value ?? "-",
          itemStyle: { color: fill(look, row, "right") },
        })),
      }],
    };
  },
};

/**
 * Whether the rest of the list is so much that its bar would press all others flat. It is shown
 * by its figures alone then, since a bar that is cut short would lie.
 */
function restIsTooLong(rows: readonly Row[]): boolean {
  const largest = Math.max(0, ...rows.map((row) => row.color === null ? 0 : row.value ?? 0));
  const rest = rows.find((row) => row.color === null)?.value ?? 0;
  return rest > largest * REST_BARS_MAX;
}

const BARE = {
  type: "category", inverse: true, axisTick: { show: false }, axisLine: { show: false },
} as const;

function keyAxis(look: Look, scale: number) {
  return {
    ...BARE,
    axisLabel: {
      ...axisText(look, scale), color: look.colors.text, interval: 0, margin: look.fontPx * 0.7,
      width: look.width * 0.3, overflow: "truncate" as const,
      formatter: (label: string) => clip(label, LABEL_CHARACTERS_MAX),
    },
  };
}

function valueAxis(look: Look, scale: number, rows: () => readonly Row[]) {
  const size = look.fontPx * scale;
  return {
    ...BARE,
    position: "right" as const,
    axisLabel: {
      ...valueText(look, scale), interval: 0, margin: 0,
      formatter: (_label: string, index: number) => figures(look, rows(), index),
      rich: {
        value: { ...valueText(look, scale), width: size * 4.1, align: "right" as const },
        share: { ...axisText(look, scale), width: size * 3.6, align: "right" as const },
      },
    },
  };
}

/** The value and share of a row, as rich text: digits only, nothing of a label. */
function figures(look: Look, rows: readonly Row[], index: number): string {
  const value = rows[index]?.value ?? null;
  const total = sum(rows);
  const share = look.additive && value !== null && total > 0
    ? `{share|${look.format.percent(value / total)}}`
    : "";
  return `{value|${look.format.compact(value)}}${share}`;
}

/** Smaller text where many rows share little height, so that none is left out. */
function rowScale(look: Look, rows: number): number {
  const room = look.height / Math.max(1, rows) / (look.fontPx * 1.35);
  return Math.min(1, Math.max(0.55, room));
}
