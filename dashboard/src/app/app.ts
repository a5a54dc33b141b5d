// The page put together: one context per drawing, handed to every part.
// What the reader does (keys, switches, links) comes together here as well.
//
// Changes only ask for a drawing; it happens at most once per frame, and not
// at all while the page is hidden. A slow tick keeps clocks, ages and
// countdowns moving between messages.
import { ask } from "../net/ask";
import type { Context } from "../data/context";
import { h, setAttr, setShown } from "../dom/element";
import { createFormat, type Format } from "../data/format";
import { words, type Lang } from "../i18n/words";
import { isDated, pageState } from "../data/page-state";
import { commandOf, isAlways, takesKeys, type Command } from "./keys";
import { showLink, viewOf, type Link, type View } from "../data/link";
import { Grid } from "../panels/grid";
import { OpsDetails } from "../ops/details";
import { Reports } from "../net/reports";
import { OpsStrip } from "../ops/strip";
import { nextTheme, rememberedSwitch, rememberSwitch, type Prefs } from "../data/prefs";
import type { State } from "../data/state";
import { AccountingLine } from "../views/accounting";
import { Explain } from "../views/explain";
import { Header, toggleFullscreen } from "../views/header";
import { Help } from "../views/help";
import { Notice } from "../views/notice";
import { Tiles } from "../views/tiles";

