// The menu behind "⋯" in a panel's head, by the pattern that keyboards and
// screen readers know: arrows move, Escape closes and gives the focus back.
import { h, setAttr, setShown } from "../dom/element";
import { icon } from "../dom/icon";

export class Menu {
  readonly element: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #list: HTMLElement;
  readonly #items: readonly HTMLElement[];
  readonly #opening: () => void;
  readonly #outside = (event: Event) => {
    if (event.target instanceof Node && !this.element.contains(event.target)) this.#close();
  };

  /** `opening` brings the items up to date before they are seen. */
  constructor(items: readonly HTMLElement[], opening: () => void) {
    this.#items = items;
    this.#opening = opening;
    this.#button = h("button",
      {
        type: "button", class: "icon-button", "data-menu": "", "aria-haspopup": "menu",
        "aria-expanded": "false",
      },
      icon("more"));
    this.#list = h("div", { class: "menu", role: "menu" }, ...items);
    this.#list.hidden = true;
    for (const item of items) {
      setAttr(item, "role", "menuitem");
      setAttr(item, "tabindex", "-1");
      item.addEventListener("click", () => {
        this.#close();
        this.#button.focus();
      });
    }
    this.#button.addEventListener("click", () => (this.#list.hidden ? this.#open() : this.#close()));
    this.element = h("div", { class: "menu-place" }, this.#button, this.#list);
    this.element.addEventListener("keydown", (event) => this.#key(event));
    this.element.addEventListener("focusout", (event) => {
      if (event.relatedTarget instanceof Node && !this.element.contains(event.relatedTarget)) this.#close();
    });
  }

  get button(): HTMLButtonElement {
    return this.#button;
  }

  update(label: string): void {
    setAttr(this.#button, "aria-label", label);
    setAttr(this.#button, "title", label);
    setAttr(this.#list, "aria-label", label);
  }

  #open(): void {
    this.#opening();
    setShown(this.#list, true);
    setAttr(this.#button, "aria-expanded", "true");
    document.addEventListener("pointerdown", this.#outside);
    this.#shown()[0]?.focus();
  }

  #close(): void {
    setShown(this.#list, false);
    setAttr(this.#button, "aria-expanded", "false");
    document.removeEventListener("pointerdown", this.#outside);
  }

  #shown(): readonly HTMLElement[] {
    return this.#items.filter((item) => !item.hidden);
  }

  #key(event: KeyboardEvent): void {
    if (this.#list.hidden) {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      return this.#open();
    }
    const items = this.#shown();
    const at = items.findIndex((item) => item === document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items.at(to === items.length ? 0 : to)?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
      this.#button.focus();
    } else if (event.key === " " && document.activeElement instanceof HTMLAnchorElement) {
      // A link takes Enter by itself; in a menu a space does the same.
      event.preventDefault();
      document.activeElement.click();
    }
  }
}
