import { describe, expect, it } from "vitest";
import { CHINA, layoutOf, withTileLabels } from "../../../src/data/tile-layout";
import { panelModel } from "../../../src/panels/panel-model";
import { tilemapModel } from "../../../src/panels/tilemap-model";
import { decodeLayouts } from "../../../src/wire/decode-look";
import { SCENES } from "../../scripted/scenes.mjs";
import { STORES_LAYOUT } from "../../scripted/stores.mjs";
import { contextOf, greeted, inputOf, pairIn } from "../fixtures";

const layouts = decodeLayouts([STORES_LAYOUT]);
const stores = layoutOf("stores", layouts);
const state = greeted(SCENES["stores"]);

describe("a layout of the pipeline file", () => {
  it("has its places without what is free around them", () => {
    expect([stores.columns, stores.lines]).toEqual([4, 2]);
    expect(stores.places.map(({ code, column, line }) => `${code} ${column},${line}`))
      .toEqual(["s1 0,1", "s2 1,1", "s3 3,1", "s4 0,0", "s5 2,0", "s6 3,0"]);
  });

  it("finds places by keys, other keys and names, however they are written", () => {
    expect(["s1", "S1", "s 001", "Coffee", "书店", "s9", ""].map((key) => stores.find(key)?.code ?? null))
      .toEqual(["s1", "s1", "s1", "s1", "s2", null, null]);
  });

  it("is made once, and the provinces stand where there is none of that name", () => {
    expect(layoutOf("stores", layouts)).toBe(stores);
    expect([layoutOf(null, layouts), layoutOf("gone", layouts)]).toEqual([CHINA, CHINA]);
    expect(layoutOf("none", decodeLayouts([{ name: "none", units: [] }]))).toMatchObject({ columns: 1, lines: 1, places: [] });
  });

  it("is drawn without gaps where it would be too large", () => {
    const far = [0, 900, 1_000_000].map((column, i) => ({ key: `k${i}`, text: {}, row: 0, column, aliases: [] }));
    const large = layoutOf("far", decodeLayouts([{ name: "far", units: far }]));
    expect([large.columns, large.places.map(({ column }) => column)]).toEqual([3, [0, 1, 2]]);
  });
});

describe("a panel with such a layout", () => {
  it("has its tiles with their names, keys of one place as one, and lists what is not on it", () => {
    const ctx = contextOf(state, "en");
    const { body } = panelModel(inputOf(pairIn(state, "stores")), ctx);
    if (body.form !== "tiles") throw new Error(body.form);
    const model = tilemapModel({ title: "", rows: body.rows, additive: true, share: false, before: null, layout: body.layout }, ctx);
    expect(model.tiles.map(({ name, figure }) => `${name} ${figure}`.trim()))
      .toEqual(["Coffee 47.0K", "Books 52.0K", "Market 9,000", "Cinema", "Dining 30.1K", "Clothes 30.1K"]);
    expect(model.ranking.map(({ name }) => name)).toEqual(["Books", "Coffee", "Clothes", "Dining", "Market", "s9"]);
    expect(model.outside).toContain("s9");
  });

  it("has the names of its tiles in its table too, and those of the plugin first", () => {
    const ctx = contextOf(state, "zh");
    const { body } = panelModel(inputOf(pairIn(state, "stores"), { table: true }), ctx);
    expect(body.form === "table" && body.table.labels.map(([label]) => label)).toEqual(["书店", "咖啡", "餐厅", "服装", "超市", "s9"]);
    const { panel } = pairIn(greeted({ ...SCENES["stores"], schema: { layouts: [] } }), "stores");
    const own = { ...panel, dimension: { name: "store", title: { zh: "店", en: "Store" }, labels: [{ key: "s1", text: { zh: "甲", en: "A" } }] } };
    const [labelled] = withTileLabels([own], layouts);
    expect(labelled?.dimension?.labels.slice(0, 2).map(({ key, text }) => [key, text.zh])).toEqual([["s1", "甲"], ["S-001", "咖啡"]]);
    expect(withTileLabels([{ ...own, layout: null }], layouts)[0]?.dimension?.labels).toHaveLength(1);
  });
});
