// The ranking of the provinces in the last window that is closed, which the present one is
// held against. Pure.
import { number } from "../wire/fields";
import type { Measure, Panel, Scope } from "../wire/shapes";
import type { Span, TrendWindow } from "../wire/windows";
import type { Row } from "./rows";
import type { TileLayout } from "./tile-layout";
import { lay, ranksOf } from "./tilemap";
import { keyOf } from "./trend";

export interface Before {
  readonly span: Span;
  /** Places from 1, by the codes of the provinces. */
  readonly ranks: ReadonlyMap<string, number>;
}

/** `null` means that no window is closed yet, or none with a row. */
export function beforeOf(
  panel: Panel, windows: readonly TrendWindow[], scope: Scope, measure: Measure, layout: TileLayout,
): Before | null {
  const closed = windows.filter(({ isOpen }) => !isOpen).at(-1);
  if (closed === undefined || panel.dimension === null) return null;
  const { name, labels } = panel.dimension;
  const titles = new Map(labels.map(({ key, text }) => [key, text.zh]));
  const rows = closed.rows[scope].map((row): Row => {
    const key = keyOf(row[name]);
    return { key, label: titles.get(key) ?? key, second: null, value: number(row[measure.name]), error: null, color: 0 };
  });
  const ranks = ranksOf(lay(rows, measure.additive, layout));
  return ranks.size === 0 ? null : { span: closed.span, ranks };
}
