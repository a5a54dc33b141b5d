// Scenes that the page must survive and explain, by name.
import { HEADLINE_SCENE } from "./headlines.mjs";
import { KEYS } from "./keys.mjs";
import { LIMITS } from "./limits.mjs";
import { LOOKS } from "./looks.mjs";
import { MAP_SCENE } from "./map.mjs";
import { STORES } from "./stores.mjs";
import { dimension, EVENTS, frame, panel, PANELS } from "./script.mjs";
import { TIMED_SCENE } from "./timed.mjs";

/** @typedef {NonNullable<Parameters<typeof import("./script.mjs").greeting>[0]>} Scene */

export const LONG = "长".repeat(10_000);
export const MARKUP = '<img src="https://example.invalid/x.png" onerror="document.title=\'owned\'">';

const UNREACHABLE = {
  code: "broker_unreachable", message: "cannot reach the brokers localhost:9092",
  args: { brokers: "localhost:9092" }, hint: "streamgauge check",
};

const HOSTILE_PANELS = [
  panel("markup", [MARKUP, MARKUP], "pie", dimension("d", ["维", "Dim"], [["a", MARKUP, MARKUP]])),
  panel("long", [LONG, LONG], "hbar", dimension("d", [LONG, LONG], [["a", LONG, LONG]])),
  panel("null", ["空值", "Nulls"], "bar", dimension("d", ["维", "Dim"], [["a", "甲", "A"], ["b", "乙", "B"]])),
  panel("negative", ["负值", "Negative"], "pie", dimension("d", ["维", "Dim"], [["a", "甲", "A"], ["b", "乙", "B"]])),
  panel("unknown", ["未知图表", "Unknown chart"], "sankey", dimension("d", ["维", "Dim"], [])),
  panel("number", ["单个数字", "One number"], "number", null),
  panel("broken", ["坏帧", "Broken frame"], "bar", dimension("d", ["维", "Dim"], [])),
  panel("line", ["折线", "Line"], "line", dimension("hour", ["小时", "Hour"], [])),
];

/** @param {(number | null)[]} cells @param {string[]} keys */
function cells(keys, cells) {
  const column = { events: cells };
  return { ...frame(keys, []), state: "ok", total: column, on_time: column, late: column };
}

const text = (/** @type {string} */ zh, /** @type {string} */ en) => ({ zh, en });
const BUYERS = { name: "buyers", title: text("买家数", "Buyers"), unit: null, additive: false };
const BUYERS_ERROR = { ...BUYERS, name: "buyers_error", title: text("误差", "Error"), error_of: "buyers" };
const HOURS = dimension("hour", ["小时", "Hour"],
  Array.from({ length: 24 }, (_, i) => [`${i}`, `${i}`.padStart(2, "0"), `${i}`.padStart(2, "0")]));
const ACTIONS = dimension("action", ["行为", "Action"], [
  ["0", "点击", "Click"], ["1", "加入购物车", "Add to cart"], ["2", "购买", "Buy"], ["3", "关注", "Favourite"],
]);
const CITIES = dimension("city", ["城市", "City"], [
  "北京市", "上海市", "广州市", "深圳市", "杭州市", "成都市", "武汉市", "西双版纳傣族自治州", "南京市",
  "Hohhot (Inner Mongolia)", "重庆市", "苏州市",
].map((city, i) => [`${i}`, city, city]));

/**
 * Cells of two dimensions; cells with nothing are left out.
 * @param {string[]} down @param {string[]} across @param {(line: number, column: number) => number} at
 */
function cross(down, across, at) {
  const all = down.flatMap((key, line) => across.map((second, column) =>
    ({ key, second, value: at(line, column) }))).filter((cell) => cell.value > 0);
  return {
    ...frame(all.map((cell) => cell.key), all.map((cell) => cell.value)),
    across: all.map((cell) => cell.second),
  };
}

/** Adds buyers, off by 1.2 % at most. @param {ReturnType<typeof frame>} of */
function withBuyers(of) {
  const scoped = (/** @type {"total" | "on_time" | "late"} */ scope) => {
    const buyers = of[scope].events.map((n) => Math.ceil(n * 0.31));
    return { ...of[scope], buyers, buyers_error: buyers.map((n) => Math.ceil(n * 0.012)) };
  };
  return { ...of, total: scoped("total"), on_time: scoped("on_time"), late: scoped("late") };
}

