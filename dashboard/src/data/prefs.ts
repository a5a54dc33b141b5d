// The reader's choices: language and theme.
//
// The address wins over what was remembered, so that a link or a wall can fix
// them. Pure; `app/memory.ts` remembers.
import type { Lang } from "../i18n/words";

export type Theme = "dark" | "light" | "contrast";

export interface Prefs {
  readonly lang: Lang;
  readonly theme: Theme;
}

const LANGS: readonly Lang[] = ["zh", "en"];
/** The themes in the order of the button. */
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

export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "dark";
}
