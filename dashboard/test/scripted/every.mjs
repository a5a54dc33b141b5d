// Scenes with every kind of chart, each with windows and several measures: what a page
// with many metrics must have room for. The answers about windows belong to them.
import { dimension, EVENT_TIME, EVENTS, frame, panel } from "./script.mjs";

/** @typedef {NonNullable<Parameters<typeof import("./script.mjs").greeting>[0]>} Scene */
/** @typedef {import("./api.mjs").Answer} Answer */
/** @typedef {ReturnType<typeof dimension>} Dimension */
/** @typedef {{ id: string, title: [string, string], chart: string, of: Dimension | null,
 *              across?: Dimension, more?: Record<string, unknown> }} Kind */

const DAY_MS = 86_400_000;
const DAYS = 60;

const measure = (/** @type {string} */ name, /** @type {[string, string]} */ [zh, en], /** @type {object} */ more = {}) =>
  ({ name, title: { zh, en }, unit: null, additive: true, ...more });
const MEASURES = [
  EVENTS,
  measure("buyers", ["独立买家数", "Unique buyers"], { additive: false }),
  measure("buyers_error", ["误差", "Error"], { additive: false, error_of: "buyers" }),
  measure("amount", ["成交金额", "Amount of all orders"], { unit: "元" }),
];

/** @param {number} n @param {(i: number) => [string, string, string]} label */
const labels = (n, label) => Array.from({ length: n }, (_, i) => label(i));

const SOURCES = dimension("source", ["来源", "Source"], [
  ["0", "搜索引擎的自然结果", "Organic results of search engines"], ["1", "直接访问", "Typed or bookmarked"],
  ["2", "其他网站的链接", "Links from other sites"], ["3", "社交媒体", "Social media"],
  ["4", "电子邮件推广活动", "Newsletters and other campaigns"], ["5", "付费广告", "Paid advertisements"],
  ["6", "未知", "Unknown"],
]);
const ACTIONS = dimension("action", ["行为", "Action"], [
  ["0", "点击", "Click"], ["1", "加入购物车", "Add to cart"], ["2", "购买", "Buy"], ["3", "关注", "Favourite"],
]);
const CATEGORIES = dimension("category", ["类目", "Category"], [
  ["0", "女装", "Women's clothing"], ["1", "家用电器", "Household appliances"], ["2", "手机数码", "Phones and cameras"],
  ["3", "母婴用品", "Mother and baby"], ["4", "食品生鲜", "Groceries"], ["5", "美妆护肤", "Beauty and skin care"],
  ["6", "运动户外", "Sports and outdoors"], ["7", "图书音像", "Books"],
]);
const PROVINCES = dimension("province", ["省份", "Province"], [
  "广东", "浙江", "江苏", "山东", "河南", "四川", "湖北", "湖南", "河北", "福建", "上海", "北京", "安徽", "辽宁", "陕西",
].map((name, i) => [`${i}`, name, `${name} Province`]));
const HOURS = dimension("hour", ["小时", "Hour"], labels(24, (i) => {
  const text = `${i}`.padStart(2, "0");
  return [`${i}`, text, text];
}));
const GENDERS = dimension("gender", ["性别", "Gender"], [
  ["0", "女", "Female"], ["1", "男", "Male"], ["2", "未知", "Unknown"],
]);

/** @type {readonly Kind[]} */
const KINDS = [
  { id: "source", title: ["用户来源分布", "Sources of visitors"], chart: "pie", of: SOURCES },
  { id: "category", title: ["各类目成交", "Orders by category"], chart: "bar", of: CATEGORIES },
  { id: "gender", title: ["性别", "Gender"], chart: "pie", of: GENDERS },
  { id: "province", title: ["省份排行", "Provinces"], chart: "hbar", of: PROVINCES, more: { top: 15, sorted: true } },
  { id: "hour", title: ["一天的走势", "Course of a day"], chart: "line", of: HOURS },
  { id: "crossed", title: ["类目与行为", "Categories by action"], chart: "heatmap", of: CATEGORIES, across: ACTIONS },
  { id: "sum", title: ["成交总数", "All orders"], chart: "number", of: null },
  { id: "list", title: ["明细", "Details"], chart: "table", of: ACTIONS },
];

/** @param {Kind} kind @param {number} i */
const idOf = (kind, i) => (i < KINDS.length ? kind.id : `${kind.id}${Math.floor(i / KINDS.length) + 1}`);

/** @param {number} count */
function kindsOf(count) {
  return Array.from({ length: count }, (_, i) => {
    const kind = /** @type {Kind} */ (KINDS[i % KINDS.length]);
    return { ...kind, id: idOf(kind, i) };
  });
}

/** @param {Kind} kind */
function cellsOf({ of, across }) {
  const keys = of === null ? [""] : of.labels.map(({ key }) => key);
  const second = across?.labels.map(({ key }) => key) ?? [null];
  return keys.flatMap((key, line) => second.map((of, column) =>
    ({ key, across: of, weight: (1 / (line + 1.4)) * (1 / (column * 1.7 + 1)) * (1 + ((line * 7) % 5) / 9) })));
}

/** @param {number[]} events */
const columns = (events) => ({
  events,
  buyers: events.map((n) => Math.ceil(n * 0.31)),
  buyers_error: events.map((n) => Math.ceil(n * 0.004)),
  amount: events.map((n) => Math.round(n * 128.4)),
});

