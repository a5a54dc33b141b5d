import { describe, expect, it } from "vitest";
import { trendOf } from "../../../src/data/trend";
import { trendPlot } from "../../../src/plots/trend-plot";
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
