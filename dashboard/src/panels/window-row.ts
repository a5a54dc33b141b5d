// The line in a panel's head for metrics with windows: which one is shown, and
// for past ones a timeline that arrows move along. It is not there otherwise.
import type { Context } from "../data/context";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import type { Format } from "../data/format";
import { icon } from "../dom/icon";
import {
  countOfName, CUMULATIVE, isPast, isSliding, kindOfName, LAST, lastName, nameOf, TREND_WINDOWS, type Finals,
  type Span,
} from "../data/spans";

/** Marks the choice of a past window of a kind; which one is chosen on the timeline. */
const PAST = "@";

/** What a panel is shown over, and what else it could be. */
export interface ShownWindow {
  readonly window: string | null;
  /** The kinds of its descriptor; none where the host does not say. */
  readonly kinds: readonly string[];
  readonly finals: Finals;
  /** The kind that the panel shows by itself. */
  readonly own: string;
  /** What the shown frame is over. */
  readonly span: Span | null;
  /** Whether the last windows are shown beside each other; `null` where there are none. */
  readonly trend: boolean | null;
}

/** The kind whose course is shown. */
function trendKindOf({ window, kinds }: ShownWindow): string {
  const chosen = window === null ? null : kindOfName(window);
  const all = kinds.filter((kind) => kind !== CUMULATIVE);
  return all.find((kind) => kind === chosen) ?? all[0] ?? "";
}

/** Each window that can be chosen: its name, or its kind and `@` for the past ones, and its words. */
export function choicesOf(shown: ShownWindow, ctx: Context): (readonly [string, string])[] {
  const { window, finals, own } = shown;
  const words = ctx.words.panels;
  const kind = window === null ? null : kindOfName(window);
  const kinds = new Set([...shown.kinds, ...finals.keys(), ...(kind === null ? [] : [kind])]);
  const present = (each: string) =>
    each === CUMULATIVE ? words.windowAll : words.windowCurrent(each);
  const choices: (readonly [string, string])[] = [["", present(own)]];
  for (const each of kinds) {
    if (each !== own || window === each) choices.push([each, present(each)]);
    if (each === CUMULATIVE) continue;
    const counts = isSliding(each) || shown.kinds.length === 0 ? [] : [...LAST];
    const count = each === kind && window !== null ? countOfName(window) : null;
    if (count !== null && !counts.some((other) => other === count)) {
      choices.push([lastName(each, count), words.windowLast(each, String(count))]);
    }
    for (const last of counts) choices.push([lastName(each, last), words.windowLast(each, String(last))]);
    const isChosen = each === kind && window !== null && isPast(window);
    if (finals.has(each) || isChosen) choices.push([each + PAST, words.windowPast(each)]);
  }
  return choices;
}

export class WindowRow {
  readonly #select = h("select", { class: "window-select" });
  readonly #options: HTMLOptionElement[] = [];
  readonly #line = h("input", { type: "range", min: "0", step: "1", class: "window-line" });
  readonly #text = h("span", { class: "window-text" });
  readonly #trendText = h("span");
  readonly #trend = h("button", { type: "button", class: "trend-toggle", "data-toggle": "trend" },
    icon("trend"), this.#trendText);
  readonly element = h("div", { class: "window-row" }, this.#select, this.#trend, this.#line, this.#text);
  #finals: Finals = new Map();
  #spans: readonly Span[] = [];

  constructor(choose: (window: string | null) => void, toggleTrend: () => void) {
    this.#trend.addEventListener("click", toggleTrend);
    this.#select.addEventListener("change", () => {
      const { value } = this.#select;
      if (!value.endsWith(PAST)) return choose(value === "" ? null : value);
      const last = this.#finals.get(value.slice(0, -PAST.length))?.at(-1);
      if (last !== undefined) choose(nameOf(last));
    });
    this.#line.addEventListener("input", () => {
      const span = this.#spans[this.#line.valueAsNumber];
      if (span !== undefined) choose(nameOf(span));
    });
  }

  update(shown: ShownWindow, ctx: Context): void {
    const words = ctx.words.panels;
    const { window, finals, span } = shown;
    const choices = choicesOf(shown, ctx);
    setShown(this.element, choices.length > 1);
    setShown(this.#trend, shown.trend !== null);
    setAttr(this.#trend, "aria-pressed", String(shown.trend === true));
    setText(this.#trendText, words.trend);
    setShown(this.#select, shown.trend !== true);
    this.#finals = finals;
    const kind = window === null ? null : kindOfName(window);
    const past = window !== null && isPast(window);
    resize(this.#select, this.#options, choices.length, () => h("option"));
    choices.forEach(([value, text], i) => {
      const option = this.#options[i];
      if (option === undefined) return;
      if (option.value !== value) option.value = value;
      setText(option, text);
    });
    setAttr(this.#select, "aria-label", words.window);
    const chosen = kind === null || window === null ? "" : past ? kind + PAST : window;
    if (this.#select.value !== chosen) this.#select.value = chosen;
    const isOne = shown.trend !== true;
    this.#updateLine(past && isOne ? window : null, kind, isOne ? span : null, ctx);
    if (!isOne) setText(this.#text, words.trendOf(trendKindOf(shown), String(TREND_WINDOWS)));
  }

  #updateLine(past: string | null, kind: string | null, span: Span | null, ctx: Context): void {
    const words = ctx.words.panels;
    this.#spans = past === null || kind === null ? [] : this.#finals.get(kind) ?? [];
    const at = this.#spans.findIndex((each) => nameOf(each) === past);
    const shown = this.#spans[at] ?? span;
    const text = shown === null ? "" : spanText(shown, ctx.format);
    setShown(this.#line, this.#spans.length > 1);
    setAttr(this.#line, "max", String(Math.max(0, this.#spans.length - 1)));
    if (at >= 0 && this.#line.valueAsNumber !== at) this.#line.value = String(at);
    setAttr(this.#line, "aria-label", words.window);
    setAttr(this.#line, "aria-valuetext", text);
    setText(this.#text, past === null ? text : `◷ ${text}`);
    setAttr(this.#text, "title", past === null ? null : words.windowFinal);
    setAttr(this.element, "data-past", past === null ? null : "");
  }
}

/** A day by its date alone, other windows by both ends; no more digits than needed. */
export function spanText(span: Span, format: Format): string {
  const [start, end] = [format.dateTime(span.startMs), format.dateTime(span.endMs)];
  const midnight = " 00:00:00";
  if (start.endsWith(midnight) && end.endsWith(midnight)) {
    const lastDay = format.date(span.endMs - 1);
    const first = start.slice(0, -midnight.length);
    return first === lastDay ? first : `${first} – ${lastDay}`;
  }
  const short = (text: string) => text.replace(/:00$/u, "");
  const sameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${short(start)} – ${short(sameDay ? end.slice(11) : end)}`;
}
