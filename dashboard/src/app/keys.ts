// Single keys that act on the whole page. A key that belongs to something else, such as
// an open list or a text being written, does nothing here.

export type Command =
  | "pause" | "kiosk" | "language" | "theme" | "fullscreen" | "help" | "escape" | "ops" | "share" | "next-page" | "previous-page"
  | { readonly panel: number };

const COMMANDS: Readonly<Record<string, Command>> = {
  p: "pause", k: "kiosk", l: "language", t: "theme", f: "fullscreen", "?": "help", "？": "help",
  escape: "escape", o: "ops", s: "share", arrowright: "next-page", arrowleft: "previous-page",
  pagedown: "next-page", pageup: "previous-page",
};

export interface Pressed {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
}

/** The command of a key; `null` means that the key has none. */
export function commandOf(event: Pressed): Command | null {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return null;
  if (/^[1-9]$/.test(event.key)) return { panel: Number(event.key) - 1 };
  const key = event.key.toLowerCase();
  return Object.hasOwn(COMMANDS, key) ? COMMANDS[key] ?? null : null;
}

/**
 * `true` for a command that works where single keys are switched off: Escape is no character,
 * and help is where they are switched on again.
 */
export function isAlways(command: Command): boolean {
  return command === "escape" || command === "help";
}

/** `true` for an element that takes letters itself. */
export function takesKeys(element: Element | null): boolean {
  return element !== null && /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName)
    && element.getAttribute("type") !== "checkbox";
}
