// The line below a heat map: the rest of a cut list, and the values at both ends and
// in the middle of the colours.
import { heatScale } from "../charts/heat-scale";
import { THEMES } from "../charts/palette";
import type { Context } from "../data/context";
import { crossOf } from "../data/cross";
import type { Row } from "../data/rows";
import { h, setAttr, setText } from "../dom/element";

export class HeatLegend {
  readonly #note = h("span", { class: "heat-note" });
  readonly #least = h("span");
  readonly #middle = h("span");
  readonly #most = h("span");
  readonly #lower = h("i");
  readonly #upper = h("i");
  readonly #scale = h("span", { class: "heat-scale" },
    this.#least, this.#lower, this.#middle, this.#upper, this.#most);
  readonly element = h("div", { class: "heat-legend" }, this.#note, this.#scale);

  update(rows: readonly Row[], ctx: Context): void {
    const { cells, rest } = crossOf(rows);
    const scale = heatScale(cells.values());
    const { compact } = ctx.format;
    const note = rest === null ? "" : `${rest.label}  ${compact(rest.value)}`;
    setText(this.#note, note);
    setAttr(this.#note, "title", note === "" ? null : note);
    setText(this.#least, compact(scale.least));
    setText(this.#middle, compact(about(scale.middle)));
    setText(this.#most, compact(scale.most));
    setAttr(this.#scale, "title", ctx.words.panels.heatScale[scale.kind]);
    setAttr(this.#scale, "data-scale", scale.kind);
    const { heat } = THEMES[ctx.theme];
    const half = Math.floor(heat.length / 2);
    this.#lower.style.backgroundImage = gradient(heat.slice(0, half + 1));
    this.#upper.style.backgroundImage = gradient(heat.slice(half));
  }
}

/** A value without digits that say nothing of a place between two colours. */
function about(value: number): number {
  return Math.abs(value) >= 10 ? Math.round(value) : value;
}

function gradient(colors: readonly string[]): string {
  return `linear-gradient(to right, ${colors.join(", ")})`;
}
