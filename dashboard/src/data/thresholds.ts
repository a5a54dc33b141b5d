// The values from which a figure is worth a warning, and what is said of a figure beyond
// one: always by icon and word, and never by colour alone. Pure.
import type { Words } from "../i18n/words";
import type { Measure, Panel, Scope, Threshold } from "../wire/shapes";
import { joined, type Format } from "./format";
import type { Row } from "./rows";
import { CUMULATIVE, isOfSeveral, isSettled, kindOfName } from "./spans";

export type Level = Threshold["level"];

/** The icons in texts, where no others can stand. */
export const LEVEL_MARKS: Readonly<Record<Level, string>> = { warn: "⚠", bad: "✖" };
/** Rows beyond a threshold that are named; the others are counted. */
const NAMED_MAX = 3;

/**
 * The thresholds of a measure over a window; of a panel's own window `window` is `null`. Those of
 * one kind of windows say nothing of several such windows put together.
 */
export function thresholdsOf(panel: Panel, measure: Measure, scope: Scope, window: string | null): readonly Threshold[] {
  // A threshold is for all that was counted.
  if (scope !== "total" || panel.thresholds.length === 0) return [];
  const shown = window ?? panel.windows[0] ?? null;
  const kind = shown === null || isOfSeveral(shown) ? null : kindOfName(shown);
  return panel.thresholds.filter((threshold) =>
    threshold.measure === measure.name && (threshold.window === null || threshold.window === kind));
}

/** `true` where the shown figures are of a time that is not over; of the total `false`. */
export function isGrowing(panel: Panel, window: string | null): boolean {
  if (window === null) return (panel.windows[0] ?? CUMULATIVE) !== CUMULATIVE;
  return kindOfName(window) !== CUMULATIVE && !isSettled(window);
}

/** Those that say something already: a figure that still grows is not yet too low. */
export function judging(thresholds: readonly Threshold[], isStillGrowing: boolean): readonly Threshold[] {
  return isStillGrowing ? thresholds.filter(({ side }) => side === "above") : thresholds;
}

/** The gravest threshold that a value is beyond; of equally grave ones the first. */
export function beyond(thresholds: readonly Threshold[], key: string, value: number | null): Threshold | null {
  if (value === null) return null;
  const passed = thresholds.filter((threshold) => (threshold.key === null || threshold.key === key)
    && (threshold.side === "above" ? value > threshold.value : value < threshold.value));
  return passed.find(({ level }) => level === "bad") ?? passed[0] ?? null;
}

/** The rows with the thresholds that they are beyond; the rest of a cut list is beyond none. */
export function judged(rows: readonly Row[], thresholds: readonly Threshold[]): readonly Row[] {
  if (thresholds.length === 0) return rows;
  return rows.map((row) => {
    const found = row.color === null ? null : beyond(thresholds, row.key, row.value);
    return found === null ? row : { ...row, beyond: found };
  });
}

/** The thresholds of all rows, each value once: lines through a chart. */
export function limitsOf(thresholds: readonly Threshold[]): readonly Threshold[] {
  const seen = new Map<string, Threshold>();
  for (const threshold of thresholds) {
    if (threshold.key === null && !seen.has(String(threshold.value))) seen.set(String(threshold.value), threshold);
  }
  return [...seen.values()];
}

/** The mark of a figure beyond a threshold, with a space behind it; empty where the figure is not. */
export function markOf({ beyond: passed }: Pick<Row, "beyond">): string {
  return passed === undefined ? "" : `${LEVEL_MARKS[passed.level]} `;
}

/** What is said of a figure: ⚠ low; empty where there is nothing to say. */
export function verdictOf({ beyond: passed }: Pick<Row, "beyond">, { threshold }: Words): string {
  return passed === undefined ? "" : `${LEVEL_MARKS[passed.level]} ${threshold.word[passed.level][passed.side]}`;
}

/** The same with the threshold itself. */
export function verdictWhole(row: Pick<Row, "beyond">, format: Format, words: Words): string {
  const { beyond: passed } = row;
  if (passed === undefined) return "";
  return `${verdictOf(row, words)} (${words.threshold.limit[passed.side](format.full(passed.value))})`;
}

export interface Strip {
  readonly level: Level;
  readonly text: string;
}

/** The line of a panel with rows beyond a threshold, the gravest first; `null` where there are none. Rows of a dimension are named. */
export function stripOf(rows: readonly Row[], isNamed: boolean, format: Format, words: Words): Strip | null {
  const passed = rows.filter((row) => row.beyond !== undefined)
    .sort((a, b) => Number(b.beyond?.level === "bad") - Number(a.beyond?.level === "bad"));
  const [gravest] = passed;
  if (gravest?.beyond === undefined) return null;
  const named = passed.slice(0, NAMED_MAX).map((row) =>
    [isNamed ? joined(row.label, row.second?.label ?? "") : "", format.compact(row.value), verdictWhole(row, format, words)]
      .filter((part) => part !== "").join(" "));
  const more = passed.length > NAMED_MAX ? words.threshold.more(String(passed.length - NAMED_MAX)) : "";
  return { level: gravest.beyond.level, text: joined(...named, more) };
}
