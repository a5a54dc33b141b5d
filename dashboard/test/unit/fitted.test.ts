import { describe, expect, it } from "vitest";
import { WORDS } from "../../src/i18n/words";
import { fitted, type Row } from "../../src/data/rows";

const row = (label: string, value: number | null, color: number | null = 0): Row =>
  ({ key: label, label, second: null, value, error: null, color });

const shown = (rows: readonly Row[]) => rows.map(({ label, value }) => [label, value]);

describe("more rows than fit", () => {
  const many = [row("a", 5), row("b", -9), row("c", null), row("d", 7), row("e", 1)];

  it("are cut to the largest, in their order, with the sum of the others", () => {
    expect(shown(fitted(many, 3, 0, true, WORDS.zh)))
      .toEqual([["b", -9], ["d", 7], ["其他 (3)", 6]]);
    expect(fitted(many, 5, 0, true, WORDS.zh)).toBe(many);
  });

  it("are added to the rest that there is", () => {
    const rows = [...many, row("其他 (10)", 100, null)];
    expect(shown(fitted(rows, 2, 10, true, WORDS.en))).toEqual([["b", -9], ["Other (14)", 113]]);
  });

  it("are not summed up where sums mean nothing", () => {
    expect(fitted(many, 3, 0, false, WORDS.zh).at(-1)?.value).toBeNull();
  });
});
