import { describe, expect, it } from "vitest";
import { niceTicks } from "../../../src/plots/scale";
import { split, timePlot } from "../../../src/plots/time-plot";
import { contextOf, greeted } from "../fixtures";

const ctx = contextOf(greeted(), "en");

describe("a plot over time", () => {
  it("breaks where nothing was measured", () => {
    expect(split([[0, 1], [1000, 2], [20_000, 3]]).map((piece) => piece.length)).toEqual([2, 1]);
  });

  it("stays in its box", () => {
    const points = Array.from({ length: 300 }, (_, i): [number, number] => [700_000 + i * 1000, Math.abs(Math.sin(i)) * 1e6]);
    const plot = timePlot([{ name: "in", points }], [{ at: 800_000, text: "x", isBad: true }, { at: 1, text: "y", isBad: true }],
      1_000_000, { width: 400, height: 100, fontPx: 16 }, ctx.format);
    expect(plot.marks.map(({ x }) => x > plot.left && x < plot.right)).toEqual([true]);
    const numbers = plot.lines[0]?.path.split(/[ML ]/).filter((part) => part !== "").map(Number) ?? [];
    expect(numbers.every((n, i) => n >= 0 && n <= (i % 2 === 0 ? 400 : 100))).toBe(true);
    expect(plot.ys.length).toBeGreaterThan(1);
  });

  it("has the text of its top alone where two would touch", () => {
    const plot = (height: number) => timePlot([{ name: "in", points: [[999_000, 21_000]] }], [], 1_000_000, { width: 300, height, fontPx: 16 }, ctx.format);
    expect(plot(100).ys.map(({ text }) => text)).toEqual(["0", "20K"]);
    expect(plot(40).ys.map(({ text }) => text)).toEqual(["20K"]);
  });

  it.each([[0, 3, [0, 0.5e-9 * 2]], [100, 4, [0, 25, 50, 75, 100]], [62_000, 3, [0, 25_000, 50_000, 75_000]]])(
    "has round marks up to %d", (top, count, expected) => {
      const ticks = niceTicks(top, count);
      if (top === 0) expect(ticks).toHaveLength(2);
      else expect(ticks).toEqual(expected);
    });
});
