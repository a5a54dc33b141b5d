import { describe, expect, it } from "vitest";
import { OTHER_KEY } from "../../../src/data/rows";
import { isOverWindows, TREND_KEYS_MAX, trendKind, trendOf, trendTable, trendWords, windowWords, type Trend } from "../../../src/data/trend";
import type { Panel } from "../../../src/wire/shapes";
import { decodeTrend } from "../../../src/wire/windows";
import { history } from "../../scripted/api.mjs";
import { SCENES } from "../../scripted/scenes.mjs";
import { contextOf, greeted, panelIn } from "../fixtures";

const state = greeted(SCENES["windowed"]);
const ctx = contextOf(state, "en");
const behavior = panelIn(state, "behavior");
const told = history(new URLSearchParams("metric=behavior&window=1d&last=30&open=true"));
const windows = decodeTrend(told, "1d");

describe("a trend", () => {
  it("has a bar for each window and a part for each key, by its own name and colour", () => {
    const trend = trendOf(behavior, windows, "total", 0, ctx);
    expect(trend.series.map(({ label, color }) => [label, color]))
      .toEqual([["Click", 0], ["Add to cart", 1], ["Buy", 2], ["Favourite", 3]]);
    expect(trend.windows.at(-1)).toMatchObject({ name: "2015-11-11", short: "11-11", isOpen: true });
    const late = trendOf(behavior, windows, "late", 0, ctx);
    expect(late.series[0]?.values[0]).toBeLessThan(trend.series[0]?.values[0] ?? 0);
  });

  it("tells all of a window at once, with the sum", () => {
    const trend = trendOf(behavior, windows, "total", 0, ctx);
    const last = windows.length - 1;
    const sum = trend.series.reduce((total, { values }) => total + (values[last] ?? 0), 0);
    const lines = windowWords(trend, last, ctx).split("\n");
    expect(lines[0]).toBe("2015-11-11 · still open");
    expect(lines.slice(1, -1).map((line) => line.split(":")[0])).toEqual(["Click", "Add to cart", "Buy", "Favourite"]);
    expect(lines.at(-1)).toBe(`Total: ${ctx.format.full(sum)}`);
  });

  const many = (additive: boolean) => {
    const measures = behavior.measures.map((measure) => ({ ...measure, additive }));
    const rows = Array.from({ length: 20 }, (_, i) => ({ action: `k${i}`, events: i + 1 }));
    const [first] = windows;
    if (first === undefined) throw new Error("no window");
    return trendOf({ ...behavior, measures }, [{ ...first, rows: { total: rows, on_time: [], late: [] } }], "total", 0, ctx);
  };

  it("sums up the keys beyond the largest", () => {
    const { series, isStacked } = many(true);
    expect([series.length, series.at(-1)?.label, series.at(-1)?.values]).toEqual([TREND_KEYS_MAX + 1, "Other (14)", [105]]);
    expect(isStacked).toBe(true);
  });

  it("leaves them out where they cannot be summed, and stacks nothing", () => {
    const trend = many(false);
    expect([trend.series.length, trend.isStacked]).toEqual([TREND_KEYS_MAX, false]);
  });

  it("is a table too, the newest window first", () => {
    const table = trendTable(trendOf(behavior, windows, "total", 0, ctx), ctx);
    expect([table.labels[0], table.columns.map(({ title }) => title)])
      .toEqual([["2015-11-11 · still open"], ["Click", "Add to cart", "Buy", "Favourite"]]);
  });

  it("are there where a metric has any", () => {
    expect(trendKind(behavior.windows, null)).toBe("1d");
    expect(trendKind(["cumulative", "1h", "1d"], "1d")).toBe("1d");
    expect(trendKind(panelIn(state, "age").windows, "1d")).toBeNull();
  });

  /** A trend over windows with the given rows, of a metric with those measures. */
  const over = (rows: readonly (readonly Record<string, unknown>[])[], more: Partial<Panel> = {}, only: string | null = null) => {
    const [first] = windows;
    if (first === undefined) throw new Error("no window");
    return trendOf({ ...behavior, ...more }, rows.map((total) => ({ ...first, rows: { total, on_time: [], late: [] } })),
      "total", 0, ctx, only);
  };
  const values = (trend: Trend) => trend.series.map(({ key, values }) => [key, ...values]);

  it("tells a window without a key from one in which its value is not known", () => {
    expect(values(over([[{ action: "0", events: 5 }], [{ action: "0", events: null }], []]))).toEqual([["0", 5, null, null]]);
    expect(over([]).series).toEqual([]);
  });

  it("sums up the cells of a second dimension where that is allowed", () => {
    const cells = [[{ action: "0", events: 5 }, { action: "0", events: null }, { action: "0", events: 2 }]];
    expect(values(over(cells))).toEqual([["0", 7]]);
    const peak = behavior.measures.map((measure) => ({ ...measure, additive: false }));
    expect(values(over(cells, { measures: peak }))).toEqual([["0", 5]]);
  });

  it("keeps the keys that are the largest over all windows, in the order of their labels", () => {
    const rows = Array.from({ length: TREND_KEYS_MAX + 2 }, (_, i) => ({ action: `${i}`, events: 10 + i }));
    const trend = over([rows, [{ action: "1", events: -500 }]]);
    expect(trend.series.map(({ key }) => key)).toEqual(["1", "3", "7", "6", "5", "4", OTHER_KEY]);
    expect(trend.series.at(-1)?.values).toEqual([10 + 12, 0]);
    expect(over([rows], { sorted: true }).series.slice(0, 2).map(({ key }) => key)).toEqual(["7", "6"]);
  });

  it("is of one key alone where a reader chose it, even without a value", () => {
    const rows = [[{ action: "0", events: 5 }, { action: "2", events: 1 }], [{ action: "0", events: 6 }]];
    const trend = over(rows, {}, "2");
    expect([values(trend), trend.series[0]?.label]).toEqual([[["2", 1, null]], "Buy"]);
    expect(values(over(rows, {}, "gone"))).toEqual([["gone", null, null]]);
  });

  it("of a metric without a dimension is one line with the name of its measure", () => {
    const trend = over([[{ events: 5 }], [{ events: 6 }]], { dimension: null });
    expect([values(trend), trend.series[0]?.label]).toEqual([[["", 5, 6]], "Events"]);
    // The colour is that of the metric.
    expect(trend.series[0]?.color).toBe(over([[{ events: 1 }]], { dimension: null }).series[0]?.color);
  });

  it("takes keys that are no texts by what they say", () => {
    expect(values(over([[{ action: 0, events: 1 }, { action: true, events: 2 }, { events: 4 }, { action: {}, events: 8 }]])))
      .toEqual([["0", 1], ["", 12], ["true", 2]]);
  });

  it("is said in words: its name, how many windows, and the newest of them", () => {
    const trend = over([[{ action: "0", events: 5 }], [{ action: "0", events: 26_000 }, { action: "1", events: null }]]);
    expect(trendWords("Behaviour", trend, ctx)).toMatch(/^Behaviour · Latest 2 days · 2015-10-13: Click 26\.0K, Add to cart —$/);
    expect(trendWords("Behaviour", over([]), ctx)).toBe("Behaviour");
  });
});

describe("a panel over its windows", () => {
  const age = panelIn(state, "age");

  it.each([
    ["its file asks for it", { ...behavior, over: "windows" as const }, true],
    ["a line has no keys to go along", { ...behavior, chart: "line", dimension: null }, true],
    ["a line has keys", { ...behavior, chart: "line" }, false],
    ["nobody asks for it", behavior, false],
    ["its metric has no windows", { ...age, over: "windows" as const }, false],
  ])("is one where %s: %#", (_name, panel, isOver) => {
    expect(isOverWindows(panel)).toBe(isOver);
  });
});
