// Panels of two dimensions, and values with an error.
import { describe, expect, it } from "vitest";
import { heatScale } from "../../src/charts/heat-scale";
import { acrossLabels } from "../../src/charts/heatmap";
import { CHARTS, shapeOf } from "../../src/charts/option";
import type { ChartStyle } from "../../src/charts/style";
import { THEMES } from "../../src/charts/palette";
import { tipLines, tooltip } from "../../src/charts/tooltip";
import { WORDS, type Lang } from "../../src/i18n/words";
import { crossOf } from "../../src/data/cross";
import { measureOf, measuresOf, rowsOf, type Row } from "../../src/data/rows";
import { drawable, panelKind } from "../../src/data/kinds";
import { panelTable } from "../../src/data/panel-table";
import type { Frame, Panel, Scope } from "../../src/wire/shapes";
import { SCENES } from "../scripted/scenes.mjs";
import { contextOf, feed, greeted } from "./helpers";

const LABELS = ["0", "1", "2", "3"].map((key) => ({ key, text: { zh: `${key}时`, en: `${key}h` } }));

/** A panel of words by hours with two lines of cells, as the host sends it. */
function small(more: { panel?: object; frame?: object } = {}) {
  const panels = [{
    id: "p", title: { zh: "表", en: "Map" }, chart: "heatmap",
    dimension: { name: "word", title: { zh: "词", en: "Word" }, labels: [] },
    across: { name: "hour", title: { zh: "时", en: "Hour" }, labels: LABELS },
    measures: [
      { name: "n", title: { zh: "数", en: "Count" } },
      { name: "e", title: { zh: "误差", en: "Error" }, error_of: "n" },
    ],
    ...more.panel,
  }];
  const frame = {
    rev: 1, state: "ok", keys: ["b", "b", "a", "a"], across: ["1", "3", "0", "3"],
    total: { n: [1234, 0, 6, null], e: [12, 0, 0, null] },
    on_time: { n: [1000, 0, 6, null], e: [11, 0, 0, null] },
    late: { n: [234, 0, 0, null], e: [3, 0, 0, null] },
    other: { keys: 9, total: { n: [60], e: [2] }, on_time: { n: [60], e: [2] }, late: { n: [0], e: [0] } },
    ...more.frame,
  };
  return pick(greeted({ panels, frames: { p: frame } }), "p");
}

function pick(state: ReturnType<typeof feed>, id: string): { panel: Panel; frame: Frame } {
  const panel = state.panels?.find((p) => p.id === id);
  const frame = state.frames.get(id);
  if (panel === undefined || frame === undefined) throw new Error(`no panel ${id}`);
  return { panel, frame };
}

function rowsFor({ panel, frame }: { panel: Panel; frame: Frame }, scope: Scope = "total", lang: Lang = "en") {
  return rowsOf(panel, frame, scope, measureOf(panel, 0), lang, WORDS[lang]);
}

const ctx = contextOf(greeted(), "en");
const style: ChartStyle = {
  colors: THEMES.dark, accent: { color: "#fff", deep: "#000" }, format: ctx.format,
  fontPx: 16, fontFamily: "sans", width: 600, height: 400,
  measure: "Count", titles: ["Word", "Hour"], share: "Share", additive: true,
};

function data(rows: readonly Row[]) {
  return CHARTS.heatmap.data(style, rows) as {
    xAxis: { data: string[] }; yAxis: { data: string[] };
    visualMap: { range: [number, number] };
    series: [{ data: [number, number, number | "-"][] }];
  };
}

describe("rows of two dimensions", () => {
  it("are cells with both labels, value and error", () => {
    expect(rowsFor(small()).map((row) => [row.label, row.second?.label, row.value, row.error])).toEqual([
      ["b", "1h", 1234, 12], ["b", "3h", 0, null], ["a", "0h", 6, null], ["a", "3h", null, null],
      ["Other (9 cells)", undefined, 60, 2],
    ]);
    expect(rowsFor(small(), "late").map((row) => [row.value, row.error])[0]).toEqual([234, 3]);
  });

  it("have no second key where the panel has no second dimension", () => {
    const rows = rowsFor(small({ panel: { across: null, chart: "bar" } }));
    expect(rows.map((row) => row.second)).toEqual(rows.map(() => null));
  });

  it("never show an error by itself", () => {
    const { panel } = small();
    expect(measuresOf(panel).map((measure) => measure.name)).toEqual(["n"]);
    expect(measureOf(panel, 1).name).toBe("n");
  });
});

