// The windows of metrics beyond what the stream carries: which final ones there
// are, and what a panel shows over one of them.
//
// The stream holds one frame a panel. All others are asked for when a reader
// wants them: a final window once, because it never changes; a present one
// again after updates, but not more often than a reader can follow.
import { isPast } from "../data/spans";
import { decodeFrame } from "../wire/decode";
import { record } from "../wire/fields";
import type { Frame } from "../wire/shapes";
import {
  decodeFinals, decodeSpan, decodeTrend, TREND_WINDOWS, type Finals, type Span, type TrendWindow,
} from "../wire/windows";

export interface WindowFrame {
  readonly state: "loading" | "ok" | "missing";
  /** The last one known, also while the next one is loading. */
  readonly frame: Frame | null;
  readonly span: Span | null;
}

/** A metric over its last windows. */
export interface WindowTrend {
  readonly state: "loading" | "ok" | "missing";
  readonly windows: readonly TrendWindow[];
}

const TREND_MS_MIN = 5000;
const FRAMES_MAX = 200;
const REFRESH_MS_MIN = 2000;
const LIST_MS_MIN = 30_000;
/** Up to this the pause grows while there are none, as for most metrics ever. */
const LIST_MS_MAX = 600_000;
const DAY_MS = 86_400_000;
/** How far back is looked, until something is found: short windows are many. */
const REACHES_MS = [2 * DAY_MS, 40 * DAY_MS, 10_000 * DAY_MS] as const;

interface Listed {
  finals: Finals;
  at: number;
  pause: number;
  busy: boolean;
  loaded: boolean;
}

/** What was answered last, and when. */
interface Kept<Shown> {
  shown: Shown;
  at: number;
  /** It is being asked for, or will be when its pause is over. */
  busy: boolean;
  /** The revision of the stream's frame for which it was asked. */
  rev: number;
}

export interface WindowsEnv {
  readonly ask: (path: string) => Promise<unknown>;
  readonly now: () => number;
  readonly later: (act: () => void, ms: number) => void;
  readonly changed: () => void;
}

export class Windows {
  readonly #env: WindowsEnv;
  readonly #lists = new Map<string, Listed>();
  readonly #frames = new Map<string, Kept<WindowFrame>>();
  readonly #trends = new Map<string, Kept<WindowTrend>>();
  readonly #ownKinds = new Map<string, string | null>();
  #epoch: string | null = null;

  constructor(env: WindowsEnv) {
    this.#env = env;
  }

