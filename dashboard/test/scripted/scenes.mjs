// Scenes that the page must survive and explain, by name.
import { dimension, frame, panel, PANELS } from "./script.mjs";

/** @typedef {NonNullable<Parameters<typeof import("./script.mjs").greeting>[0]>} Scene */

export const LONG = "长".repeat(10_000);
export const MARKUP = '<img src="https://example.invalid/x.png" onerror="document.title=\'owned\'">';

const UNREACHABLE = {
  code: "broker_unreachable", message: "cannot reach the brokers localhost:9092",
  args: { brokers: "localhost:9092" }, hint: "cargo xtask kafka up",
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

/** @type {Record<string, Scene>} */
export const SCENES = {
  live: {},
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
        hint: "streamgauge run --rebuild",
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
