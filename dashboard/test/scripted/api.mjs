// The answers of a scripted host over plain HTTP: late records, dead letters, the
// latest events, one explanation and a month of windows, made up but sound.
import { EVENT_TIME } from "./script.mjs";

/** @typedef {{ body: string, type?: string, status?: number, goesOn?: boolean }} Answer */

const DAY_MS = 86_400_000;
const ACTIONS = ["0", "0", "0", "0", "2", "0", "3", "0"];

/** @param {number} i @param {Record<string, unknown>} [more] */
export function sample(i, more = {}) {
  const record = JSON.stringify({
    user_id: 100_000 + ((i * 7919) % 900_000), item_id: 700_000 + i, action: ACTIONS[i % ACTIONS.length],
    age_range: (i % 7) + 1, gender: i % 3, province: "广东", time_stamp: "1111",
  });
  return {
    partition: i % 4, offset: 308_000 + i, time: EVENT_TIME + i * 100,
    event_time: EVENT_TIME - (i % 50) * 1000, delay_ms: i % 9 === 0 ? 360_000 + i * 1000 : null,
    reason: null, metric: null, detail: null, record_bytes: record.length, record, record_base64: null,
    ...more,
  };
}

/** Buckets as a histogram of growing widths has them. */
function buckets() {
  return Array.from({ length: 60 }, (_, i) => {
    const from = i === 0 ? 0 : Math.floor(1000 * 1.25 ** (i - 1));
    const to = Math.floor(1000 * 1.25 ** i) - 1;
    return [from, to, i === 0 ? 912_000 : Math.floor(90_000 * Math.exp(-i / 6)) + (i === 34 ? 420 : 0)];
  }).filter(([, , records]) => records !== 0);
}

export function lateness() {
  return {
    clock: "watermark", replayable: true, bound_ms: 300_000, records: 1_234_320, late: 24_691,
    buckets: buckets(), bound_for_999_ms: 425_983,
    samples: Array.from({ length: 20 }, (_, i) => sample(i, { delay_ms: 312_000 + i * 34_000 })),
  };
}

export function deadLetters() {
  return {
    shown: true,
    samples: Array.from({ length: 12 }, (_, i) => sample(40 + i, i % 4 === 3
      ? { reason: "required_missing", detail: "province", event_time: null, delay_ms: null }
      : { reason: "not_json", detail: null, event_time: null, delay_ms: null, record: `{"user_id": ${i}, "item` })),
  };
}

export function checkpoints() {
  // One every five seconds.
  const newest = Math.floor(Date.now() / 5000) * 5000;
  return {
    checkpoints: Array.from({ length: 50 }, (_, i) => ({
      at: newest - i * 5000, duration_ms: 3 + (i % 7), bytes: i === 9 ? 0 : 18_000 + i,
      cause: i === 9 ? {
        code: "checkpoint_failing", message: "No space left on device",
        args: { error: "No space left on device (os error 28)" }, hint: null,
      } : null,
    })),
  };
}

let shown = 0;
export function events() {
  shown += 3;
  return { shown: true, samples: Array.from({ length: 50 }, (_, i) => sample(500 + shown - i)) };
}

/** @param {URLSearchParams} query */
export function explain(query) {
  const at = (/** @type {number} */ ms) => new Date(ms).toISOString();
  return {
    partition: Number(query.get("partition")), offset: Number(query.get("offset")),
    stamp: at(EVENT_TIME), value: sample(1).record,
    columns: { user_id: 107_919, action: "0", age_range: 2, gender: { invalid: "wrong_type" }, province: null },
    watermark_before: at(EVENT_TIME - 300_000), watermark_after: at(EVENT_TIME - 300_000),
    lateness_clock: "watermark", verdict: "late", event_time: at(EVENT_TIME - 720_000),
    event_time_effect: "not larger than others before", late_by_ms: 420_000,
    reference: at(EVENT_TIME - 300_000), histogram_bucket: 190,
    metrics: {
      behavior: { folded: true, windows: [
        { spec: "cumulative", pane: null, expired: false, opened: false, correction: false, evicted: null, final: [] },
        {
          spec: "1d", pane: { start: at(EVENT_TIME - DAY_MS), end: at(EVENT_TIME) }, expired: false,
          opened: false, correction: true, evicted: null, final: [],
        },
      ] },
      gender: { excluded: "missing", detail: "gender" },
    },
  };
}

/** Days up to the one of the event time, with rows by the names of outputs. @param {URLSearchParams} query */
export function history(query) {
  const metric = query.get("metric") ?? "";
  if (metric !== "behavior") return { metric, windows: [], truncated: false };
  const last = Number(query.get("last") ?? 30);
  const midnight = EVENT_TIME;
  const windows = Array.from({ length: Math.min(30, last) }, (_, i) => {
    const start = midnight - (Math.min(30, last) - 1 - i) * DAY_MS;
    const rows = (/** @type {number} */ share) => [0, 1, 2, 3].map((action) => ({
      action: String(action),
      events: Math.floor(share * (40_000 + 15_000 * Math.sin(start / DAY_MS)) * (0.9 ** action) / (1 + action * action * 3)),
    }));
    const local = (/** @type {number} */ ms) => `${new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
    return {
      window: {
        spec: "1d", start: local(start), end: local(start + DAY_MS),
        state: start === midnight ? "open" : "final",
      },
      total: rows(1), on_time: rows(0.98), late: rows(0.02),
    };
  }).filter(({ window }) => query.get("open") === "true" || window.state === "final");
  return { metric, windows, truncated: false };
}

/** @param {string} name @param {URLSearchParams} query @returns {Answer | null} */
export function standard(name, query) {
  const answers = /** @type {Record<string, () => unknown>} */ ({
    lateness, "dead-letters": deadLetters, events, checkpoints, explain: () => explain(query),
    "explain/events": () => explain(query), history: () => history(query),
  });
  const answer = Object.hasOwn(answers, name) ? answers[name] : undefined;
  if (answer === undefined) return null;
  const body = JSON.stringify(answer());
  return name === "explain/events" ? { body: `event: explanation\ndata: ${body}\n\n` } : { body };
}
