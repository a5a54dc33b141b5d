// All panels, arranged; rebuilt only when the descriptors change.
import type { Context } from "../data/context";
import { h, setAttr, setShown, setText } from "../dom/element";
import { Room } from "../dom/room";
import { Turns } from "../dom/turns";
import { askHost } from "../net/ask";
import { Compares } from "../net/compares";
import { Courses } from "../net/courses";
import { KeyRows } from "../net/key-rows";
import { Windows } from "../net/windows";
import { Crosshair } from "../plots/crosshair";
import type { Panel } from "../wire/shapes";
import { KeyCard } from "./key-card";
import { bandsOf, heightOf, spans, type Arrangement } from "./layout";
import { pagesOf } from "./pages";
import { PanelView, type PanelHooks } from "./panel";
import { WallPages } from "./wall-pages";

export class Grid {
  readonly element = h("main", { class: "panels", "data-testid": "panels" });
  /** The dialog of one key of a panel. */
  readonly card: KeyCard;
  readonly #none = h("div", { class: "panel surface panel-message" }, h("strong"), h("p"));
  readonly #views = new Map<string, PanelView>();
  readonly #turns = new Turns({ frame: (act) => requestAnimationFrame(act), now: () => performance.now() });
  readonly #hooks: PanelHooks;
  readonly #windows: Windows;
  readonly #compares: Compares;
  readonly #keyRows: KeyRows;
  /** What is kept of each metric, which a timeline shows. */
  readonly courses: Courses;
  readonly #sizes: ResizeObserver;
  readonly #room: Room;
  readonly #pages: WallPages;
  /** The page of each panel, by its id. */
  readonly #pageOf = new Map<string, number>();
  #pageElements: readonly HTMLElement[] = [];
  /** The pages of these panels in a room of that size. */
  #found: { readonly panels: readonly Panel[]; readonly of: string; readonly pages: readonly Arrangement[] } | null = null;
  /** The arrangement that is shown, by the ids of its panels. */
  #arranged = "";
  #panels: readonly Panel[] | null = null;
  /** What stands on pages of its own before those of the panels. */
  #lead: readonly HTMLElement[] = [];
  #refocus: string | null = null;

  /** The id of the panel that fills the window; `null` means that none does. */
  #enlarged: string | null = null;

