// A table of a panel, brought up to date in place: rows are kept between updates.
import type { Context } from "../data/context";
import { joined } from "../data/format";
import { unscrolled, type PanelTable } from "../data/panel-table";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import { Room } from "../dom/room";

export class Table {
  readonly element: HTMLElement;
  readonly #head = h("tr");
  readonly #body = h("tbody");
  readonly #more = h("p", { class: "table-more" });
  readonly #heads: HTMLTableCellElement[] = [];
  readonly #rows: HTMLTableRowElement[] = [];
  readonly #room: Room;

  /** Called with the index of the row that a reader wants to know more of. */
  onChoose: (index: number) => void = () => undefined;

  constructor() {
    this.#body.addEventListener("click", (event) => {
      if (getSelection()?.isCollapsed !== false) this.#choose(event.target);
    });
    this.#body.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      this.#choose(event.target);
    });
    const table = h("table", {}, h("thead", {}, this.#head), this.#body);
    // A table can be scrolled, so the keyboard must be able to reach it.
    this.element = h("div", { class: "table", tabindex: "0", role: "group" }, table, this.#more);
    this.#room = new Room(this.element);
  }

  /** `acts` means that rows can be chosen. */
  update(whole: PanelTable, title: string, ctx: Context, acts = true): void {
    const model = ctx.kiosk ? unscrolled(whole, this.#room.em, this.#room.heightEm) : whole;
    setAttr(this.element, "aria-label", title);
    setAttr(this.element, "tabindex", ctx.kiosk ? null : "0");
    const heads = [...model.heads, ...model.columns.map((column) => column.title)];
    resize(this.#head, this.#heads, heads.length, () => h("th", { scope: "col" }));
    heads.forEach((text, i) => {
      const head = this.#heads[i];
      if (head === undefined) return;
      setText(head, text);
      setAttr(head, "data-label", i < model.heads.length ? "" : null);
    });
    resize(this.#body, this.#rows, model.labels.length, () => h("tr"));
    this.#rows.forEach((row, i) => this.#updateRow(row, i, model, acts && !ctx.kiosk));
    const { left, leftColumns = 0 } = model;
    setShown(this.#more, left > 0 || leftColumns > 0);
    setText(this.#more, joined(
      left > 0 ? ctx.words.panels.more(ctx.format.full(left)) : "",
      leftColumns > 0 ? ctx.words.panels.moreColumns(String(leftColumns)) : ""));
  }

  #choose(target: EventTarget | null): void {
    const row = target instanceof Element ? target.closest("tr") : null;
    const index = this.#rows.findIndex((each) => each === row);
    if (index >= 0) this.onChoose(index);
  }

  #updateRow(row: HTMLTableRowElement, index: number, model: PanelTable, acts: boolean): void {
    const cells = Array.from(row.children);
    const labels = model.labels[index] ?? [];
    resize(row, cells, model.columns.length + model.heads.length, () =>
      row.childElementCount < model.heads.length
        ? h("th", { scope: "row", "data-label": "" }, h("span"))
        : h("td"));
    const texts = [...labels, ...model.columns.map((c) => c.cells[index] ?? "")];
    texts.forEach((text, i) => {
      const cell = cells[i];
      if (cell === undefined) return;
      setText(cell.firstElementChild ?? cell, text);
      setAttr(cell, "data-level", i < labels.length ? null : model.columns[i - labels.length]?.levels?.[index] ?? null);
      if (i >= labels.length) return;
      setAttr(cell, "title", text);
      if (i > 0 || cell.firstElementChild === null) return;
      // On a wall nothing takes the focus.
      setAttr(cell.firstElementChild, "role", acts ? "button" : null);
      setAttr(cell.firstElementChild, "tabindex", acts ? "0" : null);
    });
  }
}
