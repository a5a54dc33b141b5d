// A panel as a table: every figure in full, on time and late side by side. Pure.
//
// With one measure the columns are on time, late, total and share; with several
// they are the measures in the chosen scope. An error stands behind its value;
// a second dimension has a column of its own.
import { say } from "../i18n/words";
import type { Frame, Panel, Scope } from "../wire/shapes";
import type { Context } from "./context";
import { measureOf, measuresOf, rowsOf, shareOf, sum, type Row } from "./rows";

/** A table longer than this says how many rows it leaves out. */
const TABLE_ROWS_MAX = 500;

interface Column {
  readonly title: string;
  readonly cells: readonly string[];
}

export interface PanelTable {
  /** The titles of the dimensions: one, or two. */
  readonly heads: readonly string[];
  /** The labels of each row, one for each dimension. */
  readonly labels: readonly (readonly string[])[];
  readonly columns: readonly Column[];
  readonly left: number;
}

export function panelTable(panel: Panel, frame: Frame, scope: Scope, ctx: Context): PanelTable {
  const { lang, words, format } = ctx;
  const first = rowsOf(panel, frame, scope, measureOf(panel, 0), lang, words);
  const rows = (of: Scope, measure: number) => (of === scope && measure === 0
    ? first
    : rowsOf(panel, frame, of, measureOf(panel, measure), lang, words));
  const column = (title: string, of: readonly Row[]): Column => ({
    title, cells: of.slice(0, TABLE_ROWS_MAX).map((row) => format.withError(row.value, row.error)),
  });
  const total = sum(first);
  const isCross = panel.across !== null;
  return {
    heads: [
      panel.dimension === null ? words.panels.key : say(panel.dimension.title, lang),
      ...(panel.across === null ? [] : [say(panel.across.title, lang)]),
    ],
    labels: first.slice(0, TABLE_ROWS_MAX)
      .map((row) => (isCross ? [row.label, row.second?.label ?? ""] : [row.label])),
    columns: measuresOf(panel).length > 1
      ? measuresOf(panel).map((measure, i) => column(say(measure.title, lang), rows(scope, i)))
      : [
          ...(["on_time", "late", "total"] as const)
            .map((of) => column(words.panels[of], rows(of, 0))),
          ...(measureOf(panel, 0).additive
            ? [{
                title: words.panels.share,
                cells: first.slice(0, TABLE_ROWS_MAX)
                  .map((row) => format.percent(shareOf(total, row.value))),
              }]
            : []),
        ],
    left: Math.max(0, first.length - TABLE_ROWS_MAX),
  };
}
