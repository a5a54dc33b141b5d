// The controls in a panel's head: measure, scope, chart or table, and a menu.
import { SCOPES, type PanelChange } from "../data/link";
import { measuresOf } from "../data/rows";
import { h, setAttr, setShown, setText } from "../dom/element";
import { icon, setIcon } from "../dom/icon";
import { authorization } from "../net/token";
import type { Panel, Scope } from "../wire/shapes";
import type { ControlsModel } from "./controls-model";
import { saveBlob } from "./files";
import { Menu } from "./menu";

export interface ControlActions {
  readonly set: (change: PanelChange) => void;
  /** Changes between chart and table. */
  readonly toggleTable: () => void;
  readonly enlarge: () => void;
  readonly picture: () => void;
  /** Saves all windows of the metric. */
  readonly history: () => void;
  /** The address and the file name of the data in that format; `text` is all of it where the page makes it. */
  readonly data: (format: "csv" | "json") => { readonly href: string; readonly name: string; readonly text?: string };
}

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
  readonly #history = h("button", { type: "button", "data-act": "history" });
  readonly #shrink = h("button", { type: "button", class: "icon-button", "data-act": "shrink" },
    icon("shrink"));
  readonly #menu: Menu;

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
    this.#toggle.addEventListener("click", actions.toggleTable);
    for (const button of [this.#enlarge, this.#shrink]) button.addEventListener("click", actions.enlarge);
    this.#png.addEventListener("click", actions.picture);
    this.#history.addEventListener("click", actions.history);
    for (const [link, format] of [[this.#csv, "csv"], [this.#json, "json"]] as const) {
      link.addEventListener("click", (event) => {
        const { text } = actions.data(format);
        if (text !== undefined) {
          event.preventDefault();
          saveBlob(new Blob([text], { type: "text/csv" }), link.download);
          return;
        }
        const headers = authorization();
        // A link by itself cannot show a guarded host its token.
        if (Object.keys(headers).length === 0) return;
        event.preventDefault();
        void fetchAndSave(link.href, link.download, headers);
      });
    }
    this.#menu = new Menu([this.#enlarge, this.#csv, this.#json, this.#history, this.#png], () => {
      for (const [link, format] of [[this.#csv, "csv"], [this.#json, "json"]] as const) {
        const { href, name } = actions.data(format);
        setAttr(link, "href", href);
        setAttr(link, "download", name);
      }
    });
    this.element = h("div", { class: "panel-controls" },
      this.#measure, this.#group, this.#toggle, this.#menu.element, this.#shrink);
  }

  update({ scopes, measures, toggle, menu, shrink }: ControlsModel): void {
    setAttr(this.#group, "aria-label", scopes.label);
    for (const [scope, button] of this.#scopes) {
      setText(button, scopes.texts[scope]);
      setAttr(button, "aria-pressed", String(scope === scopes.chosen));
    }
    setShown(this.#measure, measures.isShown);
    setAttr(this.#measure, "aria-label", measures.label);
    measures.titles.forEach((title, i) => {
      const option = this.#measure.options[i];
      if (option !== undefined) setText(option, title);
    });
    if (this.#measure.selectedIndex !== measures.chosen) this.#measure.selectedIndex = measures.chosen;
    setAttr(this.#measure, "title", measures.titles[measures.chosen] ?? null);
    setShown(this.#toggle, toggle.isShown);
    name(this.#toggle, toggle.label);
    setAttr(this.#toggle, "aria-pressed", String(toggle.isTable));
    setIcon(this.#toggleIcon, toggle.isTable ? "chart" : "table");
    this.#menu.update(menu.label);
    setText(this.#enlarge, menu.enlarge);
    setText(this.#csv, menu.csv);
    setText(this.#json, menu.json);
    setText(this.#png, menu.png);
    setShown(this.#png, menu.hasPicture);
    setText(this.#history, menu.history);
    setShown(this.#history, menu.hasHistory);
    for (const link of [this.#csv, this.#json]) setShown(link, menu.hasFiles);
    setShown(this.#shrink, shrink.isShown);
    name(this.#shrink, shrink.label);
  }

  /** Puts the focus on the button that shrinks an enlarged panel, or on the menu. */
  focus(isEnlarged: boolean): void {
    (isEnlarged ? this.#shrink : this.#menu.button).focus();
  }
}

function name(element: HTMLElement, text: string): void {
  setAttr(element, "aria-label", text);
  setAttr(element, "title", text);
}

async function fetchAndSave(url: string, name: string, headers: Record<string, string>): Promise<void> {
  const response = await fetch(url, { headers });
  // The page as a whole says what the host refuses.
  if (response.ok) saveBlob(await response.blob(), name);
}
