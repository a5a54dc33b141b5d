// Decodes the figures above the panels: what they are, and what they are worth. An older
// host has none.
import type * as Host from "../wire.generated";
import { array, bool, nullable, number, raw, string, text } from "./fields";
import type { Headline, HeadlineChange, HeadlineValue, StaleFigure } from "./shapes";

/** More figures than this are no headlines; a host sends fewer. */
export const HEADLINES_MAX = 32;
/** Comparisons of one figure. */
const CHANGES_MAX = 8;
const STALE: readonly StaleFigure[] = ["lagging", "quarantined", "unreadable"];
const TO = ["previous", "1d", "7d", "1y"] as const;
const REASONS = ["not-yet", "no-history", "no-finer", "failed"] as const;

/** The figures, each id once. */
export function decodeHeadlines(value: unknown): readonly Headline[] {
  const found = new Map<string, Headline>();
  for (const headline of array(value).slice(0, HEADLINES_MAX).flatMap(decodeHeadline)) {
    if (!found.has(headline.id)) found.set(headline.id, headline);
  }
  return [...found.values()];
}

function decodeHeadline(value: unknown): Headline[] {
  const h = raw<Host.Headline>(value);
  const id = h && string(h["id"]);
  const metric = h && string(h["metric"]);
  if (h === null || id === null || metric === null) return [];
  return [{
    id, metric,
    title: text(h["title"], id),
    unit: nullable(h["unit"], string),
    view: string(h["view"]) ?? "",
    measure: string(h["measure"]) ?? "",
    key: nullable(h["key"], string),
    per: nullable(h["per"], string),
    window: string(h["window"]) ?? "",
    target: nullable(h["target"], number),
    giant: bool(h["giant"]),
    compare: array(h["compare"]).slice(0, CHANGES_MAX).flatMap((to) => string(to) ?? []),
  }];
}

/** The values by the ids of their figures; `null` means that the message has none. */
export function decodeFigures(value: unknown): ReadonlyMap<string, HeadlineValue> | null {
  if (value === undefined || value === null) return null;
  return new Map(array(value).slice(0, HEADLINES_MAX).flatMap((item) => {
    const v = raw<Host.HeadlineValue>(item);
    const id = v && string(v["id"]);
    if (v === null || id === null) return [];
    const figure: HeadlineValue = {
      id,
      value: nullable(v["value"], number),
      start: nullable(v["start"], number),
      end: nullable(v["end"], number),
      stale: STALE.find((known) => known === v["stale"]) ?? null,
      changes: array(v["changes"]).slice(0, CHANGES_MAX).flatMap(decodeChange),
    };
    return [[id, figure] as const];
  }));
}

/** A comparison that this page does not know is left out. */
function decodeChange(value: unknown): HeadlineChange[] {
  const c = raw<Host.HeadlineChange>(value);
  const to = TO.find((known) => known === c?.["to"]);
  if (c === null || to === undefined) return [];
  return [{
    to,
    now: nullable(c["now"], number),
    before: nullable(c["before"], number),
    until: nullable(c["until"], number),
    reason: REASONS.find((known) => known === c["reason"]) ?? null,
    hint: nullable(c["hint"], string),
  }];
}
