// Decodes what the pipeline file says of the page beyond its panels: looks, thresholds,
// places of tiles and sentences of records. An older host has none of them.
import type * as Host from "../wire.generated";
import { array, integer, nullable, number, raw, string, text } from "./fields";
import type { Layout, LayoutUnit, Look, Threshold, TickerFields, TickerLine } from "./shapes";

/** Thresholds of one panel; a host sends fewer. */
export const THRESHOLDS_MAX = 64;
export const LAYOUTS_MAX = 32;
export const LAYOUT_UNITS_MAX = 500;
/** Other keys of one tile. */
const ALIASES_MAX = 64;
/** Sentences of one message. */
export const TICKER_MAX = 8;
const LEVELS = ["warn", "bad"] as const;
const SIDES = ["above", "below"] as const;
/** A path on this host: no other host, no folder above, no quotes for a style to end at. */
const LOGO = /^[a-z][a-z0-9._-]*(?:\?[a-z0-9=._-]*)?$/i;
const COLOUR = /^#[0-9a-f]{6}$/i;

/** Looks that are none count as not given. */
export function decodeLook(value: unknown): Look {
  const l = raw<Host.Look>(value);
  const [logo, accent] = [string(l?.["logo"]), string(l?.["accent"])];
  return {
    logo: logo !== null && LOGO.test(logo) ? logo : null,
    accent: accent !== null && COLOUR.test(accent) ? accent : null,
  };
}

export function decodeThresholds(value: unknown): readonly Threshold[] {
  return array(value).slice(0, THRESHOLDS_MAX).flatMap((item): Threshold[] => {
    const t = raw<Host.Threshold>(item);
    const measure = t && string(t["measure"]);
    const limit = t && number(t["value"]);
    const level = LEVELS.find((known) => known === t?.["level"]);
    const side = SIDES.find((known) => known === t?.["side"]);
    if (t === null || measure === null || limit === null || !level || !side) return [];
    const [key, window] = [nullable(t["key"], string), nullable(t["window"], string)];
    return [{ measure, key, window, level, side, value: limit }];
  });
}

/** The layouts, each name once. */
export function decodeLayouts(value: unknown): readonly Layout[] {
  const found = new Map<string, Layout>();
  for (const item of array(value).slice(0, LAYOUTS_MAX)) {
    const l = raw<Host.Layout>(item);
    const name = l && string(l["name"]);
    if (l === null || name === null || found.has(name)) continue;
    const units = array(l["units"]).slice(0, LAYOUT_UNITS_MAX).flatMap(decodeUnit);
    found.set(name, { name, units });
  }
  return [...found.values()];
}

function decodeUnit(value: unknown): LayoutUnit[] {
  const u = raw<Host.LayoutUnit>(value);
  const key = u && string(u["key"]);
  const [row, column] = [u && integer(u["row"]), u && integer(u["column"])];
  if (u === null || key === null || row === null || column === null) return [];
  const aliases = array(u["aliases"]).slice(0, ALIASES_MAX).flatMap((alias) => string(alias) ?? []);
  return [{ key, row, column, aliases, text: text(u["text"], key) }];
}

export function decodeTickerFields(value: unknown): TickerFields | null {
  const t = raw<Host.TickerFields>(value);
  return t && { fields: array(t["fields"]).flatMap((name) => string(name) ?? []) };
}

/** The newest sentences of a message. */
export function decodeTicker(value: unknown): readonly TickerLine[] {
  return array(value).slice(-TICKER_MAX).flatMap((item) => {
    const l = raw<Host.TickerLine>(item);
    const at = l && number(l["at"]);
    if (l === null || at === null) return [];
    const sentence = text(l["text"], "");
    return sentence.zh === "" ? [] : [{ at, text: sentence }];
  });
}
