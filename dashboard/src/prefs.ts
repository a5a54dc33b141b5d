// The reader's choices: language and theme.
//
// The address wins over what was remembered, so that a link or a wall can fix
// them; what is chosen on the page is remembered and written into the address
// if it was named there. A browser that forbids storage loses only the memory.
import type { Lang } from "./i18n";

export type Theme = "dark" | "light";

export interface Prefs {
  readonly lang: Lang;
  readonly theme: Theme;
}

const LANGS: readonly Lang[] = ["zh", "en"];
const THEMES: readonly Theme[] = ["dark", "light"];

/** Reads the choices; `remembered` gives the stored text of a name. */
export function readPrefs(search: string, remembered: (name: string) => string | null): Prefs {
  const query = new URLSearchParams(search);
  const choose = <T extends string>(name: string, known: readonly T[], fallback: T): T =>
    known.find((value) => value === query.get(name))
    ?? known.find((value) => value === remembered(name))
    ?? fallback;
  return { lang: choose("lang", LANGS, "zh"), theme: choose("theme", THEMES, "dark") };
}

export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(`streamgauge.${name}`);
  } catch {
    return null;
  }
}

export function remember(prefs: Prefs): void {
  try {
    localStorage.setItem("streamgauge.lang", prefs.lang);
    localStorage.setItem("streamgauge.theme", prefs.theme);
  } catch {
    // Storage is forbidden here: the choice holds for as long as the page is open.
  }
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(prefs)) {
    if (url.searchParams.has(name)) url.searchParams.set(name, String(value));
  }
  if (url.href !== location.href) history.replaceState(null, "", url);
}
