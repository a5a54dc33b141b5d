import { describe, expect, it } from "vitest";
import { keyFacts } from "../../../src/panels/key-card-model";
import { SCENES } from "../../scripted/scenes.mjs";
import { contextOf, greeted, pairIn } from "../fixtures";

const state = greeted();
const ctx = contextOf(state, "en");

describe("one key", () => {
  it("is told exactly", () => {
    const { panel, frame } = pairIn(state, "gender");
    const found = keyFacts(panel, frame, { key: "1", second: null }, ctx);
    expect(found?.label).toBe("Male");
    expect(found?.facts.map(({ name, text }) => `${name} ${text}`))
      .toEqual(["Total 358,024", "On time 350,864", "Late 7,160", "Share 29.0%"]);
    expect(keyFacts(panel, frame, { key: "gone", second: null }, ctx)).toBeNull();
  });

  it("of two dimensions is a cell, with all measures", () => {
    const { panel, frame } = pairIn(greeted(SCENES["crossed"]), "hours");
    const [key] = frame.keys;
    const [second] = frame.across;
    if (key === undefined || second === undefined) throw new Error("no cell");
    const found = keyFacts(panel, frame, { key, second }, ctx);
    expect(found?.label).toMatch(/^北京市 · \d\d$/);
    expect(found?.facts.map(({ name }) => name)).toContain("Buyers · Total");
  });
});
