import { describe, expect, it } from "vitest";
import type { Row } from "../../../src/data/rows";
import { hasPlaces, lay, Pulses, ranksOf } from "../../../src/data/tilemap";
import { row } from "../fixtures";

const named = ({ placed, outside }: ReturnType<typeof lay>) => ({
  placed: placed.map(({ province, row }) => `${province.zh} ${row.value}`),
  outside: outside.map(({ label, value }) => `${label} ${value}`),
});
const REST = row("other (3)", 9, null);

describe("rows on tiles", () => {
  it("are ordered by size, and what names no province is kept beside", () => {
    const rows = [row("浙江", 3), row("Atlantis", 2), row("广东", 7), row("", 1), REST];
    expect(named(lay(rows, true))).toEqual({ placed: ["广东 7", "浙江 3"], outside: ["Atlantis 2", " 1", "other (3) 9"] });
  });

  it("of several keys of one province are added up", () => {
    const rows = [row("广东", 7), row("440000", 5), row("Guangdong", null), row("浙江", 8)];
    expect(named(lay(rows, true))).toEqual({ placed: ["广东 12", "浙江 8"], outside: [] });
  });

  it("are kept beside where they may not be added up", () => {
    expect(named(lay([row("广东", 7), row("440000", 5)], false))).toEqual({ placed: ["广东 7"], outside: ["440000 5"] });
  });

  it("without a value come last", () => {
    expect(named(lay([row("广东", null), row("浙江", -3), row("北京市", null)], true)).placed)
      .toEqual(["浙江 -3", "北京 null", "广东 null"]);
  });

  it("are found by their labels where their keys say nothing", () => {
    const coded: Row = { ...row("广东", 4), key: "p7" };
    expect(named(lay([coded], true)).placed).toEqual(["广东 4"]);
  });

  it("lose nothing", () => {
    const rows = Array.from({ length: 60 }, (_, i) => row(String(i), i));
    const { placed, outside } = lay(rows, true);
    const sum = [...placed.map(({ row }) => row), ...outside].reduce((all, { value }) => all + (value ?? 0), 0);
    expect([placed.length + outside.length, sum]).toEqual([60, 1770]);
  });

  it("make no map where none of them names a province", () => {
    expect([hasPlaces([row("a", 1), REST]), hasPlaces([row("a", 1), row("粤", 1)])]).toEqual([false, true]);
  });

  it("have places in the ranking from 1", () => {
    expect([...ranksOf(lay([row("浙江", 3), row("广东", 7)], true))]).toEqual([["44", 1], ["33", 2]]);
  });
});

describe("tiles that grew", () => {
  const at = (...values: number[]) => lay(["广东", "浙江", "江苏", "山东", "河南"].map((name, i) => row(name, values[i] ?? 0)), true).placed;

  it("pulse, but not at the first sight of them", () => {
    const pulses = new Pulses();
    expect(pulses.next("a", at(1, 2), 0)).toEqual([]);
    expect(pulses.next("a", at(1, 5), 500)).toEqual(["33"]);
  });

  it("pulse a few at once, those that grew the most, and then none for a while", () => {
    const pulses = new Pulses();
    pulses.next("a", at(), 0);
    expect(pulses.next("a", at(5, 9, 1, 8, 7), 500)).toEqual(["33", "37", "41"]);
    expect(pulses.next("a", at(6, 10, 2, 9, 8), 1000)).toEqual([]);
    expect(pulses.next("a", at(60, 10, 2, 9, 8), 4500)).toEqual(["44", "33", "37"]);
  });

  it("do not pulse where nothing grew, or where something else is shown", () => {
    const pulses = new Pulses();
    pulses.next("a", at(5), 0);
    expect(pulses.next("a", at(5), 9000)).toEqual([]);
    expect(pulses.next("a", at(4), 18_000)).toEqual([]);
    expect(pulses.next("b", at(400), 27_000)).toEqual([]);
  });
});