/** @param {number} line @param {number} column */
const wave = (line, column) => Math.max(0, Math.floor(
  9000 / (line + 1.5) * (Math.sin((column - 7) / 3.6) + 0.75) + ((line * 7 + column * 13) % 11) * 40 - 150));
const keysOf = (/** @type {{ labels: { key: string }[] }} */ of) => of.labels.map(({ key }) => key);

const CROSSED_PANELS = [
  panel("hours", ["城市与小时", "City by hour"], "heatmap", CITIES, {
    across: HOURS, measures: [EVENTS, BUYERS, BUYERS_ERROR], size: "large",
  }),
  panel("buyers", ["独立买家", "Unique buyers"], "number", null,
    { measures: [BUYERS, BUYERS_ERROR], size: "small", order: -1 }),
  panel("orders", ["成交", "Orders"], "number", null, { size: "small", order: -1 }),
  panel("actions", ["城市与行为", "City by action"], "heatmap", CITIES,
    { across: ACTIONS, size: "medium", order: -1 }),
  panel("cells", ["明细", "Details"], "table", CITIES,
    { across: ACTIONS, measures: [BUYERS, BUYERS_ERROR], size: "tall" }),
];

const SOURCES = dimension("from", ["来源", "Source"], [
  ["0", "搜索引擎的自然结果", "Organic results of search engines"], ["1", "直接访问", "Typed or bookmarked"],
  ["2", "其他网站的链接", "Links from other sites"], ["3", "社交媒体", "Social media"],
  ["4", "电子邮件推广活动", "Newsletters and other campaigns"], ["5", "付费广告", "Paid advertisements"],
  ["6", "未知", "Unknown"],
]);
const SOURCE_SHARES = [51_000, 32_000, 9000, 7000, 3100, 1200, 400];
const LOW_PANELS = [
  ...PANELS.slice(0, 2),
  ...Array.from({ length: 5 }, (_, i) => panel(`ring${i}`, [`来源 ${i + 1}`, `Sources ${i + 1}`], "pie", SOURCES)),
  panel("crowd", ["来源很多", "Many sources"], "pie", dimension("from", ["来源", "Source"], [])),
  ...PANELS.slice(2),
];

