import { describe, expect, it } from "vitest";
import { CHARTS } from "../../../src/charts/option";
import { logScale } from "../../../src/data/quantiles";
import { inUnit } from "../../../src/data/units";
import { panelModel } from "../../../src/panels/panel-model";
import { contextOf, drawnBy, greeted, inputOf, pairIn, row, STYLE } from "../fixtures";

const LATENCIES = [row("p50", 20), row("p90", 350), row("p99.9", 8000)];

describe("a logarithmic scale", () => {
  it("is for quantiles that span orders of magnitude", () => {
    const scale = logScale(LATENCIES, false);
    expect([scale?.value(0), scale?.value(1)]).toEqual([10, 100]);
    expect(scale?.place(1000)).toBeCloseTo(2);
    expect([scale?.place(null), scale?.place(0)]).toEqual([null, 0]);
  });

  it("leaves the least bar a length, also at a power of ten", () => {
    const scale = logScale([row("p50", 100), row("p99", 10_000)], false);
    expect(scale?.place(100)).toBeGreaterThan(0);
    expect(logScale([row("p50", 0.003), row("p99", 4)], false)?.place(0.003)).toBeGreaterThan(0);
  });

  it.each([
    ["values that can be summed", LATENCIES, true],
    ["other keys", [row("a", 1), row("b", 1000)], false],
    ["one quantile", [row("p50", 1), row("max", 1000)], false],
    ["values that are close", [row("p50", 20), row("p99", 150)], false],
    ["values below 0", [row("p50", -2), row("p99", 150)], false],
    ["nothing", [row("p50", null), row("p99", null)], false],
  ])("is none for %s", (_name, rows, additive) => expect(logScale(rows, additive)).toBeNull());
});

describe("bars of quantiles", () => {
  const style = { ...STYLE, additive: false, format: inUnit(STYLE.format, "ms") };
  it.each(["bar", "hbar"] as const)("are as long as their orders: %s", (kind) => {
    const { series } = drawnBy(CHARTS[kind], style, LATENCIES) as unknown as { series: [{ data: number[] }] };
    const [p50, p90, p999] = series[0].data;
    expect([p50, p90, p999].map((value) => value?.toFixed(2))).toEqual(["0.30", "1.54", "2.90"]);
  });

  it("have marks in their unit at powers of ten", () => {
    const { yAxis } = CHARTS.bar.base(style, () => LATENCIES) as unknown as { yAxis: { axisLabel: { formatter: (at: number) => string } } };
    expect([0, 1, 2, 3].map(yAxis.axisLabel.formatter)).toEqual(["10 ms", "100 ms", "1 sec", "10 sec"]);
  });

  it("say on which scale they are", () => {
    const state = greeted({
      panels: [{
        id: "q", title: { zh: "耗时", en: "Took" }, chart: "bar", dimension: { name: "quantile", title: {}, labels: [] },
        measures: [{ name: "value", title: { zh: "耗时", en: "Time" }, unit: "ms", additive: false }],
      }],
      frames: { q: { rev: 1, state: "ok", keys: ["p50", "p99"], total: { value: [2, 400] }, on_time: { value: [2, 400] }, late: { value: [null, null] } } },
    });
    const model = panelModel(inputOf(pairIn(state, "q")), contextOf(state, "en"));
    expect(model.unit).toBe("Time · log scale");
    expect(model.format.compact(400)).toBe("400 ms");
  });
});
