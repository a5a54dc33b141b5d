import { describe, expect, it } from "vitest";
import { keyFacts } from "../../src/panels/key-card";
import { TREND_KEYS_MAX, trendKind, trendOf, trendTable } from "../../src/data/trend";
import { trendPlot } from "../../src/plots/trend-plot";
import { decodeTrend, TREND_WINDOWS } from "../../src/wire/windows";
import { Windows } from "../../src/net/windows";
import { history } from "../scripted/api.mjs";
import { SCENES } from "../scripted/scenes.mjs";
import { contextOf, greeted } from "./helpers";

const state = greeted(SCENES["windowed"]);
const ctx = contextOf(state, "en");
const panelOf = (id: string, of = state) => {
  const panel = of.panels?.find((each) => each.id === id);
  if (panel === undefined) throw new Error(`no panel ${id}`);
  return panel;
};
const behavior = panelOf("behavior");
const told = history(new URLSearchParams("metric=behavior&window=1d&last=30&open=true"));
const windows = decodeTrend(told, "1d");

describe("the last windows", () => {
  it("are read in the order of time, of one kind, and bounded", () => {
    expect(windows).toHaveLength(TREND_WINDOWS);
    expect(windows.at(-1)).toMatchObject({ isOpen: true, span: { start: "2015-11-11T00:00:00+08:00" } });
    expect(decodeTrend(told, "7d")).toEqual([]);
    const more = { windows: [...told.windows, ...told.windows].reverse() };
    expect(decodeTrend(more, "1d")).toHaveLength(TREND_WINDOWS);
  });

  it.each([[null], [7], [{ windows: [null, {}, { window: { spec: "1d" } }] }]])("are none for %j", (value) => {
    expect(decodeTrend(value, "1d")).toEqual([]);
  });

  it("are there where a metric has any", () => {
    expect(trendKind(behavior.windows, null)).toBe("1d");
    expect(trendKind(["cumulative", "1h", "1d"], "1d")).toBe("1d");
    expect(trendKind(panelOf("age").windows, "1d")).toBeNull();
  });
});

describe("a course", () => {
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
    expect(trendPlot(trend, { width: 400, height: 200, fontPx: 16 }, ctx.format).lines).toHaveLength(TREND_KEYS_MAX);
  });

  it("stays in its box", () => {
    const trend = trendOf(behavior, windows, "total", 0, ctx);
    const plot = trendPlot(trend, { width: 400, height: 160, fontPx: 16 }, ctx.format);
    expect(plot.bars).toHaveLength(TREND_WINDOWS * 4);
    expect(plot.bars.every(({ x, y, width, height }) =>
      x >= 0 && x + width <= 400 && y >= 0 && height >= 0 && y + height <= 160)).toBe(true);
  });

  it("is a table too, the newest window first", () => {
    const table = trendTable(trendOf(behavior, windows, "total", 0, ctx), ctx);
    expect([table.labels[0], table.columns.map(({ title }) => title)])
      .toEqual([["2015-11-11 · still open"], ["Click", "Add to cart", "Buy", "Favourite"]]);
  });

  it("is asked for as figures change, but not more often than can be followed", async () => {
    let time = 0;
    let asked = 0;
    const timers: (() => void)[] = [];
    const source = new Windows({
      ask: async () => { asked += 1; return told; }, now: () => time,
      later: (act) => timers.push(act), changed: () => undefined,
    });
    for (let rev = 1; rev <= 40; rev += 1) {
      source.trend("behavior", "1d", rev);
      for (let i = 0; i < 8; i += 1) await Promise.resolve();
      time += 500;
      for (const act of time % 5000 === 0 ? timers.splice(0) : []) act();
    }
    expect(asked).toBeGreaterThan(2);
    expect(asked).toBeLessThan(7);
    const before = asked;
    time += 60_000;
    source.trend("behavior", "1d", null);
    expect(asked).toBe(before);
  });
});

describe("one key", () => {
  it("is told exactly", () => {
    const frame = state.frames.get("gender");
    if (frame === undefined) throw new Error("no frame");
    const found = keyFacts(panelOf("gender"), frame, { key: "1", second: null }, ctx);
    expect(found?.label).toBe("Male");
    expect(found?.facts.map(({ name, text }) => `${name} ${text}`))
      .toEqual(["Total 358,024", "On time 350,864", "Late 7,160", "Share 29.0%"]);
    expect(keyFacts(panelOf("gender"), frame, { key: "gone", second: null }, ctx)).toBeNull();
  });

  it("of two dimensions is a cell, with all measures", () => {
    const crossed = greeted(SCENES["crossed"]);
    const frame = crossed.frames.get("hours");
    const [key] = frame?.keys ?? [];
    const [second] = frame?.across ?? [];
    if (frame === undefined || key === undefined || second === undefined) throw new Error("no cell");
    const found = keyFacts(panelOf("hours", crossed), frame, { key, second }, ctx);
    expect(found?.label).toMatch(/^北京市 · \d\d$/);
    expect(found?.facts.map(({ name }) => name)).toContain("Buyers · Total");
  });
});
