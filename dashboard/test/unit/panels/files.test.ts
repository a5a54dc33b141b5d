import { describe, expect, it } from "vitest";
import { dataAddress, fileName } from "../../../src/panels/files";
import { CHOICE, greeted, panelIn } from "../fixtures";

describe("a file of a panel", () => {
  it.each([
    ["淘宝实时数据分析", "behavior", "2015-11-11 00:00:00", "淘宝实时数据分析-behavior-20151111T000000.csv"],
    ["a/b: c", "m.view", "—", "a_b_c-m.view.csv"],
    ["../..", "p", "2015-11-11 08:09:10", "p-20151111T080910.csv"],
  ])("of %s %s at %s is %s", (name, panel, time, file) => {
    expect(fileName(name, panel, time, "csv")).toBe(file);
  });
});

describe("the rows of a panel as a file", () => {
  const panel = { ...panelIn(greeted(), "age"), id: "m/a b" };

  it.each([
    ["http://h:1/", null, "csv", "http://h:1/api/v1/panels/m%2Fa%20b/data?format=csv"],
    ["http://h:1/shop/?lang=en#x", "1d*7", "json", "http://h:1/shop/api/v1/panels/m%2Fa%20b/data?format=json&window=1d*7"],
  ] as const)("beside %s over %s as %s", (page, window, format, expected) => {
    expect(dataAddress(page, panel, { ...CHOICE, window }, format)).toBe(expected);
  });
});
