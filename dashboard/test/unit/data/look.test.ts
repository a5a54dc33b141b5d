import { describe, expect, it } from "vitest";
import { contrast, mixed, readable } from "../../../src/data/contrast";
import { accentColors } from "../../../src/data/look";
import { THEMES } from "../../../src/data/prefs";

describe("a colour that can be read", () => {
  it("is the colour itself where it can be", () => expect(readable("#56b4e9", ["#070d18"], 4.5)).toBe("#56b4e9"));

  it.each(["#000000", "#ffffff", "#0072b2", "#ffee00", "#808080", "#7f0000"])("is found for %s on any ground", (color) => {
    for (const ground of ["#000000", "#101a2c", "#7f7f7f", "#edf1f7", "#ffffff"]) {
      expect(contrast(readable(color, [ground], 4.5), ground)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("is no further away than it has to be, and never pure white", () => {
    const found = readable("#0050a0", ["#101a2c"], 4.5);
    expect(contrast(found, "#101a2c")).toBeLessThan(5.2);
    expect(readable("#000000", ["#000000"], 17)).not.toBe("#ffffff");
  });

  it("stays what it is where none can be found", () => expect(readable("#808080", ["#000000", "#ffffff"], 7)).toBe("#808080"));

  it("lies between its ends", () => {
    expect([mixed("#000000", "#ffffff", 0), mixed("#000000", "#ffffff", 0.5), mixed("#102030", "#ffffff", 1)]).toEqual(["#000000", "#808080", "#ffffff"]);
  });
});

describe("the accent of a pipeline", () => {
  it.each(THEMES)("can be read in the theme %s, whatever it is", (theme) => {
    const [ground, least] = ({ dark: ["#1a2740", 4.5], light: ["#e6ecf5", 4.5], contrast: ["#000000", 7] } as const)[theme];
    for (const accent of ["#0072b2", "#ffe000", "#101a2c", "#ffffff", "#c00000"]) {
      expect(contrast(accentColors(accent, theme)?.accent ?? "", ground)).toBeGreaterThanOrEqual(least);
    }
  });

  it("tints grounds, and is none where the pipeline has none", () => {
    expect(accentColors("#56b4e9", "dark")).toEqual({ accent: "#56b4e9", soft: "rgba(86, 180, 233, 0.14)" });
    expect(accentColors(null, "dark")).toBeNull();
  });
});
