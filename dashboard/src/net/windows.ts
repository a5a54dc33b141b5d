// The windows of metrics beyond those that the stream carries: the list of final
// ones, and what a panel shows over one of them.
//
// The stream holds one frame a panel. Other frames are asked for when a reader wants
// them: a final window once, because it never changes; a present one again after
// updates, but not more often than a reader can follow.
import { isSettled } from "../data/spans";
import { decodeFrame } from "../wire/decode";
import { record } from "../wire/fields";
import type { Frame } from "../wire/shapes";
import {
  decodeFinals, decodeSpan, decodeTrend, TREND_WINDOWS, type Finals, type Span, type TrendWindow,
} from "../wire/windows";

export interface WindowFrame {
  readonly state: "loading" | "ok" | "missing";
  /** The last known frame, also while the next one is loading. */
  readonly frame: Frame | null;
  readonly span: Span | null;
}

/** A metric over its last windows. */
export interface WindowTrend {
  readonly state: "loading" | "ok" | "missing";
  readonly windows: readonly TrendWindow[];
}

const TREND_MS_MIN = 5000;
/** Among so many of the newest windows is a closed one, however many are still open. */
const CLOSED_WINDOWS = 8;
const CLOSED_MS_MIN = 15_000;
const FRAMES_MAX = 200;
const REFRESH_MS_MIN = 2000;
const LIST_MS_MIN = 30_000;
/** The pause grows up to this while there is no final window, as for most metrics ever. */
const LIST_MS_MAX = 600_000;
const DAY_MS = 86_400_000;
/** Final windows are looked for ever further back, until one is found: short windows are many. */
const REACHES_MS = [2 * DAY_MS, 40 * DAY_MS, 10_000 * DAY_MS] as const;

interface Listed {
  finals: Finals;
  at: number;
  pause: number;
  busy: boolean;
  loaded: boolean;
}

/** The last answer. */
interface Kept<Shown> {
  shown: Shown;
  at: number;
  /** `true` while the next answer is being asked for, or waits for the end of a pause. */
  busy: boolean;
  /** The revision of the stream's frame for which the answer was asked for. */
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

  /** The known final windows of a metric; asks for the list now and then. */
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
   * The kind of the window that the stream's frame of a panel is over, for a host whose
   * descriptors do not say it. `null` means all time, or that the kind is not known yet.
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

  /** `true` once the host has told the final windows of a metric. */
  isListed(metric: string): boolean {
    return this.#lists.get(metric)?.loaded === true;
  }

  /** A metric over its last windows of a kind. `rev` is the stream's; `null` keeps the known answer. */
  trend(metric: string, kind: string, rev: number | null): WindowTrend {
    return this.#last(metric, kind, rev, TREND_WINDOWS, TREND_MS_MIN);
  }

  /** The newest windows of a kind, for what is closed of them: fewer, and asked for less often. */
  closed(metric: string, kind: string, rev: number | null): WindowTrend {
    return this.#last(metric, kind, rev, CLOSED_WINDOWS, CLOSED_MS_MIN);
  }

  #last(metric: string, kind: string, rev: number | null, count: number, pause: number): WindowTrend {
    const key = `${metric} ${kind} ${count}`;
    const kept: Kept<WindowTrend> = this.#trends.get(key)
      ?? { shown: { state: "loading", windows: [] }, at: -Infinity, busy: false, rev: -1 };
    this.#trends.set(key, kept);
    if (kept.busy || (kept.shown.state !== "loading" && (rev === null || rev === kept.rev))) return kept.shown;
    const query = new URLSearchParams({ metric, window: kind, last: String(count), open: "true" });
    this.#renew(kept, kept.at + pause - this.#env.now(), rev, `api/v1/history?${query}`,
      (value) => ({ state: "ok", windows: decodeTrend(value, kind) }));
    return kept.shown;
  }

  /** The frame of a panel over a window, of up to `top` rows. `rev` is the stream's; `null` keeps the known answer. */
  frame(panel: string, window: string, rev: number | null, top: number | null = null): WindowFrame {
    const key = `${panel} ${window} ${top ?? ""}`;
    const kept = this.#frames.get(key) ?? this.#begin(key);
    if (kept.busy) return kept.shown;
    const isFirst = kept.shown.state === "loading";
    const isOld = !isSettled(window) && rev !== null && rev !== kept.rev;
    const isLost = kept.shown.state === "missing" && this.#env.now() - kept.at > LIST_MS_MIN;
    if (!isFirst && !isOld && !isLost) return kept.shown;
    const path = `api/v1/panels/${encodeURIComponent(panel)}/data?window=${encodeURIComponent(window)}${top === null ? "" : `&top=${top}`}`;
    this.#renew(kept, isFirst ? 0 : kept.at + REFRESH_MS_MIN - this.#env.now(), rev, path,
      (value) => ({ state: "ok", frame: decodeFrame(value), span: decodeSpan(record(value)?.["window"]) }));
    return kept.shown;
  }

  /** Asks at once, or lets the page ask again after `wait` milliseconds. */
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
      // The window is not there (any more), or no host answers: the next update tries again.
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
      // A host that does not answer has no windows to choose from and is asked again later.
    }
    listed.busy = false;
    listed.at = this.#env.now();
    listed.pause = listed.finals.size > 0 ? LIST_MS_MIN : Math.min(LIST_MS_MAX, listed.pause * 2);
    this.#env.changed();
    this.#env.later(this.#env.changed, listed.pause);
  }
}
