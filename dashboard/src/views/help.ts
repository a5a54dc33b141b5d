// What can be pressed: a dialog that keeps the focus until it is closed.
import type { Context } from "../context";
import { h, setAttr, setText } from "../dom";
import { WORDS } from "../i18n";

export class Help {
  readonly #title = h("h2", { id: "help-title" });
  readonly #keys = h("dl");
  readonly #note = h("p");
  readonly #close = h("button", { type: "button", class: "copy" });
  readonly element = h("dialog",
    { class: "help", "aria-labelledby": "help-title", "data-testid": "help-dialog" },
    this.#title, this.#keys, this.#note, this.#close);

  constructor() {
    for (const _ of WORDS.zh.help.keys) {
      this.#keys.append(h("div", {}, h("dt", {}, h("kbd")), h("dd")));
    }
    this.#close.addEventListener("click", () => this.element.close());
    this.element.addEventListener("click", (event) => {
      // Only what lies outside of its content is the dialog itself.
      if (event.target === this.element) this.element.close();
    });
    // A modal dialog already makes the rest inert; the browser's own bars are left out as well.
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Tab") {
        event.preventDefault();
        this.#close.focus();
      }
    });
  }

  get open(): boolean {
    return this.element.open;
  }

  /** The element that had the focus gets it back when the dialog closes. */
  toggle(): void {
    if (this.element.open) this.element.close();
    else this.element.showModal();
  }

  update(ctx: Context): void {
    const words = ctx.words.help;
    setText(this.#title, words.title);
    setText(this.#note, words.note);
    setText(this.#close, words.close);
    setAttr(this.element, "lang", ctx.lang === "zh" ? "zh-CN" : "en");
    Array.from(this.#keys.children).forEach((line, i) => {
      const [key, what] = words.keys[i] ?? ["", ""];
      const kbd = line.querySelector("kbd");
      if (kbd !== null) setText(kbd, key);
      if (line.lastElementChild !== null) setText(line.lastElementChild, what);
    });
  }
}
