// Scenes of what the pipeline file says of the page: its logo and accent, its titles, and the
// sentences of single records.
import { HEADLINE_SCENE } from "./headlines.mjs";
import { EVENT_TIME } from "./script.mjs";

/** @typedef {NonNullable<Parameters<typeof import("./script.mjs").greeting>[0]>} Scene */

const PLACES = [["广东", "Guangdong"], ["内蒙古", "Inner Mongolia"], ["上海", "Shanghai"], ["四川", "Sichuan"]];
const DEEDS = [["购买", "bought"], ["点击", "clicked"], ["加入购物车", "put something into the cart"]];

/** The sentence of the record with that number. @param {number} n */
export function sentence(n) {
  const [zh = "", en = ""] = PLACES[n % PLACES.length] ?? [];
  const [did = "", deed = ""] = DEEDS[n % DEEDS.length] ?? [];
  return {
    at: EVENT_TIME - 60_000 + n * 1000,
    text: { zh: `${zh}有人${did}，25–29 岁`, en: `Somebody in ${en} ${deed}, 25–29` },
  };
}

/** @type {Scene} */
export const LOOKS = {
  ...HEADLINE_SCENE,
  hello: { names: { zh: "双十一实时战报", en: "Singles' Day, live" }, look: { logo: "favicon.svg", accent: "#8a1538" } },
  schema: { ticker: { fields: ["province", "action", "age_range"] } },
  snapshot: { ticker: [0, 1, 2, 3, 4, 5].map(sentence) },
};
