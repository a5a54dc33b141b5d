// The small switches in a panel's head: scope, measure, chart or table.
import type { Context } from "../context";
import { h, setAttr, setShown, setText } from "../dom";
import { icon, setIcon } from "../icons";
import { say } from "../i18n";
import type { Panel, Scope } from "../wire";
import { measuresOf } from "./rows";

export interface View {
  readonly scope: Scope;
  readonly measure: number;
  readonly table: boolean;
}

const SCOPES: readonly Scope[] = ["on_time", "late", "total"];

export class Controls {
  readonly element: HTMLElement;
  #view: View = { scope: "total", measure: 0, table: false };
  readonly #scopes: ReadonlyMap<Scope, HTMLButtonElement>;
  readonly #group: HTMLElement;
  readonly #measure = h("select", { class: "measure-select" });
  readonly #toggle: HTMLButtonElement;
  readonly #toggleIcon = icon("table");

  constructor(panel: Panel, changed: () => void) {
    const set = (change: Partial<View>) => {
      this.#view = { ...this.#view, ...change };
      changed();
    };
    this.#scopes = new Map(SCOPES.map((scope) => {
      const button = h("button", { type: "button", "data-scope": scope });
      button.addEventListener("click", () => set({ scope }));
      return [scope, button];
    }));
    this.#group = h("div", { class: "segments", role: "group" }, ...this.#scopes.values());
    for (const _ of measuresOf(panel)) this.#measure.append(h("option"));
    this.#measure.addEventListener("change", () => set({ measure: this.#measure.selectedIndex }));
    this.#toggle = h("button", { type: "button", class: "icon-button", "data-toggle": "table" },
      this.#toggleIcon);
    this.#toggle.addEventListener("click", () => set({ table: !this.#view.table }));
    this.element = h("div", { class: "panel-controls" }, this.#measure, this.#group, this.#toggle);
  }

  get view(): View {
    return this.#view;
  }

  /** `chart` says whether this panel has anything but its table to show. */
  update(panel: Panel, ctx: Context, chart: "chart" | "table-only"): void {
    const { words, lang } = ctx;
    const measures = measuresOf(panel);
    setAttr(this.#group, "aria-label", words.panels.scope);
    for (const [scope, button] of this.#scopes) {
      setText(button, words.panels[scope]);
      setAttr(button, "aria-pressed", String(scope === this.#view.scope));
    }
    setShown(this.#measure, measures.length > 1 && !this.#view.table && chart === "chart");
    setAttr(this.#measure, "aria-label", words.panels.measure);
    measures.forEach((measure, i) => {
      const option = this.#measure.options[i];
      if (option !== undefined) setText(option, say(measure.title, lang));
    });
    const label = this.#view.table ? words.panels.asChart : words.panels.asTable;
    setShown(this.#toggle, chart === "chart");
    setAttr(this.#toggle, "aria-label", label);
    setAttr(this.#toggle, "title", label);
    setAttr(this.#toggle, "aria-pressed", String(this.#view.table));
    setIcon(this.#toggleIcon, this.#view.table ? "chart" : "table");
  }
}
