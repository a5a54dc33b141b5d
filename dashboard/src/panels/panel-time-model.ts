// The line of a panel that says of what time it is, what it is held against, and how its
// trend is drawn: every text and what is chosen. Pure.
import type { Comparison } from "../data/compare";
import type { Context } from "../data/context";
import { TREND_FORMS, type PanelChoice, type TrendForm } from "../data/link";
import { labelText, measureOf, type Past } from "../data/rows";
import { sliceKeys } from "../data/slice";
import { say } from "../i18n/words";
import type { Frame, Panel } from "../wire/shapes";
import type { WindowAnswers } from "./window-model";

export interface Option<Value> {
  readonly value: Value;
  readonly text: string;
}

export interface PanelTimeModel {
  readonly isShown: boolean;
  /** The panel has a time of its own, which can be undone; `null` means that it follows the page. */
  readonly own: { readonly text: string; readonly title: string } | null;
  /** One key of the second dimension. */
  readonly slice: { readonly label: string; readonly options: readonly Option<string | null>[]; readonly chosen: string | null } | null;
  readonly form: { readonly label: string; readonly options: readonly Option<TrendForm>[]; readonly chosen: TrendForm } | null;
  /** What the panel is held against, and by how much the whole has changed. */
  readonly compare: {
    readonly word: string;
    readonly way: Past["way"];
    readonly change: string;
    readonly until: string;
    readonly why: string;
    readonly title: string;
  } | null;
  readonly sort: { readonly text: string; readonly title: string; readonly isOn: boolean } | null;
}

export interface PanelTimeInput {
  readonly panel: Panel;
  readonly frame: Frame | undefined;
  readonly choice: PanelChoice;
  readonly answers: WindowAnswers;
  readonly isTrend: boolean;
  /** The comparison that is shown; `null` means that there is none. */
  readonly comparison: Comparison | null;
}

export function panelTimeModel(input: PanelTimeInput, ctx: Context): PanelTimeModel {
  const { choice, isTrend, comparison } = input;
  const words = ctx.words.time;
  const own = choice.isOwn ? { text: words.ownUndo, title: words.own } : null;
  const slice = sliceOf(input, ctx);
  const form = isTrend && !choice.table ? formOf(input, ctx) : null;
  const compare = isTrend ? null : compareOf(input, ctx);
  const sort = comparison === null || isTrend ? null : { text: words.byChange, title: words.byChangeTitle, isOn: choice.byChange };
  return { isShown: [own, slice, form, compare, sort].some((part) => part !== null), own, slice, form, compare, sort };
}

/** Values that do not add up are lines, which have no shares. */
function formOf({ panel, choice }: PanelTimeInput, { words: { time } }: Context): PanelTimeModel["form"] {
  const isStacked = measureOf(panel, choice.measure).additive;
  const options = TREND_FORMS.filter((value) => isStacked || value !== "share")
    .map((value) => ({ value, text: !isStacked && value === "stack" ? time.linear : time.forms[value] }));
  return { label: time.form, options, chosen: !isStacked && choice.form === "share" ? "stack" : choice.form };
}

function sliceOf({ panel, frame, choice }: PanelTimeInput, ctx: Context): PanelTimeModel["slice"] {
  const keys = sliceKeys(panel, frame);
  if (panel.across === null || keys.length < 2) return null;
  const labels = new Map(panel.across.labels.map(({ key, text }) => [key, say(text, ctx.lang)]));
  const named = (key: string) => ({ value: key, text: labelText(labels.get(key) ?? key) });
  const { slice } = choice;
  return {
    label: `${ctx.words.time.slice}: ${say(panel.across.title, ctx.lang)}`,
    options: [
      { value: null, text: ctx.words.time.sliceAll },
      ...(slice === null || keys.includes(slice) ? keys : [...keys, slice]).map(named),
    ],
    chosen: slice,
  };
}

function compareOf({ answers, comparison, choice }: PanelTimeInput, ctx: Context): PanelTimeModel["compare"] {
  const words = ctx.words.time;
  const { compared } = answers;
  if (compared === null || choice.against === null) return null;
  const word = ctx.words.headline.to[choice.against];
  const plain = (why: string) => ({ word, way: "unknown" as const, change: "", until: "", why, title: why });
  if (compared === "all-time") return plain(words.compareAllTime);
  if (compared === "sliding") return plain(words.compareSliding);
  if (compared.value === null || comparison === null) {
    return plain(compared.state === "missing" ? words.compareFailed : words.comparing);
  }
  const { whole, until, why, title } = comparison;
  return { word: comparison.word, way: whole?.way ?? "unknown", change: whole?.text ?? "", until, why, title };
}
