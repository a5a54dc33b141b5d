// The head of the page: its name, its state, and the time there, in event time and on
// the host's wall clock, both in the pipeline's zone.
import type { Context } from "../data/context";
import { clip, UNKNOWN } from "../data/format";
import { STATE_ICONS } from "../data/icons";
import { hostTime } from "../data/page-state";
import { nextTheme } from "../data/prefs";
import { pageTitle } from "../data/titles";
import { h, raw, setAttr, setShown, setText } from "../dom/element";
import { icon, setIcon } from "../dom/icon";
import { stateDetail } from "./detail";
import { Look } from "./look";

export interface HeaderActions {
  readonly switchLang: () => void;
  readonly switchTheme: () => void;
  readonly pause: () => void;
  readonly share: () => void;
  readonly help: () => void;
}

const NAME_CHARACTERS_MAX = 60;

export class Header {
  readonly element: HTMLElement;
  readonly title = h("div", { class: "head-title" });
  readonly #look = new Look(this.title);
  readonly #name = h("h1");
  readonly #badge: HTMLElement;
  readonly #stateIcon = icon("dots");
  readonly #stateWord = h("span", { "data-testid": "state" });
  readonly #detail = h("span", { class: "state-detail", "data-testid": "state-detail" });
  readonly #event = clockBlock("event-time");
  readonly #watermark = clockBlock("watermark");
  readonly #wall = clockBlock("wall-clock");
  readonly #lang: HTMLButtonElement;
  readonly #theme: HTMLButtonElement;
  readonly #themeIcon = icon("sun");
  readonly #full: HTMLButtonElement;
  readonly #fullIcon = icon("expand");
  readonly #pause: HTMLButtonElement;
  readonly #pauseIcon = icon("pause");
  readonly #share: HTMLButtonElement;
  readonly #help: HTMLButtonElement;
  readonly #controls: HTMLElement;
  readonly #clocks: HTMLElement;

  constructor(actions: HeaderActions) {
    this.#badge = h("span", { class: "badge", role: "status" }, this.#stateIcon, this.#stateWord);
    this.#lang = button("language", actions.switchLang);
    this.#theme = button("theme", actions.switchTheme, this.#themeIcon);
    this.#full = button("fullscreen", toggleFullscreen, this.#fullIcon);
    this.#pause = button("pause", actions.pause, this.#pauseIcon);
    this.#share = button("share", actions.share, icon("share"));
    this.#help = button("help", actions.help, icon("help"));
    setShown(this.#full, document.fullscreenEnabled);
    this.#controls = h("div", { class: "controls", role: "group" },
      this.#lang, this.#theme, this.#pause, this.#share, this.#full, this.#help);
    this.title.append(this.#name, this.#badge, this.#detail);
    this.#clocks = h("div", { class: "head-clocks" }, this.#event.element, this.#watermark.element, this.#wall.element);
    this.element = h("header", { class: "page-head" },
      this.title,
      this.#clocks, this.#controls);
  }

  /** Puts the choice of a time before the clocks, and its timeline below the head. */
  placeTime(bar: HTMLElement, strip: HTMLElement): void {
    this.#clocks.before(bar);
    this.element.append(strip);
  }

  update(ctx: Context): void {
    const { words, state, page } = ctx;
    const whole = pageTitle(ctx);
    const name = clip(whole, NAME_CHARACTERS_MAX);
    this.#look.update(ctx);
    setText(this.#name, name);
    setAttr(this.#name, "title", whole);
    const title = name === "Streamgauge" ? name : `${name} · Streamgauge`;
    if (document.title !== title) document.title = title;
    setText(this.#stateWord, words.states[page]);
    setIcon(this.#stateIcon, STATE_ICONS[page]);
    setAttr(this.#badge, "title", state.polling ? words.details.polling : "");
    const detail = stateDetail(ctx);
    setText(this.#detail, detail);
    setAttr(this.#detail, "title", detail);
    setShown(this.#detail, detail !== "");
    this.#updateClocks(ctx);
    this.#updateControls(ctx);
  }

  #updateClocks(ctx: Context): void {
    const { words, state, format } = ctx;
    const zone = state.hello === null ? "" : ` · ${format.zone}`;
    const event = state.clock?.eventTime ?? null;
    const watermark = state.clock?.watermark ?? null;
    const wall = hostTime(state, ctx.now);
    const behind = event === null || watermark === null
      ? UNKNOWN
      : `−${format.duration(event - watermark)}`;
    const full = (time: number | null) => `${format.dateTime(time)}${zone}`;
    this.#event.set(
      `${words.header.eventTime}${zone}`, format.dateTime(event), full(event), event);
    this.#watermark.set(words.header.watermark, behind, full(watermark), watermark);
    this.#wall.set(
      words.header.wallClock, `${format.monthDay(wall)} ${format.clock(wall)}`, full(wall), wall);
  }

  #updateControls(ctx: Context): void {
    const { header } = ctx.words;
    setAttr(this.#controls, "aria-label", header.controls);
    setText(this.#lang, header.languageShort);
    name(this.#lang, `${header.languageShort}: ${header.language}`);
    // The label is in the other language, for the reader who needs it.
    setAttr(this.#lang, "lang", ctx.lang === "zh" ? "en" : "zh-CN");
    const theme = nextTheme(ctx.theme);
    name(this.#theme, header.toTheme[theme]);
    setIcon(this.#themeIcon, ({ dark: "moon", light: "sun", contrast: "contrast" } as const)[theme]);
    name(this.#pause, ctx.pause === null ? header.pause : header.resume);
    setAttr(this.#pause, "aria-pressed", String(ctx.pause !== null));
    setIcon(this.#pauseIcon, ctx.pause === null ? "pause" : "play");
    name(this.#share, ctx.words.share.open);
    name(this.#help, header.help);
    const full = document.fullscreenElement !== null;
    name(this.#full, full ? header.exitFullscreen : header.fullscreen);
    setIcon(this.#fullIcon, full ? "shrink" : "expand");
  }
}

function name(element: HTMLElement, text: string): void {
  setAttr(element, "aria-label", text);
  setAttr(element, "title", text);
}

function button(testid: string, act: () => void, ...children: Node[]): HTMLButtonElement {
  const element = h("button",
    { type: "button", class: "icon-button", "data-testid": testid }, ...children);
  element.addEventListener("click", act);
  return element;
}

export function toggleFullscreen(): void {
  const change = document.fullscreenElement === null
    ? document.documentElement.requestFullscreen()
    : document.exitFullscreen();
  // A browser may refuse; the page then simply stays as it is.
  change.catch(() => undefined);
}

function clockBlock(testid: string) {
  const label = h("span", { class: "clock-label" });
  const value = h("time", { class: "clock-value", "data-testid": testid });
  const element = h("div", { class: `clock ${testid}` }, label, value);
  return {
    element,
    set(title: string, text: string, full: string, time: number | null): void {
      setText(label, title);
      setText(value, text);
      setAttr(value, "title", full);
      setAttr(value, "data-value", raw(time));
    },
  };
}
