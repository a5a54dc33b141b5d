// The timeline over all windows of a kind that are kept, decided: its bars, the chosen
// span, and where the ends of a span go. Pure.
import type { Context } from "../data/context";
import { placesOf, spansName, TOGETHER_MAX } from "../data/page-time";
import { kindOfName, spanText } from "../data/spans";
import { lengthOf } from "../data/window-name";
import { STEPS_MAX, type Step } from "../net/courses";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export type Places = readonly [first: number, last: number];

export interface TimelineModel {
  readonly steps: readonly Step[];
  /** `null` means that the chosen time is no span of these windows. */
  readonly places: Places | null;
  readonly title: string;
  /** The chosen span; empty where there is none. */
  readonly text: string;
  /** Why there is nothing to choose from; empty where there is. */
  readonly note: string;
}

export interface TimelineInput {
  readonly kind: string;
  readonly steps: readonly Step[] | null;
  readonly isLoading: boolean;
  readonly time: string | null;
}

export function timelineModel({ kind, steps, isLoading, time }: TimelineInput, ctx: Context): TimelineModel {
  const words = ctx.words.time;
  const known = steps ?? [];
  const places = time !== null && kindOfName(time) === kind ? placesOf(time, known.map(({ span }) => span)) : null;
  return {
    steps: known, places,
    title: `${known.length < STEPS_MAX ? words.lineTitle(kindTitle(kind, ctx))
      : words.lineNewest(kindTitle(kind, ctx), ctx.format.full(STEPS_MAX))} · ${words.lineScale}`,
    text: places === null ? "" : placesText(known, places, ctx),
    note: known.length > 0 ? "" : isLoading ? words.loading : words.none,
  };
}

/** The step of a timeline in words: by day. */
export function kindTitle(kind: string, { words: { time: { steps } } }: Context): string {
  const known: Readonly<Record<number, string>> = { [DAY_MS]: steps.day, [HOUR_MS]: steps.hour, [7 * DAY_MS]: steps.week };
  return known[lengthOf(kind) ?? 0] ?? kind;
}

/** The windows from one place to another: their dates and their number. */
export function placesText(steps: readonly Step[], [first, last]: Places, ctx: Context): string {
  const [a, b] = [steps[first]?.span, steps[last]?.span];
  if (a === undefined || b === undefined) return "";
  return ctx.words.time.span(spanText({ ...a, endMs: b.endMs }, ctx.format), ctx.format.full(last - first + 1));
}

/** The name of the span between two places in whatever order, of so many windows as can be put together. */
export function nameOfPlaces(steps: readonly Step[], one: number, other: number): string | null {
  const [first, last] = bounded(one, other, steps.length);
  const [a, b] = [steps[first]?.span, steps[last]?.span];
  return a === undefined || b === undefined ? null : spansName(a, b);
}

/** Two places in order, within the list, no further apart than can be put together: the second place moves. */
export function bounded(one: number, other: number, count: number): Places {
  const within = (place: number) => Math.max(0, Math.min(count - 1, place));
  const fixed = within(one);
  const moved = Math.max(fixed - TOGETHER_MAX + 1, Math.min(fixed + TOGETHER_MAX - 1, within(other)));
  return [Math.min(fixed, moved), Math.max(fixed, moved)];
}

export type End = "first" | "last";

/** Where a key takes a span; `null` means that the key does nothing here. `whole` moves both ends. */
export function moved(
  key: string, end: End, whole: boolean, [first, last]: Places, count: number,
): Places | null {
  const page = Math.max(2, Math.round(count / 10));
  const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -page, PageUp: page, Home: -count, End: count }[key];
  if (by === undefined) return null;
  if (whole) {
    const shift = Math.max(-first, Math.min(count - 1 - last, by));
    return [first + shift, last + shift];
  }
  // An end that meets the other one stops there.
  return end === "first" ? bounded(last, Math.min(last, first + by), count) : bounded(first, Math.max(first, last + by), count);
}
