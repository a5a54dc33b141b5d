// The reports that the operator's section asks for over plain HTTP: lateness, dead
// letters, the latest events, the last checkpoints.
//
// Reports are asked for only while somebody looks: the caller says so with each tick.
// Each question waits for the answer to the one before it, and a host that does not
// know a path is asked rarely.
import { decodeCheckpoints, decodeLateness, decodeSamples } from "../wire/decode-reports";
import type { Checkpoints, Lateness, Samples } from "../wire/shapes";
import type { Answer } from "./ask";

export interface Report<T> {
  /** The last answer, also after a failure. */
  readonly value: T | null;
  /** The reason why there is no newer answer; `error` is in the host's words, `null` means that no host answered. */
  readonly fault: { readonly error: string | null } | null;
}

export interface ReportValues {
  readonly lateness: Report<Lateness>;
  readonly deadLetters: Report<Samples>;
  readonly events: Report<Samples>;
  readonly checkpoints: Report<Checkpoints>;
}

const NONE = { value: null, fault: null } as const;
export const NO_REPORTS: ReportValues = { lateness: NONE, deadLetters: NONE, events: NONE, checkpoints: NONE };

const PERIODS_MS = { lateness: 2000, deadLetters: 2000, events: 1000, checkpoints: 2000 } as const;
/** The pause after a refusal, such as that of a host that does not know the path. */
const REFUSED_MS = 30_000;
const FAILED_MS = 5000;

type Name = keyof ReportValues;

const QUESTIONS: { readonly [N in Name]: {
  readonly path: string;
  readonly decode: (value: unknown) => ReportValues[N]["value"];
} } = {
  lateness: { path: "api/v1/lateness", decode: decodeLateness },
  deadLetters: { path: "api/v1/dead-letters", decode: decodeSamples },
  events: { path: "api/v1/events", decode: decodeSamples },
  checkpoints: { path: "api/v1/checkpoints", decode: decodeCheckpoints },
};

export interface ReportsEnv {
  readonly ask: (path: string) => Promise<Answer>;
  readonly now: () => number;
  readonly changed: () => void;
}

export class Reports {
  readonly #env: ReportsEnv;
  readonly #due = new Map<Name, number>();
  #values: ReportValues = NO_REPORTS;
  #epoch: string | null = null;

  constructor(env: ReportsEnv) {
    this.#env = env;
  }

  get values(): ReportValues {
    return this.#values;
  }

  /** Asks for all that is due; to be called again and again while somebody looks. */
  tick(epoch: string | null): void {
    if (epoch !== this.#epoch) {
      this.#epoch = epoch;
      this.#values = NO_REPORTS;
      this.#due.clear();
    }
    for (const name of ["lateness", "deadLetters", "events", "checkpoints"] as const) {
      if ((this.#due.get(name) ?? 0) <= this.#env.now()) void this.#ask(name, epoch);
    }
  }

  async #ask<N extends Name>(name: N, epoch: string | null): Promise<void> {
    this.#due.set(name, Infinity);
    const { path, decode } = QUESTIONS[name];
    const answer = await this.#env.ask(path);
    if (epoch !== this.#epoch) return;
    const value = answer.kind === "ok" ? decode(answer.value) : null;
    const pause = value !== null ? PERIODS_MS[name] : answer.kind === "failed" ? FAILED_MS : REFUSED_MS;
    this.#due.set(name, this.#env.now() + pause);
    const report = value === null
      ? { ...this.#values[name], fault: { error: answer.kind === "refused" ? answer.error : null } }
      : { value, fault: null };
    this.#values = { ...this.#values, [name]: report };
    this.#env.changed();
  }
}
