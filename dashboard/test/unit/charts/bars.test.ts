import { describe, expect, it } from "vitest";
import { someNames, standing, valueScaleOf } from "../../../src/charts/bars";
import { textEm, wrapped } from "../../../src/data/text-room";
import { drawnKind } from "../../../src/panels/chart-model";
import { row, STYLE } from "../fixtures";

const box = (width: number, height: number) => ({ ...STYLE, fontPx: 16, width, height });
const named = (...labels: string[]) => labels.map((label, i) => ({ ...row(`${i}`, 312_345 - i), label }));
const LONG = named("Women's clothing", "Household appliances", "Groceries", "Beauty and skin care",
  "Phones", "Books", "Sports", "Toys");

describe("a text", () => {
  it.each([
    ["点击", 2, ["点击"]], ["家用电器", 2, ["家用", "电器"]], ["家用电器", 1, null],
    ["Add to cart", 4, ["Add to", "cart"]], ["Household appliances", 4, null], ["手机 and TV", 3.5, ["手机", "and TV"]],
  ])("%s in %d em has the lines %j", (text, width, lines) => {
    expect(wrapped(text, width, 2)).toEqual(lines);
  });

  it("in Chinese is wider than its Latin twin of as many letters", () => {
    expect(textEm("事件")).toBe(2);
    expect(textEm("ab")).toBeLessThan(1.3);
  });
});

// Half of the categories had no name, because names that had no room were left out.
describe("bars", () => {
  it("stand with all of their names, in two lines where one is too short", () => {
    expect(standing(box(900, 300), LONG)?.names[1]).toEqual(["Household", "appliances"]);
    expect(standing(box(900, 300), named("点击", "购买"))).toMatchObject({ scale: 0.95, names: [["点击"], ["购买"]] });
  });

  it("lie where the names have no room below them", () => {
    expect(standing(box(300, 200), LONG)).toBeNull();
    expect(drawnKind("bar", LONG, box(300, 200), false)).toBe("hbar");
    expect(drawnKind("bar", LONG, box(900, 300), false)).toBe("bar");
    expect(drawnKind("line", LONG, box(300, 200), false)).toBe("line");
  });

  it("stand where they are too many to lie below each other", () => {
    expect(drawnKind("bar", LONG, box(300, 60), false)).toBe("bar");
  });

  it("lie on a wall as long as not most of them become one", () => {
    expect(drawnKind("bar", LONG, box(300, 60), true)).toBe("hbar");
    expect(drawnKind("bar", [...LONG, ...LONG, ...LONG], box(300, 60), true)).toBe("bar");
  });

  it("have values on top only where these do not touch", () => {
    expect(valueScaleOf(box(900, 300), LONG)).toBe(0.95);
    expect(valueScaleOf(box(300, 300), LONG)).toBeNull();
  });
});

describe("names that stand for several bars", () => {
  it.each([[40, 200], [9, 120], [3, 40]])("stay within the chart: %i bars in %i pixels", (bars, width) => {
    const { label: { interval }, width: room } = someNames({ ...STYLE, width }, bars);
    const bar = (width - STYLE.fontPx * 3.2) / bars;
    const shown = Array.from({ length: bars }, (_, i) => i).filter(interval);
    for (const at of shown) {
      expect((at + 0.5) * bar + room / 2).toBeLessThanOrEqual(bars * bar + bar / 2);
      expect((at + 0.5) * bar - room / 2).toBeGreaterThanOrEqual(-bar / 2);
    }
    expect(new Set(shown.slice(1).map((at, i) => at - (shown[i] ?? 0))).size).toBeLessThanOrEqual(1);
  });
});
