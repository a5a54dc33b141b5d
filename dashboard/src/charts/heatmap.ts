// Cells of two dimensions, the deeper the more: first keys from top to bottom, second keys from
// left to right, or the other way round where that serves the names better. A cell with nothing
// is faint and outside the scale; a cell whose value is not known is left open. The rest of a
// cut list has no place among the cells and stands in a note below (`panels/heat-legend.ts`).
import { crossOf, type Cross } from "../data/cross";
import { clip } from "../data/format";
import { sum, type Row } from "../data/rows";
import type { Chart } from "./chart";
import { axisText, STILL } from "./common";
import { NAME_CHARACTERS_MAX, shortName } from "./cut";
import { heatScale, PLACE_MIN, type HeatScale } from "./heat-scale";
import { shadeAt } from "./shades";
import type { ChartStyle } from "./style";
import { wrapped } from "../data/text-room";
import { tooltip } from "./tooltip";

/** Sizes of the labels above columns in multiples of the text size, the best first. */
const LABEL_SCALES = [0.85, 0.75, 0.68] as const;
/** A label that is cut to its column keeps so much, in multiples of its size. */
const CUT_EM_MIN = 3.2;
/** A label at a slant shows at least so much, in multiples of its size. */
const SLANTED_EM_MIN = 6;
/** The smallest size of the labels beside lines, in multiples of the text size, and the room of one. */
const DOWN_SCALE_MIN = 0.62;
const DOWN_LINE = 1.1;
/** Cells narrower or lower than this, in pixels, have no gaps between them. */
const GAP_ROOM_MIN = 6;

export const heatmap: Chart = {
  base: (style, rows) => {
    const { fit } = lying(style, crossOf(rows()));
    return {
      ...STILL,
      tooltip: {
        ...tooltip(style, () => sum(rows()), (index) => cellAt(style, crossOf(rows()), index)),
        trigger: "item",
      },
      grid: {
        left: fit.left, right: 2, top: style.fontPx * 0.4, bottom: fit.bottom,
        outerBoundsMode: "none",
      },
      xAxis: {
        ...BARE,
        axisLabel: {
          ...axisText(style, fit.acrossScale), margin: style.fontPx * 0.4, ...fit.across.label,
          formatter: fit.acrossText,
        },
      },
      yAxis: {
        ...BARE,
        inverse: true,
        axisLabel: {
          ...axisText(style, fit.downScale), margin: style.fontPx * 0.5, interval: fit.downInterval,
          formatter: (label: string) => shortName(label, fit.left - style.fontPx * 0.5, style, fit.downScale),
        },
      },
      series: [{
        type: "heatmap",
        // A large map that is drawn in parts flickers with each update.
        progressive: 0,
        // The ends and the middle of the scale are named below the map (panels/heat-legend.ts).
        itemStyle: { color: ({ data }) => fillAt(style, data), borderColor: style.colors.panel, borderWidth: fit.gap },
        emphasis: { itemStyle: { borderColor: style.colors.text, borderWidth: 1 } },
      }],
    };
  },
  update: (style, rows) => {
    const cross = crossOf(rows);
    const { axes, isTurned } = lying(style, cross);
    const cells = cellsOf(cross, heatScale(cross.cells.values()), isTurned);
    return {
      axes: { xAxis: { data: [...axes.across] }, yAxis: { data: [...axes.down] } },
      picture: cells.map((mark) => (mark[2] === "-" ? "-" : fillAt(style, mark))).join(" "),
      series: () => [{ data: cells }],
    };
  },
  shape: (rows, style) => {
    const { axes: { down, across }, isTurned } = lying(style, crossOf(rows));
    // The names above columns are broken once for a drawing.
    return [down.length, longest(down), isTurned, ...[...across].sort()].join("\n");
  },
};

/** How many first keys can all have a name. */
export function namedLines(style: ChartStyle, rows: readonly Row[]): number {
  const { fit } = lying(style, crossOf(rows));
  if (fit.downInterval === 0) return Infinity;
  return Math.floor((style.height - fit.bottom) / (style.fontPx * DOWN_SCALE_MIN * DOWN_LINE));
}

type Axes = Pick<Cross, "down" | "across">;

