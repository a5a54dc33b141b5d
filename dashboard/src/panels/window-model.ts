// The windows of a panel: the answers so far, the windows that can be chosen, and the
// words of the line in the panel's head. Pure but for `readWindows`, which asks.
import type { Context } from "../data/context";
import { panelKind } from "../data/kinds";
import type { PanelChoice } from "../data/link";
import { endOf, fitOf } from "../data/page-time";
import { measureOf } from "../data/rows";
import {
  countOfName, CUMULATIVE, isPast, isSettled, isSliding, kindOfName, LAST, lastName, nameOf, spanText,
} from "../data/spans";
import { trendKind } from "../data/trend";
import { lastWindowsName, pastName, presentName } from "../data/window-name";
import type { Asked } from "../net/asks";
import type { Compares } from "../net/compares";
import type { Courses } from "../net/courses";
import type { WindowFrame, Windows, WindowTrend } from "../net/windows";
import type { Compared, Frame, Panel } from "../wire/shapes";
import { TREND_WINDOWS, type Finals, type Span } from "../wire/windows";

/** Marks the option of the past windows of a kind; the timeline chooses among them. */
const PAST = "@";
/** Marks the option of a time that the metric has no windows for. */
const LACKS = "lacks";
/** The host shows no more rows of a frame. */
const CELLS_MAX = 1000;
const NO_FINALS: Finals = new Map();

/** The answers of the host about the windows of a panel. */
export interface WindowAnswers {
  readonly finals: Finals;
  /** `true` once the host has told the final windows. */
  readonly isListed: boolean;
  /** The kind that the stream's frame is over, where the descriptor does not say it. */
  readonly ownKind: string | null;
  /** The chosen window; `null` means that none is chosen. */
  readonly frame: WindowFrame | null;
  /** The panel's own window with all of its cells, where one key of them is looked at; `null` means that it is not wanted. */
  readonly whole: WindowFrame | null;
  /** The last windows; `null` means that they are not wanted. */
  readonly trend: WindowTrend | null;
  /** The newest windows, of which one that is closed is held against what is shown; `null` means that they are not wanted. */
  readonly closed: WindowTrend | null;
  /** All windows of the chosen one's kind that are kept; `null` means that they are not known. */
  readonly kept: readonly Span[] | null;
  /** What is shown beside the same earlier, or why it cannot be; `null` means that nothing is compared. */
  readonly compared: Asked<Compared> | Incomparable | null;
}

/** Windows that have nothing before them. */
export type Incomparable = "all-time" | "sliding";

type WindowSource = Pick<Windows, "finals" | "isListed" | "ownKind" | "frame" | "trend" | "closed">;
/** What is asked for beyond the windows themselves. */
export interface PanelSources {
  readonly windows: WindowSource;
  readonly compares: Pick<Compares, "compared">;
  readonly courses: Pick<Courses, "course">;
}

/** Asks for all that a panel shows of windows. `frame` is that of the stream. */
export function readWindows(
  sources: PanelSources, panel: Panel, frame: Frame | undefined, choice: PanelChoice, ctx: Context,
): WindowAnswers {
  const source = sources.windows;
  const { id, metric, windows: kinds } = panel;
  const { window, lacks } = fitOf(panel, choice);
  const rev = ctx.pause === null ? frame?.rev ?? null : null;
  const isPlain = kinds.length > 0 && kinds.every((kind) => kind === CUMULATIVE);
  const finals = isPlain ? NO_FINALS : source.finals(metric, ctx.state.clock?.eventTime ?? null);
  const kind = trendKindOf(panel, window);
  // A past window and several together have no window before them.
  const isPresent = window === null || (!isPast(window) && countOfName(window) === null);
  const ranks = panelKind(panel) === "tiles" && isPresent && !choice.table && !choice.trend && choice.against === null;
  const trend = choice.trend && frame?.state !== "quarantined" ? kind : null;
  const isCompared = choice.against !== null && trend === null && lacks === null;
  // A cut frame may lack cells of the one key that is looked at.
  const top = panel.across !== null && choice.slice !== null ? CELLS_MAX : null;
  const frameOf = () => (window === null ? null : source.frame(id, window, rev, top));
  const compared = isCompared ? comparedOf(sources.compares, panel, window, frameOf, choice, [rev, top]) : null;
  // A comparison brings the frame that is shown.
  const hasFrame = compared !== null && typeof compared !== "string" && compared.value !== null && compared.value.now !== null && compared.value.before !== null;
  return {
    finals,
    isListed: source.isListed(metric),
    ownKind: kinds.length === 0 && finals.size > 0 ? source.ownKind(id) : null,
    frame: hasFrame ? null : frameOf(),
    whole: top === null || window !== null || hasFrame ? null : source.frame(id, kinds[0] ?? CUMULATIVE, rev, top),
    trend: trend === null ? null : source.trend(metric, trend, rev),
    closed: !ranks || kind === null ? null : source.closed(metric, kind, rev),
    kept: choice.isOwn && window !== null && isSettled(window) && trend === null ? keptOf(sources.courses, panel, kindOfName(window)) : null,
    compared,
  };
}

