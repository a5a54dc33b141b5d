// The row of one key of a panel, asked for where a frame is cut before it.
import { decodeFrame } from "../wire/decode";
import type { Frame } from "../wire/shapes";
import type { WindowsEnv } from "./windows";

const ROWS_MAX = 64;
const REFRESH_MS_MIN = 5000;

interface Kept {
  frame: Frame | null;
  rev: number | null;
  at: number;
  busy: boolean;
}

export class KeyRows {
  readonly #env: WindowsEnv;
  readonly #rows = new Map<string, Kept>();
  #epoch: string | null = null;

  constructor(env: WindowsEnv) {
    this.#env = env;
  }

  /** Another run of the host may count otherwise. */
  attend(epoch: string | null): void {
    if (epoch !== this.#epoch) this.#rows.clear();
    this.#epoch = epoch;
  }

  /**
   * The last known frame with that key alone; `null` before the first answer. `window` is as in
   * questions, `null` the panel's own; `rev` is the stream's, and `null` keeps the known answer.
   */
  frame(panel: string, window: string | null, key: string, rev: number | null): Frame | null {
    const query = new URLSearchParams({ key, ...(window === null ? {} : { window }) });
    const path = `api/v1/panels/${encodeURIComponent(panel)}/data?${query}`;
    const kept: Kept = this.#rows.get(path) ?? { frame: null, rev: null, at: -Infinity, busy: false };
    const oldest = this.#rows.keys().next().value;
    if (!this.#rows.has(path) && this.#rows.size >= ROWS_MAX && oldest !== undefined) this.#rows.delete(oldest);
    this.#rows.set(path, kept);
    const isOld = kept.at === -Infinity || (rev !== null && rev !== kept.rev);
    if (kept.busy || !isOld || this.#env.now() - kept.at < REFRESH_MS_MIN) return kept.frame;
    kept.busy = true;
    void this.#ask(kept, path, rev);
    return kept.frame;
  }

  async #ask(kept: Kept, path: string, rev: number | null): Promise<void> {
    try {
      kept.frame = decodeFrame(await this.#env.ask(path));
    } catch {
      // The known row stays; the next update asks again.
    }
    kept.rev = rev;
    kept.at = this.#env.now();
    kept.busy = false;
    this.#env.changed();
    // A row that changed meanwhile is asked for once the pause is over.
    this.#env.later(this.#env.changed, REFRESH_MS_MIN);
  }
}
