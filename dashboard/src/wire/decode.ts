// Decodes the text of a WebSocket message to a `Message`, or refuses it.
//
// Invariant: for any input this file returns a value of the declared type or `null`
// and never throws. Keys that the page does not know are ignored, so a newer host may
// add some. A frame that cannot be read becomes `unreadable` and leaves the other
// panels alone.
import type * as Host from "../wire.generated";
import { decodeFigures, decodeHeadlines } from "./decode-headlines";
import {
  decodeLayouts, decodeLook, decodeThresholds, decodeTicker, decodeTickerFields,
} from "./decode-look";
import { decodeStatus } from "./decode-status";
import {
  array, bool, field, integer, nullable, number, raw, type Raw, record, string, text,
} from "./fields";
import type {
  Cell, Clock, Columns, Dimension, Frame, Measure, Message, Panel, Point, Rest, Scope, Sent, Series,
  Size, Stale,
} from "./shapes";

/** The rest of a longer list is left out. */
export const PANELS_MAX = 64;
export const FRAME_KEYS_MAX = 20_000;
const WINDOW_KINDS_MAX = 16;
export const SERIES_MAX = 16;
export const SERIES_POINTS_MAX = 600;

/** Partitions of a stopped metric that are named. */
const STALE_PLACES_MAX = 64;
const FRAME_STATES = ["ok", "empty", "lagging", "quarantined", "unreadable"] as const;
const SCOPES: readonly Scope[] = ["total", "on_time", "late"];
const SIZES: readonly Size[] = ["small", "medium", "wide", "tall", "large"];

/** Decodes one message; `null` means that this page cannot use it. */
export function decode(data: unknown): Message | null {
  if (typeof data !== "string") return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(data);
  } catch {
    return null;
  }
  return decodeValue(parsed);
}

/** Decodes a message that was part of a larger text. */
export function decodeValue(value: unknown): Message | null {
  const message = raw<AnySent>(value);
  return message === null ? null : decodeMessage(message);
}

type KeyOf<T> = T extends unknown ? keyof T : never;

/** The keys of all messages. */
type AnySent = Record<KeyOf<Host.ToPage>, unknown>;

function decodeMessage(m: Raw<AnySent>): Message | null {
  switch (m["t"]) {
    case "hello":
      return decodeHello(m);
    case "schema":
      return {
        t: "schema",
        panels: decodePanels(m["panels"]),
        headlines: decodeHeadlines(m["headlines"]),
        layouts: decodeLayouts(m["layouts"]),
        ticker: decodeTickerFields(m["ticker"]),
      };
    case "snapshot": {
      const common = decodeCommon(m);
      return common && { t: "snapshot", ...common, series: decodeSeries(m["series"]) };
    }
    case "update": {
      const common = decodeCommon(m);
      return common && { t: "update", ...common, points: decodeSeries(m["points"]) };
    }
    case "hb": {
      const now = number(m["now"]);
      return now === null ? null : { t: "hb", now };
    }
    case "bye":
      return { t: "bye", reason: string(m["reason"]) ?? "", retryMs: number(m["retry_ms"]) };
    default:
      return null;
  }
}

function decodeHello(m: Raw<Sent<"hello">>): Message | null {
  const proto = integer(m["proto"]);
  const epoch = string(m["epoch"]);
  if (proto === null || epoch === null) return null;
  const heartbeat = number(m["heartbeat_ms"]);
  return {
    t: "hello",
    proto,
    epoch,
    build: string(m["build"]) ?? "",
    heartbeatMs: heartbeat !== null && heartbeat >= 100 ? heartbeat : 2000,
    tz: string(m["tz"]) ?? "UTC",
    name: string(m["name"]) ?? "Streamgauge",
    names: text(m["names"], string(m["name"]) ?? "Streamgauge"),
    look: decodeLook(m["look"]),
    control: bool(m["control"]),
  };
}

/** The panels, each id once. */
function decodePanels(value: unknown): Panel[] {
  const panels = new Map<string, Panel>();
  for (const panel of array(value).slice(0, PANELS_MAX).flatMap(decodePanel)) {
    if (!panels.has(panel.id)) panels.set(panel.id, panel);
  }
  return [...panels.values()];
}

/** An array of one panel, or an empty one for a descriptor without an id. */
function decodePanel(value: unknown): Panel[] {
  const p = raw<Host.Panel>(value);
  const id = p && string(p["id"]);
  if (p === null || id === null) return [];
  return [{
    id,
    metric: string(p["metric"]) ?? id,
    view: string(p["view"]) ?? "",
    windows: array(p["windows"]).flatMap((kind) => string(kind) ?? []).slice(0, WINDOW_KINDS_MAX),
    title: text(p["title"], id),
    chart: string(p["chart"]) ?? "table",
    dimension: decodeDimension(p["dimension"]),
    across: decodeDimension(p["across"]),
    measures: decodeMeasures(p["measures"]),
    top: integer(p["top"]) ?? 0,
    sorted: bool(p["sorted"]),
    size: SIZES.find((size) => size === p["size"]) ?? null,
    order: number(p["order"]) ?? 0,
    over: p["over"] === "windows" ? "windows" : null,
    layout: nullable(p["layout"], string),
    thresholds: decodeThresholds(p["thresholds"]),
  }];
}

function decodeDimension(value: unknown): Dimension | null {
  const d = raw<Host.Dimension>(value);
  if (d === null) return null;
  const name = string(d["name"]) ?? "";
  const labels = array(d["labels"]).slice(0, FRAME_KEYS_MAX).flatMap((item) => {
    const l = raw<Host.Label>(item);
    const key = l && string(l["key"]);
    return l === null || key === null ? [] : [{ key, text: text(l["text"], key) }];
  });
  return { name, title: text(d["title"], name), labels };
}

