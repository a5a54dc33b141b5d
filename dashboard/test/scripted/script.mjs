// Messages of wire v1, made to order: a shop with four metrics whose figures
// follow from one number, the count of events so far.

/** @typedef {Record<string, unknown>} Json */

/** @param {string} zh @param {string} en */
const text = (zh, en) => ({ zh, en });
/** @param {[string, string, string][]} labels */
const labels = (labels) => labels.map(([key, zh, en]) => ({ key, text: text(zh, en) }));

export const EVENTS = {
  name: "events", title: text("事件数", "Events"), unit: null, additive: true,
};

/**
 * @param {string} id @param {[string, string]} title @param {string} chart
 * @param {Json | null} dimension @param {Json} [more]
 */
export function panel(id, title, chart, dimension, more = {}) {
  return {
    id, metric: id, view: "all", title: text(...title), chart, dimension,
    windows: ["cumulative"], measures: [EVENTS], top: 0, sorted: false, ...more,
  };
}

/** @param {string} name @param {[string, string]} title @param {[string, string, string][]} known */
export function dimension(name, title, known) {
  return { name, title: text(...title), labels: labels(known) };
}

const PROVINCES = [
  "广东", "浙江", "江苏", "山东", "河南", "四川", "湖北", "湖南", "河北", "福建", "上海", "北京",
  "安徽", "辽宁", "陕西",
];

export const PANELS = [
  panel("behavior", ["用户行为", "Behaviour"], "pie", dimension("action", ["行为", "Action"], [
    ["0", "点击", "Click"], ["1", "加购", "Add to cart"], ["2", "购买", "Buy"],
    ["3", "关注", "Favourite"],
  ])),
  panel("age", ["年龄分布", "Age"], "bar", dimension("age_range", ["年龄", "Age"], [
    ["0", "未知", "Unknown"], ["1", "<20", "<20"], ["2", "20–24", "20–24"],
    ["3", "25–29", "25–29"], ["4", "30–34", "30–34"], ["5", "35–39", "35–39"],
    ["6", "40–49", "40–49"], ["7", "≥50", "≥50"],
  ])),
  panel("gender", ["性别", "Gender"], "pie", dimension("gender", ["性别", "Gender"], [
    ["0", "女", "Female"], ["1", "男", "Male"], ["2", "未知", "Unknown"],
  ])),
  panel("province", ["省份", "Province"], "hbar", dimension("province", ["省份", "Province"],
    [...PROVINCES, ...Array.from({ length: 19 }, (_, i) => `省${i}`)].map((p) => [p, p, p])),
  { top: 15, sorted: true }),
];

/** @type {Record<string, { keys: string[], shares: number[] }>} */
const SHARES = {
  behavior: { keys: ["0", "1", "2", "3"], shares: [0.885, 0.0528, 0.028, 0.0342] },
  age: {
    keys: ["0", "1", "2", "3", "4", "5", "6", "7"],
    shares: [0.2, 0.002, 0.15, 0.27, 0.19, 0.1, 0.07, 0.018],
  },
  gender: { keys: ["0", "1", "2"], shares: [0.66, 0.29, 0.05] },
};

/** @param {readonly number[]} shares @param {number} events */
const split = (shares, events) => shares.map((share) => Math.floor(share * events + 1e-6));

/** @param {readonly string[]} keys @param {number[]} total @param {Json} [more] */
export function frame(keys, total, more = {}) {
  const late = total.map((n) => Math.floor(n * 0.02));
  return {
    rev: 1, state: keys.length === 0 ? "empty" : "ok", reason: null, window: null, keys,
    total: { events: total },
    on_time: { events: total.map((n, i) => n - (late[i] ?? 0)) },
    late: { events: late },
    other: null, ...more,
  };
}

