import { describe, expect, it } from "vitest";
import { sparkPath } from "../../../src/plots/sparkline";

describe("the sparkline", () => {
  it.each([
    ["nothing", [], ""],
    ["one point", [[0, 1]], ""],
    ["a fall to zero", [[0, 10], [1000, 0]], "M0 3L300 57"],
    ["a rate that stands", [[0, 5], [1000, 5]], "M0 3L300 3"],
    ["no rate at all", [[0, 0], [1000, 0]], "M0 57L300 57"],
  ] as const)("of %s", (_name, points, expected) => {
    expect(sparkPath(points as unknown as [number, number][])).toBe(expected);
  });

  it("never leaves its box", () => {
    const points = Array.from({ length: 400 }, (_, i): [number, number] =>
      [i * 1000, Math.abs(Math.sin(i)) * 1e9]);
    const numbers = sparkPath(points).split(/[ML ]/).filter((part) => part !== "").map(Number);
    expect(numbers.every((n) => n >= 0 && n <= 300)).toBe(true);
  });
});
