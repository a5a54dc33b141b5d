import { describe, expect, it } from "vitest";
import { beforeOf } from "../../../src/data/before";
import { PROVINCES } from "../../../src/data/provinces";
import { CHINA } from "../../../src/data/tile-layout";
import { measureOf, rowsOf } from "../../../src/data/rows";
import { WORDS, type Lang } from "../../../src/i18n/words";
import { held, tilemapModel, type TilemapInput } from "../../../src/panels/tilemap-model";
import { decodeTrend } from "../../../src/wire/windows";
import { mapApi } from "../../scripted/map.mjs";
import { SCENES } from "../../scripted/scenes.mjs";
import { contextOf, greeted, pairIn, row } from "../fixtures";

const state = greeted(SCENES["tiles"]);
const { panel, frame } = pairIn(state, "province");
const measure = measureOf(panel, 0);

const windows = decodeTrend(JSON.parse(
  mapApi("history", new URLSearchParams({ metric: "province", open: "true" }))?.body ?? ""), "1d");
const before = beforeOf(panel, windows, "total", measure, CHINA);

function modelOf(more: Partial<TilemapInput> = {}, lang: Lang = "zh") {
  const rows = rowsOf(panel, frame, "total", measure, lang, WORDS[lang]);
  return tilemapModel({ title: "T", rows, additive: true, share: false, before, ...more }, contextOf(state, lang));
}

describe("the tiles", () => {
  const tile = (name: string, model = modelOf()) => {
    const found = model.tiles.find((each) => each.name === name);
    if (found === undefined) throw new Error(`no tile ${name}`);
    return found;
  };

  it("are all there, with short names", () => {
    expect(modelOf().tiles).toHaveLength(34);
    expect(modelOf().tiles.map(({ name }) => name)).toEqual(PROVINCES.map(({ short }) => short));
    expect(tile("GD", modelOf({}, "en")).title).toMatch(/^Guangdong: [\d,]+ · \d/u);
  });

  it("are told by values or by shares, which add up to all", () => {
    expect(tile("广东").figure).toBe("13.7万");
    expect(tile("广东", modelOf({ share: true })).figure).toMatch(/^\d\d\.\d%$/u);
    expect(tile("广东", modelOf({ share: true, additive: false })).figure).toBe("13.6万");
  });

  it("are the stronger the more, and nothing is no colour", () => {
    const model = modelOf({ rows: [row("广东", 100), row("浙江", 20), row("西藏", 0), row("青海", null)] });
    expect(new Set([tile("广东", model).fill, tile("浙江", model).fill]).size).toBe(2);
    expect([tile("西藏", model), tile("青海", model), tile("京", model)].map(({ fill, figure }) => [fill, figure]))
      .toEqual([[null, "0"], [null, "—"], [null, ""]]);
    expect(model.scale).toMatchObject({ least: "0", most: "100" });
  });

  it("have shares in proportion, and values by their root", () => {
    const titles = WORDS.zh.panels.heatScale;
    const rows = [row("广东", 100), row("浙江", 20)];
    expect([modelOf({ rows }), modelOf({ rows, share: true })].map(({ scale }) => scale.title)).toEqual([titles.sqrt, titles.linear]);
    expect(modelOf({ rows: [row("广东", 5), row("浙江", -2)] }).scale).toMatchObject({ least: "-2", most: "5" });
  });
});

describe("the ranking", () => {
  it("names every key with its place, and what is not on the map at the end", () => {
    const { ranking, outside } = modelOf();
    expect(ranking).toHaveLength(36);
    expect(ranking.slice(0, 2).map(({ rank, name }) => [rank, name])).toEqual([["1", "广东"], ["2", "浙江"]]);
    expect(ranking.slice(-2).map(({ rank, name, value }) => [rank, name, value])).toEqual([["", "Atlantis", "617"], ["", "∅", "3"]]);
    expect(outside).toBe("不在图上 2 项：Atlantis 617、∅ 3");
  });

  it("tells places won and lost since the last closed window", () => {
    const { ranking, since } = modelOf();
    expect(since).toBe("↑↓ 较 2015-11-10");
    const changed = ranking.filter(({ arrow }) => arrow !== "");
    expect(changed.length).toBeGreaterThan(3);
    for (const { id, rank, change, arrow, title } of changed) {
      expect((before?.ranks.get(id) ?? 0) - Number(rank)).toBe(change);
      expect(arrow).toBe(`${(change ?? 0) > 0 ? "↑" : "↓"}${Math.abs(change ?? 0)}`);
      expect(title).toMatch(/[升降] \d+ 位/u);
    }
  });

  it("has no arrow without such a window", () => {
    expect(beforeOf(panel, windows.filter(({ isOpen }) => isOpen), "total", measure, CHINA)).toBeNull();
    const model = modelOf({ before: null });
    expect([model.since, model.ranking.some(({ arrow }) => arrow !== "")]).toEqual(["", false]);
  });

  it("has the names of the provinces where the plugin gives none", () => {
    const rows = [row("440000", 5), row("Beijing", 4)];
    expect(modelOf({ rows }).ranking.map(({ name }) => name)).toEqual(["广东", "北京"]);
    expect(modelOf({ rows }, "en").ranking.map(({ name }) => name)).toEqual(["Guangdong", "Beijing"]);
  });

  it("stays in its order while it is held", () => {
    const { ranking } = modelOf();
    const order = [...ranking].reverse().map(({ id }) => id);
    expect(held(ranking, order).map(({ id }) => id)).toEqual(order);
    expect(held(ranking, order.slice(0, 2)).map(({ id }) => id).slice(0, 2)).toEqual(order.slice(0, 2));
    expect(held(ranking, null)).toBe(ranking);
  });
});
