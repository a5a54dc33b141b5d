import { describe, expect, it } from "vitest";
import { nextTheme, readPrefs } from "../../../src/data/prefs";

describe("the themes", () => {
  it("follow each other", () => {
    expect([nextTheme("dark"), nextTheme("light"), nextTheme("contrast")])
      .toEqual(["light", "contrast", "dark"]);
  });

  it.each([["", "contrast"], ["?theme=light", "light"], ["?theme=none", "contrast"]])(
    "start with contrast for who asks their system for it: %s", (search, theme) => {
      expect(readPrefs(search, () => null, true).theme).toBe(theme);
    });
});

describe("the reader's choices", () => {
  const memory = (kept: Record<string, string>) => (name: string) => kept[name] ?? null;

  it.each([
    ["", {}, "zh", "dark"],
    ["?lang=en", {}, "en", "dark"],
    ["", { lang: "en", theme: "light" }, "en", "light"],
    ["?lang=zh&theme=dark", { lang: "en", theme: "light" }, "zh", "dark"],
    ["?lang=fr&theme=pink", { lang: "xx" }, "zh", "dark"],
  ])("from %j and %j", (search, kept, lang, theme) => {
    expect(readPrefs(search, memory(kept), false)).toEqual({ lang, theme });
  });
});
