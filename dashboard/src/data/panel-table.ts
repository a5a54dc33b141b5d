// A panel as a table: every figure in full, on time and late side by side. Pure.
//
// With one measure the columns are on time, late, total and share; with several
// they are the measures in the chosen scope. An error stands behind its value;
// a second dimension has a column of its own.
import { say, type Lang, type Words } from "../i18n/words";
import type { Frame, Measure, Panel, Scope } from "../wire/shapes";
import type { Context } from "./context";
import { joined, type Format } from "./format";
import { measureOf, measuresOf, rowsOf, shareOf, sum, type Row } from "./rows";
import { textEm } from "./text-room";
import { isGrowing, judged, judging, thresholdsOf, verdictOf, type Level } from "./thresholds";
import { inUnit, saysUnit } from "./units";

/** A table longer than this says how many rows it leaves out. */
const TABLE_ROWS_MAX = 500;

interface Column {
  readonly title: string;
  readonly cells: readonly string[];
  /** How grave a cell is, where one is beyond a threshold. */
  readonly levels?: readonly (Level | null)[];
}

export interface PanelTable {
  /** The titles of the dimensions: one, or two. */
  readonly heads: readonly string[];
  /** The labels of each row, one for each dimension. */
  readonly labels: readonly (readonly string[])[];
  readonly columns: readonly Column[];
  /** Rows that are not shown. */
  readonly left: number;
  /** Columns that are not shown; `undefined` means none. */
  readonly leftColumns?: number;
}

/** `window` is the shown one; `null` means the panel's own. */
export function panelTable(panel: Panel, frame: Frame, scope: Scope, window: string | null, ctx: Context): PanelTable {
  const { lang, words, format } = ctx;
  const first = rowsOf(panel, frame, scope, measureOf(panel, 0), lang, words);
  const rows = (of: Scope, measure: number) => (of === scope && measure === 0
    ? first
    : rowsOf(panel, frame, of, measureOf(panel, measure), lang, words));
  const column = (title: string, measure: number, of: Scope): Column => {
    const { unit } = measureOf(panel, measure);
    const thresholds = thresholdsOf(panel, measureOf(panel, measure), of, window);
    const shown = judged(rows(of, measure).slice(0, TABLE_ROWS_MAX), judging(thresholds, isGrowing(panel, window)));
    const cells = shown.map((row) => cellOf(row, inUnit(format, unit), words));
    return { title, cells, ...(thresholds.length === 0 ? {} : { levels: shown.map((row) => row.beyond?.level ?? null) }) };
  };
  const total = sum(first);
  return {
    heads: headsOf(panel, ctx),
    labels: labelsOf(panel, first.slice(0, TABLE_ROWS_MAX)),
    columns: measuresOf(panel).length > 1
      ? measuresOf(panel).map((measure, i) => column(titleIn(measure, lang), i, scope))
      : [
          ...(["on_time", "late", "total"] as const)
            .map((of) => column(words.panels[of], 0, of)),
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

/** A figure with its error, and in words where it is beyond a threshold. */
function cellOf(row: Row, format: Format, words: Words): string {
  const figure = format.withError(row.value, row.error);
  const verdict = verdictOf(row, words);
  return verdict === "" ? figure : `${verdict} ${figure}`;
}

/** Rows beside what they were before, in their order. */
export function comparedTable(panel: Panel, rows: readonly Row[], measure: Measure, ctx: Context): PanelTable {
  const { lang, words } = ctx;
  const figures = inUnit(ctx.format, measure.unit);
  const shown = rows.slice(0, TABLE_ROWS_MAX);
  const column = (title: string, cell: (row: Row) => string): Column => ({ title, cells: shown.map(cell) });
  return {
    heads: headsOf(panel, ctx),
    labels: labelsOf(panel, shown),
    columns: [
      {
        ...column(joined(titleIn(measure, lang), words.time.now), (row) => cellOf(row, figures, words)),
        ...(shown.some(({ beyond }) => beyond !== undefined) ? { levels: shown.map(({ beyond }) => beyond?.level ?? null) } : {}),
      },
      column(words.time.before, (row) => figures.full(row.past?.value ?? null)),
      column(words.time.change, (row) => row.past?.text ?? ""),
    ],
    left: Math.max(0, rows.length - TABLE_ROWS_MAX),
  };
}

function headsOf({ dimension, across }: Panel, { lang, words }: Context): readonly string[] {
  return [
    dimension === null ? words.panels.key : say(dimension.title, lang),
    ...(across === null ? [] : [say(across.title, lang)]),
  ];
}

function labelsOf({ across }: Panel, rows: readonly Row[]): readonly (readonly string[])[] {
  return rows.map((row) => (across === null ? [row.label] : [row.label, row.second?.label ?? ""]));
}

/** With the unit, where the figures do not say it. */
function titleIn({ title, unit }: Measure, lang: Lang): string {
  return unit === null || saysUnit(unit) ? say(title, lang) : `${say(title, lang)} (${unit})`;
}

/** The room beside a text in its cell, the height of a row, and the widest label, in multiples of the text size. */
const CELL_EM = 1.1;
const ROW_EM = 2.1;
const LABEL_EM_MAX = 14;

/**
 * The part of a table that is seen whole where nobody can scroll: the first columns and rows, one
 * of each at least, and the number of the others. Sizes in multiples of the text size.
 */
export function unscrolled(table: PanelTable, widthEm: number, heightEm: number): PanelTable {
  const widest = (texts: readonly string[]) => Math.max(0, ...texts.map(textEm));
  const labels = table.heads.reduce((sum, head, i) =>
    sum + Math.min(LABEL_EM_MAX, widest([head, ...table.labels.map((row) => row[i] ?? "")])) + CELL_EM, 0);
  let room = widthEm - labels;
  const columns = table.columns.filter(({ title, cells }, i) => {
    room -= widest([title, ...cells]) + CELL_EM;
    return i === 0 || room >= 0;
  });
  const lines = Math.max(2, Math.floor(heightEm / ROW_EM)) - 1;
  const leftColumns = table.columns.length - columns.length;
  const isWhole = table.labels.length <= lines && table.left === 0 && leftColumns === 0;
  const shown = isWhole ? table.labels.length : Math.max(1, Math.min(table.labels.length, lines - 1));
  return {
    ...table, columns, leftColumns,
    labels: table.labels.slice(0, shown), left: table.left + table.labels.length - shown,
  };
}
