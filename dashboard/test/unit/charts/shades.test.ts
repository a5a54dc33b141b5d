import { describe, expect, it } from "vitest";
import { THEMES } from "../../../src/charts/palette";
import { shadeAt } from "../../../src/charts/shades";
import { contrast } from "../../../src/data/contrast";

describe("a shade", () => {
  it("is a colour of the scale at its ends, and mixed between", () => {
    const colors = ["#000000", "#808080", "#ffffff"];
    expect([-1, 0, 0.25, 0.5, 1, 9].map((place) => shadeAt(colors, place).fill))
      .toEqual(["#000000", "#000000", "#404040", "#808080", "#ffffff", "#ffffff"]);
  });

  it.each(["dark", "light", "contrast"] as const)("is read whatever the value: %s", (theme) => {
    const places = Array.from({ length: 201 }, (_, i) => i / 200);
    const faint = places.map((place) => shadeAt(THEMES[theme].heat, place))
      .filter(({ fill, ink }) => contrast(fill, ink) < 4.5);
    expect(faint).toEqual([]);
  });

  it("has the contrast that WCAG defines", () => {
    expect([contrast("#000000", "#ffffff"), contrast("#ffffff", "#ffffff")]).toEqual([21, 1]);
    expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
  });
});
