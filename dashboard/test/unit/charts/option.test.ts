import { describe, expect, it } from "vitest";
import { CHARTS } from "../../../src/charts/option";
import { THEMES } from "../../../src/charts/palette";
import { brokenLength, figures } from "../../../src/charts/ranking";
import type { ChartKind } from "../../../src/data/kinds";
import type { Row } from "../../../src/data/rows";
import type { Scope } from "../../../src/wire/shapes";
import { SCENES } from "../../scripted/scenes.mjs";
import { drawnBy, greeted, pairIn, row, rowsFor, STYLE } from "../fixtures";

const state = greeted({ events: 1000 });
const rows = (id: string, scope: Scope = "total", from = state) => rowsFor(pairIn(from, id), scope, "zh");

describe("charts", () => {
  const data = (kind: ChartKind, of: readonly Row[]): unknown[] => {
    const { series } = drawnBy(CHARTS[kind], STYLE, of);
    const first: unknown = Array.isArray(series) ? series[0] : series;
    return (first as { data: unknown[] }).data;
  };

  it("draw what is known and leave out what is not", () => {
    const hostile = rows("null", "total", greeted(SCENES["hostile"]));
    expect(data("bar", hostile)).toEqual(["-", 4, 0]);
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
    expect(data("hbar", [...ranked, rest(11)])).toMatchObject([1, 2, { value: 2.5 }]);
  });

  it("give the rest of values that may not be summed neither bar nor track, and say why", () => {
    const ranked = [row("a", 4), { ...row("rest", null), color: null }];
    const { series } = drawnBy(CHARTS.hbar, STYLE, ranked) as { series: { data: unknown[] }[] };
    expect(series[0]?.data[1]).toMatchObject({ value: "-" });
    expect(series[1]?.data).toEqual([4, "-"]);
    expect(figures({ ...STYLE, additive: false }, ranked, 1)).toBe("{share|no sum}");
    expect(figures(STYLE, ranked, 1)).toContain("—");
  });
});
