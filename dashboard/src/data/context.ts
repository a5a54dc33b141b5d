// What every part of the page is handed when it is brought up to date.
import type { Format } from "./format";
import type { Lang, Words } from "../i18n/words";
import type { PageState } from "./page-state";
import type { Theme } from "./prefs";
import type { State } from "./state";

export interface Context {
  readonly state: State;
  readonly page: PageState;
  /** Local time, on the clock of the events in the store. */
  readonly now: number;
  /** Since when (local time) the page is held, and how many updates came since. */
  readonly pause: { readonly at: number; readonly held: number; readonly page: PageState } | null;
  /** On a wall: nothing on the page takes the focus. */
  readonly kiosk: boolean;
  readonly lang: Lang;
  readonly theme: Theme;
  readonly words: Words;
  readonly format: Format;
}