/** The windows that are kept, closed ones alone, for a panel with a timeline of its own. */
function keptOf(source: PanelSources["courses"], panel: Panel, kind: string): readonly Span[] | null {
  const steps = source.course(panel.metric, kind, measureOf(panel, 0).name, null).value;
  return steps === null || steps.length === 0 ? null : steps.filter(({ isOpen }) => !isOpen).map(({ span }) => span);
}

function comparedOf(
  source: PanelSources["compares"], panel: Panel, window: string | null, frameOf: () => WindowFrame | null, { against }: PanelChoice,
  [rev, top]: readonly [rev: number | null, top: number | null],
): WindowAnswers["compared"] {
  const name = window ?? panel.windows[0] ?? CUMULATIVE;
  const kind = kindOfName(name);
  if (kind === CUMULATIVE) return "all-time";
  if (isSliding(kind)) return "sliding";
  if (against === null) return null;
  if (countOfName(name) === null) return source.compared(panel.id, name, against, isSettled(name) ? 0 : rev, top);
  // The last windows together are compared by their dates, which the frame tells.
  const span = frameOf()?.span ?? null;
  return span === null ? { state: "loading", value: null }
    : source.compared(panel.id, `${kind}@${span.start}..${endOf(span)}`, against, rev, top);
}

/** The kind of windows of a panel's trend; `null` means that the panel has no trend. */
export function trendKindOf(panel: Panel, window: string | null): string | null {
  return trendKind(panel.windows, window === null ? null : kindOfName(window));
}

/**
 * The window that a panel shows; `null` means the panel's own. A link may
 * name a window that the metric never had, which is ignored.
 */
export function shownWindow(panel: Panel, window: string | null, answers: WindowAnswers): string | null {
  if (window === null) return null;
  const { finals, frame, isListed } = answers;
  const kind = kindOfName(window);
  const isUnknown = frame?.state === "missing" && frame.frame === null
    && !panel.windows.includes(kind) && !finals.has(kind) && (panel.windows.length > 0 || isListed);
  return isUnknown ? null : window;
}

export interface WindowOption {
  /** The name of a window, or a kind and `@` for the past windows. */
  readonly value: string;
  readonly text: string;
  /** The window that the option chooses; `null` means the panel's own. */
  readonly window: string | null;
}

export interface WindowRowModel {
  readonly isShown: boolean;
  readonly label: string;
  readonly options: readonly WindowOption[];
  /** The value of the chosen option. */
  readonly chosen: string;
  /** `false` means that the trend is shown. */
  readonly isOne: boolean;
  readonly trend: { readonly isShown: boolean; readonly isOn: boolean; readonly text: string };
  readonly text: string;
  readonly title: string | null;
  readonly isPast: boolean;
  /** The timeline of past windows; `at` is the place of the chosen one, below 0 of none. */
  readonly line: { readonly spans: readonly Span[]; readonly at: number; readonly text: string };
}