/** @param {number} events */
export function frames(events) {
  /** @type {Record<string, Json>} */
  const all = {};
  for (const [id, { keys, shares }] of Object.entries(SHARES)) {
    all[id] = frame(events === 0 ? [] : keys, events === 0 ? [] : split(shares, events));
  }
  const zipf = PROVINCES.map((_, i) => 0.16 / (i * 0.55 + 1));
  const rest = Math.floor(events * 0.21);
  all["province"] = frame(events === 0 ? [] : PROVINCES, events === 0 ? [] : split(zipf, events), {
    other: events === 0 ? null : {
      keys: 19, total: { events: [rest] }, on_time: { events: [rest] }, late: { events: [0] },
    },
  });
  return all;
}

export const HELLO = {
  t: "hello", proto: 1, epoch: "e1", build: "b1", heartbeat_ms: 2000,
  tz: "Asia/Shanghai", name: "淘宝实时数据分析", control: false,
};

export const EVENT_TIME = Date.UTC(2015, 10, 10, 16);

/** @param {number} now */
export const clock = (now) => ({ now, event_time: EVENT_TIME, watermark: EVENT_TIME - 300_000 });

/**
 * The verdict that a host gives over such a status.
 * @param {Json} status @param {number} now
 */
function verdict(status, now) {
  const since = now - 95_000;
  /** @param {string} what @param {string[]} of @param {unknown} cause */
  const trouble = (what, of, cause) => ({ what, of, since, cause });
  /** @type {Json[]} */
  const warnings = /** @type {Json[]} */ (status["warnings"] ?? []);
  const checkpoint = /** @type {Json | null} */ (status["checkpoint"]);
  const isGap = (/** @type {Json} */ { code }) => /^(log_|topic_)/.test(String(code));
  const troubles = [
    ...(status["cause"] ? [trouble("pipeline", [], status["cause"])] : []),
    ...warnings.filter(isGap).map((gap) =>
      trouble("partition", [String(/** @type {Json} */ (gap["args"])["partition"])], gap)),
    ...(Number(checkpoint?.["failures"] ?? 0) > 0 ? [trouble("checkpoint", [], {
      code: "checkpoint_failing", message: String(checkpoint?.["error"]),
      args: { error: checkpoint?.["error"] }, hint: null,
    })] : []),
  ];
  const degraded = warnings.filter((warning) => !isGap(warning)).map((cause) => trouble("data", [], cause));
  return {
    ready: troubles.length === 0, troubles, degraded, exact_until: troubles.length === 0 ? now : since,
  };
}

/** @param {number} events @param {number} now @param {Json} [more] @returns {Json} */
export function status(events, now, more = {}) {
  const made = statusWithoutVerdict(events, now, more);
  return { ...made, health: verdict(made, now), ...("health" in more ? { health: more["health"] } : {}) };
}

/** @param {number} events @param {number} now @param {Json} more @returns {Json} */
function statusWithoutVerdict(events, now, more) {
  const late = Math.floor(events * 0.02);
  const rejected = Math.floor(events * 0.0002);
  return {
    mode: "live", cause: null, source: { kind: "generator", name: "taobao" },
    started_at: now - 60_000,
    accounting: { read: events, on_time: events - late - rejected, late, rejected },
    events_per_second: 49_715.3, lag: 5_435, catch_up_seconds: null, latency_p99_ms: 37,
    batch_rows: 512, workers: 2,
    stages: { waiting: 0.41, decode: 0.24, plugins: 0.27, publish: 0.06, blocked: 0.02 },
    queue_records: 4096,
    publish_every_ms: 100,
    partitions: [0, 1, 2, 3].map((partition) => ({
      partition, offset: Math.floor(events / 4), read_to: Math.floor(events / 4),
      end: Math.floor(events / 4) + 3, lag: 3, held_back: 0, empty_offsets: 0,
      watermark: EVENT_TIME - (partition === 3 ? 420_000 : 300_000), state: "running", gaps: [],
    })),
    watermark_held_by: { partition: 3, watermark: EVENT_TIME - 420_000, since: now - 14_000 },
    warnings: [],
    checkpoint: { at: now - 3200, duration_ms: 4.1, bytes: 18_234, failures: 0, error: null },
    metrics: PANELS.map(({ id }, i) => metric(String(id), events, late, rejected, i)),
    dead_letters: {
      written: rejected,
      by_reason: rejected === 0 ? [] : [
        ["not_json", Math.ceil(rejected * 0.8)], ["required_missing", Math.floor(rejected * 0.2)],
      ],
    },
    late_output: { written: late },
    happened: [{ at: now - 60_000, what: "started", of: null }], ...more,
  };
}

