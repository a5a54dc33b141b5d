import { describe, expect, it } from "vitest";
import { colorAt, PALETTE_SIZE } from "../../../src/data/colors";
import { fitted, isBlank, measureOf, measuresOf, type Row, shareOf, sum, totalOf } from "../../../src/data/rows";
import { WORDS } from "../../../src/i18n/words";
import type { Scope } from "../../../src/wire/shapes";
import { SCENES } from "../../scripted/scenes.mjs";
import { crossed, greeted, pairIn, row, rowsFor } from "../fixtures";

const state = greeted({ events: 1000 });
const rows = (id: string, scope: Scope = "total", from = state) => rowsFor(pairIn(from, id), scope, "zh");
const both = (id: string) => {
  const { panel, frame } = pairIn(state, id);
  return [panel, frame] as const;
};
const shown = (of: readonly Row[]) => of.map(({ label, value }) => [label, value]);

describe("rows", () => {
  it("have the labels and values of the chosen scope", () => {
    expect(rows("gender").map((row) => [row.label, row.value]))
      .toEqual([["女", 660], ["男", 290], ["未知", 50]]);
    expect(rows("gender", "late").map((row) => row.value)).toEqual([13, 5, 1]);
    expect(rows("gender", "on_time").map((row) => row.value)).toEqual([647, 285, 49]);
  });

  it("end with the rest of a cut list", () => {
    const last = rows("province").at(-1);
    expect([last?.label, last?.value, last?.color]).toEqual(["其他 (19)", 210, null]);
  });

  it("sum to what was counted, whatever is shown", () => {
    const province = rows("province");
    expect(totalOf(...both("province"))).toBe(sum(province));
    expect(totalOf(...both("gender"))).toBe(1000);
  });

  it("cut hostile labels and name empty ones", () => {
    const hostile = greeted(SCENES["hostile"]);
    expect(rows("long", "total", hostile).map((row) => row.label.length)).toEqual([48, 48]);
    expect(rows("unknown", "total", hostile).map((row) => row.label))
      .toEqual(["x", "__proto__", "∅"]);
  });

  it("know unknown from zero, and nothing from something", () => {
    const hostile = greeted(SCENES["hostile"]);
    expect(rows("null", "total", hostile).map((row) => row.value)).toEqual([null, 4, 0]);
    expect(isBlank(rows("null", "total", hostile))).toBe(false);
    expect(isBlank([])).toBe(true);
    expect(isBlank([row("a", 0)])).toBe(true);
  });
});

describe("a share", () => {
  it("of nothing is not known", () => {
    expect(shareOf(sum(rows("gender")), 290)).toBe(0.29);
    expect([shareOf(sum([]), 5), shareOf(sum(rows("gender")), null)]).toEqual([null, null]);
  });
});

describe("a colour", () => {
  it("belongs to the key's place among the labels", () => {
    expect(rows("gender").map(({ color }) => color)).toEqual([0, 1, 2]);
    expect(colorAt(PALETTE_SIZE + 1, "any")).toBe(1);
  });

  it("of an unknown key is the same everywhere", () => {
    const color = colorAt(-1, "unheard-of");
    expect(rows("unknown", "total", greeted(SCENES["hostile"])).map((row) => row.color))
      .toEqual(["x", "__proto__", ""].map((key) => colorAt(-1, key)));
    expect(color).toBe(colorAt(-1, "unheard-of"));
    expect(color).toBeGreaterThanOrEqual(0);
    expect(color).toBeLessThan(PALETTE_SIZE);
  });
});

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

describe("rows of two dimensions", () => {
  it("are cells with both labels, value and error", () => {
    expect(rowsFor(crossed()).map((row) => [row.label, row.second?.label, row.value, row.error])).toEqual([
      ["b", "1h", 1234, 12], ["b", "3h", 0, null], ["a", "0h", 6, null], ["a", "3h", null, null],
      ["Other (9 cells)", undefined, 60, 2],
    ]);
    expect(rowsFor(crossed(), "late").map((row) => [row.value, row.error])[0]).toEqual([234, 3]);
  });

  it("have no second key where the panel has no second dimension", () => {
    const rows = rowsFor(crossed({ panel: { across: null, chart: "bar" } }));
    expect(rows.map((row) => row.second)).toEqual(rows.map(() => null));
  });

  it("never show an error by itself", () => {
    const { panel } = crossed();
    expect(measuresOf(panel).map((measure) => measure.name)).toEqual(["n"]);
    expect(measureOf(panel, 1).name).toBe("n");
  });
});
