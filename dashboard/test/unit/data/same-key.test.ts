import { describe, expect, it } from "vitest";
import { keyCourse } from "../../../src/data/key-course";
import { measureOf } from "../../../src/data/rows";
import { elsewhere, isCut, keyRow } from "../../../src/data/same-key";
import { WORDS } from "../../../src/i18n/words";
import { elsewhereModel, keyFacts, rankModel } from "../../../src/panels/key-card-model";
import { rankPlot } from "../../../src/plots/rank-plot";
import { decodeTrend } from "../../../src/wire/windows";
import { SCENES } from "../../scripted/scenes.mjs";
import { contextOf, day, greeted, pairIn, panelIn } from "../fixtures";

const state = greeted(SCENES["keys"]);
const ctx = contextOf(state, "en");
const { panel, frame } = pairIn(state, "province");
const others = elsewhere(state.panels ?? [], panel);

const days = (...counts: readonly Record<string, number>[]) => decodeTrend({
  windows: counts.map((of, i) => ({
    ...day(i + 1), total: Object.entries(of).map(([province, events]) => ({ province, events })),
  })),
}, "1d");

describe("the course of a key", () => {
  const measure = measureOf(panel, 0);
  it("has its place and its share in each window", () => {
    const steps = keyCourse(panel, days({ 广东: 60, 浙江: 40 }, { 广东: 10, 浙江: 20, 江苏: 10 }, { 浙江: 5 }), measure, "广东");
    expect(steps.map(({ rank, of, share }) => [rank, of, share])).toEqual([[1, 2, 0.6], [2, 3, 0.25], [null, 1, null]]);
  });

  it("has no share of values that do not add up, and is none without a dimension", () => {
    expect(keyCourse(panel, days({ 广东: 60, 浙江: 40 }), { ...measure, additive: false }, "浙江")).toMatchObject([{ rank: 2, share: null }]);
    expect(keyCourse({ ...panel, dimension: null }, days({ 广东: 1 }), measure, "广东")).toEqual([]);
  });

  it("is told in words, of keys alone", () => {
    const model = rankModel(panel, days({ 广东: 60, 浙江: 40 }, { 广东: 10, 浙江: 20 }), { key: "广东", second: null }, ctx);
    expect(model?.now).toBe("#2 of 2");
    expect(model?.steps.map(({ words }) => words)).toEqual(["2015-11-01: #1 of 2 · Share 60.0%", "2015-11-02: #2 of 2 · Share 33.3%"]);
    expect(model?.spoken).toMatch(/^Rank: 2015-11-01: #1 of 2/);
    for (const chosen of [{ key: "\u0000other", second: null }, { key: "广东", second: "0" }, { key: "gone", second: null }]) {
      expect(rankModel(panel, days({ 广东: 1 }), chosen, ctx)).toBeNull();
    }
    expect(rankModel(panel, [], { key: "广东", second: null }, ctx)).toBeNull();
  });

  it("is drawn with the first place above, and with gaps", () => {
    const box = { width: 400, height: 120, fontPx: 12 };
    const steps = [1, 3, null, 2].map((rank, i) => ({ rank, short: `d${i}` }));
    const plot = rankPlot(steps, box);
    expect(plot.path.match(/M/g)).toHaveLength(2);
    expect(plot.dots.map(({ y }) => Math.sign(y - (plot.dots[0]?.y ?? 0)))).toEqual([0, 1, 1]);
    expect(plot.ys.map(({ text }) => text)).toEqual(["#1", "#3"]);
    expect(plot.dots.every(({ y }) => y > 0 && y < plot.bottom)).toBe(true);
    expect(rankPlot([{ rank: 4, short: "a" }], box).ys.map(({ text }) => text)).toEqual(["#4"]);
    expect(rankPlot([{ rank: null, short: "a" }], box)).toMatchObject({ path: "", ys: [] });
  });
});

describe("a key in other panels", () => {
  it("is looked for where the dimension has the same name", () => {
    expect(others.map((place) => [place.panel.id, place.side])).toEqual([["traffic", "dimension"], ["bought", "dimension"], ["turned", "across"]]);
    expect(elsewhere(state.panels ?? [], { ...panel, dimension: null })).toEqual([]);
    // A plugin for any field calls its dimension a row, and the pipeline file gives it a title.
    const row = { ...panel, id: "rows", dimension: { name: "row", title: panel.dimension?.title ?? { zh: "", en: "" }, labels: [] } };
    expect(elsewhere([panel, row], panel).map((place) => place.panel.id)).toEqual(["rows"]);
    const bare = { ...row, dimension: { ...row.dimension, title: { zh: "row", en: "row" } } };
    expect(elsewhere([panel, bare], panel)).toEqual([]);
    expect(elsewhere(state.panels ?? [], panelIn(state, "behavior")).map((place) => [place.panel.id, place.side]))
      .toEqual([["bought", "across"], ["turned", "dimension"]]);
  });

  const row = (id: string, key: string) => {
    const place = others.find((each) => each.panel.id === id);
    if (place === undefined) throw new Error(id);
    return keyRow(place, pairIn(state, id).frame, key, "en", WORDS.en);
  };

  it("has its row with its place, or is not listed", () => {
    expect(row("traffic", "浙江")).toMatchObject({ value: 9_100_000, rank: 2, parts: [] });
    expect(row("traffic", "四川")).toBeNull();
    expect([isCut(pairIn(state, "traffic").frame), isCut(frame)]).toEqual([true, false]);
  });

  it("is the sum of its cells on either side, with the largest of them", () => {
    expect(row("bought", "广东")).toMatchObject({ value: 1200, rank: 1, parts: [{ label: "Click", value: 900 }, { label: "Buy", value: 300 }] });
    expect(row("turned", "广东")).toMatchObject({ value: 1200, parts: [{ label: "Click", value: 900 }, { label: "Buy", value: 300 }] });
  });

  it("is told in the units of those panels, and what is not known is said", () => {
    const [traffic] = others;
    if (traffic === undefined) throw new Error("no panel");
    const listed = pairIn(state, "traffic").frame;
    const model = (key: string, alone: typeof frame | null = null, window: string | null = null, of: typeof frame | null = listed) =>
      elsewhereModel(traffic, of, alone, key, window, ctx);
    expect(model("广东", null, "1d")).toMatchObject({ title: "Traffic", value: "17.8 MB", share: "49.6%", rank: "#1", note: "Latest day" });
    expect(model("四川")).toMatchObject({ value: "—", share: "", note: "Reading the window" });
    const column = new Map([["bytes", [412_000]]]);
    const alone = { ...listed, keys: ["四川"], other: null, columns: { total: column, on_time: column, late: column } };
    expect(model("四川", alone)).toMatchObject({ value: "412 kB", share: "1.1%", rank: "", note: "" });
    expect(model("四川", { ...alone, keys: [] })).toMatchObject({ value: "—", note: "no such key" });
    expect(model("四川", null, null, null)).toMatchObject({ value: "—", note: ctx.words.panels.loading });
  });

  it("has figures of all its cells, and a share of all rows where it was asked for alone", () => {
    const cross = pairIn(state, "bought");
    const facts = (pair: typeof cross, key: string, of: Parameters<typeof keyFacts>[4] = { window: null }) =>
      keyFacts(pair.panel, pair.frame, { key, second: null }, ctx, of)?.facts.map(({ text }) => text);
    expect(facts(cross, "广东")).toEqual(["1,200", "1,176", "24", "70.6%"]);
    const traffic = pairIn(state, "traffic");
    const column = new Map([["bytes", [412_000]]]);
    const alone = { ...traffic.frame, keys: ["四川"], other: null, columns: { total: column, on_time: column, late: column } };
    expect(facts({ ...traffic, frame: alone }, "四川", { window: null, whole: traffic.frame })?.[3]).toBe("1.1%");
  });
});
