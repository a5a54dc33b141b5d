// A scene in which one dimension is met in several panels: as tiles, as a list that is cut
// before most keys, as cells of two dimensions, and as the second of two.
import { mapApi, MAP_SCENE } from "./map.mjs";
import { dimension, frame, panel, PANELS } from "./script.mjs";

/** @typedef {NonNullable<Parameters<typeof import("./script.mjs").greeting>[0]>} Scene */

const map = /** @type {ReturnType<typeof panel>} */ (MAP_SCENE.panels?.at(-1));
const PROVINCE = map.dimension;
const ACTION = dimension("action", ["行为", "Action"], [["0", "点击", "Click"], ["2", "购买", "Buy"]]);
const BYTES = { name: "bytes", title: { zh: "流量", en: "Traffic" }, unit: "B", additive: true };

const TOP = panel("traffic", ["流量排行", "Traffic"], "hbar", PROVINCE, { measures: [BYTES], top: 2, sorted: true });
const CROSS = panel("bought", ["省份与行为", "Provinces by action"], "heatmap", PROVINCE, { across: ACTION });
const TURNED = panel("turned", ["行为与省份", "Actions by province"], "heatmap", ACTION, { across: PROVINCE });

/** @param {string[]} keys @param {number[]} bytes @param {unknown} other */
function traffic(keys, bytes, other) {
  const column = { bytes };
  return { ...frame(keys, []), state: "ok", total: column, on_time: column, late: { bytes: bytes.map(() => 0) }, other };
}

const rest = { bytes: [9_000_000] };

/** @type {Scene} */
export const KEYS = {
  panels: [...PANELS.slice(0, 1), map, TOP, CROSS, TURNED],
  frames: {
    province: MAP_SCENE.frames?.["province"],
    traffic: traffic(["广东", "浙江"], [17_800_000, 9_100_000], { keys: 32, total: rest, on_time: rest, late: { bytes: [0] } }),
    bought: { ...frame(["广东", "广东", "浙江"], [900, 300, 500]), across: ["0", "2", "0"] },
    turned: { ...frame(["0", "0", "2"], [900, 500, 300]), across: ["广东", "浙江", "广东"] },
  },
};

/** The answers of a host with that scene: rows that lists are cut before, and days. @param {string} name @param {URLSearchParams} query */
export function keysApi(name, query) {
  if (name === "panels/traffic/data" && query.get("key") !== null) {
    return { body: JSON.stringify(traffic([query.get("key") ?? ""], [412_000], null)) };
  }
  return mapApi(name, query);
}
