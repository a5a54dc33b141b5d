import { describe, expect, it } from "vitest";
import { besideRing, tipLines, tooltip } from "../../../src/charts/tooltip";
import { STYLE } from "../fixtures";

describe("a tooltip", () => {
  it("has both titles, the error and the share", () => {
    const p = { label: "b · 1h", facts: [["Word", "b"], ["Hour", "1h"]] as const, value: 1234, error: 12 };
    expect(tipLines(STYLE, p, 2468)).toEqual([
      ["Word", "b"], ["Hour", "1h"], ["Count", "1,234 ± 12"], ["Share", "50.0%"],
    ]);
    expect(tipLines({ ...STYLE, additive: false }, { label: "b", value: 5, error: null }, 10))
      .toEqual([["Count", "5"]]);
    expect(tooltip(STYLE, () => 0, () => undefined).confine).toBe(true);
  });

  // The tooltip of a small ring hid half of the ring.
  it.each([
    ["right", 20, [108, 30]], ["left", 820, [-128, 30]],
  ] as const)("of a ring stands at its %s", (_side, left, at) => {
    const page = { width: 1000, height: 800 };
    expect(besideRing({ left, top: 100, width: 100, height: 100 }, { width: 120, height: 40 }, page)).toEqual(at);
  });

  it("of a ring that fills the window's width stands below", () => {
    const at = besideRing({ left: 0, top: 100, width: 200, height: 200 }, { width: 120, height: 40 }, { width: 220, height: 800 });
    expect(at).toEqual([40, 208]);
  });
});
