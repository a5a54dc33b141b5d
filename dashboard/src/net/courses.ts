// The course of a metric over all windows that are kept, for a timeline of them.
import { array, number, record, string } from "../wire/fields";
import { decodeSpan, type Span } from "../wire/windows";
import { Asks, type AskEnv, type Asked } from "./asks";

export interface Step {
  readonly span: Span;
  /** The sum over all rows, late ones too. */
  readonly value: number;
  /** An open window may still change by records that are on time. */
  readonly isOpen: boolean;
}

/** A year in minutes is more than a timeline can show, and than the host tells at once: the newest are shown. */
export const STEPS_MAX = 10_000;
/** Answers that continue each other. */
const PAGES_MAX = 12;
const COURSES_MAX = 16;
const PAUSE_MS = 30_000;

export class Courses {
  readonly #asks: Asks<readonly Step[]>;

  constructor(env: AskEnv) {
    this.#asks = new Asks(env, COURSES_MAX, PAUSE_MS);
  }

  /** Another run of the host may know other windows. */
  attend(epoch: string | null): void {
    this.#asks.attend(epoch);
  }

  /** All windows of a kind in the order of time, each with the sum of a measure: the largest row and the rest. */
  course(metric: string, kind: string, measure: string, rev: number | null): Asked<readonly Step[]> {
    return this.#asks.get(`${metric} ${kind} ${measure}`, rev, async (ask) => {
      const steps: Step[] = [];
      const query = new URLSearchParams({ metric, window: kind, open: "true", top: "1", last: String(STEPS_MAX) });
      for (let page = 0; page < PAGES_MAX; page += 1) {
        const answer = record(await ask(`api/v1/history?${query}`));
        steps.push(...array(answer?.["windows"]).flatMap((item) => stepOf(item, kind, measure)));
        const next = string(answer?.["next"]);
        if (next === null) break;
        query.set("next", next);
      }
      return steps.sort((a, b) => a.span.startMs - b.span.startMs).slice(-STEPS_MAX);
    });
  }
}

export function stepOf(item: unknown, kind: string, measure: string): Step[] {
  const window = record(item);
  const span = decodeSpan(window?.["window"]);
  if (span === null || span.kind !== kind) return [];
  const rest = record(record(window?.["other"])?.["total"]);
  const value = [...array(window?.["total"]), rest].reduce<number>((sum, row) => sum + (number(record(row)?.[measure]) ?? 0), 0);
  return [{ span, value, isOpen: record(window?.["window"])?.["state"] === "open" }];
}
