// Lying bars, largest first, the rest of the list last and in grey. Values and
// shares stand in columns of their own at the right, so that they line up.
import { logScale } from "../data/quantiles";
import { shareOf, sum, type Row } from "../data/rows";
import type { Chart } from "./chart";
import { axisText, barFill, datum, restFill, STILL, valueText } from "./common";
import { shortName } from "./cut";
import { limitsAt, MARK_EM, marked, withLimits } from "./limits";
import { changeEm, ghostLook, ghosts, isCompared } from "./past";
import { seen } from "./picture";
import type { ChartStyle } from "./style";
import { textEm, widestName } from "../data/text-room";
import { textWidth } from "./text-width";
import { barTooltip } from "./tooltip";

/** The least height of a row, in multiples of the text size. */
const ROW_HEIGHT_MIN = 0.95;
const ROWS_MIN = 4;
/** Shares need this much width, in multiples of the text size. */
const SHARE_WIDTH_MIN = 20;

/** The widths of the columns of figures, in multiples of their size; that of values at least. */
const VALUE_EM_MIN = 4.1;
const SHARE_EM = 3.6;
/** The least sizes of the text, for want of height and of width, and names that a narrow chart makes room for. */
const SCALE_MIN = 0.55;
const NARROW_SCALE_MIN = 0.68;
const NAMES_EM_MAX = 6;
/** Between names and bars, in multiples of the text size. */
const NAMES_APART_EM = 0.7;
/** The parts of the width that names may take, and that bars keep. */
const NAMES_MAX = 0.42;
const NAMES_MIN = 0.17;
/** The library never makes bars shorter than a quarter and cuts the texts instead. */
const BARS_MIN = 0.28;

/** The bar of the rest is broken where it would be more than so many times as long as the largest row's. */
const REST_BARS_MAX = 2;
/** The length of a broken bar, among bars of which the largest is 1. */
const BROKEN_BAR = 1.25;

export const ranking: Chart = {
  base: (style, rows) => {
    const scale = rowScale(style, rows());
    const log = logScale(rows(), style.additive);
    return {
      ...STILL,
      tooltip: barTooltip(style, rows),
      grid: {
        right: figuresEm(style, rows()) * style.fontPx * scale, top: 0, bottom: 0, outerBoundsMode: "none",
      },
      xAxis: { type: "value", show: false, max: endOf(withLimits(style, log)) },
      yAxis: [keyAxis(style, scale, figuresEm(style, rows())), valueAxis(style, scale, rows)],
      series: [{
        type: "bar",
        barWidth: "58%",
        barMaxWidth: style.fontPx * 1.4,
        itemStyle: { color: barFill(style, "right"), borderRadius: [0, 4, 4, 0] },
      }, {
        // The tracks on which the bars lie; a row without a value has none.
        type: "bar", barWidth: "58%", barMaxWidth: style.fontPx * 1.4, barGap: "-100%", z: 1, silent: true,
        itemStyle: { color: style.colors.hover, borderRadius: [0, 4, 4, 0] },
      }, ...(isCompared(rows()) ? [{
        type: "bar" as const, barWidth: "58%", barMaxWidth: style.fontPx * 1.4, ...ghostLook(style, [0, 4, 4, 0]),
      }] : [])],
    };
  },
  update: (style, rows) => {
    const drawn = drawnOf(style, rows);
    const { broken, lengths, tracks, past } = drawn;
    const labels = rows.map((row) => row.label);
    return {
      axes: { grid: { left: namesWidth(style, rows) }, yAxis: [{ data: labels }, { data: labels }] },
      picture: pictureOf(style, rows, drawn),
      series: () => [{
        data: rows.map((row, i) => (row.color === null && broken !== null
          ? { value: broken, itemStyle: { color: brokenFill(style) } }
          : datum(lengths[i] ?? "-", restFill(style, row)))),
      }, {
        data: tracks,
      }, ...(past === null ? [] : [{ data: past }])],
    };
  },
  shape: (rows, style) =>
    `${rows.length} ${valueEm(style, rows)} ${rowScale(style, rows).toFixed(2)} ${isCompared(rows) ? changeEm(rows) : ""} ${logScale(rows, style.additive)?.value(0) ?? ""}`,
};

/** The lengths of all that lies along the axis. */
function drawnOf(style: ChartStyle, rows: readonly Row[]) {
  const scale = logScale(rows, style.additive);
  const broken = scale === null ? brokenLength(rows) : null;
  const length = (value: number | null) => (scale === null ? value : scale.place(value));
  return {
    scale, broken,
    lengths: rows.map((row) => (row.color === null && broken !== null ? broken : length(row.value))),
    tracks: tracks(rows, broken, length),
    past: isCompared(rows) ? ghosts(rows, length, (row) => row.color === null && broken !== null) : null,
  };
}

function pictureOf(
  style: ChartStyle, rows: readonly Row[], { scale, broken, lengths, tracks, past }: ReturnType<typeof drawnOf>,
): string {
  const longest = Math.max(0, ...tracks.filter((track) => track !== "-"));
  // The axis ends with the longest bar or with a line that is near, and the lines have their places on it.
  const end = withLimits(style, scale)?.({ max: longest }) ?? longest;
  const lines = limitsAt("hbar", style, rows).map(({ place }) => place);
  const all = [lengths, tracks, past ?? [], lines].map((each) => seen(each, end, style.width));
  const looks = rows.map((row, i) => `${figures(style, rows, i)} ${row.color === null}`);
  return [...all, broken !== null, ...looks].join("\n");
}

