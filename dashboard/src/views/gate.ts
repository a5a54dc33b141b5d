// The only thing that a page without the right token shows: the reason, and a field
// for the token. The token stays in this tab and never enters the address.
import type { Context } from "../data/context";
import { h, setAttr, setShown, setText } from "../dom/element";
import { icon } from "../dom/icon";

export class Gate {
  readonly element: HTMLElement;
  readonly #form: HTMLFormElement;
  readonly #title = h("h1", { id: "gate-title", "data-testid": "gate-title" });
  readonly #why = h("p");
  readonly #label = h("label", { for: "gate-token" });
  readonly #input = h("input", {
    id: "gate-token", type: "password", autocomplete: "off", spellcheck: "false", required: "",
    "data-testid": "gate-token",
  });
  readonly #enter = h("button", { type: "submit", class: "copy", "data-testid": "gate-enter" });
  readonly #lang: HTMLButtonElement;

  constructor(enter: (token: string) => void, switchLang: () => void) {
    this.#lang = h("button", { type: "button", class: "copy" });
    this.#lang.addEventListener("click", switchLang);
    this.#form = h("form", { class: "gate", "aria-labelledby": "gate-title" },
      icon("shield"), this.#title, this.#why,
      h("div", { class: "gate-field" }, this.#label, this.#input, this.#enter), this.#lang);
    this.element = h("main", { "data-testid": "gate", hidden: "" }, this.#form);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      // A token that was copied with its line break is meant without.
      const token = this.#input.value.trim();
      if (token !== "") enter(token);
    });
  }

  update(ctx: Context): void {
    const { connection } = ctx.state;
    const isLocked = connection.phase === "denied";
    setShown(this.element, isLocked);
    if (!isLocked) return;
    const { gate, header } = ctx.words;
    setAttr(this.#form, "data-token", connection.token);
    setText(this.#title, gate.title[connection.token]);
    setText(this.#why, gate.why[connection.token]);
    setText(this.#label, gate.label);
    setText(this.#enter, gate.enter);
    setText(this.#lang, header.languageShort);
    setAttr(this.#lang, "aria-label", `${header.languageShort}: ${header.language}`);
  }
}
