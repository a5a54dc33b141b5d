// All panels, arranged; rebuilt only when the descriptors change.
import { panelKind } from "../charts/option";
import type { Context } from "../context";
import { h, setAttr, setShown, setText } from "../dom";
import type { Panel } from "../wire";
import { arrange, heightOf, spans } from "./layout";
import { PanelView } from "./panel";

export class Grid {
  readonly element = h("main", { class: "panels", "data-testid": "panels" });
  readonly #none = h("div", { class: "panel panel-message" }, h("strong"), h("p"));
  readonly #views = new Map<string, PanelView>();
  readonly #changed: () => void;
  readonly #sizes: ResizeObserver;
  #panels: readonly Panel[] | null = null;
  /** How many panels took a colour for bars and lines. */
  #accents = 0;

  constructor(changed: () => void) {
    this.#changed = changed;
    this.#sizes = new ResizeObserver(changed);
    this.element.append(this.#none);
  }

  update(ctx: Context): void {
    const { panels, frames } = ctx.state;
    setAttr(this.element, "aria-label", ctx.words.panels.group);
    if (panels !== null && panels !== this.#panels) this.#rebuild(panels);
    this.#updateNone(ctx);
    for (const [id, view] of this.#views) view.update(frames.get(id), ctx);
  }

  #updateNone(ctx: Context): void {
    const { panels } = ctx.state;
    const words = ctx.words.panels;
    setShown(this.#none, panels === null || panels.length === 0);
    const [title, note] = Array.from(this.#none.children);
    if (title) setText(title, panels === null ? words.loading : words.none);
    if (note) setText(note, panels === null ? "" : words.noneNote);
  }

  #rebuild(panels: readonly Panel[]): void {
    const same = JSON.stringify(panels) === JSON.stringify(this.#panels);
    this.#panels = panels;
    // A reconnection brings the same descriptors; the reader's switches survive it.
    if (same) return;
    this.#sizes.disconnect();
    for (const view of this.#views.values()) view.dispose();
    this.#views.clear();
    this.#accents = 0;
    const { rows, tall } = arrange(panels);
    const parts: HTMLElement[] = [];
    if (rows.length > 0) {
      parts.push(h("div", { class: "panel-rows" },
        ...rows.map((row) => this.#makeRow(row))));
    }
    parts.push(...tall.map((p) => h("div", { class: "panel-tall" }, this.#make(p))));
    this.element.replaceChildren(this.#none, ...parts);
  }

  #makeRow(row: readonly Panel[]): HTMLElement {
    const full = spans(row);
    const cells = row.map((panel, i) => {
      const element = this.#make(panel);
      setAttr(element, "data-span", full[i] === true ? "" : null);
      return element;
    });
    return h("div", { class: "panel-row", "data-height": heightOf(row) }, ...cells);
  }

  #make(panel: Panel): HTMLElement {
    const accent = panelKind(panel) === "pie" ? 0 : this.#accents++;
    const view = new PanelView(panel, accent, this.#changed);
    this.#views.set(panel.id, view);
    this.#sizes.observe(view.host);
    return view.element;
  }
}