/** A frame of all measures, of so many events. @param {Kind} kind @param {number} events */
export function everyFrame(kind, events) {
  const cells = cellsOf(kind);
  const total = cells.map(({ weight }) => Math.floor(weight * events));
  const made = frame(cells.map(({ key }) => key), total);
  return {
    ...made,
    ...(kind.across === undefined ? {} : { across: cells.map(({ across }) => across) }),
    total: columns(made.total.events), on_time: columns(made.on_time.events), late: columns(made.late.events),
    other: kind.chart === "hbar" ? {
      keys: 19,
      ...Object.fromEntries(["total", "on_time", "late"].map((scope) =>
        [scope, { events: [events], buyers: [null], buyers_error: [null], amount: [events * 90] }])),
    } : null,
  };
}

/** Day `back` days before the open one, as the host writes it. @param {number} back */
export function dayOf(back) {
  const start = EVENT_TIME - back * DAY_MS;
  const local = (/** @type {number} */ ms) => `${new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
  return { spec: "1d", start: local(start), end: local(start + DAY_MS), state: back === 0 ? "open" : "final" };
}

/** A scene with so many metrics. @param {number} count @returns {Scene} */
export function every(count) {
  const kinds = kindsOf(count);
  return {
    panels: kinds.map(({ id, title, chart, of, across, more }, i) => panel(id, title, chart, of, {
      windows: i % 2 === 0 ? ["cumulative", "1d"] : ["1d", "cumulative"], measures: MEASURES,
      ...(across === undefined ? {} : { across }), ...more,
    })),
    frames: Object.fromEntries(kinds.map((kind) => [kind.id, everyFrame(kind, 1_234_567)])),
  };
}

/** The frames of such a scene at so many events. @param {number} count @param {number} events */
export function everyFrames(count, events) {
  return Object.fromEntries(kindsOf(count).map((kind) => [kind.id, everyFrame(kind, events)]));
}

/** The answers of such a host. @param {string} name @param {URLSearchParams} query @returns {Answer | null} */
export function everyApi(name, query) {
  const found = /^panels\/([^/]+)\/(data|compare)$/u.exec(name);
  const id = name === "history" ? query.get("metric") : found?.[1];
  const kind = KINDS.find((kind) => kind.id === id?.replace(/\d+$/u, ""));
  if (kind === undefined) return null;
  return { body: JSON.stringify(name === "history" ? historyOf(kind, query)
    : found?.[2] === "compare" ? compareOf(kind, query) : dataOf(kind, query)) };
}

/** Closed days, as of a metric without smaller windows. @param {Kind} kind @param {URLSearchParams} query */
function compareOf(kind, query) {
  const [now, before] = [dayOf(1), dayOf(2)];
  return {
    to: query.get("to"), window: query.get("window"),
    start: Date.parse(now.start), until: Date.parse(now.end), before_start: Date.parse(before.start), before_until: Date.parse(before.end),
    now: everyFrame(kind, 20_000), before: everyFrame(kind, 17_300), reason: "no-finer", hint: 'windows = ["cumulative", "1d", "1h"]',
  };
}

/** @param {Kind} kind @param {URLSearchParams} query */
function dataOf(kind, query) {
  const wanted = query.get("window") ?? "";
  const back = wanted.includes("@") ? Array.from({ length: DAYS }, (_, i) => i).find((i) => wanted.endsWith(dayOf(i).start)) : 0;
  return { ...everyFrame(kind, 20_000 - (back ?? 0) * 100), window: wanted === "cumulative" ? null : dayOf(back ?? 0) };
}

/** @param {Kind} kind @param {URLSearchParams} query */
function historyOf(kind, query) {
  const count = Math.min(DAYS, Number(query.get("last") ?? DAYS));
  const windows = Array.from({ length: count }, (_, i) => count - 1 - i).map((back) => {
    const made = everyFrame(kind, 40_000 + 15_000 * Math.sin(back));
    const rows = (/** @type {"total" | "on_time" | "late"} */ scope) => cellsOf(kind).map(({ key, across }, i) => ({
      ...(kind.of === null ? {} : { [kind.of.name]: key }),
      ...(kind.across === undefined ? {} : { [kind.across.name]: across }),
      ...Object.fromEntries(Object.entries(made[scope]).map(([name, values]) => [name, values[i]])),
    }));
    return { window: dayOf(back), total: rows("total"), on_time: rows("on_time"), late: rows("late") };
  });
  return {
    metric: query.get("metric"), truncated: false,
    windows: windows.filter(({ window }) => query.get("open") === "true" || window.state === "final"),
  };
}

/** The screens for which the page is made: a laptop, two walls, an upright one, a phone. */
export const PLACES = ["1366x768", "1920x1080", "3840x2160", "1080x1920", "390x844"];

/** What a reader may have chosen of such a page, as addresses say it. */
export const CHOICES = {
  opened: "",
  trends: "trend.source=1&trend.category=1&trend.hour=1&trend.sum=1&measure.category=1&trend.province=1",
  past: ["source", "category", "gender", "province", "hour", "crossed", "sum", "list"]
    .map((id) => `window.${id}=${encodeURIComponent(`1d@${dayOf(3).start}`)}&measure.${id}=1`).join("&"),
  last: ["source", "category", "gender", "province", "hour", "crossed"]
    .map((id) => `window.${id}=1d*7&measure.${id}=2`).join("&"),
  compared: "time=1d&against=previous&slice.crossed=2&change.crossed=1",
};