  /** Another run of the host may know other windows. */
  attend(epoch: string | null): void {
    if (epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#lists.clear();
    this.#frames.clear();
    this.#trends.clear();
    this.#ownKinds.clear();
  }

  /** The final windows of a metric as far as known; asks for them now and then. */
  finals(metric: string, eventTime: number | null): Finals {
    const listed: Listed = this.#lists.get(metric)
      ?? { finals: new Map(), at: -Infinity, pause: LIST_MS_MIN / 2, busy: false, loaded: false };
    this.#lists.set(metric, listed);
    if (!listed.busy && eventTime !== null && this.#env.now() - listed.at >= listed.pause) {
      void this.#list(metric, listed, eventTime);
    }
    return listed.finals;
  }

  /**
   * The same where the descriptor does not say it: the kind of the window that the
   * stream's frame of a panel is over, `null` for all time or as long as it is not known.
   */
  ownKind(panel: string): string | null {
    const known = this.#ownKinds.get(panel);
    if (known !== undefined) return known;
    this.#ownKinds.set(panel, null);
    this.#env.ask(`api/v1/panels/${encodeURIComponent(panel)}/data`).then((value) => {
      this.#ownKinds.set(panel, decodeSpan(record(value)?.["window"])?.kind ?? null);
      this.#env.changed();
    }, () => undefined);
    return null;
  }

  /** Whether the final windows of a metric were asked for and answered. */
  isListed(metric: string): boolean {
    return this.#lists.get(metric)?.loaded === true;
  }

  /** A metric over its last windows of a kind. `rev` is the stream's, `null` to keep what is known. */
  trend(metric: string, kind: string, rev: number | null): WindowTrend {
    const key = `${metric} ${kind}`;
    const kept: Kept<WindowTrend> = this.#trends.get(key)
      ?? { shown: { state: "loading", windows: [] }, at: -Infinity, busy: false, rev: -1 };
    this.#trends.set(key, kept);
    if (kept.busy || (kept.shown.state !== "loading" && (rev === null || rev === kept.rev))) return kept.shown;
    const query = new URLSearchParams({ metric, window: kind, last: String(TREND_WINDOWS), open: "true" });
    this.#renew(kept, kept.at + TREND_MS_MIN - this.#env.now(), rev, `api/v1/history?${query}`,
      (value) => ({ state: "ok", windows: decodeTrend(value, kind) }));
    return kept.shown;
  }

  /** What a panel shows over a window. `rev` is the stream's, `null` to keep what is known. */
  frame(panel: string, window: string, rev: number | null): WindowFrame {
    const key = `${panel} ${window}`;
    const kept = this.#frames.get(key) ?? this.#begin(key);
    if (kept.busy) return kept.shown;
    const isFirst = kept.shown.state === "loading";
    const isOld = !isPast(window) && rev !== null && rev !== kept.rev;
    const isLost = kept.shown.state === "missing" && this.#env.now() - kept.at > LIST_MS_MIN;
    if (!isFirst && !isOld && !isLost) return kept.shown;
    const path = `api/v1/panels/${encodeURIComponent(panel)}/data?window=${encodeURIComponent(window)}`;
    this.#renew(kept, isFirst ? 0 : kept.at + REFRESH_MS_MIN - this.#env.now(), rev, path,
      (value) => ({ state: "ok", frame: decodeFrame(value), span: decodeSpan(record(value)?.["window"]) }));
    return kept.shown;
  }

  /** Asks for it at once, or lets it be asked for when there is still something to wait. */
  #renew<Shown extends WindowFrame | WindowTrend>(
    kept: Kept<Shown>, wait: number, rev: number | null, path: string,
    decode: (value: unknown) => Shown,
  ): void {
    kept.busy = true;
    if (wait <= 0) {
      void this.#fetch(kept, rev ?? kept.rev, path, decode);
    } else {
      this.#env.later(() => { kept.busy = false; this.#env.changed(); }, wait);
    }
  }

  async #fetch<Shown extends WindowFrame | WindowTrend>(
    kept: Kept<Shown>, rev: number, path: string, decode: (value: unknown) => Shown,
  ): Promise<void> {
    try {
      kept.shown = decode(await this.#env.ask(path));
    } catch {
      // Not there (any more), or no host to ask: the next update tries again.
      kept.shown = { ...kept.shown, state: "missing" };
    }
    kept.busy = false;
    kept.rev = rev;
    kept.at = this.#env.now();
    this.#env.changed();
  }

  #begin(key: string): Kept<WindowFrame> {
    const oldest = this.#frames.keys().next().value;
    if (this.#frames.size >= FRAMES_MAX && oldest !== undefined) this.#frames.delete(oldest);
    const kept: Kept<WindowFrame> = {
      shown: { state: "loading", frame: null, span: null }, at: 0, busy: false, rev: -1,
    };
    this.#frames.set(key, kept);
    return kept;
  }

  async #list(metric: string, listed: Listed, eventTime: number): Promise<void> {
    listed.busy = true;
    try {
      for (const reach of REACHES_MS) {
        const query = new URLSearchParams({ metric });
        const from = new Date(Math.max(0, eventTime - reach));
        query.set("from", from.toISOString());
        const finals = decodeFinals(await this.#env.ask(`api/v1/history?${query}`));
        if (finals.size > 0) {
          listed.finals = finals;
          break;
        }
      }
      listed.loaded = true;
    } catch {
      // A host that cannot be asked has no windows to choose from; it is asked again later.
    }
    listed.busy = false;
    listed.at = this.#env.now();
    listed.pause = listed.finals.size > 0 ? LIST_MS_MIN : Math.min(LIST_MS_MAX, listed.pause * 2);
    this.#env.changed();
    this.#env.later(this.#env.changed, listed.pause);
  }
}
