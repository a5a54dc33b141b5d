// What is held against what it was before as a file for other programs: one line a row, codes
// beside labels, exact figures, and both spans. Pure.
import type { Measure, Panel } from "../wire/shapes";
import { say } from "../i18n/words";
import type { Comparison } from "./compare";
import type { Context } from "./context";
import { OTHER_KEY, type Row } from "./rows";

/** With it, spreadsheets read the text as UTF-8. */
const BYTE_ORDER_MARK = "\ufeff";

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
  return BYTE_ORDER_MARK + [heads, ...lines].map((line) => `${line.map(cell).join(",")}\r\n`).join("");
}

/** Empty where a figure is not known. */
function exact(value: number | null): string {
  return value === null ? "" : String(value);
}

/** Texts that a spreadsheet would take for formulas begin with an apostrophe; numbers stay numbers. */
function cell(text: string): string {
  const isNumber = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/u.test(text);
  const safe = !isNumber && /^[=+\-@\t\r]/u.test(text) ? `'${text}` : text;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
