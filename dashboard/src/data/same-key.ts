// What other panels say of a key: those with the same dimension, by its name or its title. Pure.
import type { Lang, Words } from "../i18n/words";
import type { Dimension, Frame, Panel } from "../wire/shapes";
import { measureOf, OTHER_KEY, rowsOf, shareOf, sum, type Row } from "./rows";

export interface Elsewhere {
  readonly panel: Panel;
  /** The name of the dimension within that panel: its first one, or its second. */
  readonly side: "dimension" | "across";
}

/** The other panels with the dimension of that panel, in their order. */
export function elsewhere(panels: readonly Panel[], panel: Panel): readonly Elsewhere[] {
  const { dimension } = panel;
  if (dimension === null) return [];
  return panels.flatMap((other): Elsewhere[] => {
    if (other.id === panel.id) return [];
    if (isSame(dimension, other.dimension)) return [{ panel: other, side: "dimension" }];
    return isSame(dimension, other.across) ? [{ panel: other, side: "across" }] : [];
  });
}

/** Plugins for any field have names of their own for what they are given, which titles tell in the words of readers. */
function isSame(a: Dimension, b: Dimension | null): boolean {
  return b !== null && ((a.name !== "" && a.name === b.name) || (a.title.zh === b.title.zh && a.title.en === b.title.en && a.title.zh !== a.name));
}

export interface KeyRow {
  /** The sum of the key's cells where there are two dimensions and they may be summed. */
  readonly value: number | null;
  readonly share: number | null;
  readonly rank: number | null;
  /** The largest cells of the key, where there are two dimensions. */
  readonly parts: readonly { readonly label: string; readonly value: number | null }[];
}

const PARTS_MAX = 3;

/** The row of a key in a frame; `null` means that the frame does not list it. */
export function keyRow({ panel, side }: Elsewhere, frame: Frame, key: string, lang: Lang, words: Words): KeyRow | null {
  const measure = measureOf(panel, 0);
  const rows = rowsOf(panel, frame, "total", measure, lang, words).filter((row) => row.key !== OTHER_KEY);
  const of = (row: Row) => (side === "dimension" ? row.key : row.second?.key ?? "");
  const own = rows.filter((row) => of(row) === key);
  const [first] = own;
  if (first === undefined) return null;
  const isCross = panel.across !== null;
  const sums = new Map<string, number>();
  for (const row of rows) sums.set(of(row), (sums.get(of(row)) ?? 0) + (row.value ?? 0));
  const value = !isCross ? first.value : measure.additive ? sum(own) : null;
  const whole = sum(rowsOf(panel, frame, "total", measure, lang, words));
  return {
    value,
    share: measure.additive ? shareOf(whole, value) : null,
    rank: value === null ? null : 1 + [...sums.values()].filter((other) => other > value).length,
    parts: !isCross ? [] : [...own].sort((a, b) => (b.value ?? 0) - (a.value ?? 0)).slice(0, PARTS_MAX)
      .map((row) => ({ label: side === "dimension" ? row.second?.label ?? "" : row.label, value: row.value })),
  };
}

/** `true` where a key may be there without being listed. */
export function isCut(frame: Frame): boolean {
  return frame.other !== null && frame.other.keys > 0;
}
