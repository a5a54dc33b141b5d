// The unit of a measure in everything that a panel says: charts, legends, tiles, tables, trends,
// cards and figures above the panels.
import { describe, expect, it } from "vitest";
import { CHARTS } from "../../../src/charts/option";
import { tipLines } from "../../../src/charts/tooltip";
import type { PanelChoice } from "../../../src/data/link";
import type { Lang } from "../../../src/i18n/words";
import { chartStyle, summaryOf } from "../../../src/panels/chart-model";
import { keyFacts } from "../../../src/panels/key-card-model";
import { panelModel, type PanelModel } from "../../../src/panels/panel-model";
import { tilemapModel } from "../../../src/panels/tilemap-model";
import { headlineModels } from "../../../src/views/headline-model";
import type { Panel } from "../../../src/wire/shapes";
import { decodeTrend } from "../../../src/wire/windows";
import { dimension, frame, panel } from "../../scripted/script.mjs";
import { ANSWERS, contextOf, day, greeted, inputOf, pairIn } from "../fixtures";

const BYTES = { name: "events", title: { zh: "流量", en: "Traffic" }, unit: "B", additive: true };
const HOSTS = dimension("host", ["主机", "Host"], []);

/** A panel of that chart over three hosts, in a unit. */
function scene(chart: string, unit: string | null, values: readonly number[], more: object = {}) {
  const keys = chart === "tiles" ? ["广东", "浙江", "江苏"] : ["a", "b", "c"];
  return greeted({
    panels: [panel("p", ["流量", "Traffic"], chart, HOSTS, { measures: [{ ...BYTES, unit }], windows: ["cumulative", "1d"], ...more })],
    frames: { p: frame(keys, [...values]) },
  });
}

function modelOf(state: ReturnType<typeof scene>, choice: Partial<PanelChoice> = {}, lang: Lang = "en"): PanelModel {
  return panelModel(inputOf(pairIn(state, "p"), choice), contextOf(state, lang));
}

const BOX = { width: 600, height: 300, fontPx: 16, fontFamily: "sans" };
const styleOf = (of: Panel, model: PanelModel, state: ReturnType<typeof scene>, lang: Lang = "en") =>
  chartStyle(of, model.measure, [], BOX, { ...contextOf(state, lang), format: model.format });

describe("bytes", () => {
  const values = [17_812_345, 17_834_000, 412_000];
  it.each(["bar", "hbar"] as const)("are read in the figures, the axis and the tooltip of a %s", (chart) => {
    const state = scene(chart, "B", values);
    const model = modelOf(state);
    const style = styleOf(pairIn(state, "p").panel, model, state);
    expect(model.unit).toBe("Traffic");
    expect(values.map(style.format.compact)).toEqual(["17.81 MB", "17.83 MB", "412 kB"]);
    expect([0, 5_000_000].map(style.format.axis)).toEqual(["0 B", "5 MB"]);
    const rows = model.drawn?.rows ?? [];
    const sum = values.reduce((total, value) => total + value, 0);
    expect(rows[0] && tipLines(style, rows[0], sum)[0]).toEqual(["Traffic", "17.812 MB"]);
    expect(CHARTS[chart].base(style, () => rows)).toBeDefined();
  });

  it("are read in tables, with every digit that is worth reading", () => {
    const { body } = modelOf(scene("hbar", "B", values), { table: true });
    expect(body.form === "table" && body.table.columns.map(({ title, cells }) => [title, cells[0]])).toEqual([
      ["On time", "17.456 MB"], ["Late", "356.246 kB"], ["Total", "17.812 MB"], ["Share", "49.4%"],
    ]);
  });

  it("are read on tiles and in their ranking", () => {
    const state = scene("tiles", "B", values);
    const model = modelOf(state);
    const { body } = model;
    if (body.form !== "tiles") throw new Error(body.form);
    const ctx = { ...contextOf(state, "en"), format: model.format };
    const { tiles, ranking, scale } = tilemapModel({ title: "", rows: body.rows, additive: true, share: false, before: null }, ctx);
    expect(tiles.find(({ code }) => code === "44")?.figure).toBe("17.81 MB");
    expect(ranking.map(({ value }) => value)).toEqual(["17.83 MB", "17.81 MB", "412 kB"]);
    expect(scale.most).toBe("17.83 MB");
  });

  it("are read in a trend and its table, and in the card of a key", () => {
    const state = scene("hbar", "B", values);
    const windows = decodeTrend({ windows: [1, 2].map((n) => ({ ...day(n), total: [{ host: "a", events: n * 1_500_000 }] })) }, "1d");
    const answers = { ...ANSWERS, trend: { state: "ok" as const, windows } };
    const model = (table: boolean) =>
      panelModel(inputOf(pairIn(state, "p"), { trend: true, table }, { answers }), contextOf(state, "en"));
    const { body } = model(false);
    expect(body.form === "trend" && body.words).toContain("a 3 MB");
    const { body: listed } = model(true);
    expect(listed.form === "table" && listed.table.columns[0]?.cells).toEqual(["3 MB", "1.5 MB"]);
    const { panel: of, frame: figures } = pairIn(state, "p");
    expect(keyFacts(of, figures, { key: "a", second: null }, contextOf(state, "zh"))?.facts.map(({ text }) => text))
      .toEqual(["17.812 MB", "17.456 MB", "356.246 kB", "49.4%"]);
  });
});

