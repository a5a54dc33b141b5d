import { describe, expect, it } from "vitest";
import { drawable, kindOf, panelKind } from "../../../src/data/kinds";
import type { Scope } from "../../../src/wire/shapes";
import { SCENES } from "../../scripted/scenes.mjs";
import { crossed, greeted, pairIn, rowsFor } from "../fixtures";

const state = greeted({ events: 1000 });
const rows = (id: string, scope: Scope = "total", from = state) => rowsFor(pairIn(from, id), scope, "zh");

describe("tiles", () => {
  const tiles = (more: object = {}) => panelKind(crossed({ panel: { chart: "tiles", across: null, ...more } }).panel);

  it("are of keys, one to a tile", () => {
    expect([tiles(), tiles({ dimension: null })]).toEqual(["tiles", "table"]);
    expect(panelKind(crossed({ panel: { chart: "tiles" } }).panel)).toBe("heatmap");
  });

  it("are bars where no key is a province", () => {
    expect([drawable("tiles", rows("province")), drawable("tiles", rows("gender"))]).toEqual(["tiles", "hbar"]);
  });
});

describe("charts", () => {
  it.each([
    ["pie", "pie"], ["number", "number"], ["sankey", "table"], ["constructor", "table"],
  ])("named %s are drawn as %s", (chart, kind) => {
    expect(kindOf(chart)).toBe(kind);
  });

  it("draw a ring with less than nothing as bars", () => {
    expect(drawable("pie", rows("negative", "total", greeted(SCENES["hostile"])))).toBe("bar");
    expect(drawable("pie", rows("gender"))).toBe("pie");
  });

  it("is what a panel of two dimensions can be, or a table", () => {
    const kind = (chart: string, more: object = {}) => panelKind(crossed({ panel: { chart, ...more } }).panel);
    expect([kind("heatmap"), kind("bar"), kind("table"), kind("number"), kind("sankey")])
      .toEqual(["heatmap", "heatmap", "table", "table", "table"]);
    expect([kind("heatmap", { across: null }), kind("pie", { across: null })]).toEqual(["bar", "pie"]);
    expect(drawable("heatmap", rowsFor(crossed({ frame: { across: [] } })))).toBe("table");
  });
});