const TICK_MS = 250;
/** On a wall the pointer is in the way once it has not moved for this long. */
const POINTER_IDLE_MS = 3000;
/** In this time the address is written so often at most, and once more at its end. */
const ADDRESS_MS = 1000;
const ADDRESS_WRITES_MAX = 8;
/** An operator reads no faster than this. */
const OPS_MS = 1000;
/** Where nobody chose, the operator's section is open on screens of this width and more. */
const OPS_WIDTH = "(min-width: 1366px)";
const REPORT_TIMEOUT_MS = 10_000;
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
  readonly #ops = new OpsStrip(() => this.#act("ops"));
  readonly #details = new OpsDetails((place) => this.#explain.show(place));
  readonly #reports: Reports;
  readonly #explain = new Explain(ask, () => this.invalidate());
  readonly #help = new Help((on) => this.#setKeys(on));
  readonly #wide = matchMedia(OPS_WIDTH);
  #opsChosen = rememberedSwitch("ops");
  /** Whether single keys do anything. */
  #keys = rememberedSwitch("keys") ?? true;
  #opsDrawnAt = -Infinity;
  /** What it was in when it was drawn: a change of that is shown at once. */
  #opsPhase = "";
  #prefs: Prefs;
  #link: Link;
  /** What the page showed when it was paused; it shows that until it is resumed. */
  #held: { readonly state: State; readonly at: number } | null = null;
  #addressWrites = 0;
  #addressTimer: ReturnType<typeof setTimeout> | undefined;
  #pointerTimer: ReturnType<typeof setTimeout> | undefined;
  #format: { readonly key: string; readonly format: Format } | null = null;
  #pending = false;
  /** The state whose panels were drawn last, with all that they depend on. */
  #drawn: { state: State; prefs: Prefs } | null = null;
  #redrawPanels = true;

  constructor(
    state: () => State, now: () => number, prefs: Prefs, link: Link,
    prefsChanged: (prefs: Prefs) => void,
  ) {
    this.#state = state;
    this.#now = now;
    this.#prefs = prefs;
    this.#link = link;
    this.#prefsChanged = prefsChanged;
    this.#notice = new Notice(now);
    this.#reports = new Reports({
      ask: (path) => ask(path, REPORT_TIMEOUT_MS), now, changed: () => this.invalidate(),
    });
    this.#grid = new Grid(() => {
      this.#redrawPanels = true;
      this.invalidate();
    }, {
      viewOf: (id) => viewOf(this.#link, id),
      look: (id, change) => this.#look(id, change),
      enlarge: (enlarged) => this.#relink({ enlarged }),
    });
    this.#header = new Header({
      switchLang: () => this.#act("language"),
      switchTheme: () => this.#act("theme"),
      pause: () => this.#act("pause"),
      help: () => this.#act("help"),
    });
  }

  mount(root: HTMLElement): void {
    root.append(h("div", { class: "page" },
      this.#header.element, this.#tiles.element, this.#notice.element,
      this.#grid.element, this.#ops.element, this.#accounting.element),
    this.#details.element, this.#help.element, this.#explain.element, this.#grid.card.element);
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("pointermove", () => this.#pointerMoved());
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

  #key(event: KeyboardEvent): void {
    if (event.defaultPrevented || takesKeys(document.activeElement)) return;
    const command = commandOf(event);
    if (command === null || (!this.#keys && !isAlways(command))) return;
    // An open dialog takes all keys but the one that closes it.
    if (this.#explain.open || this.#grid.card.element.open || (this.#help.open && command !== "help")) return;
    this.#act(command);
  }

  #act(command: Command): void {
    const { lang, theme } = this.#prefs;
    const { kiosk } = this.#link;
    switch (command) {
      case "language":
        return this.#choose({ lang: lang === "zh" ? "en" : "zh" });
      case "theme":
        return this.#choose({ theme: nextTheme(theme) });
      case "pause":
        return this.#pause();
      case "kiosk":
        return this.#relink({ kiosk: !kiosk });
      case "ops":
        return this.#toggleOps();
      case "fullscreen":
        return toggleFullscreen();
      case "help":
        // Nothing on a wall takes the focus, and a dialog would.
        return kiosk ? undefined : this.#help.toggle();
      case "escape":
        if (kiosk) return this.#relink({ kiosk: false });
        return this.#link.enlarged === null ? undefined : this.#relink({ enlarged: null });
      default: {
        const id = this.#grid.idAt(command.panel);
        if (id !== null) this.#relink({ enlarged: this.#link.enlarged === id ? null : id });
      }
    }
  }

  #toggleOps(): void {
    const open = !this.#opsOpen;
    this.#opsChosen = open;
    rememberSwitch("ops", open);
    this.#relink({ ops: open });
  }

  get #opsOpen(): boolean {
    return this.#link.ops ?? this.#opsChosen ?? this.#wide.matches;
  }

  #setKeys(on: boolean): void {
    this.#keys = on;
    rememberSwitch("keys", on);
    this.invalidate();
  }

  #pause(): void {
    this.#held = this.#held === null ? { state: this.#state(), at: this.#now() } : null;
    this.invalidate();
  }

  #look(id: string, change: Partial<View>): void {
    const views = new Map(this.#link.views).set(id, { ...this.#link.views.get(id), ...change });
    this.#relink({ views });
  }

  #relink(change: Partial<Link>): void {
    this.#link = { ...this.#link, ...change };
    this.#writeAddress();
    this.#redrawPanels = true;
    this.#opsDrawnAt = -Infinity;
    this.#pointerMoved();
    this.invalidate();
  }

  /** At once; only while a key is held down less often, as browsers demand. */
  #writeAddress(): void {
    this.#addressTimer ??= setTimeout(() => {
      this.#addressTimer = undefined;
      this.#addressWrites = 0;
      showLink(this.#link, this.#prefs);
    }, ADDRESS_MS);
    this.#addressWrites += 1;
    if (this.#addressWrites <= ADDRESS_WRITES_MAX) showLink(this.#link, this.#prefs);
  }

  #pointerMoved(): void {
    setAttr(document.body, "data-pointer", null);
    clearTimeout(this.#pointerTimer);
    if (!this.#link.kiosk) return;
    this.#pointerTimer = setTimeout(
      () => setAttr(document.body, "data-pointer", "idle"), POINTER_IDLE_MS);
  }

  #choose(change: Partial<Prefs>): void {
    this.#prefs = { ...this.#prefs, ...change };
    this.#prefsChanged(this.#prefs);
    this.#opsDrawnAt = -Infinity;
    this.#writeAddress();
    this.invalidate();
  }

  #draw(): void {
    const ctx = this.#context();
    setAttr(document.documentElement, "lang", ctx.lang === "zh" ? "zh-CN" : "en");
    setAttr(document.documentElement, "data-theme", ctx.theme);
    setAttr(document.body, "data-state", ctx.page);
    setAttr(document.body, "data-dated", isDated(ctx.page) ? "" : null);
    setAttr(document.body, "data-kiosk", ctx.kiosk ? "" : null);
    this.#header.update(ctx);
    this.#tiles.update(ctx);
    this.#notice.update(ctx);
    this.#accounting.update(ctx);
    this.#help.update(this.#keys, ctx);
    this.#explain.update(ctx);
    this.#drawOps(ctx);
    if (this.#panelsChanged(ctx.state)) {
      this.#enlarge();
      this.#grid.update(ctx);
      this.#grid.refocus();
    }
  }

  /** The operator's section, once a second; what it shows besides the stream is asked for here. */
  #drawOps(ctx: Context): void {
    const open = this.#opsOpen;
    const whole = open && !ctx.kiosk;
    const { connection, status, hello } = ctx.state;
    const isSeen = this.#link.enlarged === null && !document.hidden;
    // A host that measures no stages is older than what would be asked for.
    if (whole && isSeen && ctx.pause === null && connection.phase === "open" && status?.stages != null) {
      this.#reports.tick(hello?.epoch ?? null);
    }
    const phase = `${ctx.page} ${hello?.epoch ?? ""} ${status === null}`;
    const isDue = phase !== this.#opsPhase || this.#now() - this.#opsDrawnAt >= OPS_MS;
    if (!isSeen || !isDue) return;
    this.#opsPhase = phase;
    this.#opsDrawnAt = this.#now();
    setShown(this.#details.element, whole && status !== null);
    this.#ops.update(open, ctx);
    if (whole && status !== null) this.#details.update(this.#reports.values, ctx);
  }

  /** What is behind an enlarged panel is out of reach. */
  #enlarge(): void {
    const filled = this.#grid.setEnlarged(this.#link.enlarged);
    for (const part of [
      this.#header, this.#tiles, this.#notice, this.#ops, this.#accounting, this.#details,
    ]) {
      part.element.inert = filled;
    }
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
    const held = this.#held;
    const latest = this.#state();
    const state = held?.state ?? latest;
    const now = this.#now();
    const { lang, theme } = this.#prefs;
    return {
      state, lang, theme,
      now: held?.at ?? now,
      page: held === null ? pageState(state, now) : "paused",
      pause: held === null ? null : {
        at: held.at, held: latest.updates - held.state.updates, page: pageState(latest, now),
      },
      kiosk: this.#link.kiosk,
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
