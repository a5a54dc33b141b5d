// The timeline: a small picture of all windows that are kept, with a span of them to be
// brushed by pointer or finger, or moved by its ends with keys.
import type { Context } from "../data/context";
import { h, setAttr, setShown, setText } from "../dom/element";
import type { Step } from "../net/courses";
import { Plot, svg } from "../plots/svg";
import { barAt, timelinePlot, type TimelinePlot } from "../plots/timeline-plot";
import { bounded, moved, nameOfPlaces, placesText, type End, type Places, type TimelineModel } from "./timeline-model";

const EMPTY: TimelinePlot = { path: "", bottom: 0, xs: [], edges: [], ends: [] };

export class Timeline {
  readonly #plot = new Plot();
  readonly #band = h("div", { class: "timeline-band" });
  readonly #ends: Readonly<Record<End, HTMLElement>>;
  readonly #stage: HTMLElement;
  readonly #title = h("span", { class: "timeline-title" });
  readonly #text = h("span", { class: "timeline-text", "aria-live": "polite" });
  readonly #clear = h("button", { type: "button", class: "timeline-clear" });
  readonly #note = h("p", { class: "timeline-note" });
  readonly head = h("div", { class: "timeline-head" }, this.#title, this.#text, this.#clear);
  readonly element: HTMLElement;
  readonly #choose: (name: string | null) => void;
  #model: TimelineModel | null = null;
  #ctx: Context | null = null;
  #drawn: { readonly steps: readonly Step[]; readonly of: string; readonly plot: TimelinePlot } | null = null;
  /** The span that is being brushed: where it began, and where the pointer is. */
  #brush: { readonly from: number; readonly to: number } | null = null;

  /** The span that was chosen and is not drawn yet: a held key moves on from there. */
  #chosen: Places | null = null;

  constructor(choose: (name: string | null) => void) {
    this.#choose = choose;
    const end = (name: End) => {
      const element = h("div", { class: "timeline-end", role: "slider", tabindex: "0", "data-end": name, "aria-valuemin": "0" });
      element.addEventListener("keydown", (event) => this.#key(event, name));
      return element;
    };
    this.#ends = { first: end("first"), last: end("last") };
    this.#stage = h("div", { class: "timeline-stage" }, this.#plot.element, this.#band, this.#ends.first, this.#ends.last);
    this.#stage.addEventListener("pointerdown", (event) => this.#begin(event));
    this.#stage.addEventListener("pointermove", (event) => this.#move(event));
    this.#stage.addEventListener("pointerup", () => this.#finish());
    this.#stage.addEventListener("pointercancel", () => this.#cancel());
    this.#clear.addEventListener("click", () => choose(null));
    this.element = h("div", { class: "timeline" }, this.head, this.#stage, this.#note);
  }

  /** The element whose size the picture follows. */
  get host(): HTMLElement {
    return this.#plot.element;
  }

  update(model: TimelineModel, ctx: Context): void {
    if (this.#model?.steps !== model.steps) this.#brush = null;
    this.#chosen = null;
    this.#model = model;
    this.#ctx = ctx;
    setText(this.#title, model.title);
    setText(this.#clear, ctx.words.time.clear);
    setText(this.#note, model.note);
    setShown(this.#note, model.note !== "");
    setShown(this.#stage, model.note === "");
    setAttr(this.#stage, "title", ctx.words.time.lineHint);
    this.#draw(model, ctx);
    this.#updateSpan();
  }

  #draw({ steps, title }: TimelineModel, ctx: Context): void {
    const { box } = this.#plot;
    const of = [box.width, box.height, ctx.lang, ctx.theme].join(" ");
    if (steps.length === 0 || box.width < 40 || (this.#drawn?.steps === steps && this.#drawn.of === of)) return;
    const bars = steps.map(({ span, value }) => ({ startMs: span.startMs, endMs: span.endMs, value }));
    const plot = timelinePlot(bars, box, ctx.format);
    this.#drawn = { steps, of, plot };
    this.#plot.draw([
      svg("path", { class: "timeline-bars", d: plot.path }),
      ...plot.xs.map(({ x, text, anchor }) =>
        svg("text", { class: "plot-text", x, y: plot.bottom, dy: "1.15em", "text-anchor": anchor }, text)),
    ], `${title} · ${placesText(steps, [0, steps.length - 1], ctx)}`);
  }

  #updateSpan(): void {
    const [model, ctx] = [this.#model, this.#ctx];
    if (model === null || ctx === null) return;
    const { steps } = model;
    const places = this.#places();
    const plot = this.#drawn?.plot ?? EMPTY;
    setShown(this.#band, places !== null);
    setAttr(this.#stage, "data-chosen", places === null ? null : "");
    setShown(this.#clear, places !== null);
    setText(this.#text, places === null ? ctx.words.time.lineHint : placesText(steps, places, ctx));
    const [first, last] = places ?? [Math.max(0, steps.length - 1), Math.max(0, steps.length - 1)];
    const [left, right] = [plot.edges[first] ?? 0, plot.ends[last] ?? 0];
    this.#band.style.left = `${left}px`;
    this.#band.style.width = `${Math.max(2, right - left)}px`;
    this.#ends.first.style.left = `${left}px`;
    this.#ends.last.style.left = `${right}px`;
    for (const [name, at, label] of [["first", first, ctx.words.time.from], ["last", last, ctx.words.time.until]] as const) {
      const end = this.#ends[name];
      setAttr(end, "aria-label", label);
      setAttr(end, "aria-valuemax", String(Math.max(0, steps.length - 1)));
      setAttr(end, "aria-valuenow", String(at));
      setAttr(end, "aria-valuetext", placesText(steps, [at, at], ctx));
    }
  }

  #places(): Places | null {
    const count = this.#model?.steps.length ?? 0;
    if (this.#brush !== null) return bounded(this.#brush.from, this.#brush.to, count);
    return this.#chosen ?? this.#model?.places ?? null;
  }

  #at(event: PointerEvent): number {
    return barAt(this.#drawn?.plot ?? EMPTY, event.clientX - this.#stage.getBoundingClientRect().left);
  }

  #begin(event: PointerEvent): void {
    const at = this.#at(event);
    if (event.button !== 0 || at < 0) return;
    const places = this.#places();
    const grasped = event.target === this.#ends.first ? places?.[1] : event.target === this.#ends.last ? places?.[0] : undefined;
    this.#stage.setPointerCapture(event.pointerId);
    this.#brush = { from: grasped ?? at, to: at };
    this.#updateSpan();
  }

  #move(event: PointerEvent): void {
    if (this.#brush === null) return;
    this.#brush = { from: this.#brush.from, to: this.#at(event) };
    this.#updateSpan();
  }

  #finish(): void {
    const brush = this.#brush;
    this.#brush = null;
    if (brush !== null) this.#pick(brush.from, brush.to);
  }

  #cancel(): void {
    this.#brush = null;
    this.#updateSpan();
  }

  #pick(from: number, to: number): void {
    const steps = this.#model?.steps ?? [];
    const name = nameOfPlaces(steps, from, to);
    if (name === null) return;
    this.#chosen = bounded(from, to, steps.length);
    this.#choose(name);
  }

  #key(event: KeyboardEvent, end: End): void {
    const count = this.#model?.steps.length ?? 0;
    if (count === 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const places = this.#places() ?? [count - 1, count - 1] as const;
    const to = moved(event.key, end, event.shiftKey, places, count);
    if (to === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.#pick(...to);
  }
}
