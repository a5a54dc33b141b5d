// Places of tiles: the provinces of China, or what a layout of the pipeline file says. Pure.
import type { Layout, Panel } from "../wire/shapes";
import { GRID_COLUMNS, GRID_LINES, plain, PROVINCES, provinceOf, type Province } from "./provinces";

/** A place is told as a province is. */
export type Place = Province;

export interface TileLayout {
  readonly columns: number;
  readonly lines: number;
  readonly places: readonly Place[];
  /** The place that a key names; `null` means that it names none. */
  readonly find: (key: string) => Place | null;
}

export const CHINA: TileLayout = {
  columns: GRID_COLUMNS, lines: GRID_LINES, places: PROVINCES, find: provinceOf,
};

/** A grid that is larger is drawn without its empty rows and columns. */
const SPAN_MAX = 40;

const known = new WeakMap<Layout, TileLayout>();

/** The layout of that name; without a name the provinces, and so where no layout has the name. */
export function layoutOf(name: string | null, layouts: readonly Layout[]): TileLayout {
  const layout = name === null ? undefined : layouts.find((each) => each.name === name);
  if (layout === undefined) return CHINA;
  const found = known.get(layout) ?? made(layout);
  known.set(layout, found);
  return found;
}

function made({ units }: Layout): TileLayout {
  const [columnOf, columns] = numbered(units.map(({ column }) => column));
  const [lineOf, lines] = numbered(units.map(({ row }) => row));
  const names = new Map<string, Place>();
  const places = units.map((unit): Place => {
    const { zh, en } = unit.text;
    const place = { code: unit.key, letters: en, short: zh, zh, en, column: columnOf(unit.column), line: lineOf(unit.row) };
    for (const name of [unit.key, ...unit.aliases]) names.set(plain(name), place);
    return place;
  });
  // A name on a tile is found too, where it is no key of another one.
  for (const place of places) {
    for (const name of [place.zh, place.en]) if (!names.has(plain(name))) names.set(plain(name), place);
  }
  return { columns, lines, places, find: (key) => names.get(plain(key)) ?? null };
}

/** The panels with the names of their tiles as labels, for keys that the plugin has no label for. */
export function withTileLabels(panels: readonly Panel[], layouts: readonly Layout[]): readonly Panel[] {
  return panels.map((panel) => {
    const units = layouts.find(({ name }) => name === panel.layout)?.units ?? [];
    if (panel.dimension === null || units.length === 0) return panel;
    const labelled = new Set(panel.dimension.labels.map(({ key }) => key));
    const labels = units.flatMap(({ key, aliases, text }) => [key, ...aliases].map((each) => ({ key: each, text })));
    return {
      ...panel,
      dimension: { ...panel.dimension, labels: [...panel.dimension.labels, ...labels.filter(({ key }) => !labelled.has(key))] },
    };
  });
}

/** Numbers from 0 without what is left free before them, and in a large grid without any gap. */
function numbered(values: readonly number[]): readonly [of: (value: number) => number, count: number] {
  const least = Math.min(...values);
  const span = Math.max(...values) - least + 1;
  if (values.length === 0) return [() => 0, 1];
  if (span <= SPAN_MAX) return [(value) => value - least, span];
  const order = [...new Set(values)].sort((a, b) => a - b);
  const places = new Map(order.map((value, i) => [value, i]));
  return [(value) => places.get(value) ?? 0, order.length];
}
