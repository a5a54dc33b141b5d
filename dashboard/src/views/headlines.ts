// The figures that the pipeline puts first, above its panels: one of them large enough to
// be read from across a hall, the others beside it. A figure leads to its panel.
import type { Context } from "../data/context";
import { textEm } from "../data/text-room";
import { h, raw, resize, setAttr, setEm, setShown, setText } from "../dom/element";
import { Room } from "../dom/room";
import { Roll } from "../dom/roll";
import { headlineModels, type ChangeModel, type HeadlineModel } from "./headline-model";

/** The giant figure is written in full where its digits can be this high, as a part of the screen. */
const GIANT_PART_MIN = 0.08;
/** More figures than this beside the giant one stand in two rows. */
const ONE_ROW_MAX = 3;

export class Headlines {
  readonly #giants = h("div", { class: "headline-giants" });
  readonly #rest = h("div", { class: "headline-rest" });
  readonly element = h("section", { class: "headlines", "data-testid": "headlines" }, this.#giants, this.#rest);
  readonly #giantViews: HeadlineView[] = [];
  readonly #restViews: HeadlineView[] = [];
  readonly #apart: HTMLElement[] = [];
  readonly #open: (headline: string) => void;

  /** `open` leads to the panel of a figure. */
  constructor(open: (headline: string) => void) {
    this.#open = open;
    setShown(this.element, false);
  }

  /** The figures beside the giant one in pages, where they stand apart from it; else none. */
  get apart(): readonly HTMLElement[] {
    return this.#apart;
  }

  /** `perPage` figures beside the giant one are a page; `null` means that they stand beside it. */
  update(perPage: number | null, ctx: Context): void {
    const models = headlineModels(ctx);
    setShown(this.element, models.length > 0);
    const giants = models.filter(({ isGiant }) => isGiant).slice(0, 1);
    const others = models.filter((model) => !giants.includes(model));
    const isApart = perPage !== null && giants.length > 0;
    setAttr(this.element, "aria-label", ctx.words.headline.group);
    setAttr(this.element, "data-giant", giants.length > 0 ? "" : null);
    const rows = giants.length > 0 && others.length > ONE_ROW_MAX ? 2 : 1;
    setAttr(this.#rest, "data-rows", String(rows));
    this.#rest.style.setProperty("--columns", String(Math.max(1, Math.ceil(others.length / rows))));
    setShown(this.#giants, giants.length > 0);
    setShown(this.#rest, others.length > 0 && !isApart);
    this.#setPages(isApart ? Math.ceil(others.length / perPage) : 0);
    this.#fill(() => this.#giants, this.#giantViews, giants, ctx);
    this.#fill((i) => (isApart ? this.#apart[Math.floor(i / perPage)] : this.#rest) ?? this.#rest, this.#restViews, others, ctx);
  }

  #setPages(count: number): void {
    while (this.#apart.length > count) this.#apart.pop();
    while (this.#apart.length < count) this.#apart.push(h("div", { class: "headline-rest" }));
  }

  #fill(parentOf: (i: number) => HTMLElement, views: HeadlineView[], models: readonly HeadlineModel[], ctx: Context): void {
    while (views.length > models.length) views.pop()?.element.remove();
    models.forEach((model, i) => {
      const view = views[i] ?? new HeadlineView(this.#open);
      views[i] = view;
      const parent = parentOf(i);
      if (view.element.parentElement !== parent) parent.append(view.element);
      view.update(model, ctx);
    });
  }
}

class HeadlineView {
  readonly #open = h("span", { class: "headline-open" });
  readonly #roll = new Roll();
  readonly #value = h("span", { class: "headline-value" }, this.#roll.element);
  readonly #unit = h("span", { class: "headline-unit" });
  readonly #figure = h("div", { class: "headline-figure" }, this.#value, this.#unit);
  readonly #note = h("p", { class: "headline-note" });
  readonly #changes = h("ul", { class: "headline-changes" });
  readonly #items: HTMLLIElement[] = [];
  readonly #bar = h("span", { class: "headline-bar", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100" });
  readonly #target = h("div", { class: "headline-target" }, this.#bar, h("span"), h("b"));
  readonly element = h("article", { class: "headline surface" },
    h("h2", {}, this.#open), this.#figure, this.#note, this.#target, this.#changes);
  readonly #room = new Room(this.#figure);
  /** The figure that leads to its panel; `null` means that it leads nowhere. */
  #id: string | null = null;

  constructor(open: (headline: string) => void) {
    const go = () => {
      if (this.#id !== null) open(this.#id);
    };
    this.#open.addEventListener("click", go);
    this.#open.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      go();
    });
  }

  update(model: HeadlineModel, ctx: Context): void {
    // On a wall nothing is pressed and nothing takes the focus.
    const leads = model.panel !== null && !ctx.kiosk;
    this.#id = leads ? model.id : null;
    setAttr(this.element, "data-headline", model.id);
    setAttr(this.element, "data-testid", `headline-${model.id}`);
    setAttr(this.element, "data-value", raw(model.value));
    setAttr(this.element, "data-giant", model.isGiant ? "" : null);
    setText(this.#open, model.title);
    setAttr(this.#open, "title", leads ? model.openWords : model.title);
    setAttr(this.#open, "role", leads ? "button" : null);
    setAttr(this.#open, "tabindex", leads ? "0" : null);
    const text = model.isGiant && this.#fits(model.full) ? model.full : model.short;
    this.#roll.update(text);
    setAttr(this.#value, "title", `${model.title}: ${model.full}`);
    setEm(this.#figure, textEm(text) + textEm(model.unit) * 0.4 + 0.1);
    setText(this.#unit, model.unit);
    setText(this.#note, model.note);
    setShown(this.#note, model.note !== "");
    this.#updateTarget(model);
    setShown(this.#changes, model.changes.length > 0);
    resize(this.#changes, this.#items, model.changes.length, changeItem);
    model.changes.forEach((change, i) => {
      const item = this.#items[i];
      if (item !== undefined) updateChange(item, change);
    });
  }

  /** `true` where the figure, as high as a giant one is at least, is no wider than its place. */
  #fits(text: string): boolean {
    return textEm(text) * GIANT_PART_MIN * innerHeight <= this.#room.px;
  }

  #updateTarget({ target }: HeadlineModel): void {
    setShown(this.#target, target !== null);
    if (target === null) return;
    const [, text, share] = Array.from(this.#target.children);
    this.#bar.style.setProperty("--part", target.part.toFixed(4));
    setAttr(this.#bar, "aria-valuenow", String(Math.round(target.part * 100)));
    setAttr(this.#bar, "aria-label", target.spoken);
    if (text) setText(text, target.text);
    if (share) setText(share, target.share);
  }
}

function changeItem(): HTMLLIElement {
  return h("li", {}, h("span"), h("b"), h("span", { class: "headline-until" }));
}

function updateChange(item: HTMLLIElement, { to, word, arrow, way, text, until, title }: ChangeModel): void {
  const [name, size, end] = Array.from(item.children);
  if (!name || !size || !end) return;
  setAttr(item, "data-to", to);
  setAttr(item, "data-way", way);
  setAttr(item, "title", title);
  setText(name, word);
  setText(size, `${arrow}${arrow === "" ? "" : " "}${text}`);
  setText(end, until);
}
