// A panel as a table: every figure in full, on time and late side by side.
//
// With one measure the columns are on time, late, total and share; with several
// they are the measures in the chosen scope. An error stands behind its value;
// a second dimension has a column of its own. Rows are kept between updates.
import type { Context } from "../data/context";
import { h, resize, setAttr, setShown, setText } from "../dom/element";
import { say } from "../i18n/words";
import { shareOf } from "../charts/option";
import type { Frame, Panel, Scope } from "../wire/shapes";
import { measureOf, measuresOf, rowsOf, type Row } from "../data/rows";

/** A table longer than this says how many rows it leaves out. */
const TABLE_ROWS_MAX = 500;

interface Column {
  readonly title: string;
  readonly cells: readonly string[];
}

export interface TableModel {
  /** The titles of the dimensions: one, or two. */
  readonly heads: readonly string[];
  /** The labels of each row, one for each dimension. */
  readonly labels: readonly (readonly string[])[];
  readonly columns: readonly Column[];
  readonly left: number;
}

export function tableModel(panel: Panel, frame: Frame, scope: Scope, ctx: Context): TableModel {
  const { lang, words, format } = ctx;
  const rows = (of: Scope, measure: number) =>
    rowsOf(panel, frame, of, measureOf(panel, measure), lang, words);
  const column = (title: string, of: readonly Row[]): Column => ({
    title, cells: of.slice(0, TABLE_ROWS_MAX).map((row) => format.withError(row.value, row.error)),
  });
  const first = rows(scope, 0);
  const isCross = panel.across !== null;
  return {
    heads: [
      panel.dimension === null ? words.panels.key : say(panel.dimension.title, lang),
      ...(panel.across === null ? [] : [say(panel.across.title, lang)]),
    ],
    labels: first.slice(0, TABLE_ROWS_MAX)
      .map((row) => (isCross ? [row.label, row.second?.label ?? ""] : [row.label])),
    columns: measuresOf(panel).length > 1
      ? measuresOf(panel).map((measure, i) => column(say(measure.title, lang), rows(scope, i)))
      : [
          ...(["on_time", "late", "total"] as const)
            .map((of) => column(words.panels[of], rows(of, 0))),
          ...(measureOf(panel, 0).additive
            ? [{
                title: words.panels.share,
                cells: first.slice(0, TABLE_ROWS_MAX)
                  .map((row) => format.percent(shareOf(first, row.value))),
              }]
            : []),
        ],
    left: Math.max(0, first.length - TABLE_ROWS_MAX),
  };
}

export class Table {
  readonly element: HTMLElement;
  readonly #head = h("tr");
  readonly #body = h("tbody");
  readonly #more = h("p", { class: "table-more" });
  readonly #heads: HTMLTableCellElement[] = [];
  readonly #rows: HTMLTableRowElement[] = [];

  /** Is told which row a reader wants to know more of. */
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
    // It can be scrolled, so the keyboard must be able to reach it.
    this.element = h("div", { class: "table", tabindex: "0", role: "group" }, table, this.#more);
  }

  /** `acts`: rows can be chosen. */
  update(model: TableModel, title: string, ctx: Context, acts = true): void {
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
    setShown(this.#more, model.left > 0);
    setText(this.#more, ctx.words.panels.more(ctx.format.full(model.left)));
  }

  #choose(target: EventTarget | null): void {
    const row = target instanceof Element ? target.closest("tr") : null;
    const index = this.#rows.findIndex((each) => each === row);
    if (index >= 0) this.onChoose(index);
  }

  #updateRow(row: HTMLTableRowElement, index: number, model: TableModel, acts: boolean): void {
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
      if (i >= labels.length) return;
      setAttr(cell, "title", text);
      if (i > 0 || cell.firstElementChild === null) return;
      // On a wall nothing takes the focus.
      setAttr(cell.firstElementChild, "role", acts ? "button" : null);
      setAttr(cell.firstElementChild, "tabindex", acts ? "0" : null);
    });
  }
}