describe("other units", () => {
  it.each([
    ["s", 16_070_400, "186 天", "186 days"], ["%", 27.345, "27.3%", "27.3%"], ["CNY", 123_456, "¥12.3万", "CN¥123.5K"],
    ["ms", 1480, "1.5 秒", "1.5 sec"],
  ] as const)("%s: %s is read %s, %s", (unit, value, chinese, english) => {
    const state = scene("number", unit, [value], { dimension: null });
    expect([modelOf(state, {}, "zh").format.compact(value), modelOf(state).format.compact(value)]).toEqual([chinese, english]);
    expect(modelOf(state).unit).toBe("Traffic");
  });

  it("that are not known stand beside the title and in the heads of tables", () => {
    const state = scene("hbar", "件", [12_000, 9, 4], { measures: [{ ...BYTES, unit: "件" }, { ...BYTES, name: "late", unit: "%" }] });
    expect([modelOf(state).unit, modelOf(state).format.compact(12_000)]).toEqual(["件", "12.0K"]);
    const { body } = modelOf(state, { table: true });
    expect(body.form === "table" && body.table.columns.map(({ title }) => title)).toEqual(["Traffic (件)", "Traffic"]);
  });

  it("are said of a chart to readers who hear it, where shares say nothing", () => {
    const state = scene("bar", "ms", [20, 40, 10], { measures: [{ ...BYTES, unit: "ms", additive: false }] });
    const model = modelOf(state);
    const ctx = { ...contextOf(state, "en"), format: model.format };
    expect(summaryOf("Took", "total", model.drawn?.rows ?? [], false, ctx)).toContain("b 40 ms, a 20 ms");
  });
});

describe("the unit of a headline", () => {
  const headline = {
    id: "x", title: { zh: "流量", en: "Traffic" }, unit: "B", metric: "p", view: "all", measure: "events", key: null, per: null,
    window: "cumulative", target: 20_000_000, giant: true, compare: ["1d"],
  };
  const figure = { id: "x", value: 17_812_345, start: null, end: null, stale: null,
    changes: [{ to: "1d", now: 17_812_345, before: 8_906_172, until: null, reason: null, hint: null }] };
  const of = (unit: string | null) =>
    headlineModels(contextOf(greeted({ headlines: [{ ...headline, unit }], figures: [figure] }), "en"))[0];

  it("is read in its figure, its target and its comparison, and stands nowhere else", () => {
    expect(of("B")).toMatchObject({ full: "17.812 MB", short: "17.81 MB", unit: "" });
    expect(of("B")?.target?.text).toContain("20 MB");
    expect(of("B")?.changes[0]).toMatchObject({ text: "100.0%", arrow: "↑" });
    expect(of("B")?.changes[0]?.title).toContain("17.812 MB, was 8.906 MB");
  });

  it("stands beside a figure that does not say it", () => {
    expect(of("笔")).toMatchObject({ full: "17,812,345", unit: "笔" });
    expect(of(null)).toMatchObject({ full: "17,812,345", unit: "" });
  });
});
