// What stands in a panel's head: measure, scope, chart or table, and a menu.
import type { Context } from "../data/context";
import { h, setAttr, setShown, setText } from "../dom/element";
import { icon, setIcon } from "../dom/icon";
import { say } from "../i18n/words";
import { SCOPES, type View } from "../data/link";
import type { Panel, Scope } from "../wire/shapes";
import { Menu } from "./menu";
import { measuresOf } from "../data/rows";
import { authorization } from "../net/token";
import { saveBlob } from "./export";

export interface ControlActions {
  readonly set: (change: Partial<View>) => void;
  readonly enlarge: () => void;
  readonly picture: () => void;
  /** The address and the file name of the data in that format. */
  readonly data: (format: "csv" | "json") => { readonly href: string; readonly name: string };
}

/** What there is to show besides the table. */
export type Shown = "chart" | "number" | "table-only" | "trend";

export class Controls {
  readonly element: HTMLElement;
  readonly #scopes: ReadonlyMap<Scope, HTMLButtonElement>;
  readonly #group: HTMLElement;
  readonly #measure = h("select", { class: "measure-select" });
  readonly #toggle: HTMLButtonElement;
  readonly #toggleIcon = icon("table");
  readonly #enlarge = h("button", { type: "button", "data-act": "enlarge" });
  readonly #csv = h("a", { "data-act": "csv" });
  readonly #json = h("a", { "data-act": "json" });
  readonly #png = h("button", { type: "button", "data-act": "png" });
  readonly #shrink = h("button", { type: "button", class: "icon-button", "data-act": "shrink" },
    icon("shrink"));
  readonly #menu: Menu;
  #table = false;

  constructor(panel: Panel, actions: ControlActions) {
    this.#scopes = new Map(SCOPES.map((scope) => {
      const button = h("button", { type: "button", "data-scope": scope });
      button.addEventListener("click", () => actions.set({ scope }));
      return [scope, button];
    }));
    this.#group = h("div", { class: "segments", role: "group" }, ...this.#scopes.values());
    for (const _ of measuresOf(panel)) this.#measure.append(h("option"));
    this.#measure.addEventListener("change",
      () => actions.set({ measure: this.#measure.selectedIndex }));
    this.#toggle = h("button", { type: "button", class: "icon-button", "data-toggle": "table" },
      this.#toggleIcon);
    this.#toggle.addEventListener("click", () => actions.set({ table: !this.#table }));
    for (const button of [this.#enlarge, this.#shrink]) button.addEventListener("click", actions.enlarge);
    this.#png.addEventListener("click", actions.picture);
    for (const link of [this.#csv, this.#json]) {
      link.addEventListener("click", (event) => {
        const headers = authorization();
        // A link by itself cannot show a guarded host its token.
        if (Object.keys(headers).length === 0) return;
        event.preventDefault();
        void fetchAndSave(link.href, link.download, headers);
      });
    }
    this.#menu = new Menu([this.#enlarge, this.#csv, this.#json, this.#png], () => {
      for (const [link, format] of [[this.#csv, "csv"], [this.#json, "json"]] as const) {
        const { href, name } = actions.data(format);
        setAttr(link, "href", href);
        setAttr(link, "download", name);
      }
    });
    this.element = h("div", { class: "panel-controls" },
      this.#measure, this.#group, this.#toggle, this.#menu.element, this.#shrink);
  }

  update(panel: Panel, view: View, shown: Shown, enlarged: boolean, ctx: Context): void {
    const { words, lang } = ctx;
    const measures = measuresOf(panel);
    this.#table = view.table;
    setAttr(this.#group, "aria-label", words.panels.scope);
    for (const [scope, button] of this.#scopes) {
      setText(button, words.panels[scope]);
      setAttr(button, "aria-pressed", String(scope === view.scope));
    }
    const hasChart = shown !== "table-only";
    setShown(this.#measure, measures.length > 1 && !view.table && hasChart);
    setAttr(this.#measure, "aria-label", words.panels.measure);
    measures.forEach((measure, i) => {
      const option = this.#measure.options[i];
      if (option !== undefined) setText(option, say(measure.title, lang));
    });
    const measure = view.measure < measures.length ? view.measure : 0;
    if (this.#measure.selectedIndex !== measure) this.#measure.selectedIndex = measure;
    const label = view.table ? words.panels.asChart : words.panels.asTable;
    setShown(this.#toggle, hasChart);
    name(this.#toggle, label);
    setAttr(this.#toggle, "aria-pressed", String(view.table));
    setIcon(this.#toggleIcon, view.table ? "chart" : "table");
    this.#menu.update(words.panels.menu(say(panel.title, lang)));
    setText(this.#enlarge, enlarged ? words.panels.shrink : words.panels.enlarge);
    setText(this.#csv, words.panels.saveCsv);
    setText(this.#json, words.panels.saveJson);
    setText(this.#png, words.panels.savePng);
    // Pictures and files of rows are of one window.
    setShown(this.#png, hasChart && !view.table && shown !== "trend");
    for (const link of [this.#csv, this.#json]) setShown(link, shown !== "trend");
    setShown(this.#shrink, enlarged);
    name(this.#shrink, words.panels.shrink);
  }

  /** Puts the focus where the reader goes on: on the way back, or on the menu. */
  focus(enlarged: boolean): void {
    (enlarged ? this.#shrink : this.#menu.button).focus();
  }
}

function name(element: HTMLElement, text: string): void {
  setAttr(element, "aria-label", text);
  setAttr(element, "title", text);
}

async function fetchAndSave(url: string, name: string, headers: Record<string, string>): Promise<void> {
  const response = await fetch(url, { headers });
  // What the host refuses is said by the page as a whole.
  if (response.ok) saveBlob(await response.blob(), name);
}
