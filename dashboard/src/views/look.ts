// The looks that the pipeline file gives the page: its logo beside the title, and its accent.
import type { Context } from "../data/context";
import { accentColors } from "../data/look";
import { h, setAttr } from "../dom/element";

export class Look {
  /** Says nothing that the title beside it does not say. */
  readonly #logo = h("img", { class: "head-logo", alt: "", decoding: "async", "data-testid": "logo" });
  readonly #place: HTMLElement;
  #accent = "";

  /** `place` has the title, which the logo stands before. */
  constructor(place: HTMLElement) {
    this.#place = place;
    // A logo that cannot be read leaves its place to the title.
    this.#logo.addEventListener("error", () => this.#logo.remove());
  }

  update({ state, theme }: Context): void {
    const { logo = null, accent = null } = state.hello?.look ?? {};
    if (this.#logo.getAttribute("src") !== logo) {
      setAttr(this.#logo, "src", logo);
      if (logo === null) this.#logo.remove();
      else this.#place.prepend(this.#logo);
    }
    const name = `${accent ?? ""} ${theme}`;
    if (name === this.#accent) return;
    this.#accent = name;
    const colors = accentColors(accent, theme);
    put("--accent", colors?.accent ?? null);
    put("--accent-soft", colors?.soft ?? null);
  }
}

function put(name: string, value: string | null): void {
  const { style } = document.documentElement;
  if (value === null) style.removeProperty(name);
  else style.setProperty(name, value);
}
