// A scene with thresholds: bars, a ranking, a ring, tiles, a table and a number that are beyond
// one, and figures in units.
import { MAP_SCENE } from "./map.mjs";
import { dimension, frame, panel, PANELS } from "./script.mjs";

/** @typedef {NonNullable<Parameters<typeof import("./script.mjs").greeting>[0]>} Scene */

/** @param {string} level @param {string} side @param {number} value @param {Record<string, unknown>} [more] */
export const threshold = (level, side, value, more = {}) =>
  ({ measure: "events", key: null, window: null, level, side, value, ...more });

const [behavior, age] = PANELS;
const map = MAP_SCENE.panels?.at(-1);
const quantiles = panel("took", ["耗时", "Response time"], "bar", dimension("quantile", ["分位", "Quantile"], []), {
  measures: [{ name: "value", title: { zh: "耗时", en: "Response time" }, unit: "ms", additive: false }],
  thresholds: [threshold("warn", "above", 1000, { measure: "value" }), threshold("bad", "above", 5000, { measure: "value" })],
});
const traffic = panel("traffic", ["流量", "Traffic"], "hbar", dimension("host", ["主机", "Host"], []), {
  measures: [{ name: "bytes", title: { zh: "流量", en: "Bytes" }, unit: "B", additive: true }], sorted: true,
  thresholds: [threshold("bad", "above", 15_000_000, { measure: "bytes" }), threshold("warn", "below", 1_000_000, { measure: "bytes" })],
});
const errors = panel("errors", ["错误率", "Error rate"], "number", null, {
  measures: [{ name: "rate", title: { zh: "错误率", en: "Error rate" }, unit: "%", additive: false }], size: "small",
  thresholds: [threshold("bad", "above", 20, { measure: "rate" })],
});

/** @param {string} name @param {string[]} keys @param {number[]} values */
function figures(name, keys, values) {
  const column = { [name]: values };
  return { ...frame(keys, []), state: "ok", total: column, on_time: column, late: { [name]: values.map(() => 0) } };
}

/** @type {Scene} */
export const LIMITS = {
  panels: [
    { ...behavior, thresholds: [threshold("warn", "below", 50_000, { key: "2" })] },
    { ...age, thresholds: [threshold("warn", "above", 240_000), threshold("bad", "above", 300_000), threshold("bad", "below", 3000, { key: "1" })] },
    quantiles, traffic, errors,
    { ...map, thresholds: [threshold("bad", "above", 100_000), threshold("warn", "below", 3000)] },
  ],
  frames: {
    province: MAP_SCENE.frames?.["province"],
    took: figures("value", ["p50", "p90", "p99", "p99.9"], [18, 240, 1800, 9400]),
    traffic: figures("bytes", ["web-1", "web-2", "web-3", "cdn", "api", "mail"], [17_812_345, 17_834_000, 12_100_000, 6_400_000, 2_000_000, 412_000]),
    errors: figures("rate", [""], [27.345]),
  },
};
