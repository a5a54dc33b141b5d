import { describe, expect, it } from "vitest";
import { crossOf } from "../../../src/data/cross";
import { crossed, HOUR_LABELS, rowsFor } from "../fixtures";

describe("the layout of cells", () => {
  const lay = (keys: string[], across: string[], labels: object[] = []) => crossOf(rowsFor(crossed({
    panel: { across: { name: "x", title: {}, labels } },
    frame: { keys, across, total: { n: keys.map(() => 1) }, on_time: {}, late: {}, other: null },
  }))).across;

  it("keeps lines in their order and fills gaps between labels", () => {
    const cross = crossOf(rowsFor(crossed()));
    expect([cross.down, cross.across]).toEqual([["b", "a"], ["0h", "1h", "2h", "3h"]]);
    expect([...cross.cells].map(([at, row]) => [at, row.value]))
      .toEqual([[1, 1234], [3, 0], [4, 6], [7, null]]);
    expect(cross.rest?.value).toBe(60);
  });

  it("orders second keys as all lines have them, and naturally where they leave it open", () => {
    expect(lay(["a", "a", "b", "b"], ["z", "y", "y", "x"])).toEqual(["z", "y", "x"]);
    expect(lay(["a", "b", "c"], ["10", "9", "2"])).toEqual(["2", "9", "10"]);
    expect(lay(["a", "b"], ["3", "1"], HOUR_LABELS.filter((l) => l.key !== "2"))).toEqual(["1h", "3h"]);
  });

  it("survives lines that contradict each other, and keys that come twice", () => {
    expect(lay(["a", "a", "b", "b"], ["x", "y", "y", "x"]).slice().sort()).toEqual(["x", "y"]);
    expect(lay(["a", "a", "a"], ["x", "x", "y"])).toEqual(["x", "y"]);
  });
});