export interface WindowRowInput {
  readonly window: string | null;
  /** What the page asks for and the metric has no windows for, in words; `null` means that nothing is missing. */
  readonly lacks?: string | null;
  /** The window is the page's, where it is moved. */
  readonly isOfPage?: boolean;
  /** The comparison says of what time it is, which may be another than the window's. */
  readonly isCompared?: boolean;
  readonly kinds: readonly string[];
  readonly answers: WindowAnswers;
  /** `true` means that the trend is shown; `null` means that the panel has none. */
  readonly trend: boolean | null;
}

export function windowRowModel(input: WindowRowInput, ctx: Context): WindowRowModel {
  const { window, kinds, answers, trend } = input;
  const words = ctx.words.panels;
  const options = windowOptions(input, ctx);
  const isOne = trend !== true;
  const past = window !== null && isPast(window) && isOne ? window : null;
  const kind = window === null ? null : kindOfName(window);
  const spans = past === null || kind === null || input.isOfPage === true || !isSettled(past) ? [] : answers.kept ?? answers.finals.get(kind) ?? [];
  const at = spans.findIndex((each) => nameOf(each) === past);
  const span = spans[at] ?? (isOne ? answers.frame?.span ?? null : null);
  const dates = span === null ? "" : spanText(span, ctx.format);
  return {
    isShown: options.length > 1,
    label: words.window,
    options,
    chosen: typeof input.lacks === "string" ? LACKS : (window === null || kind === null ? "" : isSettled(window) ? kind + PAST : window),
    isOne,
    trend: { isShown: trend !== null, isOn: !isOne, text: words.trend },
    text: !isOne ? lastWindowsName(trendKind(kinds, kind) ?? "", TREND_WINDOWS, ctx)
      : input.isCompared === true ? "" : past === null ? dates : `◷ ${dates}`,
    title: past === null ? null : `${dates} · ${words.windowFinal}`,
    isPast: past !== null,
    line: { spans, at, text: dates },
  };
}

/** Each window that can be chosen, the panel's own first. */
export function windowOptions(
  { window, kinds, answers, lacks = null }: Pick<WindowRowInput, "window" | "kinds" | "answers" | "lacks">, ctx: Context,
): readonly WindowOption[] {
  const { finals } = answers;
  const own = kinds[0] ?? answers.ownKind ?? CUMULATIVE;
  const chosen = window === null ? null : kindOfName(window);
  const present = (kind: string) => presentName(kind, ctx);
  const last = (kind: string, count: number) => option(lastName(kind, count), lastWindowsName(kind, count, ctx));
  const options = [{ value: "", text: present(own), window: null as string | null }];
  if (lacks !== null) options.push({ value: LACKS, text: lacks, window: null });
  for (const kind of new Set([...kinds, ...finals.keys(), ...(chosen === null ? [] : [chosen])])) {
    if (kind !== own || window === kind) options.push(option(kind, present(kind)));
    if (kind === CUMULATIVE) continue;
    const counts: readonly number[] = isSliding(kind) || kinds.length === 0 ? [] : LAST;
    const count = kind === chosen && window !== null ? countOfName(window) : null;
    if (count !== null && !counts.includes(count)) options.push(last(kind, count));
    options.push(...counts.map((each) => last(kind, each)));
    const newest = finals.get(kind)?.at(-1);
    const isSpan = kind === chosen && window !== null && isPast(window) && !isSettled(window);
    if (isSpan) options.push(option(window, answers.frame?.span ? spanText(answers.frame.span, ctx.format) : pastName(kind, ctx)));
    const pastWindow = kind === chosen && window !== null && isSettled(window) ? window : null;
    if (finals.has(kind) || pastWindow !== null) {
      options.push({
        value: kind + PAST, text: pastName(kind, ctx),
        window: newest === undefined ? pastWindow : nameOf(newest),
      });
    }
  }
  return options;
}

function option(window: string, text: string): WindowOption {
  return { value: window, text, window };
}
