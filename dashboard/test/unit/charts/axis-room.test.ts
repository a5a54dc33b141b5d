import { describe, expect, it } from "vitest";
import { marksAround, marksWidth } from "../../../src/charts/axis-room";
import { CHARTS } from "../../../src/charts/option";
import { textWidth } from "../../../src/charts/text-width";
import type { LogScale } from "../../../src/data/quantiles";
import { drawnBy, row, STYLE } from "../fixtures";

const high = { ...STYLE, height: 400 };
const marks = (values: readonly (number | "-")[], style = high) => Object.values(marksAround(values, style));

describe("the marks of an axis of values", () => {
  it("are round and hold 0 and all values", () => {
    expect(marks([3, 97])).toEqual([0, 100, 20]);
    expect(marks([10, 12])).toEqual([0, 12, 3]);
    expect(marks([0.07, "-"])).toEqual([0, 0.08, 0.02]);
    expect(marks([-30, 45])).toEqual([-40, 60, 20]);
    expect(marks([-8, -2])).toEqual([-8, 0, 2]);
    expect(marks([3_600_000_000])).toEqual([0, 4_000_000_000, 1_000_000_000]);
  });

  it("stand although nothing is known, or nothing but 0", () => {
    for (const values of [[], [0], ["-" as const]]) expect(marks(values)).toEqual([0, 1, 1]);
  });

  it("hold every value at each height, in a few whole steps", () => {
    for (let i = 0; i < 400; i += 1) {
      const [value, height] = [1.37 ** (i % 80) / 1000, 40 + i];
      const { min, max, interval } = marksAround([value, -value * (i % 3)], { ...STYLE, height });
      expect(max).toBeGreaterThanOrEqual(value);
      expect(min).toBeLessThanOrEqual(-value * (i % 3));
      for (const end of [min, max]) expect(Math.abs(end / interval - Math.round(end / interval))).toBeLessThan(1e-6);
      expect((max - min) / interval).toBeLessThan(8);
    }
  });

  it("are whole powers of ten on a logarithmic scale", () => {
    const log: LogScale = { place: (value) => value, value: (place) => 10 ** place };
    expect(marksAround([1.5, 3.2], high, log)).toEqual({ min: 0, max: 4, interval: 1 });
  });

  it("end a little beyond a threshold that is near", () => {
    const limits = [{ value: 100, level: "warn" as const, side: "above" as const }] as unknown as typeof STYLE.limits;
    expect(marksAround([80], { ...high, limits })).toEqual({ min: 0, max: 104, interval: 20 });
    expect(marksAround([120], { ...high, limits }).max).toBe(120);
  });
});

describe("the room of labels", () => {
  it("is that of the widest, whichever it is", () => {
    const style = { ...high, format: { ...STYLE.format, axis: (value: number | null) => (value === 20 ? "twenty" : "x") } };
    const width = (text: string) => Math.ceil(textWidth(text, style, 0.8)) + 8;
    expect(marksWidth(marksAround([97], style), style)).toBe(width("twenty"));
    expect(marksWidth(marksAround([4000], style), style)).toBe(width("x"));
  });

  it("leaves names beside bars their whole width, and wide names at the ends of a line", () => {
    const gridOf = (kind: "hbar" | "line", label: string) =>
      (drawnBy(CHARTS[kind], { ...STYLE, width: 600 }, [row("a", 3), row(label, 5)]) as { grid: { left: number; right: number } }).grid;
    for (const label of ["b", "a long name", "广东广东广东"]) {
      expect(gridOf("hbar", label).left).toBeGreaterThan(textWidth(label, STYLE, 1));
    }
    expect(gridOf("line", "a name that is wider than the half of the chart that its step has, by far").right)
      .toBeGreaterThan(gridOf("line", "b").right + 20);
  });

  it("below a line is that of one name in so many as are wide", () => {
    const named = (label: string, rows: number) => {
      const { xAxis, grid } = drawnBy(CHARTS.line, { ...STYLE, width: 400 }, Array.from({ length: rows }, (_, i) => row(`${label}${i % 10}`, i))) as
        { xAxis: { axisLabel: { interval: number } }; grid: { left: number; right: number } };
      const step = (400 - grid.left - grid.right) / rows;
      return { each: xAxis.axisLabel.interval + 1, width: textWidth(`${label}0`, STYLE, 0.85), step };
    };
    expect(named("", 5).each).toBe(1);
    for (const rows of [3, 24, 100, 1000]) {
      const { each, width, step } = named("wide name ", rows);
      expect(each * step).toBeGreaterThan(width);
      expect((each - 1) * step).toBeLessThan(width + STYLE.fontPx);
    }
  });
});
