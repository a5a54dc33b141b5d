import { describe, expect, it } from "vitest";
import { panelTable, unscrolled } from "../../../src/data/panel-table";
import type { Panel } from "../../../src/wire/shapes";
import { frame as asFrame } from "../../scripted/script.mjs";
import { contextOf, crossed, greeted, pairIn } from "../fixtures";

const state = greeted({ events: 1000 });
const { panel, frame } = pairIn(state, "gender");

describe("a table", () => {
  it("puts on time, late and total side by side", () => {
    const model = panelTable(panel, frame, "total", null, contextOf(state, "en"));
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
    const model = panelTable(two, frame, "total", null, contextOf(state));
    expect(model.columns.map((column) => column.title)).toEqual(["a", "b"]);
    expect(model.columns[0]?.cells[0]).toBe("—");
  });
});

describe("a long table", () => {
  it.each([[499, 499, 0], [500, 500, 0], [501, 500, 1], [2000, 500, 1500]])(
    "of %i rows shows %i and says how many are left", (count, shown, left) => {
      const keys = Array.from({ length: count }, (_, i) => `k${i}`);
      const long = greeted({ frames: { gender: asFrame(keys, keys.map((_, i) => i)) } });
      const model = panelTable(panel, pairIn(long, "gender").frame, "total", null, contextOf(long, "en"));
      expect([model.labels.length, model.left]).toEqual([shown, left]);
      expect(model.columns.map(({ cells }) => cells.length)).toEqual(model.columns.map(() => shown));
    });
});

describe("the columns of a table", () => {
  const titles = (of: Panel, lang: "zh" | "en" = "en") =>
    panelTable(of, frame, "late", null, contextOf(state, lang)).columns.map(({ title }) => title);
  const [events] = panel.measures;
  if (events === undefined) throw new Error("no measure");

  it("have no share of what cannot be summed up", () => {
    expect(titles({ ...panel, measures: [{ ...events, additive: false }] })).toEqual(["On time", "Late", "Total"]);
  });

  it("have shares in the chosen scope, and figures in all of them", () => {
    const model = panelTable(panel, frame, "late", null, contextOf(state, "en"));
    expect(model.columns.map(({ cells }) => cells[0])).toEqual(["647", "13", "660", "68.4%"]);
  });

  it("are for a metric without a dimension one row with a word of the page", () => {
    const model = panelTable({ ...panel, dimension: null }, frame, "total", null, contextOf(state, "zh"));
    expect(model.heads).toEqual([contextOf(state, "zh").words.panels.key]);
  });

  it("count a measure with its error as one", () => {
    const error = { ...events, name: "off", errorOf: "events" };
    expect(titles({ ...panel, measures: [events, error] })).toEqual(["On time", "Late", "Total", "Share"]);
  });
});

describe("the table of two dimensions", () => {
  it("has a column for each, and no column for an error", () => {
    const { panel, frame } = crossed();
    const model = panelTable(panel, frame, "total", null, contextOf(greeted(), "en"));
    expect([...model.heads, ...model.columns.map((column) => column.title)])
      .toEqual(["Word", "Hour", "On time", "Late", "Total", "Share"]);
    expect(model.labels).toEqual([
      ["b", "1h"], ["b", "3h"], ["a", "0h"], ["a", "3h"], ["Other (9 cells)", ""],
    ]);
    expect(model.columns.map((column) => column.cells[0]))
      .toEqual(["1,000 ± 11", "234 ± 3", "1,234 ± 12", "94.9%"]);
    expect(panelTable(panel, frame, "total", null, contextOf(greeted(), "zh")).heads).toEqual(["词", "时"]);
  });
});

describe("a table that nobody can scroll", () => {
  const table = {
    heads: ["Action"], left: 0, labels: [["Click"], ["Buy"], ["Cart"], ["Fav"]],
    columns: ["One", "Two", "Three"].map((title) => ({ title, cells: ["1,234,567", "2", "3", "4"] })),
  };

  it("is whole where it has the room", () => {
    expect(unscrolled(table, 60, 20)).toEqual({ ...table, leftColumns: 0 });
  });

  // Columns and rows were cut at the edge of the panel without a word.
  it("has its first columns and rows, and tells how many are left", () => {
    const { columns, labels, left, leftColumns } = unscrolled(table, 13, 8);
    expect([columns.map(({ title }) => title), labels, left, leftColumns]).toEqual([["One"], [["Click"]], 3, 2]);
  });
});
