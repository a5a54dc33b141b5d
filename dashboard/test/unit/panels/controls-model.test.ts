import { describe, expect, it } from "vitest";
import type { PanelChoice } from "../../../src/data/link";
import { controlsModel, type Form } from "../../../src/panels/controls-model";
import { SCENES } from "../../scripted/scenes.mjs";
import { CHOICE, contextOf, greeted, panelIn } from "../fixtures";

const one = panelIn(greeted(), "gender");
const two = panelIn(greeted(SCENES["crossed"]), "hours");
const ctx = contextOf(greeted(), "en");
const of = (panel = one, choice: Partial<PanelChoice> = {}, form: Form = "chart", isEnlarged = false) =>
  controlsModel(panel, { ...CHOICE, ...choice }, form, isEnlarged, ctx);

describe("the controls of a panel", () => {
  it("name the scopes and mark the chosen one", () => {
    expect(of(one, { scope: "late" }).scopes)
      .toEqual({ label: ctx.words.panels.scope, texts: { on_time: "On time", late: "Late", total: "Total" }, chosen: "late" });
  });

  it("let a measure be chosen where there are several and a chart shows one", () => {
    expect(of(two).measures).toMatchObject({ isShown: true, titles: ["Events", "Buyers"], chosen: 0 });
    expect(of(two, { measure: 1 }).measures.chosen).toBe(1);
    expect(of(two, { measure: 7 }).measures.chosen).toBe(0);
    expect([of(one), of(two, { table: true }), of(two, {}, "table-only")].map(({ measures }) => measures.isShown))
      .toEqual([false, false, false]);
  });

  it("switch between chart and table where there is a chart", () => {
    expect([of().toggle, of(one, { table: true }).toggle]).toEqual([
      { isShown: true, label: ctx.words.panels.asTable, isTable: false },
      { isShown: true, label: ctx.words.panels.asChart, isTable: true },
    ]);
    expect(of(one, {}, "table-only").toggle.isShown).toBe(false);
  });

  it.each([
    ["chart", false, true, true], ["number", false, true, true], ["chart", true, true, false],
    ["table-only", false, true, false], ["trend", false, false, false],
  ] as const)("offer the files that there are: %s, as a table %s", (form, table, hasFiles, hasPicture) => {
    expect(of(one, { table }, form).menu).toMatchObject({ hasFiles, hasPicture });
  });

  it("enlarge a panel, and shrink an enlarged one", () => {
    const words = ctx.words.panels;
    expect([of().menu.enlarge, of().shrink.isShown]).toEqual([words.enlarge, false]);
    const enlarged = of(one, {}, "chart", true);
    expect([enlarged.menu.enlarge, enlarged.shrink]).toEqual([words.shrink, { isShown: true, label: words.shrink }]);
  });
});