/** The measures; an error of nothing that is shown is a measure like any other. */
function decodeMeasures(value: unknown): Measure[] {
  const measures = array(value).flatMap(decodeMeasure);
  const plain = new Set(measures.filter((m) => m.errorOf === null).map((m) => m.name));
  return measures.map((m) =>
    m.errorOf === null || plain.has(m.errorOf) ? m : { ...m, errorOf: null });
}

function decodeMeasure(value: unknown): Measure[] {
  const m = raw<Host.Measure>(value);
  const name = m && string(m["name"]);
  if (m === null || name === null) return [];
  return [{
    name,
    title: text(m["title"], name),
    unit: nullable(m["unit"], string),
    additive: m["additive"] !== false,
    errorOf: nullable(m["error_of"], string),
  }];
}

function decodeCommon(m: Raw<Sent<"snapshot">>) {
  const clock = decodeClock(m["clock"]);
  const status = decodeStatus(m["status"]);
  if (clock === null || status === null) return null;
  const frames = new Map<string, Frame>();
  for (const [id, frame] of Object.entries(record(m["frames"]) ?? {})) {
    frames.set(id, decodeFrame(frame));
  }
  return {
    clock, status, frames,
    figures: decodeFigures(m["headlines"]), ticker: decodeTicker(m["ticker"]),
  };
}

function decodeClock(value: unknown): Clock | null {
  const c = raw<Host.Clock>(value);
  const now = c && number(c["now"]);
  if (c === null || now === null) return null;
  return {
    now,
    eventTime: nullable(c["event_time"], number),
    watermark: nullable(c["watermark"], number),
  };
}

const NO_COLUMNS: Readonly<Record<Scope, Columns>> = {
  total: new Map(), on_time: new Map(), late: new Map(),
};

function unreadable(reason: string): Frame {
  return { rev: 0, state: "unreadable", reason, stale: null, missing: 0, every: null, of: null, keys: [], across: [], columns: NO_COLUMNS, other: null };
}

/** Decodes one frame; a broken one says so instead of failing the message. */
export function decodeFrame(value: unknown): Frame {
  const f = raw<Host.Frame>(value);
  if (f === null) return unreadable("frame is not an object");
  const state = FRAME_STATES.find((known) => known === f["state"]);
  if (state === undefined) return unreadable("frame has an unknown state");
  const keys = array(f["keys"]).map(string);
  if (keys.length > FRAME_KEYS_MAX) return unreadable(`frame has ${keys.length} keys`);
  if (!keys.every((key) => key !== null)) return unreadable("frame has a key that is no text");
  const across = array(f["across"]).map(string);
  if (!across.every((key) => key !== null)) return unreadable("frame has a key that is no text");
  if (across.length !== 0 && across.length !== keys.length) {
    return unreadable("frame has not one second key for each key");
  }
  const columns = decodeScopes(f, keys.length);
  if (columns === null) return unreadable("frame has a column of another length than its keys");
  return {
    rev: number(f["rev"]) ?? 0,
    state,
    reason: nullable(f["reason"], string),
    stale: decodeStale(f["stale"]),
    missing: number(f["missing"]) ?? 0,
    every: number(f["every"]),
    of: nullable(f["of"], number),
    keys,
    across,
    columns,
    other: decodeRest(f["other"]),
  };
}

function decodeStale(value: unknown): Stale | null {
  const s = raw<Host.Stale>(value);
  if (s === null) return null;
  const at = array(s["at"]).slice(0, STALE_PLACES_MAX).flatMap((item) => {
    const place = raw<Host.PlaceStatus>(item);
    const [partition, offset] = [number(field(place, "partition")), number(field(place, "offset"))];
    return partition === null || offset === null ? [] : [{ partition, offset }];
  });
  const progress = decodeProgress(s["progress"]);
  return { since: nullable(s["since"], number), at, hint: string(s["hint"]) ?? "", progress };
}

function decodeProgress(value: unknown): Stale["progress"] {
  const p = raw<Host.Progress>(value);
  const [read, of] = [number(field(p, "read")), number(field(p, "of"))];
  return read === null || of === null ? null : { read, of };
}

function decodeScopes(f: Raw<Record<Scope, unknown>>, rows: number) {
  const scopes: Record<Scope, Columns> = { ...NO_COLUMNS };
  for (const scope of SCOPES) {
    const columns = new Map<string, readonly Cell[]>();
    for (const [name, cells] of Object.entries(record(f[scope]) ?? {})) {
      const column = array(cells).map((cell) => nullable(cell, number));
      if (column.length !== rows) return null;
      columns.set(name, column);
    }
    scopes[scope] = columns;
  }
  return scopes;
}

function decodeRest(value: unknown): Rest | null {
  const o = raw<Host.Other>(value);
  if (o === null) return null;
  const columns = decodeScopes(o, 1);
  return columns && { keys: integer(field(o, "keys")) ?? 0, columns };
}

function decodeSeries(value: unknown): Series {
  const series = new Map<string, readonly Point[]>();
  for (const [name, points] of Object.entries(record(value) ?? {}).slice(0, SERIES_MAX)) {
    series.set(name, array(points).slice(-SERIES_POINTS_MAX).flatMap(decodePoint));
  }
  return series;
}

function decodePoint(value: unknown): Point[] {
  const [at, amount] = array(value);
  const time = number(at);
  const height = number(amount);
  return time === null || height === null ? [] : [[time, height]];
}
