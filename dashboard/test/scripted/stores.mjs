// A scene with tiles in a layout of the pipeline file: the floors of a shopping centre.
import { dimension, frame, panel, PANELS } from "./script.mjs";

/** @typedef {NonNullable<Parameters<typeof import("./script.mjs").greeting>[0]>} Scene */

/** @type {readonly (readonly [key: string, zh: string, en: string, row: number, column: number])[]} */
const UNITS = [
  ["s1", "咖啡", "Coffee", 3, 1], ["s2", "书店", "Books", 3, 2], ["s3", "超市", "Market", 3, 4],
  ["s4", "影院", "Cinema", 2, 1], ["s5", "餐厅", "Dining", 2, 3], ["s6", "服装", "Clothes", 2, 4],
];

export const STORES_LAYOUT = {
  name: "stores",
  units: UNITS.map(([key, zh, en, row, column]) => ({ key, text: { zh, en }, row, column, aliases: key === "s1" ? ["S-001"] : [] })),
};

/** @type {Scene} */
export const STORES = {
  panels: [
    ...PANELS.slice(0, 2),
    panel("stores", ["门店", "Stores"], "tiles", dimension("store", ["门店", "Store"], []), { layout: "stores", sorted: true }),
  ],
  frames: { stores: frame(["s2", "S-001", "s5", "s6", "s3", "s9"], [52_000, 47_000, 30_100, 30_140, 9000, 12]) },
  schema: { layouts: [STORES_LAYOUT] },
};