  constructor(changed: () => void, hooks: Omit<PanelHooks, "windows" | "compares" | "courses" | "crosshair" | "drill" | "changed">) {
    const env = { ask: askHost, now: () => performance.now(), changed, later: (act: () => void, ms: number) => setTimeout(act, ms) };
    this.#windows = new Windows(env);
    this.#compares = new Compares(env);
    this.courses = new Courses(env);
    this.#keyRows = new KeyRows(env);
    this.card = new KeyCard(this.#windows, this.#keyRows, changed);
    this.#hooks = {
      ...hooks, windows: this.#windows, compares: this.#compares, courses: this.courses, crosshair: new Crosshair(), changed,
      drill: (panel, chosen, window) => {
        this.card.show(panel, chosen, window);
        changed();
      },
    };
    this.#sizes = new ResizeObserver(changed);
    this.#room = new Room(this.element);
    this.#pages = new WallPages(changed);
    this.element.append(this.#none);
  }

  update(ctx: Context): void {
    const { panels, frames } = ctx.state;
    setAttr(this.element, "aria-label", ctx.words.panels.group);
    if (panels !== null && panels !== this.#panels) this.#rebuild(panels);
    const at = this.#arrange(ctx);
    this.#updateNone(ctx);
    this.#windows.attend(ctx.state.hello?.epoch ?? null);
    this.#compares.attend(ctx.state.hello?.epoch ?? null);
    this.#keyRows.attend(ctx.state.hello?.epoch ?? null);
    this.courses.attend(ctx.state.hello?.epoch ?? null);
    this.card.update((id) => frames.get(id), ctx);
    for (const [id, view] of this.#views) {
      // A panel behind an enlarged one is not seen, so it is not drawn.
      if (this.#enlarged === null || this.#enlarged === id) view.update(frames.get(id), ctx);
    }
    // Charts that only have other figures are drawn one after the other, in the frames after this one.
    for (const view of this.#views.values()) {
      if (view.isPatient) this.#turns.add(view);
      else view.draw();
    }
    // Rings beside each other tell the same: counts in each legend or in none.
    const isShown = (id: string) => (this.#enlarged === null ? this.#pageOf.get(id) === at : this.#enlarged === id);
    const lacks = [...this.#views].some(([id, view]) => isShown(id) && view.ringCounts === false);
    setAttr(this.element, "data-counts", lacks ? null : "");
  }

  /** The indicator of the pages of a wall. */
  get indicator(): HTMLElement {
    return this.#pages.element;
  }

  /** Turns the pages of a wall, where there are several. */
  turn(by: number): void {
    this.#pages.turn(by);
  }

  /** Puts each of these on a page of its own before those of the panels. */
  setLead(lead: readonly HTMLElement[]): void {
    this.#lead = [...lead];
  }

  /** The room of a page on a wall, in multiples of the text size. */
  get heightEm(): number {
    return this.#room.heightEm;
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
    this.#enlarged = null;
    this.#arranged = "";
    this.#sizes.observe(this.element);
    for (const panel of bandsOf(panels).flatMap(panelsOf)) this.#make(panel);
  }

  /** Puts the panels in their places: all of them on one page, or on a wall in pages that fit. Returns the page that is shown. */
  #arrange(ctx: Context): number {
    const isWall = ctx.kiosk;
    const pages = this.#pagesFor(isWall);
    const lead = this.#lead;
    const name = [String(isWall), String(lead.length), ...pages.map(nameOf)].join("\n");
    if (name !== this.#arranged) {
      this.#arranged = name;
      this.#pageElements = [...lead.map((part) => [part]), ...pages.map((page) => this.#parts(page))]
        .map((parts) => h("div", { class: "panel-page" }, ...parts));
      this.element.replaceChildren(this.#none, ...this.#pageElements);
      const pageOf = (i: number) => (isWall ? i + lead.length : 0);
      pages.forEach((page, i) => panelsOf(page).forEach(({ id }) => this.#pageOf.set(id, pageOf(i))));
    }
    const pinned = this.#enlarged === null ? null : this.#pageOf.get(this.#enlarged) ?? null;
    const at = this.#pages.update(isWall ? this.#pageElements.length : 1, pinned, ctx);
    this.#pageElements.forEach((page, i) => setShown(page, !isWall || i === at));
    return at;
  }

  /** The pages of a wall, found once for each size of it, or what stands below each other elsewhere. */
  #pagesFor(isWall: boolean): readonly Arrangement[] {
    const panels = this.#panels ?? [];
    const room = isWall && this.#room.em > 0 ? { width: this.#room.em, height: this.#room.heightEm } : null;
    const of = room === null ? "" : `${room.width} ${room.height}`;
    if (this.#found?.panels !== panels || this.#found.of !== of) {
      this.#found = { panels, of, pages: room === null ? bandsOf(panels) : pagesOf(panels, room) };
    }
    return this.#found.pages;
  }

  #parts({ rows, tall }: Arrangement): readonly HTMLElement[] {
    return [
      ...(rows.length === 0 ? [] : [h("div", { class: "panel-rows" }, ...rows.map((row) => this.#makeRow(row)))]),
      ...tall.map((panel) => h("div", { class: "panel-tall" }, ...this.#elementOf(panel))),
    ];
  }

  #makeRow(row: readonly Panel[]): HTMLElement {
    const full = spans(row);
    const cells = row.flatMap((panel, i) => this.#elementOf(panel).map((element) => {
      setAttr(element, "data-span", full[i] === true ? "" : null);
      return element;
    }));
    return h("div", { class: "panel-row", "data-height": heightOf(row) }, ...cells);
  }

  #elementOf(panel: Panel): readonly HTMLElement[] {
    const view = this.#views.get(panel.id);
    return view === undefined ? [] : [view.element];
  }

  #make(panel: Panel): void {
    const view = new PanelView(panel, this.#hooks);
    this.#views.set(panel.id, view);
    for (const host of view.hosts) this.#sizes.observe(host);
  }
}

function panelsOf({ rows, tall }: Arrangement): readonly Panel[] {
  return [...rows.flat(), ...tall];
}

function nameOf({ rows, tall }: Arrangement): string {
  return JSON.stringify([rows.map((row) => row.map(({ id }) => id)), tall.map(({ id }) => id)]);
}