describe("the layout of cells", () => {
  const lay = (keys: string[], across: string[], labels: object[] = []) => crossOf(rowsFor(small({
    panel: { across: { name: "x", title: {}, labels } },
    frame: { keys, across, total: { n: keys.map(() => 1) }, on_time: {}, late: {}, other: null },
  }))).across;

  it("keeps lines in their order and fills gaps between labels", () => {
    const cross = crossOf(rowsFor(small()));
    expect([cross.down, cross.across]).toEqual([["b", "a"], ["0h", "1h", "2h", "3h"]]);
    expect([...cross.cells].map(([at, row]) => [at, row.value]))
      .toEqual([[1, 1234], [3, 0], [4, 6], [7, null]]);
    expect(cross.rest?.value).toBe(60);
  });

  it("orders second keys as all lines have them, and naturally where they leave it open", () => {
    expect(lay(["a", "a", "b", "b"], ["z", "y", "y", "x"])).toEqual(["z", "y", "x"]);
    expect(lay(["a", "b", "c"], ["10", "9", "2"])).toEqual(["2", "9", "10"]);
    expect(lay(["a", "b"], ["3", "1"], LABELS.filter((l) => l.key !== "2"))).toEqual(["1h", "3h"]);
  });

  it("survives lines that contradict each other, and keys that come twice", () => {
    expect(lay(["a", "a", "b", "b"], ["x", "y", "y", "x"]).slice().sort()).toEqual(["x", "y"]);
    expect(lay(["a", "a", "a"], ["x", "x", "y"])).toEqual(["x", "y"]);
  });
});

describe("a heat map", () => {
  it("has every cell: nothing is 0, unknown is left open", () => {
    const { xAxis, yAxis, series } = data(rowsFor(small()));
    expect([xAxis.data, yAxis.data]).toEqual([["0h", "1h", "2h", "3h"], ["b", "a"]]);
    expect(series[0].data.map(([x, y, place]) =>
      [x, y, place === "-" ? place : Math.round(place * 1000) / 1000])).toEqual([
      [0, 0, 0], [1, 0, 1], [2, 0, 0], [3, 0, 0], [0, 1, 0.07], [1, 1, 0], [2, 1, 0], [3, 1, "-"],
    ]);
  });

  it("leaves nothing outside its scale, and the least inside", () => {
    const { range } = data(rowsFor(small())).visualMap;
    expect(range[0]).toBeGreaterThan(0);
    expect(range).toEqual([1e-9, 1]);
  });

  it.each([
    [[1, 4, 16], "sqrt", 0, 4, 16, [0.25, 0.5, 1]],
    [[5, 5], "sqrt", 0, 1.25, 5, [1, 1]],
    // One large cell must not make all others style the same.
    [[1, 100, 10_000], "log", 1, 100, 10_000, [1e-9, 0.5, 1]],
    [[-4, 7], "linear", -4, 1.5, 7, [0, 1]],
    [[-5, -5], "linear", -5, -2.5, 0, [0, 0]],
    [[null, 0], "linear", 0, 0.5, 1, [0, 0]],
  ] as const)("has a scale for %j: %s", (values, kind, least, middle, most, places) => {
    const scale = heatScale(values.map((value) => ({ value })));
    expect([scale.kind, scale.least, scale.middle, scale.most]).toEqual([kind, least, middle, most]);
    values.forEach((value, i) => expect(scale.place(value ?? 0)).toBeCloseTo(places[i] ?? NaN, 6));
  });

  it("is updated by data alone, and made anew where its keys change", () => {
    expect(Object.keys(data(rowsFor(small()))).sort()).toEqual(["series", "visualMap", "xAxis", "yAxis"]);
    const shape = shapeOf("heatmap", rowsFor(small()));
    expect(shapeOf("heatmap", rowsFor(small(), "late"))).toBe(shape);
    const fewer = { keys: ["a"], across: ["0"], total: { n: [1] }, on_time: {}, late: {} };
    expect(shapeOf("heatmap", rowsFor(small({ frame: fewer })))).not.toBe(shape);
  });

  it("shows labels whole, cut, thinned out or at a slant as there is room", () => {
    expect(acrossLabels(4, 80, 14, 100)).toMatchObject({ interval: 0, rotate: 0 });
    expect(acrossLabels(9, 80, 14, 100)).toMatchObject({ interval: 0, rotate: 0, overflow: "truncate" });
    expect(acrossLabels(2, 9, 14, 100)).toMatchObject({ interval: "auto", rotate: 0 });
    expect(acrossLabels(9, 30, 14, 100)).toMatchObject({ interval: 0, rotate: 45 });
    expect(acrossLabels(9, 9, 14, 100)).toMatchObject({ interval: "auto", rotate: 45 });
  });

  it("leaves most of its room to its cells, however many there are", () => {
    const state = greeted(SCENES["vast"]);
    const rows = rowsFor(pick(state, "vast"));
    expect(crossOf(rows).down.length * crossOf(rows).across.length).toBe(412 * 30);
    for (const [width, height] of [[300, 180], [1300, 500], [1800, 800]] as const) {
      const { grid } = CHARTS.heatmap.base({ ...style, width, height }, () => rows) as
        { grid: { left: number; bottom: number } };
      expect(grid.left).toBeLessThan(width * 0.35);
      expect(grid.bottom).toBeLessThan(height * 0.6);
    }
  });

  it("is what a panel of two dimensions can be, or a table", () => {
    const kind = (chart: string, more: object = {}) => panelKind(small({ panel: { chart, ...more } }).panel);
    expect([kind("heatmap"), kind("bar"), kind("table"), kind("number"), kind("sankey")])
      .toEqual(["heatmap", "heatmap", "table", "table", "table"]);
    expect([kind("heatmap", { across: null }), kind("pie", { across: null })]).toEqual(["bar", "pie"]);
    expect(drawable("heatmap", rowsFor(small({ frame: { across: [] } })))).toBe("table");
  });
});

