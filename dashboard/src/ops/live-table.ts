// A table that is brought up to date in place. Where rows can be asked about, the
// first cell of each row is a button, and the whole row takes clicks.
//
// Such a table does not move while the pointer is on it or it holds the focus: nobody
// can press a row that runs away.
import type { Icon } from "../data/icons";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import { icon, setIcon } from "../dom/icon";
import type { CellModel, RowModel, TableModel } from "./table-model";

export class LiveTable {
  readonly element: HTMLElement;
  readonly #caption = h("caption", { class: "unseen" });
  readonly #head = h("tr");
  readonly #body = h("tbody");
  readonly #note = h("p", { class: "live-note" });
  readonly #heads: HTMLTableCellElement[] = [];
  readonly #rows: HTMLTableRowElement[] = [];
  readonly #act: ((key: string) => void) | null;

  constructor(act: ((key: string) => void) | null = null) {
    this.#act = act;
    const table = h("table", {}, this.#caption, h("thead", {}, this.#head), this.#body);
    this.element = h("div", { class: "live-table", tabindex: "0", role: "group" }, table, this.#note);
    if (act === null) return;
    setAttr(this.element, "data-acts", "");
    this.#body.addEventListener("click", (event) => {
      const row = event.target instanceof Element ? event.target.closest("tr") : null;
      const key = row?.dataset["key"];
      // A click that selects text to be copied asks nothing.
      if (key !== undefined && getSelection()?.isCollapsed !== false) act(key);
    });
  }

  /** `true` while a reader is about to press a row. */
  get isHeld(): boolean {
    return this.#act !== null && this.#rows.length > 0 && this.#body.matches(":hover, :focus-within");
  }

  update(model: TableModel, hint = ""): void {
    setText(this.#caption, model.caption);
    setAttr(this.element, "aria-label", model.caption);
    resize(this.#head, this.#heads, model.heads.length, () => h("th", { scope: "col" }));
    model.heads.forEach(({ text, end }, i) => {
      const head = this.#heads[i];
      if (head === undefined) return;
      setText(head, text);
      setAttr(head, "data-end", end === true ? "" : null);
    });
    resize(this.#body, this.#rows, model.rows.length, () => h("tr"));
    this.#rows.forEach((row, i) => {
      const of = model.rows[i];
      if (of !== undefined) this.#updateRow(row, of, model, hint);
    });
    setText(this.#note, model.note);
    setShown(this.#note, model.note !== "");
    setShown(this.#head, model.rows.length > 0);
  }

  #updateRow(row: HTMLTableRowElement, model: RowModel, table: TableModel, hint: string): void {
    setAttr(row, "data-key", model.key);
    setAttr(row, "data-marked", model.marked === true ? "" : null);
    const cells = Array.from(row.children);
    resize(row, cells, model.cells.length, () => {
      const isFirst = row.childElementCount === 0;
      const inner = isFirst && this.#act !== null ? h("button", { type: "button" }) : h("span");
      return isFirst ? h("th", { scope: "row" }, inner) : h("td", {}, inner);
    });
    model.cells.forEach((cell, i) => {
      const place = cells[i];
      if (place === undefined) return;
      setAttr(place, "data-end", table.heads[i]?.end === true ? "" : null);
      updateCell(place, cell);
      if (i === 0 && this.#act !== null) {
        setAttr(place.firstElementChild ?? place, "aria-label", `${cell.text}: ${hint}`);
      }
    });
  }
}

function updateCell(place: Element, cell: CellModel): void {
  setAttr(place, "data-tone", cell.tone ?? null);
  setAttr(place, "data-mono", cell.mono === true ? "" : null);
  setAttr(place, "title", cell.title === undefined || cell.title === "" ? null : cell.title);
  const text = place.querySelector("span, button");
  if (text !== null) setText(text, cell.text);
  putIcon(place, cell.icon);
}

/** An icon before the text of an element, or none. */
export function putIcon(place: Element, name: Icon | undefined): void {
  const known = place.querySelector(":scope > svg");
  if (name === undefined) known?.remove();
  else if (known instanceof SVGSVGElement) setIcon(known, name);
  else place.prepend(icon(name));
}
