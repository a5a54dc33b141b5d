// A scene with the provinces as tiles, over days: every province, two spellings of one, and
// keys that are none. The answers about windows belong to it.
import { dayOf } from "./every.mjs";
import { dimension, frame, panel, PANELS } from "./script.mjs";

/** @typedef {NonNullable<Parameters<typeof import("./script.mjs").greeting>[0]>} Scene */
/** @typedef {import("./api.mjs").Answer} Answer */

/** As the plugin spells them, from many events to few. */
const KEYS = /** @type {const} */ ([
  ["广东", "Guangdong"], ["浙江", "Zhejiang"], ["江苏", "Jiangsu"], ["山东", "Shandong"], ["河南", "Henan"],
  ["四川", "Sichuan"], ["上海市", "Shanghai"], ["北京市", "Beijing"], ["湖北", "Hubei"], ["湖南", "Hunan"],
  ["河北", "Hebei"], ["福建", "Fujian"], ["安徽", "Anhui"], ["辽宁", "Liaoning"], ["陕西", "Shaanxi"],
  ["江西", "Jiangxi"], ["重庆市", "Chongqing"], ["广西", "Guangxi"], ["黑龙江", "Heilongjiang"], ["山西", "Shanxi"],
  ["云南", "Yunnan"], ["天津市", "Tianjin"], ["吉林", "Jilin"], ["贵州", "Guizhou"], ["内蒙古", "Inner Mongolia"],
  ["新疆", "Xinjiang"], ["甘肃", "Gansu"], ["海南", "Hainan"], ["宁夏", "Ningxia"], ["青海", "Qinghai"],
  ["西藏", "Tibet"], ["香港", "Hong Kong"], ["台湾", "Taiwan"], ["澳门", "Macau"],
]);

const PROVINCE = dimension("province", ["省份", "Province"], KEYS.map(([zh, en]) => [zh, zh, en]));
const MAP = panel("province", ["省份分布", "Provinces"], "tiles", PROVINCE, { windows: ["cumulative", "1d"], sorted: true });

/** The events of each key; `turn` changes the order of neighbours. @param {number} events @param {number} turn */
function counts(events, turn) {
  return KEYS.map((_, i) => Math.floor((events * 0.11) / (i * 0.45 + 1) * (1 + 0.25 * Math.sin(i * 2.3 + turn))));
}

/** @param {number} events @param {number} [turn] */
export function mapFrame(events, turn = 0) {
  const known = counts(events, turn);
  return frame([...KEYS.map(([zh]) => zh), "440000", "Atlantis", ""], [...known, Math.floor(events / 900), Math.floor(events / 2000), 3]);
}

/** @type {Scene} */
export const MAP_SCENE = {
  panels: [...PANELS.slice(0, 3), MAP], frames: { province: mapFrame(1_234_567) },
};

/** The answers of a host with that scene. @param {string} name @param {URLSearchParams} query @returns {Answer | null} */
export function mapApi(name, query) {
  if (name === "panels/province/data") return { body: JSON.stringify({ ...mapFrame(50_000, 1), window: dayOf(0) }) };
  if (name !== "history" || query.get("metric") !== "province") return null;
  const days = [2, 1, 0].map((back) => {
    const made = mapFrame(60_000, back * 0.9);
    const rows = (/** @type {"total" | "on_time" | "late"} */ scope) =>
      made.keys.map((province, i) => ({ province, events: made[scope].events[i] }));
    return { window: dayOf(back), total: rows("total"), on_time: rows("on_time"), late: rows("late") };
  });
  const windows = days.filter(({ window }) => query.get("open") === "true" || window.state === "final");
  return { body: JSON.stringify({ metric: "province", truncated: false, windows }) };
}
