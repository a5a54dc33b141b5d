// One key over the last windows: its place among the keys of its dimension, and its share
// of all of them. Pure.
import { number } from "../wire/fields";
import type { Measure, Panel } from "../wire/shapes";
import type { Span, TrendWindow } from "../wire/windows";
import { keyOf } from "./trend";

export interface KeyStep {
  readonly span: Span;
  readonly isOpen: boolean;
  /** From 1, the largest first; `null` means that the window has no such key. */
  readonly rank: number | null;
  /** Keys that the window has. */
  readonly of: number;
  /** `null` means that a share says nothing, or that the window has no such key. */
  readonly share: number | null;
}

/** The steps of a key in the order of time. Equal values have the same place. */
export function keyCourse(panel: Panel, windows: readonly TrendWindow[], measure: Measure, key: string): readonly KeyStep[] {
  const { dimension } = panel;
  if (dimension === null) return [];
  return windows.map(({ span, isOpen, rows }) => {
    const sums = new Map<string, number>();
    for (const row of rows.total) {
      const value = number(row[measure.name]);
      const of = keyOf(row[dimension.name]);
      if (value !== null) sums.set(of, measure.additive ? (sums.get(of) ?? 0) + value : Math.max(sums.get(of) ?? -Infinity, value));
    }
    const own = sums.get(key);
    const values = [...sums.values()];
    const total = values.reduce((sum, value) => sum + value, 0);
    return {
      span, isOpen, of: values.length,
      rank: own === undefined ? null : 1 + values.filter((value) => value > own).length,
      share: own === undefined || !measure.additive || total <= 0 ? null : own / total,
    };
  });
}
