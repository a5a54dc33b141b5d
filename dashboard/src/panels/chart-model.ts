// A chart in a panel of a given size: the rows that fit, the words that stand for the
// picture, and the signature of a drawing. Pure.
import { standing } from "../charts/bars";
import { namedLines } from "../charts/heatmap";
import { shapeOf } from "../charts/option";
import { accentOf, onWall, THEMES } from "../charts/palette";
import { isCompared } from "../charts/past";
import { rowsFor } from "../charts/ranking";
import type { ChartStyle } from "../charts/style";
import type { Context } from "../data/context";
import type { ChartKind } from "../data/kinds";
import { fitted, fittedLines, shareOf, sum, type Row } from "../data/rows";
import { verdictWhole } from "../data/thresholds";
import { say } from "../i18n/words";
import type { Measure, Panel, Scope, Threshold } from "../wire/shapes";

/** The spoken summary of a chart names so many rows. */
const SUMMARY_ROWS_MAX = 5;

/** Letters of charts on a wall, in multiples of those elsewhere. */
const WALL_TEXT = 1.2;

/** The place of a chart on the screen. */
export type ChartBox = Pick<ChartStyle, "width" | "height" | "fontPx" | "fontFamily">;

export function chartStyle(
  panel: Panel, measure: Measure, limits: readonly Threshold[], box: ChartBox, ctx: Context,
): ChartStyle {
  return {
    ...box,
    // The smallest letters of a chart are those of the page on a wall.
    fontPx: ctx.kiosk ? box.fontPx * WALL_TEXT : box.fontPx,
    colors: ctx.kiosk ? onWall(THEMES[ctx.theme]) : THEMES[ctx.theme],
    format: ctx.format,
    measure: say(measure.title, ctx.lang),
    titles: [panel.dimension, panel.across]
      .flatMap((dimension) => (dimension === null ? [] : [say(dimension.title, ctx.lang)])),
    share: ctx.words.panels.share,
    before: ctx.words.time.before,
    change: ctx.words.time.change,
    noSum: ctx.words.panels.noSum,
    accent: accentOf(ctx.theme, panel.metric),
    additive: measure.additive,
    limits,
    verdict: (row) => verdictWhole(row, ctx.format, ctx.words),
  };
}

/** On a wall, where nobody points at a bar to read its name, the least of so many times the rows become one. */
const WALL_ROWS_MAX = 2;

/** Bars lie where their names have no room below them, and stand where they are too many to lie. */
export function drawnKind(kind: ChartKind, rows: readonly Row[], style: ChartStyle, kiosk: boolean): ChartKind {
  const most = rowsFor(style) * (kiosk ? WALL_ROWS_MAX : 1);
  const lies = kind === "bar" && standing(style, rows) === null && rows.length <= most;
  return lies ? "hbar" : kind;
}

/** The rows that a chart has room for; `restKeys` are in the rest already. Ordered rows are cut behind the first. */
export function chartRows(
  kind: ChartKind, rows: readonly Row[], restKeys: number, style: ChartStyle, ctx: Context, isOrdered = false,
): readonly Row[] {
  // Nobody points at a cell on a wall, so each line has its name there.
  if (kind === "heatmap" && ctx.kiosk) return fittedLines(rows, namedLines(style, rows), restKeys, style.additive, ctx.words);
  if (kind === "hbar" && isOrdered) return rows.slice(0, rowsFor(style));
  return kind === "hbar" ? fitted(rows, rowsFor(style), restKeys, style.additive, ctx.words) : rows;
}

/** While the signature stays the same, an update hands over rows only. */
export function signatureOf(
  kind: ChartKind, scope: Scope, rows: readonly Row[], style: ChartStyle, ctx: Context,
): string {
  return [
    kind, ctx.lang, ctx.theme, scope, isCompared(rows), style.measure, style.fontPx, style.width, style.height,
    style.limits.map(({ value, level }) => `${value} ${level}`).join(" "), shapeOf(kind, rows, style),
  ].join("|");
}

/** The largest rows of a chart in words: by their shares where these say something. */
export function summaryOf(title: string, scope: Scope, rows: readonly Row[], additive: boolean, ctx: Context): string {
  const total = sum(rows);
  const largest = [...rows].sort((a, b) => (b.value ?? 0) - (a.value ?? 0))
    .slice(0, SUMMARY_ROWS_MAX)
    .map((row) => `${spokenLabel(row)} ${row.past !== undefined ? `${ctx.format.compact(row.value)} ${row.past.text}` : additive ? ctx.format.percent(shareOf(total, row.value)) : ctx.format.compact(row.value)}`)
    .join(", ");
  return ctx.words.panels.summary(title, ctx.words.panels[scope], largest);
}

function spokenLabel(row: Row): string {
  return row.second === null ? row.label : `${row.label} · ${row.second.label}`;
}
