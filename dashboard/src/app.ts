// The page put together: one context per drawing, handed to every part.
//
// Changes only ask for a drawing; it happens at most once per frame, and not
// at all while the page is hidden. A slow tick keeps clocks, ages and
// countdowns moving between messages.
import type { Context } from "./context";
import { h, setAttr } from "./dom";
import { createFormat, type Format } from "./format";
import { words, type Lang } from "./i18n";
import { isDated, pageState } from "./page-state";
import { Grid } from "./panels/grid";
import type { Prefs } from "./prefs";
import type { State } from "./store";
import { AccountingLine } from "./views/accounting";
import { Header } from "./views/header";
import { Notice } from "./views/notice";
import { Tiles } from "./views/tiles";

const TICK_MS = 250;
const UTC = "UTC";

export class App {
  readonly #state: () => State;
  readonly #now: () => number;
  readonly #prefsChanged: (prefs: Prefs) => void;
  readonly #header: Header;
  readonly #tiles = new Tiles();
  readonly #notice: Notice;
  readonly #grid: Grid;
  readonly #accounting = new AccountingLine();
  #prefs: Prefs;
  #format: { readonly key: string; readonly format: Format } | null = null;
  #pending = false;
  /** The state whose panels were drawn last, with all that they depend on. */
  #drawn: { state: State; prefs: Prefs } | null = null;
  #redrawPanels = true;

  constructor(
    state: () => State, now: () => number, prefs: Prefs, prefsChanged: (prefs: Prefs) => void,
  ) {
    this.#state = state;
    this.#now = now;
    this.#prefs = prefs;
    this.#prefsChanged = prefsChanged;
    this.#notice = new Notice(now);
    this.#grid = new Grid(() => {
      this.#redrawPanels = true;
      this.invalidate();
    });
    this.#header = new Header({
      switchLang: () => this.#choose({ lang: this.#prefs.lang === "zh" ? "en" : "zh" }),
      switchTheme: () => this.#choose({ theme: this.#prefs.theme === "dark" ? "light" : "dark" }),
    });
  }

  mount(root: HTMLElement): void {
    root.append(h("div", { class: "page" },
      this.#header.element, this.#tiles.element, this.#notice.element,
      this.#grid.element, this.#accounting.element));
    const wake = () => this.invalidate();
    document.addEventListener("visibilitychange", wake);
    document.addEventListener("fullscreenchange", wake);
    setInterval(wake, TICK_MS);
    this.#draw();
  }

  /** Asks for a drawing in the next frame. */
  invalidate(): void {
    if (this.#pending || document.hidden) return;
    this.#pending = true;
    requestAnimationFrame(() => {
      this.#pending = false;
      this.#draw();
    });
  }

  #choose(change: Partial<Prefs>): void {
    this.#prefs = { ...this.#prefs, ...change };
    this.#prefsChanged(this.#prefs);
    this.invalidate();
  }

  #draw(): void {
    const ctx = this.#context();
    setAttr(document.documentElement, "lang", ctx.lang === "zh" ? "zh-CN" : "en");
    setAttr(document.documentElement, "data-theme", ctx.theme);
    setAttr(document.body, "data-state", ctx.page);
    setAttr(document.body, "data-dated", isDated(ctx.page) ? "" : null);
    this.#header.update(ctx);
    this.#tiles.update(ctx);
    this.#notice.update(ctx);
    this.#accounting.update(ctx);
    if (this.#panelsChanged(ctx.state)) this.#grid.update(ctx);
  }

  /** Panels hold nothing that ages by itself, so a tick alone leaves them. */
  #panelsChanged(state: State): boolean {
    const drawn = this.#drawn;
    const changed = this.#redrawPanels || drawn === null || drawn.prefs !== this.#prefs
      || drawn.state.frames !== state.frames || drawn.state.panels !== state.panels
      || drawn.state.hello !== state.hello;
    this.#drawn = { state, prefs: this.#prefs };
    this.#redrawPanels = false;
    return changed;
  }

  #context(): Context {
    const state = this.#state();
    const now = this.#now();
    const { lang, theme } = this.#prefs;
    return {
      state, now, lang, theme,
      page: pageState(state, now),
      words: words(lang),
      format: this.#formatFor(lang, state.hello?.tz ?? UTC),
    };
  }

  #formatFor(lang: Lang, tz: string): Format {
    const key = `${lang} ${tz}`;
    if (this.#format?.key !== key) this.#format = { key, format: createFormat(lang, tz) };
    return this.#format.format;
  }
}
