// Panels beside what they were before, asked for while a reader compares.
import type { Against } from "../data/link";
import { decodeCompared } from "../wire/decode-compared";
import type { Compared } from "../wire/shapes";
import { Asks, type AskEnv, type Asked } from "./asks";

const COMPARES_MAX = 100;
const PAUSE_MS = 2000;

export class Compares {
  readonly #asks: Asks<Compared>;

  constructor(env: AskEnv) {
    this.#asks = new Asks(env, COMPARES_MAX, PAUSE_MS);
  }

  /** Another run of the host may know other windows. */
  attend(epoch: string | null): void {
    this.#asks.attend(epoch);
  }

  /** A panel over a window beside the same earlier. `rev` is that of the stream; `null` keeps the known answer. `top` is the number of rows. */
  compared(panel: string, window: string, to: Against, rev: number | null, top: number | null = null): Asked<Compared> {
    const query = new URLSearchParams({ window, to, ...(top === null ? {} : { top: String(top) }) });
    return this.#asks.get(`${panel} ${query}`, rev, async (ask) =>
      decodeCompared(await ask(`api/v1/panels/${encodeURIComponent(panel)}/compare?${query}`)));
  }
}
