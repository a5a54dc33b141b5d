import { expect, it } from "vitest";
import { indexOf, rowAt } from "../../../src/charts/option";
import { placeAfter } from "../../../src/panels/chart-keys";
import { crossed, row, rowsFor } from "../fixtures";

it.each([
  ["ArrowRight", -1, 0], ["ArrowDown", 0, 1], ["ArrowRight", 3, 3], ["ArrowLeft", -1, 3], ["ArrowUp", 2, 1], ["ArrowUp", 0, 0],
  ["Home", 2, 0], ["End", 0, 3], ["a", 0, null], ["Enter", 0, null],
] as const)("%s at %s leads to %s", (key, at, to) => expect(placeAfter(key, at, 4)).toBe(to));

it("leads nowhere where nothing is drawn", () => expect(placeAfter("Home", -1, 0)).toBeNull());

it("finds the mark of a row, as the row of a mark", () => {
  const rows = [row("a", 3), row("b", 0), row("c", 5)];
  for (const kind of ["bar", "hbar", "line", "pie"] as const) {
    const at = indexOf(kind, rows, rows[2] as (typeof rows)[number]);
    expect(rowAt(kind, rows, at ?? -1)).toBe(rows[2]);
  }
  expect(indexOf("pie", rows, rows[1] as (typeof rows)[number])).toBeNull();
  const cells = rowsFor(crossed());
  const at = indexOf("heatmap", cells, cells[2] as (typeof cells)[number]);
  expect(rowAt("heatmap", cells, at ?? -1)).toBe(cells[2]);
});
