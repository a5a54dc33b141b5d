// Rows of a panel, and its windows, as files for other programs: codes beside labels, every
// measure in every scope with its unit, and of which panel and window they are. Pure.
import { say } from "../i18n/words";
import { number } from "../wire/fields";
import type { Dimension, Frame, Measure, Panel, Scope } from "../wire/shapes";
import type { Span, TrendWindow, WindowRows } from "../wire/windows";
import type { Context } from "./context";
import { csvOf, exact } from "./csv";
import { measuresOf, OTHER_KEY, rowsOf, shareOf, sum } from "./rows";
import { CUMULATIVE, kindOfName } from "./spans";
import { keyOf } from "./trend";

/** Behind the name of a measure, which stands for all by itself. */
const SCOPES = [["total", ""], ["on_time", "_on_time"], ["late", "_late"]] as const satisfies readonly (readonly [Scope, string])[];

export interface CsvOf {
  readonly panel: Panel;
  readonly frame: Frame;
  /** `null` is the panel's own. */
  readonly window: string | null;
  /** The dates of the window, where they are known. */
  readonly span: Span | null;
}

/** One line a row, the rest of a cut list last and without a code. */
export function panelCsv({ panel, frame, window, span }: CsvOf, ctx: Context): string {
  const { lang, words } = ctx;
  const measures = measuresOf(panel);
  const first = measures[0] === undefined ? [] : rowsOf(panel, frame, "total", measures[0], lang, words);
  const columns = measures.flatMap((measure) => {
    const scoped = SCOPES.map(([scope]) => rowsOf(panel, frame, scope, measure, lang, words));
    const whole = sum(scoped[0] ?? []);
    return [
      ...scoped.map((rows) => rows.map(({ value }) => exact(value))),
      ...(hasErrors(panel, measure) ? [(scoped[0] ?? []).map(({ error }) => exact(error))] : []),
      ...(measure.additive ? [(scoped[0] ?? []).map(({ value }) => exact(shareOf(whole, value)))] : []),
      ...(measure.unit === null ? [] : [first.map(() => measure.unit ?? "")]),
    ];
  });
  const kind = window ?? panel.windows[0] ?? CUMULATIVE;
  const about = [say(panel.title, lang), kind, dateTime(span?.startMs ?? null, ctx), dateTime(span?.endMs ?? null, ctx)];
  return csvOf([
    [...headsOf(panel, ctx), ...measures.flatMap((measure) => namesOf(panel, measure)), words.csv.panel, words.csv.window, words.csv.from, words.csv.to],
    ...first.map((row, i) => [
      ...(panel.dimension === null ? [] : [row.key === OTHER_KEY ? "" : row.key, row.label]),
      ...(panel.across === null ? [] : [row.second?.key ?? "", row.second?.label ?? ""]),
      ...columns.map((column) => column[i] ?? ""), ...about,
    ]),
  ]);
}

/** One line for each row of each window, in the order of time. */
export function historyCsv(panel: Panel, windows: readonly TrendWindow[], ctx: Context): string {
  const { words, lang } = ctx;
  const measures = measuresOf(panel);
  const sides = [panel.dimension, panel.across].flatMap((side) => (side === null ? [] : [{ side, label: labelsOf(side, ctx) }]));
  const lines = windows.flatMap(({ span, isOpen, rows }) => {
    const scoped = SCOPES.map(([scope]) => byKey(rows[scope], sides.map(({ side }) => side.name)));
    return rows.total.map((row) => {
      const keys = sides.map(({ side }) => keyOf(row[side.name]));
      const values = scoped.map((found) => found.get(JSON.stringify(keys)));
      return [
        kindOfName(span.kind), dateTime(span.startMs, ctx), dateTime(span.endMs, ctx), isOpen ? words.csv.open : words.csv.closed,
        ...sides.flatMap(({ label }, i) => [keys[i] ?? "", label(keys[i] ?? "")]),
        ...measures.flatMap((measure) => [
          ...values.map((found) => exact(number(found?.[measure.name]))),
          ...(measure.unit === null ? [] : [measure.unit]),
        ]),
        say(panel.title, lang),
      ];
    });
  });
  return csvOf([[
    words.csv.window, words.csv.from, words.csv.to, words.csv.state, ...headsOf(panel, ctx),
    ...measures.flatMap((measure) => [...SCOPES.map(([, end]) => measure.name + end), ...(measure.unit === null ? [] : [`${measure.name}_unit`])]),
    words.csv.panel,
  ], ...lines]);
}

function headsOf({ dimension, across }: Panel, { lang }: Context): readonly string[] {
  return [dimension, across].flatMap((side) => (side === null ? [] : [side.name, say(side.title, lang)]));
}

function namesOf(panel: Panel, measure: Measure): readonly string[] {
  return [
    ...SCOPES.map(([, end]) => measure.name + end),
    ...(hasErrors(panel, measure) ? [`${measure.name}_error`] : []),
    ...(measure.additive ? [`${measure.name}_share`] : []),
    ...(measure.unit === null ? [] : [`${measure.name}_unit`]),
  ];
}

function hasErrors(panel: Panel, measure: Measure): boolean {
  return panel.measures.some(({ errorOf }) => errorOf === measure.name);
}

function labelsOf({ labels }: Dimension, { lang }: Context): (key: string) => string {
  const known = new Map(labels.map(({ key, text }) => [key, say(text, lang)]));
  return (key) => known.get(key) ?? key;
}

function byKey(rows: WindowRows, names: readonly string[]): ReadonlyMap<string, WindowRows[number]> {
  return new Map(rows.map((row) => [JSON.stringify(names.map((name) => keyOf(row[name]))), row]));
}

function dateTime(time: number | null, { format }: Context): string {
  return time === null ? "" : format.dateTime(time);
}