describe.each(["dark", "light"] as const)("the %s scale", (theme) => {
  /** Lightness in OKLab. */
  const lightness = (hex: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const c = parseInt(hex.slice(at, at + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2104542553 * Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
      + 0.793617785 * Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
      - 0.0040720468 * Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  };

  it("goes in even steps away from the panel", () => {
    const { heat, panel } = THEMES[theme];
    const steps = heat.slice(1).map((color, i) => lightness(color) - lightness(heat[i] ?? ""));
    const mean = steps.reduce((a, b) => a + b, 0) / steps.length;
    for (const step of steps) expect(Math.abs(step / mean - 1)).toBeLessThan(0.1);
    expect(Math.sign(mean)).toBe(theme === "dark" ? 1 : -1);
    expect(Math.abs(lightness(heat[0] ?? "") - lightness(panel))).toBeGreaterThan(0.08);
  });
});

describe("an error", () => {
  it("stands behind its value, rounded up, and is not there where the value is exact", () => {
    const { format } = ctx;
    expect(format.withError(1234, 12)).toBe("1,234 ± 12");
    expect(format.withError(1234, 0.001)).toBe("1,234 ± 0.01");
    expect(format.withError(1.5, 1.1)).toBe("1.5 ± 1.1");
    expect([format.withError(1234, 0), format.withError(1234, null)]).toEqual(["1,234", "1,234"]);
    expect(format.withError(null, 12)).toBe("—");
    expect(contextOf(greeted(), "zh").format.withError(1_234_567, 1234)).toBe("1,234,567 ± 1,234");
  });

  it("of a number is told in proportion to it", () => {
    const { format } = ctx;
    expect(format.relativeError(1000, 12, null)).toBe("± 1.2%");
    expect(format.relativeError(-1000, 12, "ms")).toBe("± 1.2%");
    expect(format.relativeError(0, 12, null)).toBe("± 12");
    expect(format.relativeError(18.4, 1.9, "%")).toBe("± 1.9");
    expect([format.relativeError(1000, 0, null), format.relativeError(1000, null, null), format.relativeError(null, 3, null)])
      .toEqual(["", "", ""]);
  });

  it("stands in the tooltip with both titles and the share", () => {
    const p = { label: "b · 1h", facts: [["Word", "b"], ["Hour", "1h"]] as const, value: 1234, error: 12 };
    expect(tipLines(style, p, 2468)).toEqual([
      ["Word", "b"], ["Hour", "1h"], ["Count", "1,234 ± 12"], ["Share", "50.0%"],
    ]);
    expect(tipLines({ ...style, additive: false }, { label: "b", value: 5, error: null }, 10))
      .toEqual([["Count", "5"]]);
    expect(tooltip(style, () => 0, () => undefined).confine).toBe(true);
  });
});

describe("the table of two dimensions", () => {
  it("has a column for each, and no column for an error", () => {
    const { panel, frame } = small();
    const model = panelTable(panel, frame, "total", ctx);
    expect([...model.heads, ...model.columns.map((column) => column.title)])
      .toEqual(["Word", "Hour", "On time", "Late", "Total", "Share"]);
    expect(model.labels).toEqual([
      ["b", "1h"], ["b", "3h"], ["a", "0h"], ["a", "3h"], ["Other (9 cells)", ""],
    ]);
    expect(model.columns.map((column) => column.cells[0]))
      .toEqual(["1,000 ± 11", "234 ± 3", "1,234 ± 12", "94.9%"]);
    expect(panelTable(panel, frame, "total", contextOf(greeted(), "zh")).heads).toEqual(["词", "时"]);
  });
});
