import { describe, expect, it } from "vitest";
import { tipLines, tooltip } from "../../../src/charts/tooltip";
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
});
