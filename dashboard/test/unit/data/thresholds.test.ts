import { describe, expect, it } from "vitest";
import { limitsAt, marked, withLimits } from "../../../src/charts/limits";
import { CHARTS } from "../../../src/charts/option";
import { tipLines } from "../../../src/charts/tooltip";
import { measureOf } from "../../../src/data/rows";
import { beyond, isGrowing, judged, judging, limitsOf, stripOf, thresholdsOf, verdictOf, verdictWhole } from "../../../src/data/thresholds";
import { WORDS } from "../../../src/i18n/words";
import { keyFacts } from "../../../src/panels/key-card-model";
import { panelModel } from "../../../src/panels/panel-model";
import { tilemapModel } from "../../../src/panels/tilemap-model";
import { threshold } from "../../scripted/limits.mjs";
import { SCENES } from "../../scripted/scenes.mjs";
import { contextOf, greeted, inputOf, pairIn, row, STYLE } from "../fixtures";

const state = greeted(SCENES["limits"]);
const ctx = contextOf(state, "en");
const { en, zh } = WORDS;
const pair = (id: string) => pairIn(state, id);
type Threshold = ReturnType<typeof thresholdsOf>[number];
const of = (...args: Parameters<typeof threshold>) => threshold(...args) as unknown as Threshold;

describe("the thresholds of a measure", () => {
  const { panel } = pair("age");
  const measure = measureOf(panel, 0);
  it("are for all that was counted, and over the windows that they name", () => {
    const windowed = { ...panel, windows: ["cumulative", "1d"], thresholds: [of("warn", "above", 1), of("bad", "above", 2, { window: "1d" })] };
    const values = (scope: "total" | "late", window: string | null) => thresholdsOf(windowed, measure, scope, window).map(({ value }) => value);
    expect([values("total", null), values("total", "1d"), values("total", "1d*7"), values("late", "1d")]).toEqual([[1], [1, 2], [1], []]);
    expect(values("total", "1d@2015-11-11T00:00:00+08:00")).toEqual([1, 2]);
    expect(values("total", "1d@2015-11-10T00:00:00+08:00..2015-11-12T00:00:00+08:00")).toEqual([1]);
    expect(thresholdsOf(windowed, { ...measure, name: "other" }, "total", null)).toEqual([]);
  });

  it("call no figure too low while it grows", () => {
    const past = "1d@2015-11-11T00:00:00+08:00";
    const growing = (windows: string[], window: string | null) => isGrowing({ ...panel, windows }, window);
    expect([growing([], null), growing(["cumulative", "1d"], null), growing(["1d", "cumulative"], "cumulative"), growing(["1d"], past)])
      .toEqual([false, false, false, false]);
    expect([growing(["1d"], null), growing(["cumulative", "1d"], "1d"), growing(["1d"], "1d*7"), growing(["1d"], `${past}..2015-11-13T00:00:00+08:00`)])
      .toEqual([true, true, true, true]);
    const both = [of("warn", "below", 5), of("warn", "above", 10)];
    expect([judging(both, false), judging(both, true)]).toEqual([both, [both[1]]]);
  });

  it("are beyond on their side alone, the gravest first", () => {
    const both = [of("warn", "above", 10), of("bad", "above", 20), of("warn", "below", 5), of("bad", "below", 0, { key: "a" })];
    const level = (value: number | null, key = "b") => beyond(both, key, value)?.level ?? null;
    expect([level(10), level(11), level(20), level(21), level(5), level(4), level(-1), level(-1, "a"), level(null)])
      .toEqual([null, "warn", "warn", "bad", null, "warn", "warn", "bad", null]);
  });

  it("judge no rest of a cut list", () => {
    const rows = judged([row("a", 50), row("other", 900, null)], [of("bad", "above", 20)]);
    expect(rows.map((each) => each.beyond?.level)).toEqual(["bad", undefined]);
    const plain = [row("a", 1)];
    expect(judged(plain, [])).toBe(plain);
  });

  it("are lines where they hold for every key, each value once", () => {
    expect(limitsOf([of("warn", "above", 5), of("bad", "below", 5), of("bad", "above", 7, { key: "a" })]).map(({ value }) => value)).toEqual([5]);
  });
});

