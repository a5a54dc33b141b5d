import { describe, expect, it } from "vitest";
import { trendOf, trendTable, windowWords } from "../../../src/data/trend";
import { Crosshair, placeAt } from "../../../src/plots/crosshair";
import { peakOf, trendPlot } from "../../../src/plots/trend-plot";
import { decodeTrend, TREND_WINDOWS } from "../../../src/wire/windows";
import { history } from "../../scripted/api.mjs";
import { SCENES } from "../../scripted/scenes.mjs";
import { contextOf, greeted, panelIn } from "../fixtures";

const state = greeted(SCENES["windowed"]);
const ctx = contextOf(state, "en");
const behavior = panelIn(state, "behavior");
const told = history(new URLSearchParams("metric=behavior&window=1d&last=30&open=true"));
const windows = decodeTrend(told, "1d");

describe("the picture of a trend", () => {
  it("stays in its box", () => {
    const trend = trendOf(behavior, windows, "total", 0, ctx);
    const plot = trendPlot(trend, { width: 400, height: 160, fontPx: 16 }, ctx.format);
    expect(plot.bars).toHaveLength(TREND_WINDOWS * 4);
    expect(plot.bars.every(({ x, y, width, height }) =>
      x >= 0 && x + width <= 400 && y >= 0 && height >= 0 && y + height <= 160)).toBe(true);
  });

  it("has lines where nothing is stacked, with a gap where a window has no value", () => {
    const trend = trendOf(behavior, windows, "total", 0, ctx);
    const series = trend.series.map((each, i) => ({ ...each, values: each.values.map((value, at) => (i === 0 && at === 3 ? null : value)) }));
    const { bars, lines } = trendPlot({ ...trend, series, isStacked: false }, { width: 400, height: 160, fontPx: 16 }, ctx.format);
    expect([bars.length, lines.length]).toEqual([0, 4]);
    expect(lines.map(({ path }) => path.match(/M/gu)?.length)).toEqual([2, 1, 1, 1]);
  });
});

describe("a trend with thresholds", () => {
  const limit = { measure: "events", key: null, window: null, level: "bad" as const, side: "above" as const, value: 100 };
  const panel = { ...behavior, thresholds: [limit, { ...limit, key: "2", value: 1 }, { ...limit, window: "1h", value: 2 }] };
  const box = { width: 400, height: 160, fontPx: 16 };
  const plotOf = (only: string | null, scope: "total" | "late" = "total") => trendPlot(trendOf(panel, windows, scope, 0, ctx, only), box, ctx.format);

  it("has lines where a bar is of one key, and none through bars on each other", () => {
    expect(plotOf(null).limits).toEqual([]);
    expect(plotOf("2").limits.map(({ level }) => level)).toEqual(["bad", "bad"]);
    expect(plotOf("0").limits).toHaveLength(1);
    expect(plotOf("2", "late").limits).toEqual([]);
    expect(plotOf("2").limits.every(({ y }) => y > 0 && y < 160)).toBe(true);
  });

  it("says in words what is beyond, and marks it in the table", () => {
    const trend = trendOf(panel, windows, "total", 0, ctx);
    const [, click = ""] = windowWords(trend, 0, ctx).split("\n");
    expect(click).toMatch(/^Click: [\d,]+ ✖ too high$/u);
    const [column] = trendTable(trend, ctx).columns;
    expect([column?.cells.at(-1)?.startsWith("✖ too high "), column?.levels?.at(-1)]).toEqual([true, "bad"]);
  });
});

describe("one huge window", () => {
  const BOX = { width: 400, height: 160, fontPx: 16 };
  const plain = trendOf(behavior, windows, "total", 0, ctx);
  const huge = {
    ...plain, series: plain.series.map((each) => ({ ...each, values: each.values.map((value, i) => (i === 7 ? (value ?? 0) * 20 : value)) })),
  };
  const heightOf = (bars: ReturnType<typeof trendPlot>["bars"], window: number) =>
    bars.filter((bar) => bar.window === window).reduce((sum, { height }) => sum + height, 0);

  it("is cut, and says so, and the others are seen", () => {
    const { bars, peak, cuts } = trendPlot(huge, BOX, ctx.format);
    expect(peak?.window).toBe(7);
    expect(cuts).toHaveLength(1);
    expect(heightOf(bars, 8)).toBeGreaterThan(40);
    expect(bars.every(({ y, height }) => y >= 0 && y + height <= BOX.height)).toBe(true);
    expect(trendPlot(plain, BOX, ctx.format)).toMatchObject({ peak: null, cuts: [] });
  });

  it("is one where there are several others, and more than a little higher", () => {
    expect([peakOf([1, 1, 1, 9])?.times, peakOf([1, 1, 9]), peakOf([5, 4, 5, 9]), peakOf([0, 0, 0, 9])]).toEqual([9, null, null, null]);
  });

  it("has its place on a logarithmic axis, on which nothing has none", () => {
    const zero = { ...huge, series: huge.series.map((each) => ({ ...each, values: each.values.map((value, i) => (i === 2 ? 0 : value)) })) };
    const { bars, lines, peak, ys } = trendPlot(zero, BOX, ctx.format, "log");
    expect([bars, peak]).toEqual([[], null]);
    expect(lines.map(({ path }) => path.match(/M/gu)?.length)).toEqual([2, 2, 2, 2]);
    expect(ys.length).toBeGreaterThanOrEqual(2);
    const places = lines.flatMap(({ path }) => [...path.matchAll(/[ML][\d.]+ ([\d.]+)/gu)].map(([, y]) => Number(y)));
    expect([Math.min(...places) >= 0, Math.max(...places) <= BOX.height]).toEqual([true, true]);
    expect(trendPlot({ ...plain, series: [] }, BOX, ctx.format, "log").ys).toEqual([]);
  });

  it("is like all others in shares, which fill the height", () => {
    const { bars, ys } = trendPlot(huge, BOX, ctx.format, "share");
    expect(heightOf(bars, 7)).toBeCloseTo(heightOf(bars, 8), 5);
    expect(ys.at(-1)?.text).toBe("100.0%");
  });
});

describe("the crosshair", () => {
  it("tells all trends the same instant, each its own window", () => {
    const crosshair = new Crosshair();
    const seen: (number | null)[] = [];
    const follow = () => { seen.push(crosshair.at); };
    crosshair.follow(follow);
    crosshair.point(5);
    crosshair.point(5);
    crosshair.unfollow(follow);
    crosshair.point(null);
    expect(seen).toEqual([5]);
    const steps = [{ startMs: 0, endMs: 10 }, { startMs: 10, endMs: 20 }];
    expect([placeAt(steps, 10), placeAt(steps, 25), placeAt(steps, null)]).toEqual([1, -1, -1]);
  });
});
