// A scene of metrics with windows: 400 days in hours, all of whose answers follow from one
// count by metric, key and hour, so that a test can add up what a page must show.
import { dimension, frame, panel, PANELS } from "./script.mjs";

/** @typedef {NonNullable<Parameters<typeof import("./script.mjs").greeting>[0]>} Scene */
/** @typedef {Record<string, unknown>} Json */

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
const ZONE_MS = 8 * HOUR_MS;
export const DAYS = 400;
/** 11 November, 14:20 in the zone of the pipeline. */
export const NOW = Date.UTC(2015, 10, 11, 6, 20);
export const TODAY = Date.UTC(2015, 10, 10, 16);
/** The last boundary of hours before the watermark. */
export const UNTIL = TODAY + 14 * HOUR_MS;
const FIRST = TODAY - (DAYS - 1) * DAY_MS;
const NAMES = ["广东", "浙江", "江苏", "山东", "河南", "四川"];
const ACTIONS = ["0", "1", "2", "3"];

const province = dimension("province", ["省份", "Province"], NAMES.map((name) => [name, name, name]));
const action = /** @type {Json} */ (PANELS[0])["dimension"];

/** @type {Json[]} */
export const TIMED_PANELS = [
  { ...PANELS[0], windows: ["cumulative", "1d", "1h"] },
  panel("province", ["省份", "Province"], "hbar", province, { windows: ["cumulative", "1d"], sorted: true, top: 15 }),
  panel("cross", ["省份与行为", "Province and action"], "heatmap", province, { windows: ["cumulative", "1d", "1h"], across: action }),
  { ...PANELS[2] },
];

/** @type {Record<string, string[][]>} */
const KEYS = {
  behavior: ACTIONS.map((key) => [key]),
  province: NAMES.map((name) => [name]),
  cross: NAMES.flatMap((name) => ACTIONS.map((key) => [name, key])),
};
/** @type {Record<string, string[]>} */
const FIELDS = { behavior: ["action"], province: ["province"], cross: ["province", "action"] };

/** The count of a key in the hour that begins then; one day is far larger than all others. @param {string} metric @param {number} place @param {number} hour */
export function count(metric, place, hour) {
  if (hour >= NOW || hour < FIRST) return 0;
  const mixed = Math.imul(place + 7, 2_654_435_761) ^ Math.imul(Math.floor(hour / HOUR_MS), 40_503);
  const base = 20 + (Math.imul(mixed ^ (mixed >>> 15), 2_246_822_519) >>> 24);
  const size = /** @type {number} */ ([90, 9, 4, 5][metric === "province" ? 0 : place % 4]);
  return Math.floor((base * size) / 8) * (Math.floor((hour - TODAY) / DAY_MS) === -12 ? 12 : 1);
}

/** The counts of all keys over `[from, until)`. @param {string} metric @param {number} from @param {number} until */
export function counts(metric, from, until) {
  return (KEYS[metric] ?? []).map((_, place) => {
    let sum = 0;
    for (let hour = from; hour < until; hour += HOUR_MS) sum += count(metric, place, hour);
    return sum;
  });
}

/** @param {number} ms */
export const local = (ms) => `${new Date(ms + ZONE_MS).toISOString().slice(0, 19)}+08:00`;
/** @param {string} kind */
const lengthOf = (kind) => (kind === "1h" ? HOUR_MS : DAY_MS);
/** @param {number} at @param {string} kind */
const cell = (at, kind) => Math.floor((at + ZONE_MS) / lengthOf(kind)) * lengthOf(kind) - ZONE_MS;

/** The span that a window's name means. @param {string} window */
function spanOf(window) {
  const [, kind = "1d", rest = ""] = /^(\w+)(.*)$/u.exec(window) ?? [];
  const length = lengthOf(kind);
  const present = cell(NOW, kind);
  if (rest.startsWith("*")) return { kind, from: present - (Number(rest.slice(1)) - 1) * length, until: present + length };
  const [start, end] = rest.slice(1).split("..");
  const from = rest === "" ? present : Date.parse(start ?? "");
  return { kind, from, until: end === undefined ? from + length : Date.parse(end) };
}

