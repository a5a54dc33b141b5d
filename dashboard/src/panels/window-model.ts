// The windows of a panel: the answers so far, the windows that can be chosen, and the
// words of the line in the panel's head. Pure but for `readWindows`, which asks.
import type { Context } from "../data/context";
import { panelKind } from "../data/kinds";
import type { PanelChoice } from "../data/link";
import {
  countOfName, CUMULATIVE, isPast, isSliding, kindOfName, LAST, lastName, nameOf, spanText,
} from "../data/spans";
import { trendKind } from "../data/trend";
import type { WindowFrame, Windows, WindowTrend } from "../net/windows";
import type { Frame, Panel } from "../wire/shapes";
import { TREND_WINDOWS, type Finals, type Span } from "../wire/windows";

/** Marks the option of the past windows of a kind; the timeline chooses among them. */
const PAST = "@";
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
  /** The last windows; `null` means that they are not wanted. */
  readonly trend: WindowTrend | null;
  /** The newest windows, of which one that is closed is held against what is shown; `null` means that they are not wanted. */
  readonly closed: WindowTrend | null;
}

type WindowSource = Pick<Windows, "finals" | "isListed" | "ownKind" | "frame" | "trend" | "closed">;

/** Asks for all that a panel shows of windows. `frame` is that of the stream. */
export function readWindows(
  source: WindowSource, panel: Panel, frame: Frame | undefined, choice: PanelChoice, ctx: Context,
): WindowAnswers {
  const { id, metric, windows: kinds } = panel;
  const { window } = choice;
  const rev = ctx.pause === null ? frame?.rev ?? null : null;
  const isPlain = kinds.length > 0 && kinds.every((kind) => kind === CUMULATIVE);
  const finals = isPlain ? NO_FINALS : source.finals(metric, ctx.state.clock?.eventTime ?? null);
  const kind = trendKindOf(panel, window);
  // A past window and several together have no window before them.
  const isPresent = window === null || (!isPast(window) && countOfName(window) === null);
  const ranks = panelKind(panel) === "tiles" && isPresent && !choice.table && !choice.trend;
  const trend = choice.trend && frame?.state !== "quarantined" ? kind : null;
  return {
    finals,
    isListed: source.isListed(metric),
    ownKind: kinds.length === 0 && finals.size > 0 ? source.ownKind(id) : null,
    frame: window === null ? null : source.frame(id, window, rev),
    trend: trend === null ? null : source.trend(metric, trend, rev),
    closed: !ranks || kind === null ? null : source.closed(metric, kind, rev),
  };
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
  const spans = past === null || kind === null ? [] : answers.finals.get(kind) ?? [];
  const at = spans.findIndex((each) => nameOf(each) === past);
  const span = spans[at] ?? (isOne ? answers.frame?.span ?? null : null);
  const dates = span === null ? "" : spanText(span, ctx.format);
  return {
    isShown: options.length > 1,
    label: words.window,
    options,
    chosen: window === null || kind === null ? "" : isPast(window) ? kind + PAST : window,
    isOne,
    trend: { isShown: trend !== null, isOn: !isOne, text: words.trend },
    text: !isOne ? words.trendOf(trendKind(kinds, kind) ?? "", String(TREND_WINDOWS))
      : past === null ? dates : `◷ ${dates}`,
    title: past === null ? null : `${dates} · ${words.windowFinal}`,
    isPast: past !== null,
    line: { spans, at, text: dates },
  };
}

/** Each window that can be chosen, the panel's own first. */
export function windowOptions(
  { window, kinds, answers }: Pick<WindowRowInput, "window" | "kinds" | "answers">, ctx: Context,
): readonly WindowOption[] {
  const { finals } = answers;
  const words = ctx.words.panels;
  const own = kinds[0] ?? answers.ownKind ?? CUMULATIVE;
  const chosen = window === null ? null : kindOfName(window);
  const present = (kind: string) => (kind === CUMULATIVE ? words.windowAll : words.windowCurrent(kind));
  const last = (kind: string, count: number) => option(lastName(kind, count), words.windowLast(kind, String(count)));
  const options = [{ value: "", text: present(own), window: null as string | null }];
  for (const kind of new Set([...kinds, ...finals.keys(), ...(chosen === null ? [] : [chosen])])) {
    if (kind !== own || window === kind) options.push(option(kind, present(kind)));
    if (kind === CUMULATIVE) continue;
    const counts: readonly number[] = isSliding(kind) || kinds.length === 0 ? [] : LAST;
    const count = kind === chosen && window !== null ? countOfName(window) : null;
    if (count !== null && !counts.includes(count)) options.push(last(kind, count));
    options.push(...counts.map((each) => last(kind, each)));
    const newest = finals.get(kind)?.at(-1);
    const pastWindow = kind === chosen && window !== null && isPast(window) ? window : null;
    if (finals.has(kind) || pastWindow !== null) {
      options.push({
        value: kind + PAST, text: words.windowPast(kind),
        window: newest === undefined ? pastWindow : nameOf(newest),
      });
    }
  }
  return options;
}

function option(window: string, text: string): WindowOption {
  return { value: window, text, window };
}
