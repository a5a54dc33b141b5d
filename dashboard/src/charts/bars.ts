// Upright bars in the order of the labels, with their values on top where these have room.
//
// Every bar has its whole name below, in one or two lines. Where the names have no such
// room, the bars lie (`standing` says which, `panels/chart-model.ts` decides).
import { logScale } from "../data/quantiles";
import type { Row } from "../data/rows";
import type { Chart } from "./chart";
import { marksAround, marksWidth } from "./axis-room";
import { axisText, barFill, datum, LABEL_MARGIN, restFill, STILL, valueScale, valueText } from "./common";
import { cut } from "./cut";
import { inkOf, MARK_EM, marked } from "./limits";
import type { ChartStyle } from "./style";
import { textEm, wrapped } from "../data/text-room";
import { ghostLook, ghosts, isCompared } from "./past";
import { seen } from "./picture";
import { barTooltip } from "./tooltip";

/** Sizes of the names in multiples of the text size, the best first. */
const NAME_SCALES = [0.95, 0.85, 0.75] as const;
const NAME_LINES_MAX = 2;
/** The least room of a name that stands for several bars, in multiples of its size. */
const GROUP_NAME_EM = 6;
/** The part of a bar's room that its name may take. */
const NAME_ROOM = 0.94;
/** A bar with less room than this, in multiples of the text size, has no name below. */
const NAME_ROOM_MIN = 0.5;
/** Names below the bars take no more than this part of the height. */
const NAME_DEPTH_MAX = 0.32;
const LINE_HEIGHT = 1.25;
/** The space at the sides and below, in pixels. */
const EDGE = 4;
const BELOW = 2;
/** The space above bars without values, in multiples of the text size: half of a mark's label. */
const BARE_TOP = 0.6;
/** Sizes of the values in multiples of the text size: no smaller one is read. */
const VALUE_SCALE_MAX = 0.95;
const VALUE_SCALE_MIN = 0.62;
/** Values keep the room of four digits, so that their size stays as they grow. */
const VALUE_EM_MIN = 2.7;

export const bars: Chart = {
  base: (style, rows) => {
    const names = standing(style, rows());
    const nameScale = names?.scale ?? NAME_SCALES[2];
    const valueSize = valueScaleOf(style, rows());
    const log = logScale(rows(), style.additive);
    const label = {
      show: valueSize !== null,
      position: "top" as const,
      ...valueText(style, valueSize ?? VALUE_SCALE_MIN),
      // A line at a threshold does not run through a figure.
      ...(style.limits.length === 0 ? {} : { backgroundColor: style.colors.panel, padding: [1, 3] }),
      formatter: ({ dataIndex }: { dataIndex: number }) => onTop(style, rows()[dataIndex]),
    };
    return {
      ...STILL,
      tooltip: barTooltip(style, rows),
      grid: {
        right: EDGE, top: style.fontPx * (valueSize === null ? BARE_TOP : isCompared(rows()) ? 2.9 : 1.8), outerBoundsMode: "none",
      },
      xAxis: {
        type: "category",
        axisTick: { show: false },
        axisLine: { lineStyle: { color: style.colors.grid } },
        axisLabel: {
          ...axisText(style, nameScale), margin: LABEL_MARGIN, lineHeight: style.fontPx * nameScale * LINE_HEIGHT,
          ...(names === null ? someNames(style, rows().length).label : { interval: 0 }),
        },
      },
      yAxis: valueScale(style, log),
      series: [{
        type: "bar",
        barWidth: "58%",
        barMaxWidth: style.fontPx * 6,
        itemStyle: { color: barFill(style, "up"), borderRadius: [4, 4, 0, 0] },
        label,
      }, ...(isCompared(rows()) ? [{
        type: "bar" as const, barWidth: "58%", barMaxWidth: style.fontPx * 6, ...ghostLook(style, [4, 4, 0, 0]), label,
      }] : [])],
    };
  },
  update: (style, rows) => {
    const { scale, lengths, past, marks } = drawn(style, rows);
    const names = standing(style, rows);
    const looks = rows.map((row) => [onTop(style, row), row.color === null, row.beyond?.level, isBelow(row)].join(" "));
    return {
      axes: {
        grid: { left: EDGE + marksWidth(marks, style, scale), bottom: namesHeight(style, names) },
        xAxis: { data: rows.map(({ label }, i) => names?.names[i]?.join("\n") ?? label) },
        yAxis: { ...marks },
      },
      picture: [...[lengths, past ?? []].map((each) => seen(each, marks.max - marks.min, style.height)), ...looks].join("\n"),
      series: () => {
        const hasValues = valueScaleOf(style, rows) !== null;
        return [{
          data: rows.map((row, i) => datum(lengths[i] ?? "-", {
            ...restFill(style, row),
            ...(row.beyond === undefined && !isBelow(row) ? {} : { label: { color: inkOf(style, row), show: hasValues && !isBelow(row) } }),
          })),
        }, ...(past === null ? [] : [{
          data: past.map((value, i) => ({ value, label: { show: hasValues && isBelow(rows[i]) } })),
        }])];
      },
    };
  },
  shape: (rows, style) => {
    const names = standing(style, rows);
    const scale = logScale(rows, style.additive)?.value(0) ?? "";
    return `${rows.length} ${isCompared(rows)} ${names?.scale ?? "-"} ${valueScaleOf(style, rows)?.toFixed(1) ?? "-"} ${scale}`;
  },
};

