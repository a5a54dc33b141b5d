// The line in a panel's head for metrics with windows: the choice of a window, and
// for past ones a timeline that arrows move along. Other metrics have no such line.
import { nameOf } from "../data/spans";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import { icon } from "../dom/icon";
import type { WindowRowModel } from "./window-model";

export class WindowRow {
  readonly #select = h("select", { class: "window-select" });
  readonly #options: HTMLOptionElement[] = [];
  readonly #line = h("input", { type: "range", min: "0", step: "1", class: "window-line" });
  readonly #text = h("span", { class: "window-text" });
  readonly #trendText = h("span");
  readonly #trend = h("button", { type: "button", class: "trend-toggle", "data-toggle": "trend" },
    icon("trend"), this.#trendText);
  readonly element = h("div", { class: "window-row" }, this.#select, this.#trend, this.#line, this.#text);
  #drawn: WindowRowModel | null = null;

  constructor(choose: (window: string | null) => void, toggleTrend: () => void) {
    this.#trend.addEventListener("click", toggleTrend);
    this.#select.addEventListener("change", () => {
      const option = this.#drawn?.options[this.#select.selectedIndex];
      if (option !== undefined) choose(option.window);
    });
    this.#line.addEventListener("input", () => {
      const span = this.#drawn?.line.spans[this.#line.valueAsNumber];
      if (span !== undefined) choose(nameOf(span));
    });
  }

  update(model: WindowRowModel): void {
    this.#drawn = model;
    setShown(this.element, model.isShown);
    setAttr(this.element, "data-past", model.isPast ? "" : null);
    setShown(this.#trend, model.trend.isShown);
    setAttr(this.#trend, "aria-pressed", String(model.trend.isOn));
    setText(this.#trendText, model.trend.text);
    this.#updateSelect(model);
    this.#updateLine(model);
    setText(this.#text, model.text);
    setAttr(this.#text, "title", model.title);
  }

  #updateSelect({ options, chosen, isOne, label }: WindowRowModel): void {
    setShown(this.#select, isOne);
    resize(this.#select, this.#options, options.length, () => h("option"));
    options.forEach(({ value, text }, i) => {
      const option = this.#options[i];
      if (option === undefined) return;
      // An option without the attribute has its text as value, which is not there yet at first.
      setAttr(option, "value", value);
      setText(option, text);
    });
    setAttr(this.#select, "aria-label", label);
    if (this.#select.value !== chosen) this.#select.value = chosen;
    setAttr(this.#select, "title", options.find(({ value }) => value === chosen)?.text ?? null);
  }

  #updateLine({ line: { spans, at, text }, label }: WindowRowModel): void {
    setShown(this.#line, spans.length > 1);
    setAttr(this.#line, "max", String(Math.max(0, spans.length - 1)));
    if (at >= 0 && this.#line.valueAsNumber !== at) this.#line.value = String(at);
    setAttr(this.#line, "aria-label", label);
    setAttr(this.#line, "aria-valuetext", text);
  }
}
