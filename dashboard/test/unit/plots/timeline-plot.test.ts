import { describe, expect, it } from "vitest";
import { createFormat } from "../../../src/data/format";
import { barAt, timelinePlot, type Bar } from "../../../src/plots/timeline-plot";

const DAY_MS = 86_400_000;
const FROM = Date.UTC(2015, 0, 1);
const BOX = { width: 800, height: 60, fontPx: 12 };
const format = createFormat("en", "UTC");
const days = (count: number, value = (i: number) => i + 1): Bar[] =>
  Array.from({ length: count }, (_, i) => ({ startMs: FROM + i * DAY_MS, endMs: FROM + (i + 1) * DAY_MS, value: value(i) }));

describe("a timeline", () => {
  it("shows all windows that are kept, within its box", () => {
    const plot = timelinePlot(days(400), BOX, format);
    expect(plot.path.match(/M/gu)).toHaveLength(400);
    expect([plot.edges[0], plot.ends.at(-1)]).toEqual([0, 800]);
    expect(plot.xs.every(({ x }) => x >= 0 && x <= 800)).toBe(true);
    expect([plot.xs[0]?.text, plot.xs.at(-1)?.text]).toEqual(["2015-01-01", "2016-02-04"]);
  });

  it("has dates that do not run into each other", () => {
    const { xs } = timelinePlot(days(400), BOX, format);
    const width = 10 * BOX.fontPx * 0.56;
    const left = ({ x, anchor }: (typeof xs)[number]) => (anchor === "start" ? x : anchor === "end" ? x - width : x - width / 2);
    for (let i = 1; i < xs.length; i += 1) {
      const [before, mark] = [xs[i - 1], xs[i]];
      if (before !== undefined && mark !== undefined) expect(left(mark) - (left(before) + width)).toBeGreaterThan(0);
    }
  });

  it("leaves a gap where there is one in the history, and is not pressed flat by one huge day", () => {
    const bars = [...days(2), { startMs: FROM + 8 * DAY_MS, endMs: FROM + 9 * DAY_MS, value: 1 }];
    expect(timelinePlot(bars, { ...BOX, width: 900 }, format).edges).toEqual([0, 100, 800]);
    const { path, bottom } = timelinePlot(days(10, (i) => (i === 5 ? 10_000 : 100)), BOX, format);
    const tops = [...path.matchAll(/V([\d.]+)H/gu)].map(([, y]) => bottom - Number(y));
    expect((tops[0] ?? 0) / (tops[5] ?? 1)).toBeCloseTo(0.1, 1);
  });

  it("finds the window under a pointer, and the nearest one beside all of them", () => {
    const plot = timelinePlot(days(8), { ...BOX, width: 800 }, format);
    expect([barAt(plot, 0), barAt(plot, 150), barAt(plot, 799), barAt(plot, -50), barAt(plot, 2000)]).toEqual([0, 1, 7, 0, 7]);
    expect(barAt(timelinePlot([], BOX, format), 5)).toBe(-1);
  });
});
