import { brokenLength } from "../../src/charts/ranking";
import { describe, expect, it } from "vitest";
import { THEMES } from "../../src/charts/palette";
import { CHARTS } from "../../src/charts/option";
import type { ChartStyle } from "../../src/charts/style";
import { colorAt, PALETTE_SIZE } from "../../src/data/colors";
import { drawable, kindOf, type ChartKind } from "../../src/data/kinds";
import { WORDS } from "../../src/i18n/words";
import { densityFor } from "../../src/panels/legend";
import { arrange, heightOf, spans } from "../../src/panels/layout";
import { isBlank, measureOf, rowsOf, shareOf, sum, totalOf, type Row } from "../../src/data/rows";
import { panelTable } from "../../src/data/panel-table";
import type { Frame, Panel, Scope } from "../../src/wire/shapes";
import { SCENES } from "../scripted/scenes.mjs";
import { contextOf, greeted } from "./helpers";

const state = greeted({ events: 1000 });
const panel = (id: string, from = state): Panel => {
  const found = from.panels?.find((p) => p.id === id);
  if (found === undefined) throw new Error(`no panel ${id}`);
  return found;
};
const frame = (id: string, from = state): Frame => {
  const found = from.frames.get(id);
  if (found === undefined) throw new Error(`no frame ${id}`);
  return found;
};
const rows = (id: string, scope: Scope = "total", from = state): Row[] => {
  const p = panel(id, from);
  return rowsOf(p, frame(id, from), scope, measureOf(p, 0), "zh", WORDS.zh);
};

const row = (label: string, value: number): Row =>
  ({ key: label, label, second: null, value, error: null, color: 0 });

describe("rows", () => {
  it("have the labels and values of the chosen scope", () => {
    expect(rows("gender").map((row) => [row.label, row.value]))
      .toEqual([["女", 660], ["男", 290], ["未知", 50]]);
    expect(rows("gender", "late").map((row) => row.value)).toEqual([13, 5, 1]);
    expect(rows("gender", "on_time").map((row) => row.value)).toEqual([647, 285, 49]);
  });

  it("end with the rest of a cut list", () => {
    const last = rows("province").at(-1);
    expect([last?.label, last?.value, last?.color]).toEqual(["其他 (19)", 210, null]);
  });

  it("sum to what was counted, whatever is shown", () => {
    const province = rows("province");
    expect(totalOf(panel("province"), frame("province"))).toBe(sum(province));
    expect(totalOf(panel("gender"), frame("gender"))).toBe(1000);
  });

  it("cut hostile labels and name empty ones", () => {
    const hostile = greeted(SCENES["hostile"]);
    expect(rows("long", "total", hostile).map((row) => row.label.length)).toEqual([48, 48]);
    expect(rows("unknown", "total", hostile).map((row) => row.label))
      .toEqual(["x", "__proto__", "∅"]);
  });

  it("know unknown from zero, and nothing from something", () => {
    const hostile = greeted(SCENES["hostile"]);
    expect(rows("null", "total", hostile).map((row) => row.value)).toEqual([null, 4, 0]);
    expect(isBlank(rows("null", "total", hostile))).toBe(false);
    expect(isBlank([])).toBe(true);
    expect(isBlank([row("a", 0)])).toBe(true);
  });
});

describe("a colour", () => {
  it("belongs to the key's place among the labels", () => {
    expect(rows("gender").map(({ color }) => color)).toEqual([0, 1, 2]);
    expect(colorAt(PALETTE_SIZE + 1, "any")).toBe(1);
  });

  it("of an unknown key is the same everywhere", () => {
    const color = colorAt(-1, "unheard-of");
    expect(rows("unknown", "total", greeted(SCENES["hostile"])).map((row) => row.color))
      .toEqual(["x", "__proto__", ""].map((key) => colorAt(-1, key)));
    expect(color).toBe(colorAt(-1, "unheard-of"));
    expect(color).toBeGreaterThanOrEqual(0);
    expect(color).toBeLessThan(PALETTE_SIZE);
  });
});

