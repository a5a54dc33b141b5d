import { describe, expect, it } from "vitest";
import { CHARTS } from "../../../src/charts/option";
import { seen } from "../../../src/charts/picture";
import type { ChartKind } from "../../../src/data/kinds";
import type { Past, Row } from "../../../src/data/rows";
import { crossed, row, rowsFor, STYLE } from "../fixtures";

/** All that the canvas looks at before it leaves the drawing as it is. */
const pictureOf = (kind: ChartKind, rows: readonly Row[], style = STYLE) => {
  const { axes, picture } = CHARTS[kind].update(style, rows);
  return JSON.stringify([axes, picture, CHARTS[kind].shape?.(rows, style)]);
};

const MILLIONS = [row("a", 4_444_000), row("b", 3_111_000), { ...row("rest", 2_222_000), color: null }];
const grown = (by: number, at = 0) => MILLIONS.map((each, i) => (i === at ? { ...each, value: (each.value ?? 0) + by } : each));
const past = (value: number): Past => ({ value, ratio: 0.5, way: "up", text: "↑ 50.0%" });

describe.each(["pie", "bar", "hbar", "line"] as const)("the picture of a %s", (kind) => {
  const of = (rows: readonly Row[], style = STYLE) => pictureOf(kind, rows, style);

  it("is the same where a count among millions grows by a few", () =>
    expect(of(grown(9))).toBe(of(MILLIONS)));

  it("is another one where any of the rows moves by a pixel, or is of another key", () => {
    for (const at of [0, 1, 2]) expect(of(grown(60_000, at))).not.toBe(of(MILLIONS));
    const [a, b] = MILLIONS as [Row, Row];
    expect(of([{ ...a, label: "c", color: 5 }, b])).not.toBe(of([a, b]));
  });

  it.each([1, 0.001, 1e9])("is another one where a value is known or gone, in %d", (value) => {
    const [some, none] = [[row("a", value), row("b", value)], [row("a", value), row("b", null)]];
    expect(of(some)).not.toBe(of(none));
  });

  it("tells the rest of a list from a key", () => {
    if (kind === "line") return;
    expect(of(grown(0).map((each) => ({ ...each, color: 1 })))).not.toBe(of(MILLIONS));
  });
});

describe.each(["bar", "hbar", "line"] as const)("the picture of a %s", (kind) => {
  const of = (rows: readonly Row[], style = STYLE) => pictureOf(kind, rows, style);
  const before = (value: number) => MILLIONS.map((each) => ({ ...each, past: past(value) }));

  it("holds what was before", () => {
    expect(of(before(3_000_000))).not.toBe(of(MILLIONS));
    expect(of(before(3_000_000))).not.toBe(of(before(3_060_000)));
  });

  it("holds the places of lines, where bars keep their proportions too", () => {
    const limits = [{ value: 3_000_000, level: "warn" as const }] as unknown as typeof STYLE.limits;
    const double = MILLIONS.map((each) => ({ ...each, value: (each.value ?? 0) * 2 }));
    expect(of(double, { ...STYLE, limits })).not.toBe(of(MILLIONS, { ...STYLE, limits }));
  });
});

describe.each(["bar", "hbar"] as const)("the picture of a %s", (kind) => {
  it("holds the figures, which have their own digits and colours", () => {
    const near = (value: number) => [row("a", 1_000_000), row("b", value)];
    expect(pictureOf(kind, near(949_400))).not.toBe(pictureOf(kind, near(949_600)));
    const warned = MILLIONS.map((each) => ({ ...each, beyond: { level: "warn" as const } as unknown as NonNullable<Row["beyond"]> }));
    expect(pictureOf(kind, warned)).not.toBe(pictureOf(kind, MILLIONS));
  });
});

describe("the picture of a heat map", () => {
  const of = (n: readonly (number | null)[]) => pictureOf("heatmap", rowsFor(crossed({ frame: { total: { n } } })));

  it("is the colours of its cells", () => {
    expect(of([4_000_000, 7, 0, 2_000_000])).toBe(of([4_000_001, 7, 0, 2_000_000]));
    expect(of([4_000_000, 7, 0, 2_000_000])).not.toBe(of([4_000_000, 7, 0, 2_300_000]));
  });

  it("tells nothing from a little, and from what is not known", () => {
    const [nothing, little, unknown] = [0, 1, null].map((cell) => of([4_000_000, 7, cell, 2_000_000]));
    expect(new Set([nothing, little, unknown]).size).toBe(3);
  });
});

it("a length is seen in quarters of a pixel", () => {
  expect(seen([0, 1, 50, "-", null], 100, 100)).toBe("0 4 200 - -");
  expect(seen([0.05], 100, 100)).toBe("0");
  expect(seen([5], 0, 100)).toBe("0");
});
