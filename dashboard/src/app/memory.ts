// The reader's choices that outlive the page, in the browser's storage. A browser
// that forbids storage loses only the memory.
import type { Prefs } from "../data/prefs";

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

/** `null` means that the switch was never touched. */
export function rememberedSwitch(name: string): boolean | null {
  const kept = remembered(name);
  return kept === "1" ? true : kept === "0" ? false : null;
}

export function rememberSwitch(name: string, on: boolean): void {
  rememberAs(name, on ? "1" : "0");
}

export function rememberAs(name: string, value: string): void {
  try {
    localStorage.setItem(`streamgauge.${name}`, value);
  } catch {
    // Storage is forbidden here: the choice holds for as long as the page is open.
  }
}
