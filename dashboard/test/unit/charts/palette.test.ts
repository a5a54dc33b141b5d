import { describe, expect, it } from "vitest";
import { accentOf, colorOf, THEMES } from "../../../src/charts/palette";
import { PALETTE_SIZE } from "../../../src/data/colors";
import { THEMES as NAMES } from "../../../src/data/prefs";

/** Relative luminance as WCAG 2 has it. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const c = parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe.each(NAMES)("the theme %s", (name) => {
  const theme = THEMES[name];

  it("has a colour of its own for each key, and another one for the rest", () => {
    expect(theme.palette).toHaveLength(PALETTE_SIZE);
    expect(new Set([...theme.palette, theme.rest]).size).toBe(PALETTE_SIZE + 1);
  });

  it("has texts that can be read on its panels", () => {
    const least = name === "contrast" ? 7 : 4.5;
    for (const text of [theme.text, theme.muted]) expect(contrast(text, theme.panel)).toBeGreaterThanOrEqual(least);
  });

  it("has bars and parts of rings that stand out from its panels", () => {
    const drawn = [...theme.palette, theme.rest, ...theme.accents.flatMap(({ color, deep }) => [color, deep])];
    // The yellow of a ring is as dark on white as a yellow can be.
    const least = name === "light" ? 1.8 : 2.9;
    for (const color of drawn) expect([color, contrast(color, theme.panel) >= least]).toEqual([color, true]);
  });

  it("gives a key its place among the colours, and the rest the colour of the rest", () => {
    expect([colorOf(theme, 0), colorOf(theme, PALETTE_SIZE - 1)]).toEqual([theme.palette[0], theme.palette.at(-1)]);
    expect([colorOf(theme, null), colorOf(theme, PALETTE_SIZE), colorOf(theme, -1)]).toEqual(Array(3).fill(theme.rest));
    expect(theme.accents).toContain(accentOf(name, "age"));
    expect(accentOf(name, "age")).toBe(accentOf(name, "age"));
  });
});
