// A scene with figures above the panels: one that is giant, a share, a target, comparisons of
// each kind, and each reason for which there is none.
import { EVENT_TIME } from "./script.mjs";

/** @typedef {NonNullable<Parameters<typeof import("./script.mjs").greeting>[0]>} Scene */

const DAY_MS = 86_400_000;
/** 14:00 of the day before the one of the event time, in the pipeline's zone. */
const UNTIL = EVENT_TIME - 10 * 3_600_000;

/** @param {string} id @param {string} zh @param {string} en @param {Record<string, unknown>} [more] */
const headline = (id, zh, en, more = {}) => ({
  id, title: { zh, en }, unit: null, metric: "behavior", view: "all", measure: "events", key: null, per: null,
  window: "cumulative", target: null, giant: false, compare: [], ...more,
});

/** @param {string} to @param {number | null} now @param {number | null} before @param {Record<string, unknown>} [more] */
const change = (to, now, before, more = {}) => ({ to, now, before, until: UNTIL, reason: null, hint: null, ...more });

export const HEADLINES = [
  headline("all", "今日事件总数", "Events today", { giant: true, window: "1d", compare: ["previous", "7d", "1y"], target: 1_500_000 }),
  headline("buy", "购买", "Purchases", { key: "2", unit: "笔", window: "1d", compare: ["1d", "7d"] }),
  headline("rate", "购买占比", "Share of purchases", { key: "2", per: "sum", compare: ["7d"], target: 0.04 }),
  headline("cart", "加购", "Added to cart", { key: "1", window: "1d", compare: ["1d"] }),
  headline("women", "女性用户事件", "Events of women", { metric: "gender", key: "0", compare: ["1d", "1y"] }),
  headline("none", "没有面板的数字", "A figure without a panel", { metric: "gone", compare: ["previous"] }),
];

/** What the figures are worth at so many events. @param {number} events */
export function figures(events) {
  const buys = Math.floor(events * 0.028);
  /** @type {(id: string, value: number | null, changes: unknown[], more?: Record<string, unknown>) => Record<string, unknown>} */
  const value = (id, value, changes, more = {}) => ({ id, value, start: EVENT_TIME - DAY_MS, end: EVENT_TIME, stale: null, changes, ...more });
  return [
    value("all", events, [
      change("previous", events, Math.floor(events * 0.89)), change("7d", events, Math.floor(events * 1.043)),
      change("1y", null, null, { reason: "no-history", until: null }),
    ]),
    value("buy", buys, [change("1d", buys, Math.floor(buys * 0.42)), change("7d", buys, 0)]),
    value("rate", 0.028, [change("7d", 0.028, 0.0261)]),
    value("cart", Math.floor(events * 0.0528), [change("1d", 900, null, { reason: "no-finer", hint: 'windows = ["1h"]' })]),
    value("women", Math.floor(events * 0.66), [
      change("1d", 700_000, 700_001), change("1y", null, null, { reason: "not-yet", until: null }),
    ], { stale: "lagging" }),
    value("none", null, [change("previous", null, null, { reason: "failed", until: null })]),
  ];
}

/** @type {Scene} */
export const HEADLINE_SCENE = { headlines: HEADLINES, figures: figures(1_234_567) };