describe("charts", () => {
  const style: ChartStyle = {
    colors: THEMES.dark, accent: { color: "#fff", deep: "#000" },
    format: contextOf(state).format, fontPx: 16, fontFamily: "sans", width: 600, height: 400,
    measure: "n", share: "%", titles: [], additive: true,
  };
  const data = (kind: ChartKind, of: readonly Row[]): unknown[] => {
    const { series } = CHARTS[kind].data(style, of);
    const first: unknown = Array.isArray(series) ? series[0] : series;
    return (first as { data: unknown[] }).data;
  };

  it("draw what is known and leave out what is not", () => {
    const hostile = rows("null", "total", greeted(SCENES["hostile"]));
    expect(data("bar", hostile)).toMatchObject([{ value: "-" }, { value: 4 }, { value: 0 }]);
    expect(data("line", hostile)).toEqual(["-", 4, 0]);
    expect(data("pie", hostile)).toMatchObject([{ value: 4 }]);
  });

  it("colour a ring by key and the rest of a list in grey", () => {
    const palette = THEMES.dark.palette;
    expect(data("pie", rows("gender"))).toMatchObject([
      { name: "女", itemStyle: { color: palette[0] } },
      { name: "男", itemStyle: { color: palette[1] } },
      { name: "未知", itemStyle: { color: palette[2] } },
    ]);
    expect(data("hbar", rows("province")).at(-1))
      .toMatchObject({ itemStyle: { color: THEMES.dark.rest } });
  });

  it("break the bar of a rest that would press all others flat", () => {
    const ranked = [1, 2].map((n) => row(`${n}`, n));
    const rest = (value: number) => ({ ...row("rest", value), color: null });
    expect(brokenLength([...ranked, rest(4)])).toBeNull();
    expect(brokenLength([...ranked, rest(5)])).toBe(2.5);
    expect(brokenLength([rest(5)])).toBeNull();
    expect(data("hbar", [...ranked, rest(4)]).at(-1)).toMatchObject({ value: 4 });
    expect(data("hbar", [...ranked, rest(11)])).toMatchObject([{ value: 1 }, { value: 2 }, { value: 2.5 }]);
  });

  it.each(["pie", "bar", "hbar", "line"] as const)("update a %s by data alone", (kind) => {
    const keys = Object.keys(CHARTS[kind].data(style, rows("gender")));
    expect(keys.every((key) => ["series", "xAxis", "yAxis"].includes(key))).toBe(true);
  });

  it.each([
    ["pie", "pie"], ["number", "number"], ["sankey", "table"], ["constructor", "table"],
  ])("named %s are drawn as %s", (chart, kind) => {
    expect(kindOf(chart)).toBe(kind);
  });

  it("draw a ring with less than nothing as bars", () => {
    expect(drawable("pie", rows("negative", "total", greeted(SCENES["hostile"])))).toBe("bar");
    expect(drawable("pie", rows("gender"))).toBe("pie");
  });

  it("know no share of nothing", () => {
    expect(shareOf(rows("gender"), 290)).toBe(0.29);
    expect([shareOf([], 5), shareOf(rows("gender"), null)]).toEqual([null, null]);
  });
});

describe("a table", () => {
  it("puts on time, late and total side by side", () => {
    const model = panelTable(panel("gender"), frame("gender"), "total", contextOf(state, "en"));
    expect([...model.heads, ...model.columns.map((column) => column.title)])
      .toEqual(["Gender", "On time", "Late", "Total", "Share"]);
    expect(model.columns.map((column) => column.cells[0])).toEqual(["647", "13", "660", "66.0%"]);
  });

  it("has a column for each of several measures", () => {
    const two: Panel = {
      ...panel("gender"),
      measures: ["a", "b"].map((name) =>
        ({ name, title: { zh: name, en: name }, unit: null, additive: false, errorOf: null })),
    };
    const model = panelTable(two, frame("gender"), "total", contextOf(state));
    expect(model.columns.map((column) => column.title)).toEqual(["a", "b"]);
    expect(model.columns[0]?.cells[0]).toBe("—");
  });
});

