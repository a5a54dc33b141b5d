import { describe, expect, it } from "vitest";
import { slicedFrame, slicedPanel, slicedWindows, sliceKeys } from "../../../src/data/slice";
import { decodeTrend } from "../../../src/wire/windows";
import { crossed } from "../fixtures";

const { panel, frame } = crossed();

describe("one key of the second dimension", () => {
  it("is chosen among those with labels, and those of the frame", () => {
    expect(sliceKeys(panel, frame)).toEqual(["0", "1", "2", "3"]);
    expect(sliceKeys(panel, { ...frame, across: ["9", "0"] })).toEqual(["0", "1", "2", "3", "9"]);
    expect(sliceKeys({ ...panel, across: null }, frame)).toEqual([]);
  });

  it("is a panel of bars with its rows alone, the largest first", () => {
    expect(slicedPanel(panel)).toMatchObject({ across: null, chart: "hbar" });
    expect(slicedPanel({ ...panel, chart: "table" }).chart).toBe("table");
    const cut = slicedFrame({ ...frame, across: ["3", "1", "3", "3"] }, "3", "n");
    expect(cut.keys).toEqual(["b", "a", "a"]);
    expect(cut.columns.total.get("n")).toEqual([1234, 6, null]);
    expect([cut.across, cut.other]).toEqual([[], null]);
  });

  it("is the same over windows", () => {
    const rows = [{ word: "a", hour: 3, n: 1 }, { word: "a", hour: 2, n: 5 }];
    const windows = decodeTrend({
      windows: [{ window: { spec: "1d", start: "2015-11-01T00:00:00Z", end: "2015-11-02T00:00:00Z" }, total: rows, on_time: rows, late: [] }],
    }, "1d");
    expect(slicedWindows(panel, windows, "3")[0]?.rows.total).toEqual([rows[0]]);
    expect(slicedWindows({ ...panel, across: null }, windows, "3")).toBe(windows);
  });
});
