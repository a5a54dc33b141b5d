import { describe, expect, it } from "vitest";
import { THEMES } from "../../../src/charts/palette";
import { chartRows, chartStyle, signatureOf, summaryOf } from "../../../src/panels/chart-model";
import { SCENES } from "../../scripted/scenes.mjs";
import { contextOf, crossed, greeted, pairIn, row, rowsFor, STYLE } from "../fixtures";

const ctx = contextOf(greeted(), "en");
const many = Array.from({ length: 40 }, (_, i) => row(`k${i}`, 40 - i));

describe("the style of a chart", () => {
  const { panel } = crossed();
  const [measure] = panel.measures;
  if (measure === undefined) throw new Error("no measure");
  const box = { width: 300, height: 200, fontPx: 14, fontFamily: "sans" };

  it("has the words of the panel in the page's language, and the colours of its theme", () => {
    expect(chartStyle(panel, measure, [], box, ctx)).toMatchObject({
      ...box, measure: "Count", titles: ["Word", "Hour"], share: "Share", additive: true, colors: THEMES.dark,
    });
    const light = { ...contextOf(greeted(), "zh"), theme: "light" as const };
    expect(chartStyle(panel, measure, [], box, light)).toMatchObject({ measure: "数", titles: ["词", "时"], colors: THEMES.light });
  });

  it("gives each metric an accent of its own, whichever panels there are", () => {
    const accents = Array.from({ length: 40 }, (_, i) => chartStyle({ ...panel, metric: `m${i}` }, measure, [], box, ctx).accent.color);
    expect(new Set(accents).size).toBe(4);
    expect(chartStyle({ ...panel, metric: "m7", id: "m7.other", title: panel.title }, measure, [], box, ctx).accent.color).toBe(accents[7]);
  });
});

describe("the rows of a chart", () => {
  it("of a ranking are as many as it has room for, the others in the rest", () => {
    const rows = chartRows("hbar", many, 3, { ...STYLE, height: 160 }, ctx);
    expect(rows.length).toBeLessThan(40);
    expect(rows.at(-1)?.label).toBe(`Other (${40 - (rows.length - 1) + 3})`);
    expect(rows.reduce((sum, { value }) => sum + (value ?? 0), 0)).toBe(820);
    expect(chartRows("hbar", many, 3, { ...STYLE, height: 4000 }, ctx)).toBe(many);
  });

  it.each(["pie", "bar", "line", "heatmap"] as const)("of a %s are all of them", (kind) => {
    expect(chartRows(kind, many, 0, { ...STYLE, height: 10 }, ctx)).toBe(many);
  });
});

describe("the lines of a heat map on a wall", () => {
  const names = Array.from({ length: 12 }, (_, i) => `a line of its own ${i}`);
  const n = names.flatMap((_, i) => [100 - i, 1]);
  const keys = names.flatMap((name) => [name, name]);
  const frame = { keys, across: names.flatMap(() => ["0", "1"]), total: { n }, on_time: { n }, late: { n: n.map(() => 0) } };
  const cells = rowsFor(crossed({ frame }));
  const wall = { ...ctx, kiosk: true };
  const low = { ...STYLE, width: 150, height: 120 };

  it("are as many as have a name, the others in the rest", () => {
    const rows = chartRows("heatmap", cells, 9, low, wall);
    const lines = new Set(rows.filter(({ second }) => second !== null).map(({ key }) => key));
    expect([lines.size > 2, lines.size < 12]).toEqual([true, true]);
    expect([...lines]).toEqual(names.slice(0, lines.size));
    expect(rows.at(-1)).toMatchObject({ label: `Other (${(12 - lines.size) * 2 + 9} cells)`, second: null, color: null });
    const sum = (all: typeof rows) => all.reduce((of, { value }) => of + (value ?? 0), 0);
    expect(sum(rows)).toBe(sum(cells));
    expect(chartRows("heatmap", rows, 0, low, wall)).toBe(rows);
    expect(chartRows("heatmap", cells, 9, { ...low, additive: false }, wall).at(-1)?.value).toBeNull();
  });

  it("are all of them where they have room, and where a reader may point at them", () => {
    expect(chartRows("heatmap", cells, 9, { ...low, height: 900 }, wall)).toBe(cells);
    expect(chartRows("heatmap", cells, 9, low, ctx)).toBe(cells);
  });
});

describe("the signature of a chart", () => {
  const of = (more: object = {}, rows = many, lang: "zh" | "en" = "en") =>
    signatureOf("bar", "total", rows, { ...STYLE, ...more }, contextOf(greeted(), lang));

  it("stays while only values change", () => {
    expect(of({}, many.map((each) => ({ ...each, value: 7 })))).toBe(of());
  });

  it("changes with size, measure, language and number of rows", () => {
    const all = [of(), of({ width: 601 }), of({ height: 1 }), of({ fontPx: 17 }), of({ measure: "Buyers" }),
      of({}, many.slice(1)), of({}, many, "zh")];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("the summary of a chart", () => {
  it("names the five largest rows with their shares", () => {
    const said = summaryOf("Keys", "total", many, true, ctx);
    expect(said).toMatch(/k0 4\.9%, k1 4\.8%, k2 4\.6%, k3 4\.5%, k4 4\.4%/);
    expect(said).not.toMatch(/k5/);
  });

  it("names values where shares say nothing", () => {
    expect(summaryOf("Keys", "total", many.slice(0, 1), false, ctx)).toMatch(/k0 \d+$/);
  });

  it("names both keys of a cell, and no share of an unknown value", () => {
    expect(summaryOf("Map", "total", rowsFor(crossed()), true, ctx)).toMatch(/b · 1h 94\.9%/);
    expect(summaryOf("N", "late", rowsFor(pairIn(greeted(SCENES["hostile"]), "null")), true, ctx)).toMatch(/B 100\.0%, 2? ?.* —/);
  });
});
