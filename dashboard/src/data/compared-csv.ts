// What is held against what it was before as a file for other programs: one line a row, codes
// beside labels, exact figures, and both spans. Pure.
import type { Measure, Panel } from "../wire/shapes";
import { say } from "../i18n/words";
import type { Comparison } from "./compare";
import type { Context } from "./context";
import { csvOf, exact } from "./csv";
import { OTHER_KEY, type Row } from "./rows";

export function comparedCsv(panel: Panel, rows: readonly Row[], measure: Measure, comparison: Comparison, ctx: Context): string {
  const { words, lang } = ctx;
  const { dimension, across } = panel;
  const names = [dimension, across].flatMap((each) => (each === null ? [] : [each.name, say(each.title, lang)]));
  const heads = [
    ...names, measure.name, `${measure.name}_before`, `${measure.name}_change`,
    words.time.spanNow, words.time.spanBefore, ...(measure.unit === null ? [] : [words.time.unit]),
  ];
  const lines = rows.map((row) => [
    ...(dimension === null ? [] : [row.key === OTHER_KEY ? "" : row.key, row.label]),
    ...(across === null ? [] : [row.second?.key ?? "", row.second?.label ?? ""]),
    exact(row.value), exact(row.past?.value ?? null), exact(row.past?.ratio ?? null),
    comparison.spans[0], comparison.spans[1], ...(measure.unit === null ? [] : [measure.unit]),
  ]);
  return csvOf([heads, ...lines]);
}
