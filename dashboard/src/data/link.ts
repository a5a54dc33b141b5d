// The part of an address that says more than language and theme: the choices for
// each panel, the enlarged one, and whether the page hangs on a wall.
//
// Pure. An entry that this page does not know is left out, so that a link from
// another version still opens.
import type { Scope } from "../wire/shapes";
import type { Prefs } from "./prefs";

/** What a window is held against: the one before, or the same time a day, a week, a year earlier. */
export type Against = "previous" | "1d" | "7d" | "1y";

/** How the values of a trend stand beside each other. */
export type TrendForm = "stack" | "log" | "share";

/** The reader's choice for one panel. */
export interface PanelChoice {
  readonly scope: Scope;
  readonly measure: number;
  readonly table: boolean;
  /** The last windows beside each other rather than one of them. */
  readonly trend: boolean;
  /** Tiles by their share rather than by their value. */
  readonly share: boolean;
  readonly form: TrendForm;
  /** The one key of the second dimension that is shown; `null` means all of them. */
  readonly slice: string | null;
  /** The largest change first, where there is one. */
  readonly byChange: boolean;
  /**
   * A kind such as `1d`, the last ones `1d*7`, one window `1d@start`, or several together
   * `1d@start..end`; `null` means the panel's own.
   */
  readonly window: string | null;
  /** The window is the panel's, and not that of the whole page. */
  readonly isOwn: boolean;
  /** What the page holds all windows against. */
  readonly against: Against | null;
}

/** What a reader may change of a panel. */
export type PanelChange = Partial<Omit<PanelChoice, "isOwn" | "against">>;

export interface Link {
  /** The panel that fills the window. */
  readonly enlarged: string | null;
  readonly kiosk: boolean;
  /** `true` opens the operator's section; `null` leaves the choice to the page. */
  readonly ops: boolean | null;
  /** The scope of panels that have none of their own. */
  readonly scope: Scope;
  /** The window of panels that have none of their own; `null` means that each shows its first kind. */
  readonly time: string | null;
  /** What all windows are held against. */
  readonly against: Against | null;
  readonly choices: ReadonlyMap<string, PanelChange>;
}

export const SCOPES: readonly Scope[] = ["on_time", "late", "total"];
export const AGAINST: readonly Against[] = ["previous", "1d", "7d", "1y"];
export const TREND_FORMS: readonly TrendForm[] = ["stack", "log", "share"];
const PARTS = ["scope", "measure", "table", "trend", "share", "form", "slice", "change", "window"] as const;
/** In an address: the panel's own window, whatever the page's is. */
const OWN = "own";
const ID_CHARACTERS_MAX = 200;
const CHOICES_MAX = 200;
const KEY_CHARACTERS_MAX = 1000;
const WINDOW = /^[\w/]{1,30}(\*\d{1,3}|@[\w:+.-]{1,80})?$/;

export function readLink(search: string): Link {
  const query = new URLSearchParams(search);
  const choices = new Map<string, PanelChange>();
  for (const [name, value] of query) {
    const [part, id] = split(name);
    if (id === "" || choices.size >= CHOICES_MAX) continue;
    const change = readPart(part, value);
    if (change !== null) choices.set(id, { ...choices.get(id), ...change });
  }
  const enlarged = query.get("panel");
  const time = query.get("time");
  return {
    enlarged: enlarged === null || enlarged === "" || enlarged.length > ID_CHARACTERS_MAX
      ? null : enlarged,
    kiosk: query.get("kiosk") === "1",
    ops: query.get("ops") === "1" ? true : query.get("ops") === "0" ? false : null,
    scope: SCOPES.find((scope) => scope === query.get("scope")) ?? "total",
    time: time !== null && WINDOW.test(time) ? time : null,
    against: AGAINST.find((against) => against === query.get("against")) ?? null,
    choices,
  };
}

/** `over` means that the panel shows its windows beside each other unless the reader chose otherwise. */
export function choiceOf(link: Link, id: string, over = false): PanelChoice {
  const own = link.choices.get(id) ?? {};
  return {
    scope: link.scope, measure: 0, table: false, trend: over, share: false, form: "stack", slice: null, byChange: false,
    window: link.time, ...own, isOwn: own.window !== undefined && own.window !== link.time,
    against: link.against,
  };
}

/** The link after a change of one panel, without what is as it would be anyway. */
export function withChoice(link: Link, id: string, change: PanelChange, over = false): Link {
  const plain = choiceOf({ ...link, choices: new Map() }, id, over);
  const changed = Object.entries({ ...link.choices.get(id), ...change })
    .filter(([name, value]) => value !== plain[name as keyof PanelChoice]);
  const choices = new Map(link.choices);
  if (changed.length === 0) choices.delete(id);
  else choices.set(id, Object.fromEntries(changed));
  return { ...link, choices };
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
  put(query, "time", link.time);
  put(query, "against", link.against);
  for (const [id, own] of link.choices) {
    const choice = choiceOf(link, id);
    put(query, `scope.${id}`, choice.scope === link.scope ? null : choice.scope);
    put(query, `measure.${id}`, choice.measure === 0 ? null : String(choice.measure));
    put(query, `table.${id}`, choice.table ? "1" : null);
    put(query, `trend.${id}`, own.trend === undefined ? null : own.trend ? "1" : "0");
    put(query, `share.${id}`, choice.share ? "1" : null);
    put(query, `form.${id}`, choice.form === "stack" ? null : choice.form);
    put(query, `slice.${id}`, choice.slice);
    put(query, `change.${id}`, choice.byChange ? "1" : null);
    put(query, `window.${id}`, choice.isOwn ? choice.window ?? OWN : null);
  }
  return `?${query.toString()}`;
}

function split(name: string): readonly [part: string, id: string] {
  const part = PARTS.find((known) => name.startsWith(`${known}.`));
  const id = part === undefined ? "" : name.slice(part.length + 1);
  return [part ?? "", id.length > ID_CHARACTERS_MAX ? "" : id];
}

function readPart(part: string, value: string): PanelChange | null {
  const isOn = value === "1";
  switch (part) {
    case "scope": {
      const scope = SCOPES.find((known) => known === value);
      return scope === undefined ? null : { scope };
    }
    case "measure": return /^\d{1,2}$/.test(value) ? { measure: Number(value) } : null;
    case "table": return isOn ? { table: true } : null;
    case "trend": return isOn || value === "0" ? { trend: isOn } : null;
    case "share": return isOn ? { share: true } : null;
    case "change": return isOn ? { byChange: true } : null;
    case "slice": return value.length > KEY_CHARACTERS_MAX ? null : { slice: value };
    case "form": {
      const form = TREND_FORMS.find((known) => known === value);
      return form === undefined ? null : { form };
    }
    default: return value === OWN ? { window: null } : WINDOW.test(value) ? { window: value } : null;
  }
}

function put(query: URLSearchParams, name: string, value: string | null): void {
  if (value === null) query.delete(name);
  else query.set(name, value);
}