/** @param {string} metric @param {number} from @param {number} until @param {Json} [more] */
function frameOver(metric, from, until, more = {}) {
  const keys = KEYS[metric] ?? [];
  return frame(keys.map(([key = ""]) => key), counts(metric, from, until),
    metric === "cross" ? { across: keys.map(([, key = ""]) => key), ...more } : more);
}

/** @param {string} id @param {URLSearchParams} query */
function data(id, query) {
  const { kind, from, until } = spanOf(query.get("window") ?? "1d");
  if (query.get("window") === "cumulative") return frameOver(id, FIRST, TODAY + DAY_MS);
  return frameOver(id, from, until, { window: { spec: kind, start: local(from), end: local(until), state: until > NOW ? "open" : "final" } });
}

/** @type {Record<string, number>} */
const BACK = { "1d": DAY_MS, "7d": 7 * DAY_MS, "1y": 365 * DAY_MS };

/** As the host: a metric without hours compares days that are closed. @param {string} id @param {URLSearchParams} query */
function compare(id, query) {
  const window = query.get("window") ?? "1d";
  const to = query.get("to") ?? "previous";
  const hasHours = id !== "province";
  let { from, until } = spanOf(window);
  const isShort = !hasHours && until > NOW;
  if (isShort) [from, until] = until - from > DAY_MS ? [from, TODAY] : [from - DAY_MS, from];
  const end = hasHours ? Math.min(until, UNTIL) : until;
  const back = BACK[to] ?? until - from;
  const hint = isShort ? 'windows = ["cumulative", "1d", "1h"]' : null;
  const reason = from - back < FIRST ? "no-history" : isShort ? "no-finer" : null;
  return {
    to, window, start: from, until: end, before_start: from - back, before_until: end - back,
    now: frameOver(id, from, end), before: reason === "no-history" ? null : frameOver(id, from - back, end - back), reason, hint,
  };
}

/** @param {URLSearchParams} query */
function history(query) {
  const metric = query.get("metric") ?? "";
  const fields = FIELDS[metric];
  const kind = query.get("window") ?? "1d";
  if (fields === undefined) return { metric, windows: [], truncated: false, next: null };
  const length = lengthOf(kind);
  const most = kind === "1h" ? 72 : DAYS;
  const last = Math.min(most, Number(query.get("last") ?? most));
  const present = cell(NOW, kind);
  const windows = Array.from({ length: last }, (_, i) => {
    const start = present - (last - 1 - i) * length;
    const total = counts(metric, start, start + length).map((events, place) => ({
      ...Object.fromEntries(fields.map((field, at) => [field, KEYS[metric]?.[place]?.[at]])), events,
    }));
    return {
      window: { spec: kind, start: local(start), end: local(start + length), state: start === present ? "open" : "final" },
      total, on_time: total, late: [],
    };
  }).filter(({ window }) => query.get("open") === "true" || window.state === "final");
  return { metric, windows, truncated: false, next: null };
}

/** @param {string} name @param {URLSearchParams} query */
export function timed(name, query) {
  if (name === "history") return { body: JSON.stringify(history(query)) };
  const [, id = "", what] = /^panels\/(\w+)\/(data|compare)$/u.exec(name) ?? [];
  if (what === undefined) return null;
  return { body: JSON.stringify(what === "data" ? data(id, query) : compare(id, query)) };
}

/** @type {Scene} */
export const TIMED_SCENE = {
  panels: TIMED_PANELS,
  clock: { event_time: NOW, watermark: NOW - 300_000 },
  frames: Object.fromEntries(["behavior", "province", "cross"].map((id) => [id, frameOver(id, FIRST, TODAY + DAY_MS)])),
};
