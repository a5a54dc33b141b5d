// The charts by kind.
import { crossOf } from "../data/cross";
import type { ChartKind } from "../data/kinds";
import type { Row } from "../data/rows";
import { bars } from "./bars";
import type { Chart } from "./chart";
import { heatmap } from "./heatmap";
import { line } from "./line";
import { ranking } from "./ranking";
import { parts, ring } from "./ring";
import type { ChartStyle } from "./style";

export const CHARTS: Readonly<Record<ChartKind, Chart>> = {
  pie: ring, bar: bars, hbar: ranking, line, heatmap,
};

/** The property of the rows that the base of a chart depends on. */
export function shapeOf(kind: ChartKind, rows: readonly Row[], style: ChartStyle): string {
  return CHARTS[kind].shape?.(rows, style) ?? String(rows.length);
}

/** The index of the mark of a row; `null` means that the row has none. */
export function indexOf(kind: ChartKind, rows: readonly Row[], row: Row): number | null {
  if (kind === "heatmap") return [...crossOf(rows).cells].find(([, cell]) => cell === row)?.[0] ?? null;
  const at = (kind === "pie" ? parts(rows) : rows).indexOf(row);
  return at < 0 ? null : at;
}

/** The row behind the mark with that index. */
export function rowAt(kind: ChartKind, rows: readonly Row[], index: number): Row | undefined {
  if (kind === "heatmap") return crossOf(rows).cells.get(index);
  return (kind === "pie" ? parts(rows) : rows)[index];
}
