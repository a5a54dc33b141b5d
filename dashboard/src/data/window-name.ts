// Windows of time in the words of readers: today, yesterday, the last 7 days. Pure.
//
// A window is today where the host's clock says so. Where the events are of another time
// than the clock, as in a replay, the present window is the latest one and has its date.
import type { WindowWords } from "../i18n/window-zh";
import type { Span } from "../wire/windows";
import type { Context } from "./context";
import type { Format } from "./format";
import { hostTime } from "./page-state";
import { countOfName, CUMULATIVE, isPast, isSliding, kindOfName, spanText } from "./spans";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** Monday, 5 January 1970, from which whole days are counted. */
const FIRST_MONDAY_MS = 4 * DAY_MS;
/** So many weeks are said in days. */
const WEEKS_IN_DAYS_MAX = 8;
const UNITS_MS: Readonly<Record<string, number>> = {
  s: SECOND_MS, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS,
};

/** The length of the windows of a kind in milliseconds; `null` of all time and of an unknown kind. */
export function lengthOf(kind: string): number | null {
  const [, digits = "", unit = ""] = /^(\d{1,9})([smhd])(?:\/\d+[smhd])?$/u.exec(kind) ?? [];
  const length = Number(digits) * (UNITS_MS[unit] ?? 0);
  return length > 0 ? length : null;
}

/** The present window of a kind: today, this hour; the latest one where the events are of another time. */
export function presentName(kind: string, ctx: Context): string {
  const length = lengthOf(kind);
  const words = ctx.words.windows;
  if (kind === CUMULATIVE) return words.all;
  if (length === null) return kind;
  if (isSliding(kind)) return isNow(length, ctx) ? words.last(amountOf(length, words)) : words.latest(amountOf(length, words));
  return named(length, isNow(length, ctx) ? "now" : "latest", words);
}

/** So many windows of a kind up to the present one, put together: the last 7 days. */
export function lastWindowsName(kind: string, count: number, ctx: Context): string {
  const length = lengthOf(kind);
  const words = ctx.words.windows;
  if (length === null) return `${kind} × ${count}`;
  // Sliding windows overlap: from the first to the last they cover one length and the slides.
  const slide = isSliding(kind) ? lengthOf(kind.slice(kind.indexOf("/") + 1)) : null;
  const amount = amountOf(slide === null ? length * count : length + slide * (count - 1), words, length >= DAY_MS && slide === null);
  return isNow(length, ctx) ? words.last(amount) : words.latest(amount);
}

/** The choice of one past window of a kind. */
export function pastName(kind: string, ctx: Context): string {
  const length = lengthOf(kind);
  return length === null ? kind : named(length, "past", ctx.words.windows);
}

/** One window: today and yesterday by these words, others by their dates. */
export function spanName(span: Span, ctx: Context): string {
  const length = lengthOf(span.kind);
  const host = hostTime(ctx.state, ctx.now);
  const dates = spanText(span, ctx.format);
  if (length === null || host === null || isSliding(span.kind)) return dates;
  const ago = cellOf(length, host, ctx.format) - cellOf(length, span.startMs, ctx.format);
  if (ago !== 0 && ago !== 1) return dates;
  return named(length, ago === 0 ? "now" : "before", ctx.words.windows);
}

/** What a question or a link names: a kind, the last ones of a kind, or one window, whose `span` may be known. */
export function windowName(window: string, span: Span | null, ctx: Context): string {
  const kind = kindOfName(window);
  const count = countOfName(window);
  if (count !== null) return lastWindowsName(kind, count, ctx);
  if (!isPast(window)) return presentName(kind, ctx);
  return span === null ? pastName(kind, ctx) : spanName(span, ctx);
}

type Which = "now" | "before" | "latest" | "past";

function named(length: number, which: Which, words: WindowWords): string {
  const one = length === DAY_MS ? words.day : length === HOUR_MS ? words.hour : length === WEEK_MS ? words.week : null;
  return one === null ? words[which](amountOf(length, words)) : one[which];
}

/**
 * A length in the largest unit of which it is two or more. Days are of the calendar, so that
 * hours put together are never days; a few weeks are said in days.
 */
function amountOf(length: number, words: WindowWords, isOfDays = length % DAY_MS === 0): string {
  const isIn = (unit: number) => length % unit === 0 && length >= 2 * unit;
  const count = (unit: number) => String(length / unit);
  if (isOfDays) return isIn(WEEK_MS) && length > WEEKS_IN_DAYS_MAX * WEEK_MS ? words.weeks(count(WEEK_MS)) : words.days(count(DAY_MS));
  if (isIn(HOUR_MS)) return words.hours(count(HOUR_MS));
  return length % MINUTE_MS === 0 ? words.minutes(count(MINUTE_MS)) : words.seconds(count(SECOND_MS));
}

/** `true` where the newest event is in the window of the host's clock. */
function isNow(length: number, ctx: Context): boolean {
  const event = ctx.state.clock?.eventTime ?? null;
  const host = hostTime(ctx.state, ctx.now);
  return event !== null && host !== null && cellOf(length, host, ctx.format) === cellOf(length, event, ctx.format);
}

/** The number of a window in civil time: those that follow each other have numbers that do. */
function cellOf(length: number, time: number, format: Format): number {
  const civil = Date.parse(`${format.dateTime(time).replace(" ", "T")}Z`);
  return Math.floor((civil - (length >= DAY_MS ? FIRST_MONDAY_MS : 0)) / length);
}
