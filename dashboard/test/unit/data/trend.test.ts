import { describe, expect, it } from "vitest";
import { TREND_KEYS_MAX, trendKind, trendOf, trendTable } from "../../../src/data/trend";
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
    expect(trend.windows.at(-1)).toEqual({ name: "2015-11-11", short: "11-11", isOpen: true });
    const late = trendOf(behavior, windows, "late", 0, ctx);
    expect(late.series[0]?.values[0]).toBeLessThan(trend.series[0]?.values[0] ?? 0);
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
});