/** @type {Record<string, Scene>} */
export const SCENES = {
  live: {},
  tiles: MAP_SCENE,
  headlines: HEADLINE_SCENE,
  keys: KEYS,
  limits: LIMITS,
  looks: LOOKS,
  stores: STORES,
  timed: TIMED_SCENE,
  windowed: {
    panels: PANELS.map((of) => (Object.is(of.id, "behavior") ? { ...of, windows: ["cumulative", "1d"] } : of)),
  },
  waiting: {
    events: 0,
    series: {},
    clock: { event_time: null, watermark: null },
    status: {
      mode: "waiting", cause: UNREACHABLE, source: { kind: "kafka", name: "taobao_user_behavior" },
      events_per_second: null, lag: null, latency_p99_ms: null, partitions: [],
      checkpoint: { at: null, duration_ms: null, bytes: null, failures: 0, error: null },
    },
  },
  "catching-up": { status: { mode: "catching-up", lag: 4_200_000, catch_up_seconds: 96 } },
  failed: {
    status: {
      mode: "failed",
      cause: {
        code: "log_start_moved", message: "offset 5 is below the log start",
        args: { partition: 3, from: 5, to: 900, low: 900, high: 1200 },
        hint: "streamgauge state rebuild --accept-loss",
      },
    },
  },
  warned: {
    status: {
      warnings: [{
        code: "log_end_moved", message: "records that were read are no longer there",
        args: { partition: 3, from: 5, to: 900 }, hint: null,
      }, {
        code: "mostly_late", message: "more than half are late",
        args: { bound: "300s", bound_for_999: "185d" }, hint: null,
      }],
    },
  },
  degraded: {
    status: {
      warnings: [{
        code: "mostly_late", message: "more than half are late",
        args: { bound: "300s", bound_for_999: "185d" }, hint: null,
      }],
    },
  },
  troubled: {
    status: {
      stages: { waiting: 0.01, decode: 0.2, plugins: 0.2, publish: 0.05, blocked: 0.54 },
      partitions: Array.from({ length: 40 }, (_, partition) => ({
        partition, offset: 9_000_000 + partition, end: null, lag: null, watermark: null,
        state: ["running", "idle", "gap", "waiting", "ended", "failed"][partition % 6],
        gaps: partition % 7 === 0 ? [{ kind: "log_start_moved", from: 5, to: 9000 }] : [],
      })),
      checkpoint: { at: null, duration_ms: 4, bytes: 1e9, failures: 7, error: "disk is full" },
      dead_letters: { written: 9e9, by_reason: [["not_json", 8e9], ["refused_by_plugin", 4], ["a_new_reason", 1]] },
      late_output: null,
      happened: [
        ["started", null], ["waiting", "broker_unreachable"], ["resumed", null], ["quarantined", "gender"],
        ["gap", "3"], ["checkpoint_failed", null], ["checkpoint_stored", null], ["failed", "file_missing"],
      ].map(([what, of], i) => ({ at: Date.now() - 200_000 + i * 20_000, what, of })),
    },
  },
  ended: { status: { mode: "ended", lag: 0 } },
  quarantined: {
    frames: {
      gender: {
        rev: 2, state: "quarantined", reason: "deadline of 50 ms exceeded in `add`", window: null,
        keys: [], total: {}, on_time: {}, late: {}, other: null,
      },
    },
    status: {
      metrics: [
        { id: "age", on_time: 10, late: 2, folded: 9, excluded: 3, state: "ok", reason: null },
      ],
      checkpoint: { at: null, duration_ms: null, bytes: null, failures: 2, error: "disk is full" },
    },
  },
  hostile: {
    hello: { name: LONG },
    panels: HOSTILE_PANELS,
    frames: {
      markup: cells(["a", MARKUP], [5, 7]),
      long: cells(["a", LONG], [5, 7]),
      null: cells(["a", "b", "c"], [null, 4, 0]),
      negative: cells(["a", "b"], [-3, 8]),
      unknown: cells(["x", "__proto__", ""], [1, 2, 3]),
      number: cells([""], [42_195]),
      broken: { rev: 1, state: "ok", keys: ["a", "b"], total: { events: [1] } },
      line: cells(["0", "6", "12", "18"], [5, 12, 31, 22]),
    },
  },
  crossed: {
    panels: CROSSED_PANELS,
    frames: {
      hours: {
        ...withBuyers(cross(keysOf(CITIES), keysOf(HOURS), wave)),
        other: { keys: 19, total: { events: [4211] }, on_time: { events: [4211] }, late: { events: [0] } },
      },
      buyers: withBuyers(frame([""], [1_234_567])),
      orders: frame([""], [42_195]),
      actions: cross(keysOf(CITIES), keysOf(ACTIONS), (line, column) => wave(line, column * 5)),
      cells: withBuyers(cross(keysOf(CITIES), keysOf(ACTIONS), (line, column) => wave(line, column * 5))),
    },
  },
  rings: {
    panels: LOW_PANELS,
    frames: Object.fromEntries([
      ...Array.from({ length: 5 }, (_, i) => [`ring${i}`, frame(keysOf(SOURCES), SOURCE_SHARES)]),
      ["crowd", frame(
        Array.from({ length: 24 }, (_, i) => `channel ${i}`), Array.from({ length: 24 }, (_, i) => 900 - i * 30))],
    ]),
  },
  vast: {
    panels: [panel("vast", ["四百行", "Four hundred lines"], "heatmap",
      dimension("shop", ["店铺", "Shop"], []), { across: dimension("day", ["日期", "Day"], []) })],
    frames: {
      vast: cross(
        Array.from({ length: 412 }, (_, i) => `店铺 ${i}`),
        Array.from({ length: 30 }, (_, i) => `2015-11-${`${i + 1}`.padStart(2, "0")}`),
        (line, column) => wave(line % 40, column)),
    },
  },
  many: {
    panels: [
      ...PANELS,
      panel("weekday", ["星期", "Weekday"], "line", dimension("d", ["日", "Day"], [])),
      panel("device", ["设备", "Device"], "bar", dimension("d", ["设备", "Device"], [])),
    ],
    frames: {
      weekday: frame(["一", "二", "三", "四", "五", "六", "日"], [50, 61, 70, 64, 90, 140, 120]),
      device: frame(["Android", "iOS", "Mini program", "PC"], [51_000, 32_000, 9000, 7000]),
    },
  },
};