/** The lengths of the tracks: as long as the longest bar or outline. */
function tracks(rows: readonly Row[], broken: number | null, length: (value: number | null) => number | null): (number | "-")[] {
  const longest = Math.max(0, broken ?? 0, ...rows.map(({ color, value, past }) =>
    (color === null && broken !== null ? 0 : Math.max(length(value) ?? 0, length(past?.value ?? null) ?? 0))));
  return rows.map(({ value }) => (value === null ? "-" : longest));
}

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

/** As long as the longest bar, or as a line that is near. */
function endOf(limits: ReturnType<typeof withLimits>) {
  return limits === null ? "dataMax" as const : (axis: { max: number }) => limits(axis) ?? axis.max;
}

const BARE = {
  type: "category", inverse: true, axisTick: { show: false }, axisLine: { show: false },
} as const;

/** `figures` is the width of the columns of figures, in multiples of their size. */
function keyAxis(style: ChartStyle, scale: number, figures: number) {
  return {
    ...BARE,
    axisLabel: {
      ...axisText(style, scale), color: style.colors.text, interval: 0, margin: style.fontPx * NAMES_APART_EM,
      formatter: (label: string) => shortName(label, nameRoom(style, scale, figures), style, scale),
    },
  };
}

/** The width of the names as they are drawn, in pixels, with their distance from the bars. */
function namesWidth(style: ChartStyle, rows: readonly Row[]): number {
  const scale = rowScale(style, rows);
  const room = nameRoom(style, scale, figuresEm(style, rows));
  const widest = Math.max(0, ...rows.map(({ label }) => textWidth(shortName(label, room, style, scale), style, scale)));
  return Math.ceil(widest) + style.fontPx * NAMES_APART_EM;
}

/** The most that a name may be wide, in pixels: what figures and the shortest of bars leave. */
function nameRoom(style: ChartStyle, scale: number, figures: number): number {
  const left = style.width * (1 - BARS_MIN) - figures * style.fontPx * scale - style.fontPx * NAMES_APART_EM;
  return Math.max(style.width * NAMES_MIN, Math.min(style.width * NAMES_MAX, left));
}

/** The width of the longest value in whole multiples of its size, with the space before it. */
function valueEm(style: ChartStyle, rows: readonly Row[]): number {
  const longest = Math.max(0, ...rows.map((row) => textEm(style.format.compact(row.value)) + (row.beyond === undefined ? 0 : MARK_EM)));
  return Math.max(VALUE_EM_MIN, Math.ceil(longest + 0.4));
}

/** The width of the column behind the values: of changes, or of shares where they say something. */
function secondEm(style: ChartStyle, rows: readonly Row[]): number {
  return isCompared(rows) ? changeEm(rows) : hasShares(style) ? SHARE_EM : 0;
}

function figuresEm(style: ChartStyle, rows: readonly Row[]): number {
  return (hasValues(style, rows) ? valueEm(style, rows) : 0) + secondEm(style, rows);
}

/** Beside little more than names and bars there is room for the changes alone, which a reader asked for. */
function hasValues(style: ChartStyle, rows: readonly Row[]): boolean {
  return !isCompared(rows) || style.width * (1 - BARS_MIN - NAMES_MIN) >= style.fontPx * (valueEm(style, rows) + changeEm(rows));
}

function hasShares(style: ChartStyle): boolean {
  return style.additive && style.width >= style.fontPx * SHARE_WIDTH_MIN;
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
        value: { ...valueText(style, scale), width: size * valueEm(style, rows()), align: "right" as const },
        warn: { ...valueText(style, scale), color: style.colors.warn, width: size * valueEm(style, rows()), align: "right" as const },
        bad: { ...valueText(style, scale), color: style.colors.bad, width: size * valueEm(style, rows()), align: "right" as const },
        share: { ...axisText(style, scale), width: size * secondEm(style, rows()), align: "right" as const },
      },
    },
  };
}

/** The value and share of a row, as rich text: digits only, nothing of a label. */
export function figures(style: ChartStyle, rows: readonly Row[], index: number): string {
  const row = rows[index];
  const value = row?.value ?? null;
  // The rest of values that may not be summed has no value: the reason stands in its place.
  if (row?.color === null && value === null && !style.additive) return `{share|${style.noSum}}`;
  if (row?.past !== undefined) return `${hasValues(style, rows) ? `{${row.beyond?.level ?? "value"}|${marked(style, row)}}` : ""}{share|${row.past.text}}`;
  const share = hasShares(style) ? shareOf(sum(rows), value) : null;
  const shareText = share === null ? "" : `{share|${style.format.percent(share)}}`;
  return `{${row?.beyond?.level ?? "value"}|${marked(style, row)}}${shareText}`;
}

/** The number of rows that can be told apart at the height of the chart. */
export function rowsFor(style: ChartStyle): number {
  return Math.max(ROWS_MIN, Math.floor(style.height / (style.fontPx * ROW_HEIGHT_MIN)));
}

/**
 * Smaller text where many rows share little height, so that none is left out, or where names and
 * figures share little width.
 */
function rowScale(style: ChartStyle, rows: readonly Row[]): number {
  const height = style.height / Math.max(1, rows.length) / (style.fontPx * 1.35);
  const names = Math.min(NAMES_EM_MAX, widestName(rows));
  const width = (style.width * (1 - BARS_MIN)) / (style.fontPx * (figuresEm(style, rows) + names + NAMES_APART_EM));
  return Math.min(1, Math.max(SCALE_MIN, height), Math.max(NARROW_SCALE_MIN, width));
}
