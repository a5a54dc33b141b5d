import { describe, expect, it } from "vitest";
import { cut, cutTo } from "../../../src/charts/cut";
import { textEm } from "../../../src/data/text-room";
import { STYLE } from "../fixtures";

describe("a name that is cut", () => {
  const upTo = (most: number) => (text: string) => text.length <= most;

  it("is as long as there is room, with an ellipsis", () => {
    expect(cutTo("Household", upTo(9))).toBe("Household");
    expect(cutTo("Household", upTo(8))).toBe("Househo…");
    expect(cutTo("Women's clothing", upTo(9))).toBe("Women's…");
    expect(cutTo("Household", upTo(0))).toBe("…");
  });

  it("is no wider than it may be, at each width and size", () => {
    for (const name of ["WWWWWWMMMMMM", "illlllliiiiii", "女装与配饰", "Women's clothing"]) {
      for (let width = 16; width < 200; width += 3) {
        const text = cut(name, width, STYLE, 0.85);
        expect(textEm(text) * Math.round(STYLE.fontPx * 0.85)).toBeLessThanOrEqual(width);
        expect(cut(name, width + 40, STYLE, 0.85).length).toBeGreaterThanOrEqual(text.length);
      }
    }
  });
});
