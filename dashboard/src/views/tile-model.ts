// The words of the headline tiles: raw value, text, full text, and a note. Pure.
//
// A figure that is not known is — with the reason in its note, never 0.
import type { Context } from "../data/context";
import { clip, joined, UNKNOWN } from "../data/format";
import { isDated } from "../data/page-state";
import { standsStill } from "../data/trouble";
import { codeWord } from "../i18n/words";
import type { Status } from "../wire/shapes";

export const TILES = [
  "events", "rate", "lag", "late", "rejected", "watermark", "latency",
] as const;
export type TileId = (typeof TILES)[number];

/** The series that a tile shows as a small line. */
export const TILE_SERIES: Readonly<Partial<Record<TileId, string>>> = {
  rate: "events_per_second", lag: "lag", late: "late_per_second", rejected: "rejected_per_second",
  latency: "latency_p99_ms",
};
const RATE_SERIES = "events_per_second";
const SOURCE_CHARACTERS_MAX = 40;
/** A number of events from this on is said in short too. */
const COMPACT_NOTE_FROM = 1_000_000;

export interface Tile {
  readonly label: string;
  readonly value: number | null;
  readonly text: string;
  readonly full: string;
  readonly note: string;
}

export function tile(id: TileId, ctx: Context): Tile {
  const { status } = ctx.state;
  const label = ctx.words.tiles[id];
  if (status === null) {
    return { label, value: null, text: UNKNOWN, full: UNKNOWN, note: ctx.words.tiles.noData };
  }
  return { label, ...MODELS[id](status, ctx) };
}

type Model = (status: Status, ctx: Context) => Omit<Tile, "label">;

const MODELS: Readonly<Record<TileId, Model>> = {
  events: (status, ctx) => {
    const value = status.accounting.read;
    const full = ctx.format.full(value);
    return { value, text: full, full, note: eventsNote(status, ctx) };
  },
  rate: (status, ctx) => {
    const value = status.eventsPerSecond;
    const points = ctx.state.series.get(RATE_SERIES) ?? [];
    const peak = points.reduce((max, [, height]) => Math.max(max, height), value ?? 0);
    const rounded = value === null ? null : Math.round(value);
    const note = value === null
      ? ctx.words.tiles.rateUnknown
      : ctx.words.tiles.ratePeak(ctx.format.compact(Math.round(peak)));
    return number(ctx, value, note, rounded);
  },
  // A lag of 0 would say that all is read, and what stands still has an unknown rest. An old lag
  // is no lag.
  lag: (status, ctx) => isDated(ctx.page) || (status.lag === 0 && standsStill(ctx))
    ? number(ctx, null, ctx.words.tiles.lagStands)
    : number(ctx, status.lag, lagNote(status, ctx)),
  late: (status, ctx) => {
    const share = shareOfRead(status, status.accounting.late);
    const note = share === null
      ? ctx.words.tiles.shareUnknown
      : ctx.words.tiles.lateNote(ctx.format.percent(share));
    return number(ctx, status.accounting.late, note);
  },
  rejected: (status, ctx) => {
    const value = status.accounting.rejected;
    const share = shareOfRead(status, value);
    if (share === null) return number(ctx, value, ctx.words.tiles.shareUnknown);
    const note = value === 0
      ? ctx.words.tiles.rejectedNone
      : ctx.words.tiles.rejectedNote(ctx.format.percent(share));
    return number(ctx, value, note);
  },
  watermark: (_status, ctx) => watermark(ctx),
  latency: (status, ctx) => {
    const value = status.latencyP99Ms;
    const text = ctx.format.duration(value);
    const note = value === null ? ctx.words.tiles.latencyUnknown : ctx.words.tiles.latencyNote;
    return { value, text, full: text, note };
  },
};

function number(
  ctx: Context, value: number | null, note: string, shown: number | null = value,
): Omit<Tile, "label"> {
  return { value, text: ctx.format.headline(shown), full: ctx.format.full(shown), note };
}

function eventsNote(status: Status, ctx: Context): string {
  const { tiles, sources } = ctx.words;
  const read = status.accounting.read;
  const kind = status.source?.kind ?? "";
  const source = [
    codeWord(sources, kind),
    clip(status.source?.name ?? "", SOURCE_CHARACTERS_MAX),
  ].filter((part) => part !== "").join(" ");
  return joined(
    read >= COMPACT_NOTE_FROM ? tiles.eventsCompact(ctx.format.compact(read)) : "",
    source === "" ? "" : tiles.eventsNote(source),
  );
}

function lagNote(status: Status, ctx: Context): string {
  const { tiles } = ctx.words;
  const { lag, eventsPerSecond } = status;
  if (lag === null) {
    return status.source?.kind === "generator" ? tiles.lagGenerator : tiles.lagUnknown;
  }
  if (lag === 0) return tiles.lagNone;
  return eventsPerSecond !== null && eventsPerSecond > 0
    ? tiles.lagTime(ctx.format.duration((lag / eventsPerSecond) * 1000))
    : tiles.lagRecords;
}

function watermark(ctx: Context): Omit<Tile, "label"> {
  const { clock } = ctx.state;
  const { tiles } = ctx.words;
  const value = clock?.watermark ?? null;
  const event = clock?.eventTime ?? null;
  if (value === null) {
    return { value, text: UNKNOWN, full: UNKNOWN, note: tiles.watermarkUnknown };
  }
  return {
    value,
    text: `${ctx.format.monthDay(value)} ${ctx.format.clock(value)}`,
    full: `${ctx.format.dateTime(value)} ${ctx.format.zone}`,
    note: event === null ? "" : tiles.watermarkNote(ctx.format.duration(event - value)),
  };
}

function shareOfRead(status: Status, part: number): number | null {
  return status.accounting.read > 0 ? part / status.accounting.read : null;
}
