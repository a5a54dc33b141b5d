// Lying bars, largest first, the rest of the list last and in grey. Values and
// shares stand in columns of their own at the right, so that they line up.
import { clip } from "../data/format";
import { shareOf, sum, type Row } from "../data/rows";
import type { Chart } from "./chart";
import { axisText, fill, STILL, valueText } from "./common";
import type { ChartStyle } from "./style";
import { barTooltip } from "./tooltip";

const LABEL_CHARACTERS_MAX = 24;
/** The least height of a row, in multiples of the text size. */
const ROW_HEIGHT_MIN = 0.95;
const ROWS_MIN = 4;
/** Shares need this much width, in multiples of the text size. */
const SHARE_WIDTH_MIN = 16;

/** The bar of the rest is broken where it would be more than so many times as long as the largest row's. */
const REST_BARS_MAX = 2;
/** The length of a broken bar, among bars of which the largest is 1. */
const BROKEN_BAR = 1.25;

export const ranking: Chart = {
  base: (style, rows) => {
    const scale = rowScale(style, rows().length);
    return {
      ...STILL,
      tooltip: barTooltip(style, rows),
      grid: {
        left: 0, right: 0, top: 0, bottom: 0,
        outerBoundsMode: "same", outerBoundsContain: "axisLabel",
      },
      xAxis: { type: "value", show: false },
      yAxis: [keyAxis(style, scale), valueAxis(style, scale, rows)],
      series: [{
        type: "bar",
        barWidth: "58%",
        barMaxWidth: style.fontPx * 1.4,
        itemStyle: { borderRadius: [0, 4, 4, 0] },
        showBackground: true,
        backgroundStyle: { color: style.colors.hover, borderRadius: [0, 4, 4, 0] },
      }],
    };
  },
  data: (style, rows) => {
    const broken = brokenLength(rows);
    const labels = rows.map((row) => row.label);
    return {
      yAxis: [{ data: labels }, { data: labels }],
      series: [{
        data: rows.map((row) => (row.color === null && broken !== null
          ? { value: broken, itemStyle: { color: brokenFill(style) } }
          : { value: row.value ?? "-", itemStyle: { color: fill(style, row, "right") } })),
      }],
    };
  },
};

/**
 * The length of the bar of the rest where its true length would press all others flat: the bar is
 * broken, with a gap that says so. `null` means that the bar is drawn at its true length.
 */
export function brokenLength(rows: readonly Row[]): number | null {
  const largest = Math.max(0, ...rows.map((row) => row.color === null ? 0 : row.value ?? 0));
  const rest = rows.find((row) => row.color === null)?.value ?? 0;
  return largest > 0 && rest > largest * REST_BARS_MAX ? largest * BROKEN_BAR : null;
}

/** The rest's colour with two gaps in it. */
function brokenFill(style: ChartStyle) {
  const { rest, panel } = style.colors;
  const stops = [[0, rest], [0.84, rest], [0.84, panel], [0.855, panel], [0.855, rest], [0.87, rest],
    [0.87, panel], [0.885, panel], [0.885, rest], [1, rest]] as const;
  return {
    type: "linear" as const, x: 0, y: 0, x2: 1, y2: 0,
    colorStops: stops.map(([offset, color]) => ({ offset, color })),
  };
}

const BARE = {
  type: "category", inverse: true, axisTick: { show: false }, axisLine: { show: false },
} as const;

function keyAxis(style: ChartStyle, scale: number) {
  return {
    ...BARE,
    axisLabel: {
      ...axisText(style, scale), color: style.colors.text, interval: 0, margin: style.fontPx * 0.7,
      width: style.width * 0.3, overflow: "truncate" as const,
      formatter: (label: string) => clip(label, LABEL_CHARACTERS_MAX),
    },
  };
}

function valueAxis(style: ChartStyle, scale: number, rows: () => readonly Row[]) {
  const size = style.fontPx * scale;
  return {
    ...BARE,
    position: "right" as const,
    axisLabel: {
      ...valueText(style, scale), interval: 0, margin: 0,
      formatter: (_label: string, index: number) => figures(style, rows(), index),
      rich: {
        value: { ...valueText(style, scale), width: size * 4.1, align: "right" as const },
        share: { ...axisText(style, scale), width: size * 3.6, align: "right" as const },
      },
    },
  };
}

/** The value and share of a row, as rich text: digits only, nothing of a label. */
function figures(style: ChartStyle, rows: readonly Row[], index: number): string {
  const value = rows[index]?.value ?? null;
  const hasRoom = style.width >= style.fontPx * SHARE_WIDTH_MIN;
  const share = hasRoom && style.additive ? shareOf(sum(rows), value) : null;
  const shareText = share === null ? "" : `{share|${style.format.percent(share)}}`;
  return `{value|${style.format.compact(value)}}${shareText}`;
}

/** The number of rows that can be told apart at the height of the chart. */
export function rowsFor(style: ChartStyle): number {
  return Math.max(ROWS_MIN, Math.floor(style.height / (style.fontPx * ROW_HEIGHT_MIN)));
}

/** Smaller text where many rows share little height, so that none is left out. */
function rowScale(style: ChartStyle, rows: number): number {
  const room = style.height / Math.max(1, rows) / (style.fontPx * 1.35);
  return Math.min(1, Math.max(0.55, room));
}
