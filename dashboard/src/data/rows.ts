// The rows that charts and tables draw, from a descriptor and a frame.
//
// Pure. Colours belong to keys, not to positions on the screen: a key keeps its
// colour when the ranking, the scope or the language changes.
import { say, type Lang, type Words } from "../i18n/words";
import type { Cell, Columns, Dimension, Frame, Measure, Panel, Scope, Threshold } from "../wire/shapes";
import { colorAt } from "./colors";
import { clip } from "./format";

/** The key of the rest of a cut list; no key of a plugin has such a character. */
export const OTHER_KEY = "\u0000other";
/** Longer labels are cut for display. */
const LABEL_CHARACTERS_MAX = 48;

/** The second key of a row that is a cell of two dimensions. */
export interface Second {
  readonly key: string;
  readonly label: string;
  /** The key's place among the labels; below 0 no label names the key. */
  readonly place: number;
  /** All keys of the dimension that have labels, in their order. */
  readonly among: readonly Second[];
}

/** What a row was before, and how it changed since. */
export interface Past {
  readonly value: Cell;
  /** The change in proportion to the value before; `null` means that there is none. */
  readonly ratio: number | null;
  readonly way: "up" | "down" | "same" | "unknown";
  /** The change as it is shown: ↑ 12.4%. */
  readonly text: string;
}

export interface Row {
  readonly key: string;
  readonly label: string;
  /** `null` means that there is no second dimension, or that the row is the rest of a cut list. */
  readonly second: Second | null;
  readonly value: Cell;
  /** The largest possible error of the value; `null` means that the value is exact or nothing is known. */
  readonly error: number | null;
  /** Index into the palette; `null` means the rest of a cut list. */
  readonly color: number | null;
  /** The threshold that the value is beyond, if it is beyond one. */
  readonly beyond?: Threshold;
  /** Where the row is held against what it was before. */
  readonly past?: Past;
}

/** The measure of a plugin that describes none. */
const NO_MEASURE: Measure = {
  name: "", title: { zh: "—", en: "—" }, unit: null, additive: false, errorOf: null,
};

/** The measures that are shown by themselves: all but the errors of others. */
export function measuresOf(panel: Panel): readonly Measure[] {
  return panel.measures.filter((measure) => measure.errorOf === null);
}

export function measureOf(panel: Panel, index: number): Measure {
  const measures = measuresOf(panel);
  return measures[index] ?? measures[0] ?? NO_MEASURE;
}

/** The rows of one measure in one scope, the rest of a cut list last. */
export function rowsOf(
  panel: Panel, frame: Frame, scope: Scope, measure: Measure, lang: Lang, words: Words,
): Row[] {
  const error = panel.measures.find((other) => other.errorOf === measure.name)?.name;
  const values = cells(frame.columns[scope], measure.name);
  const errors = error === undefined ? [] : cells(frame.columns[scope], error);
  const first = labeller(panel.dimension, lang);
  const second = labeller(panel.across, lang);
  const rows: Row[] = frame.keys.map((key, i) => {
    const { label, place } = first(key);
    const across = frame.across[i];
    return {
      key,
      label,
      second: across === undefined || panel.across === null ? null : second(across),
      value: values[i] ?? null,
      error: known(errors[i]),
      color: colorAt(place, key),
    };
  });
  if (frame.other !== null) {
    const rest = frame.other.columns[scope];
    const count = String(frame.other.keys);
    rows.push({
      key: OTHER_KEY,
      label: panel.across === null ? words.panels.otherKeys(count) : words.panels.otherCells(count),
      second: null,
      value: cells(rest, measure.name)[0] ?? null,
      error: error === undefined ? null : known(cells(rest, error)[0]),
      color: null,
    });
  }
  return rows;
}

/**
 * At most `most` rows: the largest in their order, and the others in the rest, which already
 * holds `more` keys. The rest of values that may not be summed has no value.
 */
export function fitted(
  rows: readonly Row[], most: number, more: number, additive: boolean, words: Words,
): readonly Row[] {
  if (rows.length <= most) return rows;
  const keys = rows.filter((row) => row.color !== null);
  const size = (row: Row) => Math.abs(row.value ?? 0);
  const kept = new Set([...keys].sort((a, b) => size(b) - size(a)).slice(0, Math.max(1, most - 1)));
  const cut = rows.filter((row) => !kept.has(row));
  const count = String(keys.length - kept.size + more);
  return [...keys.filter((row) => kept.has(row)), restOf(words.panels.otherKeys(count), cut, additive)];
}

/** The cells of the first `most` first keys, and the others in the rest, which already holds `more` cells. */
export function fittedLines(
  rows: readonly Row[], most: number, more: number, additive: boolean, words: Words,
): readonly Row[] {
  const keys = [...new Set(rows.flatMap(({ key, second }) => (second === null ? [] : [key])))];
  if (keys.length <= most) return rows;
  const kept = new Set(keys.slice(0, Math.max(1, most)));
  const isKept = ({ key, second }: Row) => second !== null && kept.has(key);
  const cut = rows.filter((row) => !isKept(row));
  const count = String(cut.filter(({ second }) => second !== null).length + more);
  return [...rows.filter(isKept), restOf(words.panels.otherCells(count), cut, additive)];
}

/** One row in the place of those that were cut. */
function restOf(label: string, cut: readonly Row[], additive: boolean): Row {
  return { key: OTHER_KEY, label, second: null, value: additive ? sum(cut) : null, error: null, color: null };
}

/** An error of 0 says that the value is exact, which needs no words. */
function known(error: Cell | undefined): number | null {
  return error === undefined || error === null || error === 0 ? null : Math.abs(error);
}

/** Finds labels by their keys: one pass over the labels for any number of rows. */
function labeller(dimension: Dimension | null, lang: Lang): (key: string) => Second {
  const found = new Map<string, Second>();
  const among: Second[] = [];
  for (const { key, text } of dimension?.labels ?? []) {
    if (found.has(key)) continue;
    const second = { key, label: labelText(say(text, lang)), place: among.length, among };
    among.push(second);
    found.set(key, second);
  }
  return (key) => {
    const known = found.get(key) ?? { key, label: labelText(key), place: -1, among };
    found.set(key, known);
    return known;
  };
}

/** A label as it is shown: cut, and visible where it is empty. */
export function labelText(label: string): string {
  return clip(label === "" ? "\u2205" : label, LABEL_CHARACTERS_MAX);
}

/** The sum over all rows with the rest, unknown values left out. */
export function sum(rows: readonly Row[]): number {
  return rows.reduce((total, row) => total + (row.value ?? 0), 0);
}

/** The share of a value in the sum of all rows; `null` means that a share says nothing. */
export function shareOf(total: number, value: number | null): number | null {
  return value === null || total <= 0 ? null : value / total;
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

/** `true` where there is nothing to draw: no row, or nothing but zeros and unknowns. */
export function isBlank(rows: readonly Row[]): boolean {
  return rows.every((row) => row.value === null || row.value === 0);
}

function cells(columns: Columns, measure: string): readonly Cell[] {
  return columns.get(measure) ?? [];
}
