// All panels, arranged; rebuilt only when the descriptors change.
import type { Context } from "../data/context";
import { panelKind } from "../data/kinds";
import { h, setAttr, setShown, setText } from "../dom/element";
import { askHost } from "../net/ask";
import { Windows } from "../net/windows";
import type { Panel } from "../wire/shapes";
import { KeyCard } from "./key-card";
import { arrange, heightOf, spans } from "./layout";
import { PanelView, type PanelHooks } from "./panel";

export class Grid {
  readonly element = h("main", { class: "panels", "data-testid": "panels" });
  /** The dialog of one key of a panel. */
  readonly card: KeyCard;
  readonly #none = h("div", { class: "panel panel-message" }, h("strong"), h("p"));
  readonly #views = new Map<string, PanelView>();
  readonly #hooks: PanelHooks;
  readonly #windows: Windows;
  readonly #sizes: ResizeObserver;
  #panels: readonly Panel[] | null = null;
  #refocus: string | null = null;
  /** The number of panels with a colour for bars and lines. */
  #accents = 0;

  /** The id of the panel that fills the window; `null` means that none does. */
  #enlarged: string | null = null;

  constructor(changed: () => void, hooks: Omit<PanelHooks, "windows" | "drill" | "changed">) {
    this.#windows = new Windows({
      ask: askHost, now: () => performance.now(), changed,
      later: (act, ms) => setTimeout(act, ms),
    });
    this.card = new KeyCard(this.#windows);
    this.#hooks = {
      ...hooks, windows: this.#windows, changed,
      drill: (panel, chosen) => {
        this.card.show(panel, chosen);
        changed();
      },
    };
    this.#sizes = new ResizeObserver(changed);
    this.element.append(this.#none);
  }

  update(ctx: Context): void {
    const { panels, frames } = ctx.state;
    setAttr(this.element, "aria-label", ctx.words.panels.group);
    if (panels !== null && panels !== this.#panels) this.#rebuild(panels);
    this.#updateNone(ctx);
    this.#windows.attend(ctx.state.hello?.epoch ?? null);
    this.card.update((id) => frames.get(id), ctx);
    for (const [id, view] of this.#views) {
      // A panel behind an enlarged one is not seen, so it is not drawn.
      if (this.#enlarged === null || this.#enlarged === id) view.update(frames.get(id), ctx);
    }
    // Rings beside each other tell the same: counts in each legend or in none.
    const shown = this.#enlarged === null ? [...this.#views.values()] : [this.#views.get(this.#enlarged)];
    setAttr(this.element, "data-counts", shown.some((view) => view?.ringCounts === false) ? null : "");
  }

  /** The id of a panel by its place on the page. */
  idAt(place: number): string | null {
    return [...this.#views.keys()][place] ?? null;
  }

  /**
   * Lets one panel fill the window; `null` means none. Returns whether one does now. All
   * others are out of reach meanwhile, and the focus moves with the panel that had it.
   */
  setEnlarged(wanted: string | null): boolean {
    const id = wanted !== null && this.#views.has(wanted) ? wanted : null;
    if (id === this.#enlarged) return id !== null;
    const former = this.#enlarged;
    this.#enlarged = id;
    for (const [other, view] of this.#views) {
      view.setEnlarged(other === id);
      view.element.inert = id !== null && other !== id;
    }
    this.#refocus = id ?? former;
    return id !== null;
  }

  /** To be called after a drawing, when the buttons are in their places. */
  refocus(): void {
    if (this.#refocus !== null) this.#views.get(this.#refocus)?.focus();
    this.#refocus = null;
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
    // A reconnection brings the same descriptors, and the reader's switches survive the reconnection.
    if (same) return;
    this.#sizes.disconnect();
    for (const view of this.#views.values()) view.dispose();
    this.#views.clear();
    this.#accents = 0;
    this.#enlarged = null;
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
    const kind = panelKind(panel);
    const accent = kind === "pie" || kind === "tiles" ? 0 : this.#accents++;
    const view = new PanelView(panel, accent, this.#hooks);
    this.#views.set(panel.id, view);
    for (const host of view.hosts) this.#sizes.observe(host);
    return view.element;
  }
}
