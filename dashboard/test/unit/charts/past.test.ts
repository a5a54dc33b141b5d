import { describe, expect, it } from "vitest";
import { bars } from "../../../src/charts/bars";
import { line } from "../../../src/charts/line";
import { figures, ranking } from "../../../src/charts/ranking";
import { tipLines } from "../../../src/charts/tooltip";
import { chartRows } from "../../../src/panels/chart-model";
import type { Past, Row } from "../../../src/data/rows";
import { contextOf, drawnBy, greeted, row, STYLE } from "../fixtures";

const past = (value: number | null, text: string): Past => ({ value, ratio: 0.5, way: "up", text });
const rows: Row[] = [
  { ...row("a", 30), past: past(20, "↑ 50.0%") }, { ...row("b", 10), past: past(40, "↓ 75.0%") }, { ...row("c", 5), past: past(null, "—") },
];

interface Drawn {
  readonly series: readonly { readonly data: readonly unknown[] }[];
}
const seriesOf = (option: object, at: number) => (option as Drawn).series[at]?.data;

describe("what rows were before", () => {
  it("is an outline over each bar, as long as the value before", () => {
    expect(seriesOf(drawnBy(ranking, STYLE, rows), 2)).toEqual([20, 40, "-"]);
    expect(seriesOf(drawnBy(bars, STYLE, rows), 1)).toMatchObject([{ value: 20 }, { value: 40 }, { value: "-" }]);
    expect(seriesOf(drawnBy(line, STYLE, rows), 1)).toEqual([20, 40, "-"]);
    // The tracks reach as far as the longest outline.
    expect(seriesOf(drawnBy(ranking, STYLE, rows), 1)).toEqual([40, 40, 40]);
  });

  it("has the value above the higher of the two", () => {
    const shown = (at: number) => seriesOf(drawnBy(bars, STYLE, rows), at)?.map((item) => (item as { label?: { show: boolean } }).label?.show);
    // Without a word of its own a bar has its value above itself.
    expect([shown(0), shown(1)]).toEqual([[undefined, false, undefined], [false, true, false]]);
  });

  it("is not drawn for a bar that is broken", () => {
    const rest = { ...row("rest", 900, null), past: past(800, "↑") };
    expect(seriesOf(drawnBy(ranking, STYLE, [...rows, rest]), 2)).toEqual([20, 40, "-", "-"]);
  });

  it("is nothing where nothing is compared", () => {
    for (const chart of [bars, line, ranking]) {
      const plain = [row("a", 1)];
      const drawn = (of: object) => (of as Drawn).series.length;
      expect(drawn(drawnBy(chart, STYLE, plain))).toBe(drawn(drawnBy(chart, STYLE, rows)) - 1);
      expect(drawn(chart.base(STYLE, () => plain))).toBe(drawn(drawnBy(chart, STYLE, plain)));
      expect(drawn(chart.base(STYLE, () => rows))).toBe(drawn(drawnBy(chart, STYLE, rows)));
    }
  });

  it("stands beside the value as a change, alone where there is little room, and in the tooltip", () => {
    expect(figures(STYLE, rows, 0)).toBe("{value|30}{share|↑ 50.0%}");
    expect(figures({ ...STYLE, width: 200 }, rows, 0)).toBe("{share|↑ 50.0%}");
    expect(tipLines(STYLE, rows[0] ?? row("", 0), 45).slice(1, 3)).toEqual([["Before", "20"], ["Change", "↑ 50.0%"]]);
    expect(tipLines(STYLE, rows[2] ?? row("", 0), 45)[1]).toEqual(["Before", "—"]);
  });

  it("changes the base of a chart only where it begins or ends", () => {
    const plain = rows.map(({ label, value }) => row(label, value));
    for (const chart of [ranking, bars, line]) expect(chart.shape?.(rows, STYLE)).toBe(chart.shape?.(rows.map((each) => ({ ...each, value: 6 })), STYLE));
    for (const chart of [ranking, bars, line]) expect(chart.shape?.(plain, STYLE)).not.toBe(chart.shape?.(rows, STYLE));
  });

  it("keeps the order of changes where not all rows fit", () => {
    const many = Array.from({ length: 90 }, (_, i) => row(String(i), i));
    const ctx = contextOf(greeted(), "en");
    expect(chartRows("hbar", many, 0, STYLE, ctx, true).map(({ key }) => key).slice(0, 3)).toEqual(["0", "1", "2"]);
    expect(chartRows("hbar", many, 0, STYLE, ctx).map(({ key }) => key)).toContain("89");
  });
});
