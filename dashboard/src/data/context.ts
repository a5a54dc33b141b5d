// The context that every part of the page is handed for a drawing. Pure.
import { WORDS, type Lang, type Words } from "../i18n/words";
import type { Format } from "./format";
import { pageState, type PageState } from "./page-state";
import type { Prefs, Theme } from "./prefs";
import type { State } from "./state";

export interface Context {
  readonly state: State;
  readonly page: PageState;
  /** Local time, on the clock of the events in the store. */
  readonly now: number;
  readonly pause: Pause | null;
  /** On a wall nothing on the page takes the focus. */
  readonly kiosk: boolean;
  readonly lang: Lang;
  readonly theme: Theme;
  readonly words: Words;
  readonly format: Format;
}

export interface Pause {
  /** The beginning of the pause, in local time. */
  readonly at: number;
  /** The number of updates since then. */
  readonly updates: number;
  /** The state that the page would be in if it were not paused. */
  readonly page: PageState;
}

/** The state that the page showed when it was paused, and the local time of that moment. */
export interface Paused {
  readonly state: State;
  readonly at: number;
}

export interface ContextInput {
  readonly latest: State;
  readonly now: number;
  readonly paused: Paused | null;
  readonly prefs: Prefs;
  readonly kiosk: boolean;
  readonly format: Format;
}

export function contextOf({ latest, now, paused, prefs, kiosk, format }: ContextInput): Context {
  return {
    state: paused?.state ?? latest,
    now: paused?.at ?? now,
    page: paused === null ? pageState(latest, now) : "paused",
    pause: paused === null ? null : {
      at: paused.at, updates: latest.updates - paused.state.updates, page: pageState(latest, now),
    },
    kiosk,
    lang: prefs.lang,
    theme: prefs.theme,
    words: WORDS[prefs.lang],
    format,
  };
}