/** The lengths of bars and outlines, and the marks of their axis. */
function drawn(style: ChartStyle, rows: readonly Row[]) {
  const scale = logScale(rows, style.additive);
  const length = (value: number | null) => (scale === null ? value : scale.place(value));
  const lengths = rows.map((row) => length(row.value));
  const past = isCompared(rows) ? ghosts(rows, length, () => false) : null;
  return { scale, lengths, past, marks: marksAround([...lengths, ...(past ?? [])], style, scale) };
}

/** The value stands above the higher of the bar and its outline. */
function isBelow(row: Row | undefined): boolean {
  return (row?.value ?? 0) < (row?.past?.value ?? -Infinity);
}

/** The value, and below it the change since. */
function onTop(style: ChartStyle, row: Row | undefined): string {
  const value = marked(style, row);
  return row?.past === undefined ? value : `${row.past.text}\n${value}`;
}

export interface Standing {
  /** The size of the names in multiples of the text size. */
  readonly scale: number;
  /** The lines of each name. */
  readonly names: readonly (readonly string[])[];
}

/** The names of standing bars; `null` means that they have no room below the bars. */
export function standing(style: ChartStyle, rows: readonly Row[]): Standing | null {
  // Very many bars need no look at their names.
  if (barRoom(style, rows.length) < style.fontPx * NAME_ROOM_MIN) return null;
  for (const scale of NAME_SCALES) {
    const size = style.fontPx * scale;
    const lines = Math.min(NAME_LINES_MAX, Math.floor((style.height * NAME_DEPTH_MAX) / (size * LINE_HEIGHT)));
    const room = (barRoom(style, rows.length) * NAME_ROOM) / size;
    const names = rows.map(({ label }) => wrapped(label, room, Math.max(1, lines)));
    if (names.every((name) => name !== null)) return { scale, names };
  }
  return null;
}

/** One name for a group of bars side by side, in the middle of the group and no wider, so that none leaves the chart. */
export function someNames(style: ChartStyle, bars: number) {
  const room = barRoom(style, bars);
  const step = Math.max(1, Math.ceil((style.fontPx * NAME_SCALES[2] * GROUP_NAME_EM) / room));
  const middle = Math.floor(step / 2);
  const width = step * room * NAME_ROOM;
  const label = {
    interval: (index: number) => index % step === middle && index - middle + step <= bars,
    formatter: (name: string) => cut(name, width, style, NAME_SCALES[2]),
  };
  return { label, width };
}

/** The height below the bars in pixels: the lines of the names and their distance from the axis. */
function namesHeight(style: ChartStyle, names: Standing | null): number {
  const size = style.fontPx * (names?.scale ?? NAME_SCALES[2]);
  const lines = Math.max(1, ...(names?.names ?? []).map((name) => name.length));
  return BELOW + LABEL_MARGIN + size * LINE_HEIGHT * lines;
}

/** The size of the values on top, side by side; `null` means that there is no room for them. */
export function valueScaleOf(style: ChartStyle, rows: readonly Row[]): number | null {
  if (barRoom(style, rows.length) < VALUE_EM_MIN * VALUE_SCALE_MIN * style.fontPx) return null;
  const widthOf = ({ value, past, beyond }: Row) => Math.max(
    textEm(style.format.compact(value)) + (beyond === undefined ? 0 : MARK_EM), textEm(past?.text ?? ""));
  const longest = Math.max(VALUE_EM_MIN, ...rows.map((row) => widthOf(row) + 0.4));
  const scale = barRoom(style, rows.length) / (longest * style.fontPx);
  return scale < VALUE_SCALE_MIN ? null : Math.min(VALUE_SCALE_MAX, scale);
}

/** The width that one bar has, with its share of the gaps. */
function barRoom(style: ChartStyle, bars: number): number {
  return Math.max(1, (style.width - style.fontPx * 3.2) / Math.max(1, bars));
}
