import { describe, expect, it } from "vitest";
import { panelTable } from "../../../src/data/panel-table";
import type { Panel } from "../../../src/wire/shapes";
import { contextOf, crossed, greeted, pairIn } from "../fixtures";

const state = greeted({ events: 1000 });
const { panel, frame } = pairIn(state, "gender");

describe("a table", () => {
  it("puts on time, late and total side by side", () => {
    const model = panelTable(panel, frame, "total", contextOf(state, "en"));
    expect([...model.heads, ...model.columns.map((column) => column.title)])
      .toEqual(["Gender", "On time", "Late", "Total", "Share"]);
    expect(model.columns.map((column) => column.cells[0])).toEqual(["647", "13", "660", "66.0%"]);
  });

  it("has a column for each of several measures", () => {
    const two: Panel = {
      ...panel,
      measures: ["a", "b"].map((name) =>
        ({ name, title: { zh: name, en: name }, unit: null, additive: false, errorOf: null })),
    };
    const model = panelTable(two, frame, "total", contextOf(state));
    expect(model.columns.map((column) => column.title)).toEqual(["a", "b"]);
    expect(model.columns[0]?.cells[0]).toBe("—");
  });
});

describe("the table of two dimensions", () => {
  it("has a column for each, and no column for an error", () => {
    const { panel, frame } = crossed();
    const model = panelTable(panel, frame, "total", contextOf(greeted(), "en"));
    expect([...model.heads, ...model.columns.map((column) => column.title)])
      .toEqual(["Word", "Hour", "On time", "Late", "Total", "Share"]);
    expect(model.labels).toEqual([
      ["b", "1h"], ["b", "3h"], ["a", "0h"], ["a", "3h"], ["Other (9 cells)", ""],
    ]);
    expect(model.columns.map((column) => column.cells[0]))
      .toEqual(["1,000 ± 11", "234 ± 3", "1,234 ± 12", "94.9%"]);
    expect(panelTable(panel, frame, "total", contextOf(greeted(), "zh")).heads).toEqual(["词", "时"]);
  });
});
