// One key of a panel: its exact figures, its course and place over the last windows where the
// metric has them, and its row in other panels, which lead on. The dialog follows the stream.
import type { Context } from "../data/context";
import { clip, joined } from "../data/format";
import { OTHER_KEY } from "../data/rows";
import { elsewhere, isCut, keyRow, type Elsewhere } from "../data/same-key";
import { CUMULATIVE, kindOfName } from "../data/spans";
import { trendKind, trendOf, trendWords } from "../data/trend";
import { inUnit } from "../data/units";
import { lastWindowsName, windowName } from "../data/window-name";
import { h, raw, resize, setAttr, setShown, setText } from "../dom/element";
import { modal } from "../dom/modal";
import { say } from "../i18n/words";
import type { KeyRows } from "../net/key-rows";
import type { Windows } from "../net/windows";
import type { Frame, Panel } from "../wire/shapes";
import type { TrendWindow } from "../wire/windows";
import { elsewhereModel, keyFacts, rankModel, type Chosen, type ElsewhereModel } from "./key-card-model";
import { RankView } from "./rank-view";
import { TrendView } from "./trend-view";

/** Other panels than this are not listed. */
const ELSEWHERE_MAX = 12;

/** What is shown: a key of a panel over a window; `null` is the panel's own. */
interface Open {
  readonly panel: Panel;
  readonly chosen: Chosen;
  readonly window: string | null;
}

