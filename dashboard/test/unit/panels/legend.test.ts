import { describe, expect, it } from "vitest";
import { densityFor, entriesFor, hasCounts, trendDensity } from "../../../src/panels/legend";
import { widestName } from "../../../src/data/text-room";

describe("the legend of a ring", () => {
  it.each([
    [4, 30, 20, "roomy"], [4, 20, 15, "tight"], [7, 30, 13, "tight"],
    [7, 16, 10, "dense"], [7, 30, 6, "columns"], [7, 16, 6, "scroll"], [40, 60, 20, "scroll"],
  ])("of %i entries in %i × %i is %s", (entries, width, height, density) => {
    expect(densityFor(entries, width, height, 3)).toBe(density);
  });

  it.each([[16, 6], [30, 6], [16, 20], [60, 9.2], [16, 1]])("of as many entries as fit in %d × %d is not scrolled, but of two", (width, height) => {
    const entries = entriesFor(width, height, 3);
    if (entries > 2) expect(densityFor(entries, width, height, 3)).not.toBe("scroll");
    expect(densityFor(entries + 1, width, height, 3)).toBe("scroll");
  });

  it("has two columns only where names keep more than a few letters", () => {
    const names = (...labels: string[]) => widestName(labels.map((label) => ({ label })));
    const density = (width: number, name: number) => densityFor(7, width, 6, name);
    expect(density(24, names("女", "男", "未知"))).toBe("columns");
    expect(density(24, names("Organic results of search engines"))).toBe("scroll");
    expect(density(34, names("Organic results of search engines"))).toBe("columns");
    expect(entriesFor(24, 6, names("Organic results"))).toBe(entriesFor(24, 6, names("未知")) / 2);
  });

  it.each([
    ["roomy", 30, true], ["roomy", 20, true], ["tight", 30, true], ["tight", 20, false], ["roomy", 16, false], ["dense", 40, false],
  ] as const)("that is %s and %i wide has counts: %s", (density, width, has) => {
    expect(hasCounts(density, width)).toBe(has);
  });

  it.each([
    [["点击", "购买"], 20, "lines"], [["Organic results", "Typed", "Links", "Social"], 20, "lines"],
    [Array(5).fill("Organic results of search"), 20, "columns"], [Array(7).fill("Organic results of search"), 20, "scroll"],
  ])("below a picture, of %j in %i is %s", (names: string[], width, density) => {
    expect(trendDensity(names, width)).toBe(density);
  });
});
