import { describe, expect, it } from "vitest";
import { arrange, bandsOf, heightOf, spans } from "../../../src/panels/layout";
import type { Panel } from "../../../src/wire/shapes";
import { greeted, panelIn } from "../fixtures";

const PROVINCE = panelIn(greeted(), "province");

describe("the arrangement", () => {
  const make = (charts: string[]) => charts.map((chart, i): Panel => ({
    ...PROVINCE, id: `${chart}${i}`, chart, top: chart === "hbar" ? 15 : 0,
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
    // Four panels in a row beside two tall columns had no room for their controls.
    [["hbar", "hbar", ...Array<string>(7).fill("pie")],
      [["pie2", "pie3", "pie4"], ["pie5", "pie6"], ["pie7", "pie8"]], ["hbar0", "hbar1"]],
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

  it.each([
    [["hbar", ...Array<string>(9).fill("pie")], ["9+1"]],
    [["hbar", ...Array<string>(13).fill("pie")], ["6+1", "7+0"]],
    [[...Array<string>(7).fill("pie"), "hbar", ...Array<string>(7).fill("pie"), "hbar"], ["7+1", "7+1"]],
    [Array<string>(20).fill("pie"), ["20+0"]],
    [Array<string>(12).fill("hbar"), ["4+2", "4+2"]],
    [[], ["0+0"]],
  ])("stands in parts below each other, so that no tall column is pulled apart: %j", (charts, expected) => {
    const bands = bandsOf(make(charts));
    expect(bands.map(({ rows, tall }) => `${rows.flat().length}+${tall.length}`)).toEqual(expected);
    expect(bands.every(({ rows, tall }) => tall.length === 0 || rows.length <= 3)).toBe(true);
    const shown = bands.flatMap(({ rows, tall }) => [...rows.flat(), ...tall]).map((p) => p.id);
    expect(shown.sort()).toEqual(make(charts).map((p) => p.id).sort());
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
