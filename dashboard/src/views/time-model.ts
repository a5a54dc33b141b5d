// The choice of a time for the whole page, decided: its options, and what it is held
// against. Pure.
import type { Context } from "../data/context";
import { AGAINST, type Against, type Link } from "../data/link";
import { hasTotals, kindsOf } from "../data/page-time";
import { CUMULATIVE, isSliding, LAST, lastName } from "../data/spans";
import { timeName } from "../data/time-name";
import { lastWindowsName, presentName } from "../data/window-name";

/** Marks the option that opens the timeline. */
export const LINE = "@";

export interface TimeOption {
  readonly value: string;
  readonly text: string;
}

export interface TimeModel {
  /** `false` means that no metric of the page has windows. */
  readonly isShown: boolean;
  readonly options: readonly TimeOption[];
  /** The value of the chosen option. */
  readonly chosen: string;
  readonly against: readonly TimeOption[];
  readonly againstChosen: string;
  /** Both in words, for a wall; empty where nothing is chosen. */
  readonly spoken: string;
}

export function timeModel({ time, against }: Pick<Link, "time" | "against">, ctx: Context): TimeModel {
  const panels = ctx.state.panels ?? [];
  const words = ctx.words.time;
  const kinds = kindsOf(panels);
  const options: TimeOption[] = [{ value: "", text: words.each }];
  if (hasTotals(panels)) options.push({ value: CUMULATIVE, text: presentName(CUMULATIVE, ctx) });
  for (const kind of kinds) {
    options.push({ value: kind, text: presentName(kind, ctx) });
    if (isSliding(kind)) continue;
    options.push(...LAST.map((count) => ({ value: lastName(kind, count), text: lastWindowsName(kind, count, ctx) })));
  }
  if (time !== null && !options.some(({ value }) => value === time)) options.push({ value: time, text: timeName(time, ctx) });
  options.push({ value: LINE, text: `${words.line}…` });
  return {
    isShown: kinds.length > 0,
    options, chosen: time ?? "",
    against: [{ value: "", text: words.againstNone }, ...AGAINST.map((to) => ({ value: to, text: words.to[to] }))],
    againstChosen: against ?? "",
    spoken: [time === null ? "" : timeName(time, ctx), against === null ? "" : `${words.against}: ${words.to[against]}`]
      .filter((text) => text !== "").join(" · "),
  };
}

export function againstOf(value: string): Against | null {
  return AGAINST.find((against) => against === value) ?? null;
}
