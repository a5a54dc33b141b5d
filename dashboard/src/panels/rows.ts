// From a descriptor and a frame to the rows that charts and tables draw.
//
// Pure. Colours belong to keys, not to positions on the screen: a key keeps
// its colour when the ranking, the scope or the language changes.
import { colorOf } from "../charts/palette";
import { clip } from "../format";
import { say, type Lang, type Words } from "../i18n";
import type { Cell, Columns, Frame, Measure, Panel, Scope } from "../wire";

/** Longer labels are cut for display. */
const LABEL_CHARACTERS_MAX = 48;

export interface Row {
  readonly key: string;
  readonly label: string;
  readonly value: Cell;
  /** Index into the palette; `null` for the rest of a cut list. */
  readonly color: number | null;
}

/** What the page shows where a plugin describes no measure at all. */
const NO_MEASURE: Measure = {
  name: "", title: { zh: "—", en: "—" }, unit: null, additive: false,
};

export function measureOf(panel: Panel, index: number): Measure {
  return panel.measures[index] ?? panel.measures[0] ?? NO_MEASURE;
}

/** The rows of one measure in one scope, the rest of a cut list last. */
export function rowsOf(
  panel: Panel, frame: Frame, scope: Scope, measure: Measure, lang: Lang, words: Words,
): Row[] {
  const values = cells(frame.columns[scope], measure.name);
  const rows: Row[] = frame.keys.map((key, i) => ({
    key,
    label: labelOf(panel, key, lang),
    value: values[i] ?? null,
    color: colorOf(panel, key),
  }));
  if (frame.other !== null) {
    rows.push({
      key: "\u0000other",
      label: words.panels.otherKeys(String(frame.other.keys)),
      value: cells(frame.other.columns[scope], measure.name)[0] ?? null,
      color: null,
    });
  }
  return rows;
}

export function labelOf(panel: Panel, key: string, lang: Lang): string {
  const label = panel.dimension?.labels.find((known) => known.key === key);
  const text = label === undefined ? key : say(label.text, lang);
  return clip(text === "" ? "\u2205" : text, LABEL_CHARACTERS_MAX);
}

/** The sum over all rows with the rest, unknown values left out. */
export function sum(rows: readonly Row[]): number {
  return rows.reduce((total, row) => total + (row.value ?? 0), 0);
}

/** The sum of the first measure over everything counted, whatever is shown. */
export function totalOf(panel: Panel, frame: Frame): number {
  const name = measureOf(panel, 0).name;
  const all = [
    ...cells(frame.columns.total, name),
    ...(frame.other === null ? [] : cells(frame.other.columns.total, name)),
  ];
  return all.reduce<number>((total, cell) => total + (cell ?? 0), 0);
}

/** Whether there is nothing to draw: no row, or nothing but zeros and unknowns. */
export function isBlank(rows: readonly Row[]): boolean {
  return rows.every((row) => row.value === null || row.value === 0);
}

function cells(columns: Columns, measure: string): readonly Cell[] {
  return columns.get(measure) ?? [];
}
