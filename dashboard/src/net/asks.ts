// Answers that are asked for when they are first wanted, and again while they may change,
// but not more often than a reader can follow.

export interface AskEnv {
  readonly ask: (path: string) => Promise<unknown>;
  readonly now: () => number;
  readonly later: (act: () => void, ms: number) => void;
  readonly changed: () => void;
}

export interface Asked<T> {
  readonly state: "loading" | "ok" | "missing";
  /** The last known answer, also while the next one is asked for. */
  readonly value: T | null;
}

interface Kept<T> {
  shown: Asked<T>;
  at: number;
  /** `true` while the answer is being asked for, or waits for the end of a pause. */
  busy: boolean;
  rev: number;
}

/** A host that did not answer is asked again after this pause. */
const RETRY_MS = 30_000;

export class Asks<T> {
  readonly #env: AskEnv;
  readonly #most: number;
  readonly #pause: number;
  readonly #kept = new Map<string, Kept<T>>();
  #epoch: string | null = null;

  /** At most `most` answers are kept; the same one is asked for every `pause` milliseconds at the most. */
  constructor(env: AskEnv, most: number, pause: number) {
    this.#env = env;
    this.#most = most;
    this.#pause = pause;
  }

  /** Another run of the host gives other answers. */
  attend(epoch: string | null): void {
    if (epoch !== this.#epoch) this.#kept.clear();
    this.#epoch = epoch;
  }

  /**
   * The answer by that name. `rev` is that of the figures that it follows; `null` keeps the
   * known answer. `fetch` asks; what it makes of an answer may be `null` where it is none.
   */
  get(name: string, rev: number | null, fetch: (ask: AskEnv["ask"]) => Promise<T | null>): Asked<T> {
    const kept = this.#kept.get(name) ?? this.#begin(name);
    if (kept.busy) return kept.shown;
    const isFirst = kept.shown.state === "loading";
    const since = this.#env.now() - kept.at;
    const isLost = kept.shown.state === "missing" && since > RETRY_MS;
    if (!isFirst && !isLost && (rev === null || rev === kept.rev)) return kept.shown;
    kept.busy = true;
    const wait = isFirst ? 0 : this.#pause - since;
    if (wait > 0) this.#env.later(() => { kept.busy = false; this.#env.changed(); }, wait);
    else void this.#fetch(kept, rev ?? kept.rev, fetch);
    return kept.shown;
  }

  async #fetch(kept: Kept<T>, rev: number, fetch: (ask: AskEnv["ask"]) => Promise<T | null>): Promise<void> {
    const value = await fetch(this.#env.ask).catch(() => null);
    kept.shown = value === null ? { ...kept.shown, state: "missing" } : { state: "ok", value };
    kept.busy = false;
    kept.rev = rev;
    kept.at = this.#env.now();
    this.#env.changed();
  }

  #begin(name: string): Kept<T> {
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size >= this.#most && oldest !== undefined) this.#kept.delete(oldest);
    const kept: Kept<T> = { shown: { state: "loading", value: null }, at: -Infinity, busy: false, rev: -1 };
    this.#kept.set(name, kept);
    return kept;
  }
}
