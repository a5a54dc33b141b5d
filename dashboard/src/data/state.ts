// The state of the page and its changes.
//
// `reduce` is pure: local time comes in with each event, on a clock that only moves
// forward. A snapshot replaces everything that was known before it, so nothing of an
// earlier host survives a reconnection. Only the points of series do: points are
// facts of the wall clock, and a restart shows as a gap in a series. Series are
// bounded.
import { SERIES_MAX, SERIES_POINTS_MAX } from "../wire/decode";
import { TICKER_MAX } from "../wire/decode-look";
import type {
  Clock, Figures, Frame, Headline, Hello, Layout, Message, Panel, Point, Series, Status, TickerLine,
} from "../wire/shapes";
import { withTileLabels } from "./tile-layout";

/** The wire that this page speaks. */
export const PROTO = 1;
const SERIES_SPAN_MS = 5 * 60_000;

export type Connection =
  /** A socket is being opened, or is open and has not sent its snapshot yet. */
  | { readonly phase: "dialling"; readonly attempt: number }
  /** A snapshot arrived on the socket that is open now. */
  | { readonly phase: "open" }
  /** The socket is lost; the next one is opened at `retryAt`. */
  | { readonly phase: "lost"; readonly attempt: number; readonly retryAt: number }
  /** The host wants a token that this page does not have. */
  /** The host takes no request without a token, or not this one. */
  | { readonly phase: "denied"; readonly token: "none" | "wrong" };

/** A run of the host that this page saw. */
export interface Run {
  readonly epoch: string;
  /** On the host's wall clock. */
  readonly startedAt: number;
}

const RUNS_MAX = 16;

export interface State {
  readonly connection: Connection;
  /** `true` while the state is polled, as no stream gets through. */
  readonly polling: boolean;
  /** `false` means that the reader's device has no network, as far as its browser knows. */
  readonly online: boolean;
  readonly hello: Hello | null;
  /** The build of the first host seen, with which this page was loaded. */
  readonly build: string | null;
  readonly panels: readonly Panel[] | null;
  readonly frames: ReadonlyMap<string, Frame>;
  /** The figures above the panels; an older host and most pipelines have none. */
  readonly headlines: readonly Headline[];
  readonly figures: Figures;
  /** Places of tiles that panels name. */
  readonly layouts: readonly Layout[];
  /** The newest sentences of records, the newest last; `null` where the pipeline has none. */
  readonly ticker: readonly TickerLine[] | null;
  readonly series: Series;
  /** The runs of the host since this page was loaded, oldest first. */
  readonly runs: readonly Run[];
  readonly clock: Clock | null;
  readonly status: Status | null;
  /** The last reading of the host's clock that differed from the one before. */
  readonly heard: { readonly hostNow: number; readonly at: number } | null;
  /** Messages that this page could not read. */
  readonly refused: number;
  /** Snapshots and updates taken so far. */
  readonly updates: number;
}

export type Event =
  | { readonly type: "dialling"; readonly attempt: number }
  | { readonly type: "lost"; readonly attempt: number; readonly retryAt: number }
  | { readonly type: "message"; readonly message: Message; readonly at: number }
  | { readonly type: "denied"; readonly token: "none" | "wrong" }
  | { readonly type: "polling"; readonly on: boolean }
  | { readonly type: "online"; readonly on: boolean }
  | { readonly type: "refused" };

export const INITIAL: State = {
  connection: { phase: "dialling", attempt: 0 },
  polling: false,
  online: true,
  hello: null,
  build: null,
  panels: null,
  frames: new Map(),
  headlines: [],
  figures: new Map(),
  layouts: [],
  ticker: null,
  series: new Map(),
  runs: [],
  clock: null,
  status: null,
  heard: null,
  refused: 0,
  updates: 0,
};

export function reduce(state: State, event: Event): State {
  switch (event.type) {
    case "dialling":
      return { ...state, connection: { phase: "dialling", attempt: event.attempt } };
    case "lost":
      return {
        ...state,
        connection: { phase: "lost", attempt: event.attempt, retryAt: event.retryAt },
      };
    case "denied":
      return { ...state, connection: { phase: "denied", token: event.token } };
    case "polling":
      return { ...state, polling: event.on };
    case "online":
      return { ...state, online: event.on };
    case "refused":
      return { ...state, refused: state.refused + 1 };
    case "message":
      return reduceMessage(state, event.message, event.at);
  }
}

