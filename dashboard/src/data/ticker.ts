// The line of sentences of single records: which sentences are shown, and when others take
// their place. Pure: time comes in with each question.
import type { TickerLine } from "../wire/shapes";
import { textEm } from "./text-room";

/** The sentences change no more often than this, however many come. */
export const TICKER_MS = 2500;
/** So many sentences are shown at most; a narrow line shows fewer. */
export const TICKER_SHOWN_MAX = 5;
/** Sentences that were not shown yet when newer ones came are left out. */
const WAITING_MAX = 2;

/** The room of a sentence besides its words, in multiples of the text size: the time and the gaps. */
const TIME_EM = 5;

/** How many of the sentences one line takes whole; the first one is shown in any case. */
export function fitting(sentences: readonly string[], lineEm: number): number {
  let room = lineEm;
  const first = sentences.findIndex((sentence) => {
    room -= textEm(sentence) + TIME_EM;
    return room < 0;
  });
  return first < 0 ? sentences.length : Math.max(1, first);
}

export class Ticker {
  #known: readonly TickerLine[] = [];
  #waiting: readonly TickerLine[] = [];
  #shown: readonly TickerLine[] = [];
  #changedAt = -Infinity;

  /** The sentences to show at a time, the newest first. `lines` has the newest last. */
  next(lines: readonly TickerLine[], now: number): readonly TickerLine[] {
    if (lines !== this.#known) this.#take(lines, now);
    const [first, ...later] = this.#waiting;
    if (first === undefined || now - this.#changedAt < TICKER_MS) return this.#shown;
    this.#waiting = later;
    this.#changedAt = now;
    this.#shown = [first, ...this.#shown].slice(0, TICKER_SHOWN_MAX);
    return this.#shown;
  }

  #take(lines: readonly TickerLine[], now: number): void {
    const isSequel = lines.some((line) => this.#known.includes(line));
    if (isSequel) {
      const added = lines.filter((line) => !this.#known.includes(line));
      this.#waiting = [...this.#waiting, ...added].slice(-WAITING_MAX);
    } else {
      // Those of a snapshot are shown at once.
      this.#waiting = [];
      this.#shown = [...lines].reverse().slice(0, TICKER_SHOWN_MAX);
      this.#changedAt = now;
    }
    this.#known = lines;
  }
}