/** @param {string} id @param {number} events @param {number} late @param {number} rejected @param {number} place */
function metric(id, events, late, rejected, place) {
  return {
    id, on_time: events - late - rejected, late, folded: events - rejected, excluded: 0,
    state: "ok", reason: null,
    plugin: {
      file: `target/plugins/${id}.wasm`, name: id, version: "0.1.0",
      digest: "5f3a9c01d2e47b8895f3a9c01d2e47b8895f3a9c01d2e47b8895f3a9c01d2e47".slice(place) + "0".repeat(place),
      ns_per_row: 4.2 + place * 1.7, memory_bytes: 1_245_184, traps: 0,
    },
  };
}

/** @param {number} now */
export function series(now) {
  /** @param {(i: number) => number} at */
  const points = (at) => Array.from({ length: 240 }, (_, i) => [now - (240 - i) * 1000, at(i)]);
  const rate = (/** @type {number} */ i) =>
    48_000 + 9000 * Math.sin(i / 19) + 3500 * Math.sin(i / 3.1) + 900 * Math.sin(i * 1.7);
  return {
    events_per_second: points(rate),
    published_per_second: points((i) => rate(Math.max(0, i - 2))),
    late_per_second: points((i) => Math.max(0, 900 + 500 * Math.sin(i / 9))),
    rejected_per_second: points((i) => (i % 23 === 0 ? 14 : i % 7)),
    batch_rows: points((i) => 256 * 2 ** Math.floor(2 + 2 * Math.sin(i / 40))),
    lag: points((i) => Math.max(0, 5200 + 2600 * Math.sin(i / 15))),
    latency_p99_ms: points((i) => 36 + 9 * Math.sin(i / 11)),
  };
}

/**
 * The messages that a page is sent on connect.
 * @param {{ events?: number, now?: number, hello?: Json, panels?: Json[], frames?: Json,
 *           status?: Json, clock?: Json, series?: Json, headlines?: Json[], figures?: Json[],
 *           schema?: Json, snapshot?: Json }} [o]
 */
export function greeting(o = {}) {
  const events = o.events ?? 1_234_567;
  const now = o.now ?? Date.now();
  started = now - 60_000;
  const messages = [
    { ...HELLO, ...o.hello },
    { t: "schema", rev: 1, panels: o.panels ?? PANELS, headlines: o.headlines },
    {
      t: "snapshot", seq: 1, clock: { ...clock(now), ...o.clock },
      headlines: o.figures, frames: { ...frames(events), ...o.frames }, series: o.series ?? series(now),
      status: status(events, now, o.status),
    },
  ];
  Object.assign(messages[1] ?? {}, o.schema);
  Object.assign(messages[2] ?? {}, o.snapshot);
  return messages;
}

/** The start of the host that greeted last. */
let started = 0;

/** An update to the given number of events. @param {number} events @param {number} now */
export function update(events, now) {
  return {
    t: "update", seq: 2, clock: clock(now), frames: frames(events),
    points: {
      events_per_second: [[now, 49_000 + 4000 * Math.sin(now / 5000)]],
      published_per_second: [[now, 48_800 + 4000 * Math.sin(now / 5000 - 0.4)]],
      late_per_second: [[now, 900 + 300 * Math.sin(now / 3000)]],
      rejected_per_second: [[now, Math.floor(now / 1000) % 7]],
      batch_rows: [[now, 512]],
      lag: [[now, 5200 + 900 * Math.sin(now / 4000)]],
      latency_p99_ms: [[now, 37 + 4 * Math.sin(now / 2000)]],
    },
    status: status(events, now, started === 0 ? {} : {
      started_at: started, happened: [{ at: started, what: "started", of: null }],
    }),
  };
}
