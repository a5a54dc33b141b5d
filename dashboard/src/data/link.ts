// The part of an address that says more than language and theme: the choices for
// each panel, the enlarged one, and whether the page hangs on a wall.
//
// Pure. An entry that this page does not know is left out, so that a link from
// another version still opens.
import type { Scope } from "../wire/shapes";
import type { Prefs } from "./prefs";

/** The reader's choice for one panel. */
export interface PanelChoice {
  readonly scope: Scope;
  readonly measure: number;
  readonly table: boolean;
  /** The last windows beside each other rather than one of them. */
  readonly trend: boolean;
  /** Tiles by their share rather than by their value. */
  readonly share: boolean;
  /** A kind such as `1d`, the last ones `1d*7`, or one window `1d@start`; `null` means the panel's own. */
  readonly window: string | null;
}

export interface Link {
  /** The panel that fills the window. */
  readonly enlarged: string | null;
  readonly kiosk: boolean;
  /** `true` opens the operator's section; `null` leaves the choice to the page. */
  readonly ops: boolean | null;
  /** The scope of panels that have none of their own. */
  readonly scope: Scope;
  readonly choices: ReadonlyMap<string, Partial<PanelChoice>>;
}

export const SCOPES: readonly Scope[] = ["on_time", "late", "total"];
const PARTS = ["scope", "measure", "table", "trend", "share", "window"] as const;
const ID_CHARACTERS_MAX = 200;
const CHOICES_MAX = 200;
const WINDOW = /^[\w/]{1,30}(\*\d{1,3}|@[\w:+.-]{1,40})?$/;

export function readLink(search: string): Link {
  const query = new URLSearchParams(search);
  const choices = new Map<string, Partial<PanelChoice>>();
  for (const [name, value] of query) {
    const [part, id] = split(name);
    if (id === "" || choices.size >= CHOICES_MAX) continue;
    const change = readPart(part, value);
    if (change !== null) choices.set(id, { ...choices.get(id), ...change });
  }
  const enlarged = query.get("panel");
  return {
    enlarged: enlarged === null || enlarged === "" || enlarged.length > ID_CHARACTERS_MAX
      ? null : enlarged,
    kiosk: query.get("kiosk") === "1",
    ops: query.get("ops") === "1" ? true : query.get("ops") === "0" ? false : null,
    scope: SCOPES.find((scope) => scope === query.get("scope")) ?? "total",
    choices,
  };
}

export function choiceOf(link: Link, id: string): PanelChoice {
  return { scope: link.scope, measure: 0, table: false, trend: false, share: false, window: null, ...link.choices.get(id) };
}

/** The query of an address, with the link and the choices written into it. */
export function writeLink(search: string, link: Link, prefs: Prefs): string {
  const query = new URLSearchParams(search);
  for (const name of [...query.keys()]) if (split(name)[1] !== "") query.delete(name);
  query.set("lang", prefs.lang);
  query.set("theme", prefs.theme);
  put(query, "panel", link.enlarged);
  put(query, "kiosk", link.kiosk ? "1" : null);
  put(query, "ops", link.ops === null ? null : link.ops ? "1" : "0");
  put(query, "scope", link.scope === "total" ? null : link.scope);
  for (const id of link.choices.keys()) {
    const choice = choiceOf(link, id);
    put(query, `scope.${id}`, choice.scope === link.scope ? null : choice.scope);
    put(query, `measure.${id}`, choice.measure === 0 ? null : String(choice.measure));
    put(query, `table.${id}`, choice.table ? "1" : null);
    put(query, `trend.${id}`, choice.trend ? "1" : null);
    put(query, `share.${id}`, choice.share ? "1" : null);
    put(query, `window.${id}`, choice.window);
  }
  return `?${query.toString()}`;
}

function split(name: string): readonly [part: string, id: string] {
  const part = PARTS.find((known) => name.startsWith(`${known}.`));
  const id = part === undefined ? "" : name.slice(part.length + 1);
  return [part ?? "", id.length > ID_CHARACTERS_MAX ? "" : id];
}

function readPart(part: string, value: string): Partial<PanelChoice> | null {
  if (part === "scope") {
    const scope = SCOPES.find((known) => known === value);
    return scope === undefined ? null : { scope };
  }
  if (part === "measure") return /^\d{1,2}$/.test(value) ? { measure: Number(value) } : null;
  if (part === "table") return value === "1" ? { table: true } : null;
  if (part === "trend") return value === "1" ? { trend: true } : null;
  if (part === "share") return value === "1" ? { share: true } : null;
  return WINDOW.test(value) ? { window: value } : null;
}

function put(query: URLSearchParams, name: string, value: string | null): void {
  if (value === null) query.delete(name);
  else query.set(name, value);
}
