// The page put together: one context per drawing, handed to every part. The reader's
// actions (keys, switches, links) come together here as well.
//
// Changes only ask for a drawing; the page is drawn at most once per frame, and not at
// all while it is hidden. A slow tick keeps clocks, ages and countdowns moving between
// messages.
import { contextOf, type Context, type Paused } from "../data/context";
import { createFormat, type Format } from "../data/format";
import { linkTo } from "../data/headline-link";
import { choiceOf, withChoice, type Against, type Link, type PanelChange } from "../data/link";
import { isDated } from "../data/page-state";
import { comparable } from "../data/page-time";
import { nextTheme, type Prefs } from "../data/prefs";
import type { State } from "../data/state";
import { pageTitle } from "../data/titles";
import { isOverWindows } from "../data/trend";
import { h, setAttr } from "../dom/element";
import { pagePicture } from "../dom/page-picture";
import { act, ask, askEvents } from "../net/ask";
import { authorization } from "../net/token";
import { OpsSection } from "../ops/section";
import { fileName, saveBlob } from "../panels/files";
import { Grid } from "../panels/grid";
import { AccountingLine } from "../views/accounting";
import { EngineLine } from "../views/engine-line";
import { Explain } from "../views/explain";
import { Gate } from "../views/gate";
import { Header, toggleFullscreen } from "../views/header";
import { Headlines } from "../views/headlines";
import { Help } from "../views/help";
import { Notice } from "../views/notice";
import { Share } from "../views/share";
import { TickerLineView } from "../views/ticker";
import { Tiles } from "../views/tiles";
import { TimeBar } from "../views/time-bar";
import type { Panel } from "../wire/shapes";
import { Address } from "./address";
import { commandOf, isAlways, takesKeys, type Command } from "./keys";
import { rememberAs, remembered, rememberedSwitch, rememberSwitch } from "./memory";
import { Pointer } from "./pointer";

const TICK_MS = 250;
const REPORT_TIMEOUT_MS = 10_000;
const UTC = "UTC";
/** So many figures without comparisons have room above the panels of an upright wall. */
const LOW_CARDS_MAX = 4;
/** The height of a figure with its comparisons on an upright wall, in multiples of the text size. */
const CARD_EM = 9;

export interface AppDeps {
  readonly state: () => State;
  readonly now: () => number;
  readonly prefs: Prefs;
  readonly link: Link;
  readonly prefsChanged: (prefs: Prefs) => void;
  /** Tries again with the token that the reader gave. */
  readonly enter: (token: string) => void;
}

