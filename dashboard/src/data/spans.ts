// Windows by name, as questions and links name them, and by their dates, as
// readers see them. Pure.
import type { Span } from "../wire/windows";
import type { Format } from "./format";

/** The host's name for results over all time, among the kinds of windows. */
export const CUMULATIVE = "cumulative";
/** Numbers of windows up to the present one that can be put together. */
export const LAST = [3, 7, 30] as const;

/** The name of one window in questions and links. */
export function nameOf(span: Span): string {
  return `${span.kind}@${span.start}`;
}

export function kindOfName(window: string): string {
  return window.split(/[@*]/u, 1)[0] ?? window;
}

/** The name of the last windows of a kind up to the present one, put together. */
export function lastName(kind: string, count: number): string {
  return `${kind}*${count}`;
}

/** The number of windows that a name puts together; `null` means that the name is of one window. */
export function countOfName(window: string): number | null {
  const found = /\*(\d+)$/u.exec(window);
  return found === null ? null : Number(found[1]);
}

/** `true` of a name that puts windows together, the last ones or those of a span. */
export function isOfSeveral(window: string): boolean {
  return countOfName(window) !== null || window.includes("..");
}

/** Sliding windows overlap, so a sum over several of them says nothing. */
export function isSliding(kind: string): boolean {
  return kind.includes("/");
}

export function isPast(window: string): boolean {
  return window.includes("@");
}

/** `true` of one past window, which never changes; several together may reach the present. */
export function isSettled(window: string): boolean {
  return isPast(window) && !isOfSeveral(window);
}

/** A day by its date alone, other windows by both ends; no more digits than needed. */
export function spanText(span: Span, format: Format): string {
  const [start, end] = [format.dateTime(span.startMs), format.dateTime(span.endMs)];
  const midnight = " 00:00:00";
  if (start.endsWith(midnight) && end.endsWith(midnight)) {
    const lastDay = format.date(span.endMs - 1);
    const first = start.slice(0, -midnight.length);
    return first === lastDay ? first : `${first} – ${lastDay}`;
  }
  const short = (text: string) => text.replace(/:00$/u, "");
  const sameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${short(start)} – ${short(sameDay ? end.slice(11) : end)}`;
}
