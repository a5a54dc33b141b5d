// A figure whose digits roll when they change: the new digit pushes the old one up. Where
// nothing is to move, digits change at once.
import { h, resize, setAttr, setText } from "./element";
import { isStill } from "./motion";

export class Roll {
  readonly #whole = h("span", { class: "unseen" });
  readonly #characters = h("span", { class: "roll", "aria-hidden": "true" });
  readonly element = h("span", { class: "roll-figure" }, this.#whole, this.#characters);
  readonly #items: HTMLElement[] = [];
  #shown = "";
  #turn = false;

  constructor() {
    this.element.addEventListener("animationend", (event) => {
      const item = event.target instanceof Element ? event.target.closest(".roll-item") : null;
      item?.removeAttribute("data-from");
    });
  }

  update(text: string): void {
    if (text === this.#shown) return;
    const [former, next] = [Array.from(this.#shown), Array.from(text)];
    this.#shown = text;
    setText(this.#whole, text);
    resize(this.#characters, this.#items, next.length, () =>
      h("span", { class: "roll-item" }, h("span", { class: "roll-now" })));
    const rolls = former.length > 0 && !isStill() && !document.hidden;
    this.#turn = !this.#turn;
    next.forEach((character, i) => {
      const item = this.#items[i];
      if (item === undefined) return;
      // Digits of the same power stand at the same distance from the end.
      const old = former[former.length - next.length + i] ?? "";
      const changes = rolls && old !== character && /\d/u.test(old) && /\d/u.test(character);
      if (item.firstElementChild) setText(item.firstElementChild, character);
      setAttr(item, "data-from", changes ? old : null);
      // Another name begins the same motion anew, also in the middle of the one before.
      setAttr(item, "data-turn", changes ? this.#turn ? "a" : "b" : null);
    });
  }
}
