// The reader's choices: language and theme.
//
// The address wins over what was remembered, so that a link or a wall can fix
// them; what is chosen on the page is remembered. A browser that forbids storage
// loses only the memory.
import type { Lang } from "../i18n/words";

export type Theme = "dark" | "light" | "contrast";

export interface Prefs {
  readonly lang: Lang;
  readonly theme: Theme;
}

const LANGS: readonly Lang[] = ["zh", "en"];
/** In the order in which the button goes through them. */
export const THEMES: readonly Theme[] = ["dark", "light", "contrast"];

/**
 * Reads the choices; `remembered` gives the stored text of a name, `moreContrast`
 * says whether the reader's system asks for it.
 */
export function readPrefs(
  search: string, remembered: (name: string) => string | null, moreContrast: boolean,
): Prefs {
  const query = new URLSearchParams(search);
  const choose = <T extends string>(name: string, known: readonly T[], fallback: T): T =>
    known.find((value) => value === query.get(name))
    ?? known.find((value) => value === remembered(name))
    ?? fallback;
  return {
    lang: choose("lang", LANGS, "zh"),
    theme: choose("theme", THEMES, moreContrast ? "contrast" : "dark"),
  };
}

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`streamgauge.${name}`);
  } catch {
    return null;
  }
}

export function remember(prefs: Prefs): void {
  rememberAs("lang", prefs.lang);
  rememberAs("theme", prefs.theme);
}

/** A switch that is on or off; `null` where it was never touched. */
export function rememberedSwitch(name: string): boolean | null {
  const kept = remembered(name);
  return kept === "1" ? true : kept === "0" ? false : null;
}

export function rememberSwitch(name: string, on: boolean): void {
  rememberAs(name, on ? "1" : "0");
}

function rememberAs(name: string, value: string): void {
  try {
    localStorage.setItem(`streamgauge.${name}`, value);
  } catch {
    // Storage is forbidden here: the choice holds for as long as the page is open.
  }
}

export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "dark";
}