export class KeyCard {
  readonly #title = h("h2", { id: "key-card-title" });
  readonly #facts = h("dl", { class: "key-facts" });
  readonly #items: HTMLDivElement[] = [];
  readonly #trendTitle = h("h3");
  readonly #trend = new TrendView();
  readonly #rank = new RankView();
  readonly #othersTitle = h("h3");
  readonly #others = h("ul", { class: "key-others" });
  readonly #otherItems: HTMLLIElement[] = [];
  readonly #back = h("button", { type: "button", class: "copy", "data-testid": "key-back" });
  readonly #close = h("button", { type: "button", class: "copy" });
  readonly element = modal("key-card", this.#title, this.#facts, this.#trendTitle, this.#trend.element,
    this.#rank.element, this.#othersTitle, this.#others, h("div", { class: "key-buttons" }, this.#back, this.#close));
  readonly #windows: Windows;
  readonly #rows: KeyRows;
  readonly #changed: () => void;
  #open: Open | null = null;
  /** The cards that led here. */
  #before: readonly Open[] = [];
  #shown: readonly ElsewhereModel[] = [];
  /** What the last drawing was of. */
  #known: { readonly frameOf: (panel: string) => Frame | undefined; readonly ctx: Context } | null = null;

  /** `changed` draws the card anew. */
  constructor(windows: Windows, rows: KeyRows, changed: () => void) {
    this.#windows = windows;
    this.#rows = rows;
    this.#changed = changed;
    this.#close.addEventListener("click", () => this.element.close());
    this.#back.addEventListener("click", () => {
      this.#open = this.#before.at(-1) ?? this.#open;
      this.#before = this.#before.slice(0, -1);
      this.#turned();
    });
    this.#others.addEventListener("click", (event) => {
      const item = event.target instanceof Element ? event.target.closest("li") : null;
      const other = this.#shown[this.#otherItems.findIndex((each) => each === item)];
      if (other?.leads === true) this.#lead(other.panel);
    });
  }

  /** `window` is the one that the panel shows; `null` is the panel's own. */
  show(panel: Panel, chosen: Chosen, window: string | null): void {
    this.#open = { panel, chosen, window };
    this.#before = [];
    if (!this.element.open) this.element.showModal();
    // Nothing of the card before is seen.
    if (this.#known !== null) this.update(this.#known.frameOf, this.#known.ctx);
    this.element.scrollTop = 0;
    this.#close.focus();
  }

  /** To the same key in another panel. */
  #lead(panel: Panel): void {
    if (this.#open === null) return;
    const { chosen, window, panel: from } = this.#open;
    this.#before = [...this.#before, this.#open].slice(-ELSEWHERE_MAX);
    this.#open = { panel, chosen: { key: chosen.key, second: null }, window: windowFor(panel, from, window) };
    this.#turned();
  }

  #turned(): void {
    this.element.scrollTop = 0;
    this.#changed();
    this.#close.focus();
  }

  update(frameOf: (panel: string) => Frame | undefined, ctx: Context): void {
    this.#known = { frameOf, ctx };
    if (!this.element.open || this.#open === null) return;
    const { panel, chosen, window } = this.#open;
    const frame = this.#frame(panel, window, frameOf, ctx);
    const facts = frame === null ? null : keyFacts(
      panel, this.#withKey(panel, frame, chosen, window, ctx), chosen, ctx, { window, whole: frame });
    const kind = kindOfName(window ?? panel.windows[0] ?? CUMULATIVE);
    setText(this.#close, ctx.words.panels.close);
    setText(this.#back, ctx.words.keyCard.back);
    setShown(this.#back, this.#before.length > 0);
    setText(this.#title, joined(
      clip(say(panel.title, ctx.lang), 80), facts?.label ?? "",
      window === null && kind === CUMULATIVE ? "" : windowName(window ?? kind, null, ctx)));
    this.#updateFacts(facts?.facts ?? [{ name: ctx.words.panels.empty, text: "", value: null }]);
    this.#updateCourse(panel, chosen, frameOf(panel.id)?.rev ?? null, ctx);
    this.#updateOthers(this.#open, frameOf, ctx);
  }

  #updateFacts(facts: readonly { readonly name: string; readonly text: string; readonly value: number | null }[]): void {
    resize(this.#facts, this.#items, facts.length, () => h("div", {}, h("dt"), h("dd")));
    facts.forEach(({ name, text, value }, i) => {
      const [term, figure] = Array.from(this.#items[i]?.children ?? []);
      if (!term || !figure) return;
      setText(term, name);
      setText(figure, text);
      setAttr(figure, "data-value", raw(value));
    });
  }

  /** The frame of a panel over a window; `null` while it is not known. */
  #frame(panel: Panel, window: string | null, frameOf: (panel: string) => Frame | undefined, ctx: Context): Frame | null {
    const streamed = frameOf(panel.id) ?? null;
    if (window === null) return streamed;
    return this.#windows.frame(panel.id, window, ctx.pause === null ? streamed?.rev ?? null : null).frame;
  }

  /** The frame with the key alone, where it is cut before the key. */
  #withKey(panel: Panel, frame: Frame, { key }: Chosen, window: string | null, ctx: Context): Frame {
    if (key === OTHER_KEY || frame.keys.includes(key) || !isCut(frame)) return frame;
    return this.#rows.frame(panel.id, window, key, ctx.pause === null ? frame.rev : null) ?? frame;
  }

  #updateCourse(panel: Panel, chosen: Chosen, rev: number | null, ctx: Context): void {
    const kind = chosen.key === OTHER_KEY ? null : trendKind(panel.windows, null);
    const windows = kind === null ? [] : this.#windows.trend(panel.metric, kind, ctx.pause === null ? rev : null).windows;
    this.#updateTrend(panel, chosen, kind ?? "", windows, ctx);
    const rank = rankModel(panel, windows, chosen, ctx);
    setShown(this.#rank.element, rank !== null);
    if (rank !== null) this.#rank.update(rank, ctx);
  }

  #updateTrend(panel: Panel, chosen: Chosen, kind: string, windows: readonly TrendWindow[], ctx: Context): void {
    const isShown = windows.length > 0;
    setShown(this.#trend.element, isShown);
    setShown(this.#trendTitle, isShown);
    if (!isShown) return;
    const only = panel.dimension === null ? "" : chosen.key;
    const trend = trendOf(panel, windows, "total", 0, ctx, only);
    setText(this.#trendTitle, `${ctx.words.panels.trend} · ${lastWindowsName(kind, windows.length, ctx)}`);
    const shown = { ...ctx, format: inUnit(ctx.format, trend.measure.unit) };
    this.#trend.update(trend, trendWords(this.#title.textContent ?? "", trend, shown), shown);
  }

  #updateOthers({ panel, chosen, window }: Open, frameOf: (panel: string) => Frame | undefined, ctx: Context): void {
    const places = chosen.key === OTHER_KEY ? [] : elsewhere(ctx.state.panels ?? [], panel).slice(0, ELSEWHERE_MAX);
    this.#shown = places.map((place) => this.#elsewhere(place, panel, chosen.key, window, frameOf, ctx));
    setShown(this.#othersTitle, places.length > 0);
    setShown(this.#others, places.length > 0);
    setText(this.#othersTitle, ctx.words.keyCard.others);
    resize(this.#others, this.#otherItems, this.#shown.length, otherItem);
    this.#shown.forEach((model, i) => {
      const item = this.#otherItems[i];
      if (item !== undefined) updateOther(item, model);
    });
  }

  #elsewhere(
    place: Elsewhere, from: Panel, key: string, window: string | null,
    frameOf: (panel: string) => Frame | undefined, ctx: Context,
  ): ElsewhereModel {
    const asked = windowFor(place.panel, from, window);
    const frame = this.#frame(place.panel, asked, frameOf, ctx);
    const isMissing = frame !== null && isCut(frame) && keyRow(place, frame, key, ctx.lang, ctx.words) === null;
    const alone = isMissing && place.side === "dimension"
      ? this.#rows.frame(place.panel.id, asked, key, ctx.pause === null ? frame.rev : null) : null;
    const kind = kindOfName(asked ?? place.panel.windows[0] ?? CUMULATIVE);
    const own = kindOfName(window ?? from.windows[0] ?? CUMULATIVE);
    return elsewhereModel(place, frame, alone, key, kind === own ? null : kind, ctx);
  }
}

/** The same window in another panel, where its metric has windows of that kind; else the panel's own. */
function windowFor(panel: Panel, from: Panel, window: string | null): string | null {
  const asked = window ?? from.windows[0] ?? CUMULATIVE;
  if (asked === (panel.windows[0] ?? CUMULATIVE)) return null;
  return panel.windows.includes(kindOfName(asked)) ? asked : null;
}

function otherItem(): HTMLLIElement {
  return h("li", {}, h("button", { type: "button" },
    h("span", { class: "key-other-title" }), h("span", { class: "key-other-rank" }),
    h("b"), h("span", { class: "key-other-share" }), h("small")));
}

function updateOther(item: HTMLLIElement, { leads, title, rank, value, share, note }: ElsewhereModel): void {
  if (item.firstElementChild instanceof HTMLButtonElement) item.firstElementChild.disabled = !leads;
  const [name, place, figure, part, more] = Array.from(item.firstElementChild?.children ?? []);
  if (!name || !place || !figure || !part || !more) return;
  setText(name, title);
  setAttr(name, "title", title);
  setText(place, rank);
  setText(figure, value);
  setText(part, share);
  setText(more, note);
  setAttr(more, "title", note);
}