/**
 * Turned where only that lays all names level, as slanted ones take the room of the cells, or where
 * only that gives each line its name.
 */
function lying(style: ChartStyle, cross: Cross) {
  const straight = { axes: cross as Axes, fit: fitOf(style, cross), isTurned: false };
  if (isLevel(straight.fit)) return straight;
  const axes: Axes = { down: cross.across, across: cross.down };
  const turned = { axes, fit: fitOf(style, axes), isTurned: true };
  const isBetter = isLevel(turned.fit) || (!isNamed(straight.fit) && isNamed(turned.fit));
  const chosen = isBetter ? turned : straight;
  return { ...chosen, fit: allNamed(style, chosen.fit) };
}

/** Small names, each cut to its column, rather than one in so many, where a few letters of each have room. */
function allNamed(style: ChartStyle, fit: Fit): Fit {
  const scale = LABEL_SCALES[2];
  const size = style.fontPx * scale;
  const { interval, rotate } = fit.across.label;
  if (interval === 0 || rotate !== 0 || fit.room < size * CUT_EM_MIN) return fit;
  const width = fit.room - size * 0.3;
  return {
    ...fit,
    across: { label: { interval: 0, rotate: 0 }, width },
    acrossScale: scale,
    acrossText: (label) => shortName(label, width, style, scale),
  };
}

type Fit = ReturnType<typeof fitOf>;

/** Each line and each column has its name. */
function isNamed({ across, downInterval }: Fit): boolean {
  return downInterval === 0 && across.label.interval === 0;
}

/** Each has its name, and none is at a slant. */
function isLevel(fit: Fit): boolean {
  return isNamed(fit) && fit.across.label.rotate === 0;
}

const BARE = {
  type: "category", axisTick: { show: false }, axisLine: { show: false },
  splitLine: { show: false },
} as const;

type Mark = [column: number, line: number, place: number | "-"];

/** The colour of a cell: what holds nothing is outside the scale. */
export function fillAt({ colors }: Pick<ChartStyle, "colors">, mark: unknown): string {
  const place: unknown = Array.isArray(mark) ? mark[2] : null;
  return typeof place === "number" && place >= PLACE_MIN ? shadeAt(colors.heat, place).fill : colors.nothing;
}

/** Every cell there is, a first key after the other, so that its place gives its index. */
function cellsOf(cross: Cross, scale: HeatScale, isTurned: boolean): Mark[] {
  const columns = cross.across.length;
  return Array.from({ length: cross.down.length * columns }, (_, i): Mark => {
    const row = cross.cells.get(i);
    const value = row === undefined ? 0 : row.value;
    // On a linear scale 0 is a value like any other.
    const place = value === null ? "-" as const : Math.max(scale.kind === "linear" ? PLACE_MIN : 0, scale.place(value));
    const [first, second] = [Math.floor(i / columns), i % columns];
    return isTurned ? [first, second, place] : [second, first, place];
  });
}

/** The cell behind a mark; one that no row lists holds nothing. */
function cellAt(style: ChartStyle, cross: Cross, index: number) {
  const columns = cross.across.length;
  const row = cross.cells.get(index);
  const names = [cross.down[Math.floor(index / columns)], cross.across[index % columns]];
  return {
    label: names.join(" · "),
    facts: names.map((name, i) => [style.titles[i] ?? "", name ?? ""] as const),
    value: row === undefined ? 0 : row.value,
    error: row?.error ?? null,
    ...(row?.past === undefined ? {} : { past: row.past }),
  };
}

/**
 * The room for labels and cells. The library could find the room for labels itself,
 * but takes slanted labels for much longer than they are.
 */