export class App {
  readonly #deps: AppDeps;
  readonly #header: Header;
  readonly #headlines = new Headlines((id) => this.#openHeadline(id));
  readonly #engine = new EngineLine();
  readonly #tiles = new Tiles();
  readonly #notice: Notice;
  readonly #gate: Gate;
  readonly #grid: Grid;
  readonly #ticker = new TickerLineView();
  readonly #accounting = new AccountingLine();
  readonly #ops: OpsSection;
  readonly #explain = new Explain(askEvents, () => this.invalidate());
  readonly #help = new Help((on) => this.#setKeys(on));
  readonly #time: TimeBar;
  readonly #share = new Share({
    picture: () => this.#savePage(), changed: () => this.invalidate(),
    hasToken: () => Object.keys(authorization()).length > 0,
  });
  readonly #address = new Address();
  readonly #pointer = new Pointer();
  /** `false` means that single keys do nothing, but for Escape and help. */
  #keys = rememberedSwitch("keys") ?? true;
  /** The notice that the reader has put away. */
  #seen = remembered("seen");
  #prefs: Prefs;
  #link: Link;
  #paused: Paused | null = null;
  #format: { readonly key: string; readonly format: Format } | null = null;
  #isPending = false;
  /** The state whose panels were drawn last, with all that they depend on. */
  #drawn: { state: State; prefs: Prefs } | null = null;
  #redrawPanels = true;

  constructor(deps: AppDeps) {
    this.#deps = deps;
    this.#prefs = deps.prefs;
    this.#link = deps.link;
    this.#notice = new Notice(deps.now, {
      seen: () => this.#seen,
      see: (name) => {
        this.#seen = name;
        rememberAs("seen", name ?? "");
        this.invalidate();
      },
    });
    this.#gate = new Gate(deps.enter, () => this.#act("language"));
    this.#ops = new OpsSection(rememberedSwitch("ops"), {
      toggle: () => this.#act("ops"),
      explain: (place) => this.#explain.show(place),
      ask: (path) => ask(path, REPORT_TIMEOUT_MS),
      now: deps.now,
      changed: () => this.invalidate(),
    });
    this.#grid = new Grid(() => {
      this.#redrawPanels = true;
      this.invalidate();
    }, {
      choiceOf: (panel) => choiceOf(this.#link, panel.id, isOverWindows(panel)),
      choose: (panel, change) => this.#chooseOf(panel, change),
      follow: (panel) => this.#chooseOf(panel, { window: this.#link.time }),
      enlarge: (enlarged) => this.#relink({ enlarged }),
      resume: (metric) => act(`api/v1/metrics/${encodeURIComponent(metric)}/resume`),
    });
    this.#time = new TimeBar(this.#grid.courses, {
      setTime: (time) => this.#relink({ time }),
      setAgainst: (against) => this.#holdAgainst(against),
      changed: () => this.invalidate(),
    });
    this.#header = new Header({
      switchLang: () => this.#act("language"),
      switchTheme: () => this.#act("theme"),
      pause: () => this.#act("pause"),
      share: () => this.#act("share"),
      help: () => this.#act("help"),
    });
  }

  mount(root: HTMLElement): void {
    this.#header.title.append(this.#notice.away, this.#grid.indicator);
    this.#header.placeTime(this.#time.element, this.#time.strip);
    root.append(this.#gate.element, h("div", { class: "page" },
      this.#header.element, this.#notice.element, this.#headlines.element, this.#engine.element, this.#tiles.element,
      this.#grid.element, this.#ops.strip.element, this.#ticker.element, this.#accounting.element),
    this.#ops.details.element, this.#help.element, this.#share.element, this.#explain.element, this.#grid.card.element);
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("pointermove", () => this.#pointer.moved(this.#link.kiosk));
    const wake = () => this.invalidate();
    document.addEventListener("visibilitychange", wake);
    document.addEventListener("fullscreenchange", wake);
    setInterval(wake, TICK_MS);
    this.#draw();
  }

  /** Asks for a drawing in the next frame. */
  invalidate(): void {
    if (this.#isPending || document.hidden) return;
    this.#isPending = true;
    requestAnimationFrame(() => {
      this.#isPending = false;
      // A frame that was asked for before the page was hidden may come after it.
      if (!document.hidden) this.#draw();
    });
  }

  #key(event: KeyboardEvent): void {
    if (event.defaultPrevented || takesKeys(document.activeElement)) return;
    const command = commandOf(event);
    if (command === null || (!this.#keys && !isAlways(command))) return;
    // An open dialog takes all keys but the one that closes it.
    if (this.#explain.open || this.#grid.card.element.open || this.#share.element.open || (this.#help.open && command !== "help")) return;
    this.#act(command);
  }

  #act(command: Command): void {
    const { lang, theme } = this.#prefs;
    const { kiosk } = this.#link;
    switch (command) {
      case "language":
        return this.#prefer({ lang: lang === "zh" ? "en" : "zh" });
      case "theme":
        return this.#prefer({ theme: nextTheme(theme) });
      case "pause":
        return this.#pause();
      case "kiosk":
        return this.#relink({ kiosk: !kiosk });
      case "ops":
        return this.#toggleOps();
      case "fullscreen":
        return toggleFullscreen();
      case "share":
        return kiosk ? undefined : this.#share.toggle();
      case "help":
        // Nothing on a wall takes the focus, and a dialog would.
        return kiosk ? undefined : this.#help.toggle();
      case "next-page":
      case "previous-page":
        return kiosk ? this.#grid.turn(command === "next-page" ? 1 : -1) : undefined;
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
    const isOpen = !this.#ops.isOpen(this.#link.ops, this.#isPoster());
    this.#ops.choose(isOpen);
    rememberSwitch("ops", isOpen);
    this.#relink({ ops: isOpen });
  }

  /** An upright wall has no room for many figures above the panels, nor for comparisons of each. */
  #isUpright(ctx: Context): boolean {
    const { headlines } = ctx.state;
    const areLow = headlines.length <= LOW_CARDS_MAX
      && headlines.every(({ giant, compare, target }) => giant || (compare.length === 0 && target === null));
    return isUprightWall(ctx) && headlines.length > 1 && !areLow;
  }

  /** Cards in two columns, of which each needs this height. */
  #cardsPerPage(): number {
    return 2 * Math.max(1, Math.floor(this.#grid.heightEm / CARD_EM));
  }

  /** A wall with figures of the pipeline is looked at by others than operators. */
  #isPoster(): boolean {
    return this.#link.kiosk && this.#deps.state().headlines.length > 0;
  }

  /** The dialog that asks for the picture is not in it. */
  async #savePage(): Promise<boolean> {
    const ctx = this.#context();
    const picture = await pagePicture(".controls, .panel .icon-button, .menu-place").catch(() => null);
    if (picture === null) return false;
    const time = ctx.format.dateTime(ctx.state.clock?.eventTime ?? null);
    saveBlob(picture, fileName(pageTitle(ctx), "", time, "png"));
    return true;
  }

  #setKeys(on: boolean): void {
    this.#keys = on;
    rememberSwitch("keys", on);
    this.invalidate();
  }

  #pause(): void {
    this.#paused = this.#paused === null ? { state: this.#deps.state(), at: this.#deps.now() } : null;
    this.invalidate();
  }

  #chooseOf(panel: Panel, change: PanelChange): void {
    this.#relink(withChoice(this.#link, panel.id, change, isOverWindows(panel)));
  }

  #openHeadline(id: string): void {
    const { headlines, panels } = this.#deps.state();
    const headline = headlines.find((each) => each.id === id);
    if (headline !== undefined) this.#relink(linkTo(headline, panels ?? [], this.#link));
  }

  /** All time has nothing before it, so a comparison begins with the present window. */
  #holdAgainst(against: Against | null): void {
    const { time } = this.#link;
    this.#relink({ against, time: against === null ? time : comparable(time, this.#deps.state().panels ?? []) });
  }

  #relink(change: Partial<Link>): void {
    this.#link = { ...this.#link, ...change };
    this.#address.show(this.#link, this.#prefs);
    this.#redrawPanels = true;
    this.#ops.redraw();
    this.#pointer.moved(this.#link.kiosk);
    this.invalidate();
  }

  #prefer(change: Partial<Prefs>): void {
    this.#prefs = { ...this.#prefs, ...change };
    this.#deps.prefsChanged(this.#prefs);
    this.#ops.redraw();
    this.#address.show(this.#link, this.#prefs);
    this.invalidate();
  }

  #draw(): void {
    const ctx = this.#context();
    setAttr(document.documentElement, "lang", ctx.lang === "zh" ? "zh-CN" : "en");
    setAttr(document.documentElement, "data-theme", ctx.theme);
    setAttr(document.body, "data-state", ctx.page);
    setAttr(document.body, "data-dated", isDated(ctx.page) ? "" : null);
    setAttr(document.body, "data-kiosk", ctx.kiosk ? "" : null);
    setAttr(document.documentElement, "data-wall", ctx.kiosk ? "" : null);
    setAttr(document.body, "data-poster", this.#isPoster() && this.#link.ops !== true ? "" : null);
    this.#header.update(ctx);
    this.#time.update(this.#link, ctx);
    this.#placeTiles(ctx.state.headlines.length > 0);
    this.#headlines.update(this.#isUpright(ctx) ? this.#cardsPerPage() : null, ctx);
    this.#engine.update(ctx.state.headlines.length > 0 || isUprightWall(ctx), ctx);
    this.#tiles.update(ctx);
    this.#notice.update(ctx);
    this.#gate.update(ctx);
    this.#ticker.update(ctx);
    this.#accounting.update(ctx);
    this.#help.update(this.#keys, ctx);
    this.#share.update(ctx);
    this.#explain.update(ctx);
    const isSeen = this.#link.enlarged === null && !document.hidden;
    this.#ops.update(this.#ops.isOpen(this.#link.ops, this.#isPoster()), isSeen, ctx);
    if (this.#panelsChanged(ctx.state)) {
      this.#enlarge();
      this.#grid.setLead(this.#headlines.apart);
      this.#grid.update(ctx);
      this.#grid.refocus();
    }
  }

  /** Where the pipeline has figures of its own, those of the engine are the operator's. */
  #placeTiles(hasHeadlines: boolean): void {
    const { element } = this.#tiles;
    const details = this.#ops.details.element;
    if (hasHeadlines === (element.parentElement === details)) return;
    if (hasHeadlines) details.prepend(element);
    else this.#grid.element.before(element);
  }

  /** The parts behind an enlarged panel are out of reach. */
  #enlarge(): void {
    const isFilled = this.#grid.setEnlarged(this.#link.enlarged);
    for (const part of [
      this.#header, this.#headlines, this.#engine, this.#tiles, this.#notice, this.#ops.strip, this.#ticker, this.#accounting, this.#ops.details,
    ]) {
      part.element.inert = isFilled;
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
    const latest = this.#deps.state();
    const tz = (this.#paused?.state ?? latest).hello?.tz ?? UTC;
    return contextOf({
      latest, now: this.#deps.now(), paused: this.#paused, prefs: this.#prefs, kiosk: this.#link.kiosk,
      format: this.#formatFor(tz),
    });
  }

  #formatFor(tz: string): Format {
    const { lang } = this.#prefs;
    const key = `${lang} ${tz}`;
    if (this.#format?.key !== key) this.#format = { key, format: createFormat(lang, tz) };
    return this.#format.format;
  }
}

function isUprightWall({ kiosk }: Context): boolean {
  return kiosk && innerHeight > innerWidth;
}
