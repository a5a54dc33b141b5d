// The time of the whole page: what can be chosen, and what a panel makes of it. Pure.
//
// A panel whose metric lacks the windows that the page asks for says so: it never shows
// another time than the reader believes to see.
import type { Panel } from "../wire/shapes";
import type { Span } from "../wire/windows";
import type { PanelChoice } from "./link";
import { CUMULATIVE, isSliding, kindOfName } from "./spans";
import { lengthOf } from "./window-name";

/** A page offers no more kinds than this; further ones are the panels' own. */
const KINDS_MAX = 8;
/** The host puts together no more windows than this. */
export const TOGETHER_MAX = 1000;

/** What a panel shows of the chosen window. */
export interface Fit {
  /** The window to ask for; `null` means the frame of the stream. */
  readonly window: string | null;
  /** The kind that the page asks for and the metric does not have; `null` means that nothing is missing. */
  readonly lacks: string | null;
}

/** The kinds of windows that the panels of a page have, in their order. */
export function kindsOf(panels: readonly Panel[]): readonly string[] {
  const kinds = new Set(panels.flatMap(({ windows }) => windows).filter((kind) => kind !== CUMULATIVE));
  return [...kinds].slice(0, KINDS_MAX);
}

/** `true` where a panel shows results over all time. */
export function hasTotals(panels: readonly Panel[]): boolean {
  return panels.some(({ windows }) => windows.length === 0 || windows.includes(CUMULATIVE));
}

export function fitOf({ windows }: Panel, { window, isOwn }: PanelChoice): Fit {
  if (window === null) return { window: null, lacks: null };
  const kind = kindOfName(window);
  // The stream brings the present window of the first kind, and all of what has no kinds.
  if (window === windows[0] || (windows.length === 0 && window === CUMULATIVE)) return { window: null, lacks: null };
  const isKnown = windows.length === 0 || windows.includes(kind);
  if (isKnown || isOwn) return { window, lacks: null };
  const finer = inFiner(window, windows);
  return finer === null ? { window: null, lacks: kind } : { window: finer, lacks: null };
}

/** The same span in smaller windows of which whole ones make it; `null` where the metric has none. */
function inFiner(window: string, kinds: readonly string[]): string | null {
  const edges = edgesOf(window);
  const length = lengthOf(kindOfName(window));
  if (edges === null || edges.end === null || length === null) return null;
  const span = Date.parse(edges.end) - Date.parse(edges.start);
  const finer = kinds.find((kind) => {
    const own = isSliding(kind) ? null : lengthOf(kind);
    return own !== null && own < length && length % own === 0 && span / own <= TOGETHER_MAX;
  });
  return finer === undefined ? null : `${finer}@${edges.start}..${edges.end}`;
}

/** The line of pipeline.toml that gives a metric windows of a kind beside those that it has. */
export function lineFor({ windows }: Panel, kind: string): string {
  const all = [...(windows.length === 0 ? [CUMULATIVE] : windows), kind];
  return `windows = [${all.map((each) => `"${each}"`).join(", ")}]`;
}

/** The time of a page on which windows can be held against earlier ones: what is shown, or else the first kind. */
export function comparable(time: string | null, panels: readonly Panel[]): string | null {
  const isAllTime = time === CUMULATIVE || (time === null && panels.every(({ windows }) => (windows[0] ?? CUMULATIVE) === CUMULATIVE));
  return isAllTime ? kindsOf(panels)[0] ?? time : time;
}

/** The panel of which the course over all that is kept is drawn: the one with the fewest keys whose values add up. */
export function coursePanel(panels: readonly Panel[], kind: string): Panel | null {
  const able = panels.filter(({ windows, measures }) => windows.includes(kind) && measures.some(({ additive }) => additive));
  const keys = ({ dimension, across }: Panel) => (dimension === null ? 1 : Math.max(1, dimension.labels.length || 1000) * (across === null ? 1 : 100));
  return [...able].sort((a, b) => keys(a) - keys(b))[0] ?? null;
}

/** The name of all windows from one to another; of one window by itself where both are the same. */
export function spansName(first: Span, last: Span): string {
  return first.startMs === last.startMs ? `${first.kind}@${first.start}` : `${first.kind}@${first.start}..${endOf(last)}`;
}

/** The end of a window, written with the offset of its start. */
export function endOf(span: Span): string {
  const offset = /(?:Z|[+-]\d\d:\d\d)$/u.exec(span.start)?.[0] ?? "Z";
  const [, sign = "+", hours = "0", minutes = "0"] = /([+-])(\d\d):(\d\d)/u.exec(offset) ?? [];
  const shift = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return `${new Date(span.endMs + shift).toISOString().slice(0, 19)}${offset}`;
}

/** The first and the last start that a name of several windows has; `null` means that it is no such name. */
export function edgesOf(window: string): { readonly start: string; readonly end: string | null } | null {
  const found = /@(.+?)(?:\.\.(.+))?$/u.exec(window);
  return found === null ? null : { start: found[1] ?? "", end: found[2] ?? null };
}

/** The windows of a list that a name chooses, by their places; `null` means that it chooses none of them. */
export function placesOf(window: string | null, spans: readonly Span[]): readonly [first: number, last: number] | null {
  const edges = window === null ? null : edgesOf(window);
  if (edges === null) return null;
  const start = Date.parse(edges.start);
  const first = spans.findIndex(({ startMs, endMs }) => (edges.end === null ? startMs === start : endMs > start));
  if (first < 0) return null;
  if (edges.end === null) return [first, first];
  const end = Date.parse(edges.end);
  const last = spans.reduce((at, { startMs }, i) => (startMs < end ? i : at), -1);
  return last < first ? null : [first, last];
}
