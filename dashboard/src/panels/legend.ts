// The labels of a ring, as a list beside it: colour, name, share and value.
// Being part of the document it never collides and is read by screen readers.
import { THEMES } from "../charts/palette";
import { shareOf } from "../charts/option";
import type { Context } from "../context";
import { h, resize, setAttr, setText } from "../dom";
import type { Row } from "./rows";

/** More entries than this cannot be told apart in a ring either. */
const ENTRIES_MAX = 40;

export class Legend {
  readonly element = h("ul", { class: "legend" });
  readonly #items: HTMLLIElement[] = [];

  update(rows: readonly Row[], ctx: Context): void {
    const shown = rows.slice(0, ENTRIES_MAX);
    setAttr(this.element, "data-long", shown.length > 6 ? "" : null);
    resize(this.element, this.#items, shown.length, entry);
    shown.forEach((row, i) => {
      const item = this.#items[i];
      if (item !== undefined) updateEntry(item, row, shareOf(rows, row.value), ctx);
    });
  }
}

function entry(): HTMLLIElement {
  return h("li", {},
    h("span", { class: "swatch" }),
    h("span", { class: "legend-name" }),
    h("span", { class: "legend-share" }),
    h("span", { class: "legend-value" }));
}

function updateEntry(item: HTMLLIElement, row: Row, share: number | null, ctx: Context): void {
  const [swatch, name, percent, value] = Array.from(item.children) as HTMLElement[];
  if (!swatch || !name || !percent || !value) return;
  const colors = THEMES[ctx.theme];
  swatch.style.backgroundColor =
    (row.color === null ? undefined : colors.palette[row.color]) ?? colors.rest;
  setText(name, row.label);
  setText(percent, ctx.format.percent(share));
  setText(value, ctx.format.compact(row.value));
  setAttr(item, "title", `${row.label}: ${ctx.format.withError(row.value, row.error)}`);
}
