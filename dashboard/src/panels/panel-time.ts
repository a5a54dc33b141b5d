// The line of a panel's head about its time: drawn from its model.
import type { PanelChange, TrendForm } from "../data/link";
import { textEm } from "../data/text-room";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import type { Option, PanelTimeModel } from "./panel-time-model";

/** More options than this are a list rather than buttons. */
const BUTTONS_MAX = 6;
/** How wide the words of buttons are at most, in em: a row of them fits a panel on a phone. */
const BUTTONS_EM_MAX = 18;

export class PanelTime {
  readonly #own = h("button", { type: "button", class: "panel-own", "data-act": "follow" });
  readonly #slice: Choice<string | null>;
  readonly #form: Choice<TrendForm>;
  readonly #word = h("span", { class: "compare-word" });
  readonly #change = h("b", { class: "compare-change" });
  readonly #until = h("span", { class: "compare-until" });
  readonly #why = h("span", { class: "compare-why" });
  readonly #sortText = h("span");
  readonly #sort = h("button", { type: "button", "data-act": "by-change" }, h("i", { "aria-hidden": "true" }, "⇅"), this.#sortText);
  readonly element: HTMLElement;

  /** `follow` gives the panel the time of the page again. */
  constructor(choose: (change: PanelChange) => void, follow: () => void) {
    this.#slice = new Choice("slice", (slice) => choose({ slice }));
    this.#form = new Choice<TrendForm>("form", (form) => choose({ form }));
    this.#own.addEventListener("click", follow);
    this.#sort.addEventListener("click", () => choose({ byChange: this.#sort.getAttribute("aria-pressed") !== "true" }));
    this.element = h("div", { class: "panel-time" },
      this.#own, ...this.#slice.elements, ...this.#form.elements, this.#word, this.#change, this.#until, this.#sort, this.#why);
  }

  update({ isShown, own, slice, form, compare, sort }: PanelTimeModel): void {
    setShown(this.element, isShown);
    setShown(this.#own, own !== null);
    setText(this.#own, "↩");
    setAttr(this.#own, "aria-label", own?.text ?? null);
    setAttr(this.#own, "title", own === null ? null : `${own.title} · ${own.text}`);
    this.#slice.update(slice?.options ?? [], slice?.chosen ?? null, slice?.label ?? "");
    this.#form.update(form?.options ?? [], form?.chosen ?? "stack", form?.label ?? "");
    for (const [part, text] of [
      [this.#word, compare?.word], [this.#change, compare?.change], [this.#until, compare?.until], [this.#why, compare?.why],
    ] as const) {
      setShown(part, text !== undefined && text !== "");
      setText(part, text ?? "");
      setAttr(part, "title", compare?.title ?? null);
    }
    setAttr(this.element, "data-compared", compare !== null && compare.change !== "" ? "" : null);
    setAttr(this.#change, "data-way", compare?.way ?? null);
    setShown(this.#sort, sort !== null);
    setText(this.#sortText, sort?.text ?? "");
    setAttr(this.#sort, "aria-label", sort?.text ?? null);
    setAttr(this.#sort, "title", sort === null ? null : `${sort.text}: ${sort.title}`);
    setAttr(this.#sort, "aria-pressed", String(sort?.isOn === true));
  }
}

/** One of a few as buttons, one of many as a list. */
class Choice<Value> {
  readonly #group: HTMLElement;
  readonly #list: HTMLSelectElement;
  readonly #buttons: HTMLButtonElement[] = [];
  readonly #items: HTMLOptionElement[] = [];
  readonly #choose: (value: Value) => void;
  #options: readonly Option<Value>[] = [];

  constructor(name: string, choose: (value: Value) => void) {
    this.#group = h("div", { class: "segments", role: "group", "data-choice": name });
    this.#list = h("select", { class: "choice-select", "data-choice": name });
    this.#choose = choose;
    this.#list.addEventListener("change", () => this.#pick(this.#list.selectedIndex));
  }

  get elements(): readonly HTMLElement[] {
    return [this.#group, this.#list];
  }

  update(options: readonly Option<Value>[], chosen: Value, label: string): void {
    this.#options = options;
    const em = options.reduce((all, { text }) => all + textEm(text), 0);
    const areButtons = options.length <= BUTTONS_MAX && em <= BUTTONS_EM_MAX;
    setShown(this.#group, options.length > 0 && areButtons);
    setShown(this.#list, !areButtons);
    setAttr(this.#group, "aria-label", label);
    setAttr(this.#list, "aria-label", label);
    resize(this.#group, this.#buttons, areButtons ? options.length : 0, () => this.#button());
    resize(this.#list, this.#items, areButtons ? 0 : options.length, () => h("option"));
    options.forEach(({ value, text }, i) => {
      const part = areButtons ? this.#buttons[i] : this.#items[i];
      if (part === undefined) return;
      setText(part, text);
      if (areButtons) setAttr(part, "aria-pressed", String(value === chosen));
    });
    const at = options.findIndex(({ value }) => value === chosen);
    if (!areButtons && this.#list.selectedIndex !== at) this.#list.selectedIndex = at;
  }

  #button(): HTMLButtonElement {
    const button = h("button", { type: "button" });
    button.addEventListener("click", () => this.#pick(this.#buttons.indexOf(button)));
    return button;
  }

  #pick(at: number): void {
    const option = this.#options[at];
    if (option !== undefined) this.#choose(option.value);
  }
}
