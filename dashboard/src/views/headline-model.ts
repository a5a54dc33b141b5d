// The figures above the panels, decided: value, comparisons, target, and the panel that a
// figure leads to. Pure.
//
// A figure that is not known is —, a comparison that cannot be made says why, and neither
// is ever 0.
import type { Context } from "../data/context";
import { clip, joined, UNKNOWN, type Format } from "../data/format";
import { inUnit, saysUnit } from "../data/units";
import { say } from "../i18n/words";
import type { Headline, HeadlineChange, HeadlineValue } from "../wire/shapes";

const TITLE_CHARACTERS_MAX = 40;
/** Smaller changes, in proportion, are none. */
const SAME_MAX = 0.0005;

export interface ChangeModel {
  readonly to: HeadlineChange["to"];
  /** What is compared with. */
  readonly word: string;
  readonly arrow: "" | "↑" | "↓" | "→";
  readonly way: "up" | "down" | "same" | "unknown";
  /** The change, or why there is none. */
  readonly text: string;
  /** The end of what is compared; empty where there is none. */
  readonly until: string;
  /** All of it, with both values and what would make it finer. */
  readonly title: string;
}

export interface TargetModel {
  /** From 0 to 1, however far the target is passed. */
  readonly part: number;
  readonly share: string;
  readonly text: string;
  /** The same for readers who hear the page. */
  readonly spoken: string;
}

export interface HeadlineModel {
  readonly id: string;
  readonly isGiant: boolean;
  readonly title: string;
  readonly value: number | null;
  /** Every digit. */
  readonly full: string;
  /** Short enough for little room. */
  readonly short: string;
  readonly unit: string;
  /** Why the value is missing or not that of all records; empty where all is well. */
  readonly note: string;
  readonly changes: readonly ChangeModel[];
  readonly target: TargetModel | null;
  /** The panel with the figure; `null` means that there is none. */
  readonly panel: string | null;
  readonly openWords: string;
}

export function headlineModels(ctx: Context): readonly HeadlineModel[] {
  const { headlines, figures } = ctx.state;
  return headlines.map((headline) => headlineModel(headline, figures.get(headline.id), ctx));
}

function headlineModel(headline: Headline, figure: HeadlineValue | undefined, ctx: Context): HeadlineModel {
  const words = ctx.words.headline;
  const title = clip(say(headline.title, ctx.lang), TITLE_CHARACTERS_MAX);
  const value = figure?.value ?? null;
  const isShare = headline.per !== null;
  const panel = ctx.state.panels?.find(({ metric, view }) => metric === headline.metric && view === headline.view);
  const stale = figure?.stale ?? null;
  const format = inUnit(ctx.format, headline.unit);
  return {
    id: headline.id,
    isGiant: headline.giant,
    title,
    value,
    full: isShare ? format.percent(value) : format.full(value),
    short: isShare ? format.percent(value) : format.headline(value),
    unit: saysUnit(headline.unit) ? "" : clip(headline.unit ?? "", TITLE_CHARACTERS_MAX),
    note: stale !== null ? `⚠ ${words.stale[stale]}` : value === null ? words.unknown : "",
    changes: withEnds(headline.compare.flatMap((to) => {
      const change = figure?.changes.find((each) => each.to === to);
      return change === undefined ? [] : [changeModel(change, isShare ? null : format, ctx)];
    })),
    target: headline.target === null ? null : targetModel(headline.target, value, isShare, { ...ctx, format }),
    panel: panel?.id ?? null,
    openWords: panel === undefined ? title : words.open(title, clip(say(panel.title, ctx.lang), TITLE_CHARACTERS_MAX)),
  };
}

/** Where several in a row end at the same time, that time is said once, behind the last of them. */
function withEnds(changes: readonly ChangeModel[]): readonly ChangeModel[] {
  return changes.map((change, i) => (changes[i + 1]?.until === change.until ? { ...change, until: "" } : change));
}

/** `format` is that of the figure; `null` means that the figure is a share. */
function changeModel(change: HeadlineChange, format: Format | null, ctx: Context): ChangeModel {
  const isShare = format === null;
  const words = ctx.words.headline;
  const { to, now, before, reason, hint } = change;
  const show = (value: number | null) => (format === null ? ctx.format.percent(value) : format.full(value));
  const until = change.until === null ? "" : words.until(timeOf(change.until, ctx));
  const why = reason === null ? "" : words.reasons[reason];
  const finer = hint === null || hint === "" ? "" : words.finer(hint);
  const title = joined(
    words.toWhole[to], now === null || before === null ? "" : words.values(show(now), show(before)), until, why, finer);
  const common = { to, word: words.to[to], until, title };
  if (now === null || before === null || (before === 0 && !isShare)) {
    const text = now !== null && before === 0 ? words.fromNothing : why === "" ? UNKNOWN : why;
    return { ...common, arrow: "", way: "unknown", text: before === null && finer !== "" ? finer : text };
  }
  // A share is compared in points: a per cent of a per cent would be misread.
  const difference = isShare ? now - before : (now - before) / Math.abs(before);
  if (Math.abs(difference) < SAME_MAX) return { ...common, arrow: "→", way: "same", text: words.same };
  const size = Math.abs(difference);
  const text = isShare ? words.points(ctx.format.full(Math.round(size * 1000) / 10)) : ctx.format.percent(size);
  return difference > 0 ? { ...common, arrow: "↑", way: "up", text } : { ...common, arrow: "↓", way: "down", text };
}

/** The time of the day alone where it is of the day of the events, else with its date. */
function timeOf(time: number, ctx: Context): string {
  const { format, state } = ctx;
  const clock = format.clock(time).slice(0, 5);
  const today = state.clock?.eventTime ?? null;
  return today !== null && format.date(today) === format.date(time) ? clock : `${format.monthDay(time)} ${clock}`;
}

function targetModel(target: number, value: number | null, isShare: boolean, ctx: Context): TargetModel | null {
  if (target <= 0) return null;
  const words = ctx.words.headline;
  const part = value === null ? null : value / target;
  const text = words.target(isShare ? ctx.format.percent(target) : ctx.format.compact(target));
  const share = ctx.format.percent(part);
  return { part: Math.min(1, Math.max(0, part ?? 0)), share, text, spoken: joined(text, words.reached(share)) };
}