describe("the arrangement", () => {
  const make = (charts: string[]) => charts.map((chart, i): Panel => ({
    ...panel("province"), id: `${chart}${i}`, chart, top: chart === "hbar" ? 15 : 0,
    dimension: null,
  }));
  const SIZES = ["small", "medium", "wide", "tall", "large", null] as const;
  const sized = (...sizes: readonly Panel["size"][]) =>
    make(sizes.map(() => "bar")).map((p, i): Panel => ({ ...p, id: `${i}`, size: sizes[i] ?? null }));
  const placed = (of: readonly Panel[]) => {
    const { rows: r, tall } = arrange(of);
    return [...r.map((line) => line.map((p) => p.id).join("")), `|${tall.map((p) => p.id).join("")}`];
  };
  const ids = (charts: string[]) => {
    const { rows: r, tall } = arrange(make(charts));
    return { rows: r.map((row) => row.map((p) => p.id)), tall: tall.map((p) => p.id) };
  };

  it.each([
    [[], [], []],
    [["pie"], [["pie0"]], []],
    [["pie", "pie"], [["pie0", "pie1"]], []],
    [["hbar"], [], ["hbar0"]],
    [["pie", "bar", "pie", "hbar"], [["pie0", "pie2"], ["bar1"]], ["hbar3"]],
    [["pie", "bar", "pie", "bar"], [["pie0", "bar1"], ["pie2", "bar3"]], []],
    [["hbar", "hbar", "hbar"], [["hbar2"]], ["hbar0", "hbar1"]],
  ])("of %j", (charts, expected, tall) => {
    expect(ids(charts)).toEqual({ rows: expected, tall });
  });

  it("shows every panel once, however many there are", () => {
    for (let n = 0; n < 40; n += 1) {
      const charts = Array.from({ length: n }, (_, i) => ["pie", "hbar", "line"][i % 3] ?? "pie");
      const { rows: r, tall } = ids(charts);
      expect([...r.flat(), ...tall].sort()).toEqual(make(charts).map((p) => p.id).sort());
      expect(r.every((row) => row.length > 0)).toBe(true);
    }
  });

  it.each([
    [["small", "small", "medium", "large"], ["012", "3", "|"]],
    [["small", "small", "medium", "large", "tall"], ["012", "3", "|4"]],
    [["wide", "small", "wide", "small"], ["01", "23", "|"]],
    [["tall", "tall", "tall"], ["2", "|01"]],
    [["medium", null, null, null], ["01", "23", "|"]],
    [["large"], ["0", "|"]],
  ] as const)("of sizes %j keeps their order", (sizes, expected) => {
    expect(placed(sized(...sizes))).toEqual(expected);
  });

  it("puts panels with less before others and leaves the rest as they came", () => {
    const of = sized("medium", "medium", "medium", "medium")
      .map((p, i) => ({ ...p, order: [1, 0, 0, -1][i] ?? 0 }));
    expect(placed(of)).toEqual(["31", "20", "|"]);
    expect(placed(of.map((p) => ({ ...p, size: null })))).toEqual(["31", "20", "|"]);
  });

  it("leaves a list that asks for another size out of the tall columns", () => {
    const [list] = make(["hbar"]);
    if (list === undefined) throw new Error("no panel");
    expect(arrange([list]).tall).toHaveLength(1);
    expect(arrange([{ ...list, size: "medium" }]).tall).toHaveLength(0);
  });

  it("shows every panel once and leaves no hole, whatever sizes are asked for", () => {
    let seed = 7;
    const random = (n: number) => (seed = (seed * 48_271) % 2_147_483_647) % n;
    for (let n = 0; n < 64; n += 1) {
      const of = sized(...Array.from({ length: n }, () => SIZES[random(SIZES.length)] ?? null));
      const { rows: r, tall } = arrange(of);
      expect([...r.flat(), ...tall].map((p) => p.id).sort()).toEqual(of.map((p) => p.id).sort());
      expect(tall.length).toBeLessThanOrEqual(2);
      for (const line of r) {
        expect(line.length).toBeGreaterThan(0);
        expect(line.length).toBeLessThanOrEqual(4);
        // On two columns each line of the grid is filled: pairs, or one across both.
        let open = 0;
        spans(line).forEach((full) => {
          if (full) expect(open).toBe(0);
          else open = 1 - open;
        });
        expect(open).toBe(0);
      }
    }
  });

  it("makes rows of large panels higher and rows of small ones lower", () => {
    expect([["small", "small"], ["small", null], ["small", "large"]].map((sizes) =>
      heightOf(sized(...sizes as Panel["size"][])))).toEqual(["low", "even", "high"]);
  });
});

describe("the legend of a ring", () => {
  it.each([
    [4, 30, 20, "roomy"], [4, 20, 15, "tight"], [7, 30, 13, "tight"],
    [7, 16, 10, "dense"], [7, 30, 6, "columns"], [7, 16, 6, "scroll"], [40, 60, 20, "scroll"],
  ])("of %i entries in %i × %i is %s", (entries, width, height, density) => {
    expect(densityFor(entries, width, height)).toBe(density);
  });
});
