// The ranking beside the tiles: the first entries, and a list through which the others go
// slowly, a page at a time. The list stops while the pointer or the focus is on it; where
// nothing is to move, it is scrolled by hand alone.
import type { Context } from "../data/context";
import type { Row } from "../data/rows";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import { isStill } from "../dom/motion";
import type { RankingFit } from "./tilemap-fit";
import { held, type RankModel, type TilemapModel } from "./tilemap-model";

const PAGE_MS = 6000;

export class TilemapRanking {
  readonly #since = h("p", { class: "ranking-since" });
  readonly #top = h("ol", { class: "ranking-list" });
  readonly #restHead = h("p", { class: "ranking-rest-head" });
  readonly #rest = h("ol", { class: "ranking-list ranking-rest" });
  readonly element = h("section", { class: "ranking" }, this.#since, this.#top, this.#restHead, this.#rest);
  readonly #topItems: HTMLLIElement[] = [];
  readonly #restItems: HTMLLIElement[] = [];
  #order: readonly string[] = [];
  #shown: readonly RankModel[] = [];
  #pages = 1;
  #page = 0;
  #runs = false;
  #isHeld = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(drill: (row: Row) => void) {
    const choose = (target: EventTarget | null) => {
      const item = target instanceof Element ? target.closest("li") : null;
      const index = [...this.#topItems, ...this.#restItems].findIndex((each) => each === item);
      const entry = this.#shown[index];
      if (entry !== undefined) drill(entry.row);
    };
    this.element.addEventListener("click", (event) => choose(event.target));
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose(event.target);
    });
  }

  update(model: TilemapModel, title: string, fit: RankingFit, ctx: Context): void {
    setShown(this.element, fit.top > 0 || fit.restLines > 0);
    setAttr(this.element, "aria-label", ctx.words.tilemap.ranking(title));
    // On a wall nothing is pressed, and a pointer that was left there holds nothing up.
    this.#isHeld = !ctx.kiosk && this.element.matches(":hover, :focus-within");
    const entries = held(model.ranking, this.#isHeld ? this.#order : null);
    this.#order = entries.map(({ id }) => id);
    const rest = fit.restLines === 0 ? [] : entries.slice(fit.top);
    this.#shown = [...entries.slice(0, fit.top), ...rest];
    setShown(this.#since, model.since !== "");
    setText(this.#since, model.since);
    setAttr(this.#since, "title", model.since === "" ? null : ctx.words.tilemap.sinceNote);
    this.element.style.setProperty("--columns", String(fit.columns));
    this.element.style.setProperty("--rest-lines", String(fit.restLines));
    setAttr(this.element, "data-share", fit.hasShare ? "" : null);
    resize(this.#top, this.#topItems, Math.min(fit.top, entries.length), entry);
    resize(this.#rest, this.#restItems, rest.length, entry);
    [...this.#topItems, ...this.#restItems].forEach((item, i) => {
      const of = this.#shown[i];
      if (of !== undefined) updateEntry(item, of, fit.hasShare, !ctx.kiosk);
    });
    this.#updateRest(rest.length, fit, ctx);
  }

  dispose(): void {
    clearInterval(this.#timer);
  }

  #updateRest(count: number, fit: RankingFit, ctx: Context): void {
    setShown(this.#restHead, count > 0);
    setShown(this.#rest, count > 0);
    setText(this.#restHead, ctx.words.tilemap.rest(ctx.format.full(count)));
    const lines = Math.ceil(count / fit.columns);
    this.#pages = fit.restLines === 0 ? 1 : Math.ceil(lines / fit.restLines);
    // The last page is as long as the others, so that no line is seen in part.
    this.element.style.setProperty("--missing-lines", String(this.#pages * fit.restLines - lines));
    this.#runs = this.#pages > 1 && ctx.pause === null;
    if (this.#runs) this.#timer ??= setInterval(() => this.#turn(), PAGE_MS);
  }

  #turn(): void {
    const isSeen = this.#rest.checkVisibility() && !document.hidden;
    const isTouched = this.#isHeld || (document.body.dataset["kiosk"] === undefined && this.element.matches(":hover, :focus-within"));
    if (!this.#runs || !isSeen || isTouched || isStill()) return;
    // A reader may have scrolled the list meanwhile.
    this.#page = Math.round(this.#rest.scrollTop / Math.max(1, this.#rest.clientHeight));
    this.#page = (this.#page + 1) % this.#pages;
    this.#rest.scrollTo({ top: this.#page * this.#rest.clientHeight, behavior: "smooth" });
  }
}

function entry(): HTMLLIElement {
  return h("li", {}, h("span", { class: "ranking-entry" },
    h("span", { class: "ranking-place" }), h("span", { class: "ranking-name" }),
    h("span", { class: "ranking-arrow" }), h("span", { class: "ranking-value" }), h("span", { class: "ranking-share" })));
}

function updateEntry(item: HTMLLIElement, model: RankModel, hasShare: boolean, acts: boolean): void {
  const button = item.firstElementChild;
  const [place, name, arrow, value, share] = Array.from(button?.children ?? []);
  if (!button || !place || !name || !arrow || !value || !share) return;
  setText(place, model.rank === "" ? "–" : model.rank);
  setText(name, model.name);
  setText(arrow, model.arrow);
  setAttr(arrow, "data-way", model.change === null || model.change === 0 ? null : model.change > 0 ? "up" : "down");
  // Where there is room for one of them, a change that was asked for comes first.
  setText(value, model.isCompared && !hasShare ? model.share : model.value);
  setText(share, model.share);
  item.style.setProperty("--part", model.part.toFixed(4));
  setAttr(item, "data-level", model.level);
  setAttr(item, "title", model.title);
  // On a wall nothing takes the focus.
  setAttr(button, "role", acts ? "button" : null);
  setAttr(button, "tabindex", acts ? "0" : null);
}