function fitOf(style: ChartStyle, { down, across: names }: Axes) {
  const left = Math.min(style.width * 0.28, (longest(down) + 1) * style.fontPx * LABEL_SCALES[0]);
  const room = Math.max(0, style.width - left) / Math.max(1, names.length);
  const characters = longest(names);
  const { scale, broken } = brokenAt(names, room, style);
  const size = style.fontPx * scale;
  const across = broken === null
    ? acrossLabels(characters, room, size, { length: style.height * 0.3, left: left + room / 2 })
    : { label: { interval: 0, rotate: 0 as const, lineHeight: size * 1.2 }, width: room };
  const depth = across.label.rotate === 0
    ? size * (broken === null ? 1.5 : 2.7)
    : (Math.min(across.width, characters * size) + size) * Math.SQRT1_2;
  const bottom = style.fontPx * 1.6 + depth;
  const height = Math.max(0, style.height - bottom) / Math.max(1, down.length);
  const downScale = Math.min(0.85, Math.max(DOWN_SCALE_MIN, height / (style.fontPx * 1.25)));
  return {
    room,
    across: across as Across,
    acrossScale: scale as number,
    acrossText: (label: string) => broken?.get(label)?.join("\n")
      ?? shortName(label, across.width, style, scale),
    left,
    bottom,
    downScale,
    downInterval: height >= style.fontPx * downScale * DOWN_LINE ? 0 : "auto" as const,
    gap: Math.min(room, height) >= GAP_ROOM_MIN ? 1 : 0,
  };
}

/** The largest size at which labels have room in two lines; the usual size where none has. */
function brokenAt(labels: readonly string[], room: number, style: ChartStyle) {
  if ((longest(labels) + 0.4) * style.fontPx * LABEL_SCALES[0] > room) {
    for (const scale of LABEL_SCALES) {
      const broken = brokenLabels(labels, room / (style.fontPx * scale) - 0.3);
      if (broken !== null) return { scale, broken };
    }
  }
  return { scale: LABEL_SCALES[0], broken: null };
}

/** Labels in two lines, where one is too short for them and two are enough. */
function brokenLabels(labels: readonly string[], em: number): ReadonlyMap<string, readonly string[]> | null {
  const lines = new Map(labels.map((label) => [label, wrapped(label, em, 2)] as const));
  const known = [...lines].flatMap(([label, broken]) => (broken === null ? [] : [[label, broken] as const]));
  return known.length === labels.length ? new Map(known) : null;
}

/** The library's settings of the labels above columns, and the most that one may be wide, in pixels. */
interface Across {
  readonly label: {
    readonly interval: 0 | "auto"; readonly rotate: 0 | 45; readonly hideOverlap?: boolean; readonly lineHeight?: number;
    readonly alignMinLabel?: "left"; readonly alignMaxLabel?: "right";
  };
  readonly width: number;
}

/** What bounds slanted labels, in pixels: their length, and what the first has to the left of its end. */
interface SlantRoom {
  readonly length: number;
  readonly left: number;
}

/**
 * Level and whole where they fit, level and cut where half of them does, short
 * ones level with some left out, and long ones at a slant, within `slant`; in a low map,
 * which a slant would fill, and in a narrow one, which the first would leave, long ones are
 * as short ones.
 */
export function acrossLabels(characters: number, room: number, size: number, slant: SlantRoom) {
  const level = { interval: 0, rotate: 0 as const };
  if (characters * size <= room - size * 0.4) return { label: level, width: room };
  if (room >= size * 4.5) return { label: level, width: room - size * 0.4 };
  const longest = Math.min(size * 8, slant.left * Math.SQRT2 - size);
  if (characters <= 3 || size * SLANTED_EM_MIN > Math.min(longest, slant.length * 2)) {
    const some = { interval: "auto" as const, rotate: 0 as const, hideOverlap: true };
    // Longer ones are wider than their columns, and those at the edges stay in the map.
    const label = characters <= 3 ? some : { ...some, alignMinLabel: "left" as const, alignMaxLabel: "right" as const };
    return { label, width: size * 4 };
  }
  return {
    label: { interval: room >= size * 1.3 ? 0 : "auto" as const, rotate: 45 as const, hideOverlap: true },
    width: Math.min(longest, Math.max(size * SLANTED_EM_MIN, slant.length)),
  };
}

/** The length of the longest label in wide characters, of which Latin ones are half. */
function longest(labels: readonly string[]): number {
  return labels.reduce((most, label) => {
    const clipped = clip(label, NAME_CHARACTERS_MAX);
    const wide = Array.from(clipped).reduce((n, c) => n + (c.charCodeAt(0) > 0x2e7f ? 1 : 0.55), 0);
    return Math.max(most, wide);
  }, 0);
}
