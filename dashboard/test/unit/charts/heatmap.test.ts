import { describe, expect, it } from "vitest";
import { heatScale } from "../../../src/charts/heat-scale";
import { acrossLabels, fillAt } from "../../../src/charts/heatmap";
import { CHARTS, shapeOf } from "../../../src/charts/option";
import { THEMES } from "../../../src/charts/palette";
import { crossOf } from "../../../src/data/cross";
import type { Row } from "../../../src/data/rows";
import { SCENES } from "../../scripted/scenes.mjs";
import { crossed, drawnBy, greeted, pairIn, rowsFor, STYLE } from "../fixtures";

function data(rows: readonly Row[]) {
  return drawnBy(CHARTS.heatmap, STYLE, rows) as {
    xAxis: { data: string[] }; yAxis: { data: string[] };
    series: [{ data: [number, number, number | "-"][] }];
  };
}

describe("a heat map", () => {
  it("has every cell: nothing is 0, unknown is left open", () => {
    const { xAxis, yAxis, series } = data(rowsFor(crossed()));
    expect([xAxis.data, yAxis.data]).toEqual([["0h", "1h", "2h", "3h"], ["b", "a"]]);
    expect(series[0].data.map(([x, y, place]) =>
      [x, y, place === "-" ? place : Math.round(place * 1000) / 1000])).toEqual([
      [0, 0, 0], [1, 0, 1], [2, 0, 0], [3, 0, 0], [0, 1, 0.07], [1, 1, 0], [2, 1, 0], [3, 1, "-"],
    ]);
  });

  it("leaves nothing outside its scale, and the least inside", () => {
    const { nothing, heat } = STYLE.colors;
    const fills = data(rowsFor(crossed())).series[0].data.map((mark) => fillAt(STYLE, mark));
    expect([fills[0], fills[1]]).toEqual([nothing, heat.at(-1)]);
    expect([nothing, heat.at(-1)]).not.toContain(fills[4]);
    expect([fillAt(STYLE, [0, 0, 1e-9]), fillAt(STYLE, [0, 0, "-"]), fillAt(STYLE, null)]).toEqual([heat[0], nothing, nothing]);
    const below = data(rowsFor(crossed({ frame: { total: { n: [-4, 0, 7, null] } } }))).series[0].data.map((mark) => fillAt(STYLE, mark));
    expect([below[1], below[4]]).toEqual([heat[0], heat.at(-1)]);
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
    expect(Object.keys(data(rowsFor(crossed()))).sort()).toEqual(["series", "xAxis", "yAxis"]);
    const shape = shapeOf("heatmap", rowsFor(crossed()), STYLE);
    expect(shapeOf("heatmap", rowsFor(crossed(), "late"), STYLE)).toBe(shape);
    const fewer = { keys: ["a"], across: ["0"], total: { n: [1] }, on_time: {}, late: {} };
    expect(shapeOf("heatmap", rowsFor(crossed({ frame: fewer })), STYLE)).not.toBe(shape);
    const shapeWith = (key: string, across: string) =>
      shapeOf("heatmap", rowsFor(crossed({ frame: { ...fewer, keys: [key], across: [across] } })), STYLE);
    expect(shapeWith("a", "3")).not.toBe(shapeWith("a", "0"));
    expect(shapeWith("abc", "0")).not.toBe(shapeWith("a", "0"));
    expect(shapeWith("b", "0")).toBe(shapeWith("a", "0"));
  });

  it("shows labels whole, cut, thinned out or at a slant as there is room", () => {
    const room = { length: 100, left: 100 };
    const at = (characters: number, width: number, slant = room) => acrossLabels(characters, width, 14, slant);
    expect(at(4, 80)).toEqual({ label: { interval: 0, rotate: 0 }, width: 80 });
    expect(at(9, 80)).toEqual({ label: { interval: 0, rotate: 0 }, width: 80 - 14 * 0.4 });
    expect(at(2, 9).label).toMatchObject({ interval: "auto", rotate: 0 });
    expect(at(9, 30).label).toMatchObject({ interval: 0, rotate: 45 });
    expect(at(9, 9).label).toMatchObject({ interval: "auto", rotate: 45 });
    // A slant would fill a low map.
    expect(at(9, 30, { ...room, length: 40 })).toMatchObject({ label: { interval: "auto", rotate: 0 }, width: 14 * 4 });
    // The first at a slant would begin left of the map.
    expect(at(9, 30, { ...room, left: 75 })).toMatchObject({ label: { rotate: 45 }, width: 75 * Math.SQRT2 - 14 });
    expect(at(9, 30, { ...room, left: 60 })).toMatchObject({ label: { interval: "auto", rotate: 0 }, width: 14 * 4 });
  });

  it("has a part of each name above its columns, small, rather than every second name", () => {
    const names = ["clicked", "added to cart", "bought", "marked as favourite"];
    const keys = ["Guangdong", "Heilongjiang", "Inner Mongolia"];
    const frame = {
      keys: keys.flatMap((key) => names.map(() => key)), across: keys.flatMap(() => names),
      total: { n: Array(12).fill(3) }, on_time: { n: Array(12).fill(3) }, late: { n: Array(12).fill(0) },
    };
    const labelsAt = (width: number, height: number) => {
      const rows = rowsFor(crossed({ frame }));
      const { xAxis } = CHARTS.heatmap.base({ ...STYLE, width, height }, () => rows) as
        { xAxis: { axisLabel: { interval: unknown; fontSize: number; formatter: (name: string) => string } } };
      const { interval, fontSize, formatter } = xAxis.axisLabel;
      return { interval, fontSize, names: names.map(formatter) };
    };
    const { interval, fontSize, names: shown } = labelsAt(230, 90);
    expect([interval, fontSize]).toEqual([0, 11]);
    for (const name of shown) expect(name.length).toBeGreaterThanOrEqual(5);
    expect(labelsAt(120, 90).interval).toBe("auto");
  });

  it("is turned where only that leaves every name its room, and the marks keep their rows", () => {
    const names = Array.from("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥", (c) => `${c}州`);
    const n = names.flatMap((_, i) => [i, i + 1, i + 2]);
    const frame = {
      keys: names.flatMap((name) => [name, name, name]), across: names.flatMap(() => ["0", "1", "2"]),
      total: { n }, on_time: { n }, late: { n: n.map(() => 0) },
    };
    const rows = rowsFor(crossed({ frame }));
    const cross = crossOf(rows);
    expect([cross.down, cross.across]).toEqual([names, ["0h", "1h", "2h"]]);
    const low = { ...STYLE, width: 1000, height: 260 };
    const tall = { ...STYLE, width: 1000, height: 260 * 4 };
    const drawn = (style: typeof STYLE) => drawnBy(CHARTS.heatmap, style, rows) as ReturnType<typeof data>;
    expect([drawn(tall).yAxis.data, drawn(tall).xAxis.data]).toEqual([cross.down, cross.across]);
    expect([drawn(low).xAxis.data, drawn(low).yAxis.data]).toEqual([cross.down, cross.across]);
    expect(drawn(low).series[0].data.map(([x, y, place]) => [y, x, place])).toEqual(drawn(tall).series[0].data);
    expect(shapeOf("heatmap", rows, low)).not.toBe(shapeOf("heatmap", rows, tall));
    const { xAxis, yAxis } = CHARTS.heatmap.base(low, () => rows) as
      Record<"xAxis" | "yAxis", { axisLabel: { interval: unknown } }>;
    expect([xAxis.axisLabel.interval, yAxis.axisLabel.interval]).toEqual([0, 0]);
  });

  it("is turned where names would be at a slant, and lie level from top to bottom", () => {
    const names = ["Click", "Buy"].flatMap((name) => ["Guangdong", "Heilongjiang", "Inner Mongolia", "Zhejiang"].map((place) => `${name} in ${place}`));
    const frame = {
      keys: names.map(() => "k"), across: names.map((_, i) => `${i}`),
      total: { n: names.map((_, i) => i) }, on_time: { n: names.map((_, i) => i) }, late: { n: names.map(() => 0) },
    };
    const rows = rowsFor(crossed({ frame }))
      .flatMap((row, i) => (row.second === null ? [] : [{ ...row, second: { ...row.second, label: names[i] ?? "" } }]));
    const drawn = (style: typeof STYLE) => drawnBy(CHARTS.heatmap, style, rows) as ReturnType<typeof data>;
    expect(drawn({ ...STYLE, width: 2600, height: 300 }).xAxis.data).toEqual(crossOf(rows).across);
    const narrow = { ...STYLE, width: 400, height: 300 };
    expect(drawn(narrow).yAxis.data).toEqual(crossOf(rows).across);
    expect((CHARTS.heatmap.base(narrow, () => rows) as { xAxis: { axisLabel: { rotate: number } } }).xAxis.axisLabel.rotate).toBe(0);
  });

  it("leaves most of its room to its cells, however many there are", () => {
    const state = greeted(SCENES["vast"]);
    const rows = rowsFor(pairIn(state, "vast"));
    expect(crossOf(rows).down.length * crossOf(rows).across.length).toBe(412 * 30);
    for (const [width, height] of [[300, 180], [1300, 500], [1800, 800]] as const) {
      const { grid } = CHARTS.heatmap.base({ ...STYLE, width, height }, () => rows) as
        { grid: { left: number; bottom: number } };
      expect(grid.left).toBeLessThan(width * 0.35);
      expect(grid.bottom).toBeLessThan(height * 0.6);
    }
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
