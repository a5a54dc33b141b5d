// The keys that can be pressed, and the switch for readers whose keys come by
// themselves, such as from speech.
import type { Context } from "../data/context";
import { h, setAttr, setText } from "../dom/element";
import { modal } from "../dom/modal";
import { WORDS } from "../i18n/words";

export class Help {
  readonly #title = h("h2", { id: "help-title" });
  readonly #keys = h("dl");
  readonly #note = h("p");
  readonly #switch = h("input", { type: "checkbox", "data-testid": "keys-switch" });
  readonly #switchText = h("span");
  readonly #close = h("button", { type: "button", class: "copy" });
  readonly element = modal("help", this.#title, this.#keys,
    h("label", { class: "help-switch" }, this.#switch, this.#switchText), this.#note, this.#close);

  /** `setKeys` switches single keys on and off. */
  constructor(setKeys: (on: boolean) => void) {
    for (const _ of WORDS.zh.help.keys) {
      this.#keys.append(h("div", {}, h("dt", {}, h("kbd")), h("dd")));
    }
    this.#switch.addEventListener("change", () => setKeys(this.#switch.checked));
    this.#close.addEventListener("click", () => this.element.close());
  }

  get open(): boolean {
    return this.element.open;
  }

  /** The element that had the focus gets it back when the dialog closes. */
  toggle(): void {
    if (this.element.open) this.element.close();
    else {
      this.element.showModal();
      this.#close.focus();
    }
  }

  update(keys: boolean, ctx: Context): void {
    const words = ctx.words.help;
    if (this.#switch.checked !== keys) this.#switch.checked = keys;
    setText(this.#switchText, words.keysOn);
    setAttr(this.#keys, "data-off", keys ? null : "");
    setText(this.#title, words.title);
    setText(this.#note, words.note);
    setText(this.#close, words.close);
    Array.from(this.#keys.children).forEach((line, i) => {
      const [key, what] = words.keys[i] ?? ["", ""];
      const kbd = line.querySelector("kbd");
      if (kbd !== null) setText(kbd, key);
      if (line.lastElementChild !== null) setText(line.lastElementChild, what);
    });
  }
}