describe("what is said of a figure", () => {
  const [low] = judged([row("a", 3)], [of("warn", "below", 5)]);
  it("is an icon and a word", () => {
    expect(low && [verdictOf(low, zh), verdictOf(low, en), verdictWhole(low, ctx.format, zh)]).toEqual(["⚠ 偏低", "⚠ low", "⚠ 偏低 (低于 5)"]);
    expect([verdictOf(row("a", 3), zh), verdictWhole(row("a", 3), ctx.format, zh)]).toEqual(["", ""]);
  });

  it("names the gravest rows and counts the others", () => {
    const rows = judged(["a", "b", "c", "d", "e"].map((key, i) => row(key, 10 * (i + 1))), [of("warn", "above", 5), of("bad", "above", 35)]);
    expect(stripOf(rows, true, ctx.format, en)).toEqual({
      level: "bad", text: "d 40 ✖ too high (above 35) · e 50 ✖ too high (above 35) · a 10 ⚠ high (above 5) · 2 more beyond",
    });
    expect(stripOf([row("a", 1)], true, ctx.format, en)).toBeNull();
    expect(stripOf(rows.slice(0, 1), false, ctx.format, en)?.text).toBe("10 ⚠ high (above 5)");
  });
});

describe("a panel with thresholds", () => {
  const model = (id: string, choice = {}) => panelModel(inputOf(pair(id), choice), ctx);
  it("says what is beyond them, and where its lines are", () => {
    const age = model("age");
    expect(age.strip).toMatchObject({ level: "bad" });
    expect(age.unit).toBe("Events · ┄ warning 240K · ┄ limit 300K");
    expect(model("age", { scope: "late" }).strip).toBeNull();
    expect(model("errors")).toMatchObject({ strip: null, drawn: { rows: [{ beyond: { level: "bad" } }] } });
  });

  it("has words in its table", () => {
    const { body } = model("age", { table: true });
    const column = body.form === "table" ? body.table.columns.find(({ title }) => title === "Total") : undefined;
    expect(column?.cells.slice(0, 3)).toEqual(["⚠ high 246,913", "✖ too low 2,469", "185,185"]);
    expect(column?.levels?.slice(0, 3)).toEqual(["warn", "bad", null]);
  });

  it("judges a province that is spelled twice as one", () => {
    const { body } = model("province");
    const tiles = body.form === "tiles" ? tilemapModel({ title: "", rows: body.rows, additive: true, share: false, before: null }, ctx) : null;
    expect(tiles?.tiles.find(({ code }) => code === "44")).toMatchObject({ level: "bad" });
    expect(tiles?.tiles.find(({ code }) => code === "44")?.title).toContain("✖ too high (above 100,000)");
    expect(tiles?.ranking.filter(({ level }) => level !== null).map(({ name, level }) => [name, level]))
      .toEqual([["Guangdong", "bad"], ["Zhejiang", "bad"], ["Atlantis", "warn"], ["∅", "warn"]]);
    expect(model("province").strip?.text).not.toContain("440000");
  });

  it("tells of a key in its card", () => {
    const { panel, frame } = pair("age");
    expect(keyFacts(panel, frame, { key: "1", second: null }, ctx)?.facts[0]?.text).toContain("2,469");
  });
});

describe("a chart with thresholds", () => {
  const limits = [of("warn", "above", 100), of("bad", "above", 5000)];
  const style = { ...STYLE, limits, verdict: (each: object) => verdictWhole(each, ctx.format, en) };
  const rows = judged([row("a", 80), row("b", 120)], limits);
  it("has lines in the colours of the theme", () => {
    expect(limitsAt("bar", style, rows)).toEqual([{ place: 100, color: STYLE.colors.warn }, { place: 5000, color: STYLE.colors.bad }]);
  });

  it("is made higher for a line that is near, and not for one that is far", () => {
    const end = withLimits(style, null);
    expect([end?.({ max: 80 }), end?.({ max: 120 }), withLimits(STYLE, null)]).toEqual([104, null, null]);
  });

  it("marks figures by an icon, and says more in its tooltip", () => {
    expect(rows.map((each) => marked(style, each))).toEqual(["80", "⚠ 120"]);
    expect(rows[1] && tipLines(style, rows[1], 200)[0]).toEqual(["Count", "120 ⚠ high (above 100)"]);
    const { yAxis } = CHARTS.hbar.base(style, () => rows) as unknown as { yAxis: { axisLabel: { formatter: (label: string, i: number) => string } }[] };
    expect(yAxis[1]?.axisLabel.formatter("", 1)).toMatch(/^\{warn\|⚠ 120\}/);
  });
});
