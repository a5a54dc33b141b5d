import { describe, expect, it } from "vitest";
import { densityFor } from "../../../src/panels/legend";

describe("the legend of a ring", () => {
  it.each([
    [4, 30, 20, "roomy"], [4, 20, 15, "tight"], [7, 30, 13, "tight"],
    [7, 16, 10, "dense"], [7, 30, 6, "columns"], [7, 16, 6, "scroll"], [40, 60, 20, "scroll"],
  ])("of %i entries in %i × %i is %s", (entries, width, height, density) => {
    expect(densityFor(entries, width, height)).toBe(density);
  });
});