function reduceMessage(state: State, message: Message, at: number): State {
  switch (message.t) {
    case "hello":
      return {
        ...state,
        hello: message,
        build: state.build ?? message.build,
        // Measurements of another pipeline are no past of this one; one host may get another title.
        ...(state.hello !== null && state.hello.name !== message.name && state.hello.epoch !== message.epoch
          ? { series: new Map(), runs: [] } : {}),
      };
    case "schema":
      return {
        ...state, panels: withTileLabels(message.panels, message.layouts), headlines: message.headlines, layouts: message.layouts,
        ticker: message.ticker === null ? null : [],
      };
    case "snapshot":
      return {
        ...hear(state, message.clock.now, at),
        connection: { phase: "open" },
        updates: state.updates + 1,
        frames: message.frames,
        figures: message.figures ?? new Map(),
        ticker: state.ticker === null ? null : message.ticker,
        series: mergeSeries(state.series, message.series, message.clock.now),
        runs: runsWith(state, message.status.startedAt),
        clock: message.clock,
        status: message.status,
      };
    case "update":
      if (state.connection.phase !== "open") return state;
      return {
        ...hear(state, message.clock.now, at),
        updates: state.updates + 1,
        frames: new Map([...state.frames, ...message.frames]),
        figures: message.figures ?? state.figures,
        ticker: state.ticker === null || message.ticker.length === 0 ? state.ticker
          : [...state.ticker, ...message.ticker].slice(-TICKER_MAX),
        series: appendPoints(state.series, message.points),
        clock: message.clock,
        status: message.status,
      };
    case "hb":
      return hear(state, message.now, at);
    case "bye":
      return state;
  }
}

/** Notes the host's clock; a clock that stands still is not news. */
function hear(state: State, hostNow: number, at: number): State {
  if (state.heard?.hostNow === hostNow && state.connection.phase === "open") return state;
  return { ...state, heard: { hostNow, at } };
}

function runsWith(state: State, startedAt: number | null): readonly Run[] {
  const epoch = state.hello?.epoch ?? null;
  if (epoch === null || startedAt === null) return state.runs;
  if (state.runs.some((run) => run.epoch === epoch)) return state.runs;
  return [...state.runs, { epoch, startedAt }].slice(-RUNS_MAX);
}

/**
 * The points of a snapshot and the known points, by time. The snapshot is right where both know a
 * moment; a known point after the snapshot's time was told by a clock that was wrong.
 */
function mergeSeries(known: Series, told: Series, now: number): Series {
  const merged = new Map<string, readonly Point[]>();
  for (const name of new Set([...told.keys(), ...known.keys()])) {
    if (merged.size >= SERIES_MAX) break;
    const points = told.get(name) ?? [];
    const first = points[0]?.[0] ?? Infinity;
    const older = (known.get(name) ?? []).filter(([at]) => at < first && at <= now);
    merged.set(name, bounded([...older, ...points], now));
  }
  return merged;
}

/** Appends points by time: a point that is not newer than the last one is known already. */
export function appendPoints(series: Series, points: Series): Series {
  const merged = new Map(series);
  for (const [name, added] of points) {
    if (!merged.has(name) && merged.size >= SERIES_MAX) continue;
    merged.set(name, bounded([...(merged.get(name) ?? []), ...added]));
  }
  return merged;
}

/** The last five minutes up to `now` or the newest point, in the order of time. */
function bounded(points: readonly Point[], now = -Infinity): readonly Point[] {
  const kept: Point[] = [];
  for (const point of points) {
    const last = kept.at(-1);
    if (last === undefined || point[0] > last[0]) kept.push(point);
  }
  const newest = Math.max(now, kept.at(-1)?.[0] ?? 0);
  return kept.filter(([at]) => at > newest - SERIES_SPAN_MS).slice(-SERIES_POINTS_MAX);
}
