// One key of a panel, told: its exact figures, its course and place over the last windows,
// and its row in every other panel with the same dimension. Pure.
import type { Context } from "../data/context";
import { clip, joined, UNKNOWN } from "../data/format";
import { keyCourse, type KeyStep } from "../data/key-course";
import { measureOf, measuresOf, OTHER_KEY, rowsOf, shareOf, sum, type Row } from "../data/rows";
import { isCut, keyRow, type Elsewhere } from "../data/same-key";
import { spanText } from "../data/spans";
import { isGrowing, judged, judging, thresholdsOf, verdictWhole } from "../data/thresholds";
import { inUnit } from "../data/units";
import { presentName } from "../data/window-name";
import { say } from "../i18n/words";
import type { Frame, Measure, Panel, Scope } from "../wire/shapes";
import type { TrendWindow } from "../wire/windows";

const TITLE_CHARACTERS_MAX = 80;

/** The row that was chosen: a key, and where there are two dimensions the second key. */
export interface Chosen {
  readonly key: string;
  readonly second: string | null;
}

export interface KeyFacts {
  readonly label: string;
  readonly facts: readonly KeyFact[];
}

export interface KeyFact {
  readonly name: string;
  readonly text: string;
  readonly value: number | null;
}

const SCOPES: readonly Scope[] = ["total", "on_time", "late"];

/** Where the figures of a key come from, beside its row. */
export interface FactsOf {
  /** The shown window; `null` is the panel's own. */
  readonly window: string | null;
  /** All rows, of which a share is one; without it those of the frame. */
  readonly whole?: Frame;
}

/** All figures of one row; `null` means that the panel has no such row any more. */
export function keyFacts(panel: Panel, frame: Frame, chosen: Chosen, ctx: Context, of: FactsOf = { window: null }): KeyFacts | null {
  const { words, lang, format } = ctx;
  let label: string | null = null;
  const measures = measuresOf(panel);
  const facts = measures.flatMap((measure) => {
    const prefix = measures.length > 1 ? `${say(measure.title, lang)} · ` : "";
    const figures = inUnit(format, measure.unit);
    const scoped = SCOPES.map((scope): KeyFact => {
      const thresholds = judging(thresholdsOf(panel, measure, scope, of.window), isGrowing(panel, of.window));
      const [row] = judged(rowsOfKey(rowsOf(panel, frame, scope, measure, lang, words), chosen, measure), thresholds);
      if (row !== undefined) label = joined(row.label, row.second?.label ?? "");
      const verdict = row === undefined ? "" : verdictWhole(row, figures, words);
      return {
        name: prefix + words.panels[scope], value: row?.value ?? null,
        text: joined(figures.withError(row?.value ?? null, row?.error ?? null), verdict),
      };
    });
    const whole = sum(rowsOf(panel, of.whole ?? frame, "total", measure, lang, words));
    const share = measure.additive ? shareOf(whole, scoped[0]?.value ?? null) : null;
    return [
      ...scoped,
      ...(share === null ? [] : [{ name: prefix + words.panels.share, value: share, text: format.percent(share) }]),
    ];
  });
  return label === null ? null : { label, facts };
}

/** The row of a key; of two dimensions without a second key all its cells as one, where they may be summed. */
function rowsOfKey(rows: readonly Row[], { key, second }: Chosen, { additive }: Measure): readonly Row[] {
  const own = rows.filter((row) => row.key === key && (second === null || row.second?.key === second));
  const [first] = own;
  if (first === undefined || second !== null || first.second === null) return own.slice(0, 1);
  return [{ ...first, second: null, value: additive ? sum(own) : null, error: null }];
}

/** The place of a key over the last windows, in words for the picture of it. */
export interface RankModel {
  readonly steps: readonly (KeyStep & { readonly short: string; readonly words: string })[];
  readonly spoken: string;
  /** The place in the newest window: 3 of 34. */
  readonly now: string;
}

/** `null` where the panel has no places to tell: of the rest of a list, and of a single row. */
export function rankModel(panel: Panel, windows: readonly TrendWindow[], { key, second }: Chosen, ctx: Context): RankModel | null {
  if (panel.dimension === null || key === OTHER_KEY || second !== null) return null;
  const steps = keyCourse(panel, windows, measureOf(panel, 0), key);
  const last = steps.at(-1);
  if (last === undefined || steps.every(({ rank }) => rank === null)) return null;
  const words = ctx.words.keyCard;
  const place = ({ rank, of }: KeyStep) => (rank === null ? UNKNOWN : words.place(String(rank), String(of)));
  const told = steps.map((step) => ({
    ...step,
    short: shortOf(step, ctx),
    words: joined(`${spanText(step.span, ctx.format)}: ${place(step)}`, step.share === null ? "" : `${ctx.words.panels.share} ${ctx.format.percent(step.share)}`),
  }));
  return { steps: told, now: place(last), spoken: `${words.ranks}: ${told.slice(-3).map((step) => step.words).join(", ")}` };
}

function shortOf({ span }: KeyStep, { format }: Context): string {
  const clock = format.clock(span.startMs).slice(0, 5);
  return clock === "00:00" ? format.monthDay(span.startMs) : clock;
}

export interface ElsewhereModel {
  readonly panel: Panel;
  /** `false` where the key is of the second dimension, which has no card. */
  readonly leads: boolean;
  readonly title: string;
  readonly value: string;
  readonly share: string;
  readonly rank: string;
  /** The largest cells, or why there is no figure. */
  readonly note: string;
}

/** The row of a key in another panel. `frame` is over the same window where the panel has it; `alone` has the key alone. */
export function elsewhereModel(
  place: Elsewhere, frame: Frame | null, alone: Frame | null, key: string, window: string | null, ctx: Context,
): ElsewhereModel {
  const { panel } = place;
  const words = ctx.words.keyCard;
  const measure = measureOf(panel, 0);
  const format = inUnit(ctx.format, measure.unit);
  const listed = frame === null ? null : keyRow(place, frame, key, ctx.lang, ctx.words);
  const row = listed ?? (alone === null ? null : keyRow(place, alone, key, ctx.lang, ctx.words));
  const whole = frame === null ? null : sum(rowsOf(panel, frame, "total", measure, ctx.lang, ctx.words));
  const share = listed !== null ? listed.share : row === null || whole === null || !measure.additive ? null : shareOf(whole, row.value);
  const missing = frame === null ? ctx.words.panels.loading : isCut(frame) && alone === null ? ctx.words.panels.windowLoading : words.none;
  return {
    panel,
    leads: place.side === "dimension",
    title: clip(say(panel.title, ctx.lang), TITLE_CHARACTERS_MAX),
    value: row === null ? UNKNOWN : format.compact(row.value),
    share: share === null ? "" : ctx.format.percent(share),
    // The place of a row that was asked for alone is not known.
    rank: listed === null || listed.rank === null ? "" : `#${listed.rank}`,
    note: row === null ? missing : joined(
      ...row.parts.map(({ label, value }) => `${label} ${format.compact(value)}`),
      window === null ? "" : presentName(window, ctx)),
  };
}
