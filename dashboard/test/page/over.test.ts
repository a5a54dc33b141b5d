// Panels over their windows, figures that lead to a panel with their window, and frames of
// another moment than the rest.
import { describe, expect, it } from "vitest";
import { frame } from "../scripted/script.mjs";
import { counts, DAY_MS, timed, TIMED_PANELS, TIMED_SCENE, TODAY } from "../scripted/timed.mjs";
import { accessibilityFaults, LAPTOP } from "./browser";
import { stage } from "./stage";

const on = stage();
const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** The scene with panels changed by their ids. */
function changed(changes: Record<string, Record<string, unknown>>) {
  return { ...TIMED_SCENE, panels: TIMED_PANELS.map((panel) => ({ ...panel, ...changes[String(panel["id"])] })) };
}

describe("a panel over its windows", () => {
  it("shows them from the start, and its keys where a reader wants them", async () => {
    const host = await on.serve(changed({ behavior: { over: "windows" } }), { api: timed });
    const { page, errors } = await on.open(`${host.url}?lang=en`);
    const behavior = page.locator('[data-panel="behavior"]');
    await behavior.locator(".trend rect").first().waitFor();
    expect(new URL(page.url()).searchParams.get("trend.behavior")).toBeNull();
    await behavior.locator(".trend-toggle").click();
    await behavior.locator(".legend li").first().waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get("trend.behavior")).toBe("0");
    await page.reload();
    await behavior.locator(".legend li").first().waitFor();
    await behavior.locator(".trend-toggle").click();
    await expect.poll(() => new URL(page.url()).searchParams.get("trend.behavior")).toBeNull();
    expect(errors).toEqual([]);
  });

  it("is what a line without keys is", async () => {
    const line = { chart: "line", dimension: null };
    const whole = { ...frame([""], [5]), keys: [""] };
    const host = await on.serve({ ...changed({ behavior: line }), frames: { ...TIMED_SCENE.frames, behavior: whole } }, { api: timed });
    const { page } = await on.open(`${host.url}?lang=en`);
    await page.locator('[data-panel="behavior"] .trend rect').first().waitFor();
    expect(await page.locator('[data-panel="behavior"]').getAttribute("data-kind")).toBe("trend");
  });
});

describe("the lists of times", () => {
  it("name what is chosen from their first moment on", async () => {
    const host = await on.serve("timed", { api: timed });
    const page = await on.browser.newPage({ viewport: LAPTOP });
    // No answer about windows, so the lists are drawn once and stay as they are.
    await page.route("**/api/v1/{history,panels/**}*", () => undefined);
    await page.goto(`${host.url}?lang=en&time=1d*7&against=7d`);
    const texts = () => page.locator("select:visible").evaluateAll((lists) => lists.map((list) => (list as HTMLSelectElement).selectedOptions[0]?.text));
    await page.locator(".window-select").first().waitFor();
    expect(await texts()).toEqual(["Latest 7 days", "Week before", "Latest 7 days", "Latest 7 days", "Latest 7 days", "Latest 7 days"]);
  });
});

describe("a figure above the panels", () => {
  it("leads to its panel with its window", async () => {
    const headlines = [{
      id: "today", title: { zh: "今日", en: "Today" }, unit: null, metric: "behavior", view: "all", measure: "events", key: null, per: null,
      window: "1d", target: null, giant: false, compare: [],
    }];
    const host = await on.serve({ ...TIMED_SCENE, headlines, figures: [{ id: "today", value: 5, start: null, end: null, stale: null, changes: [] }] }, { api: timed });
    const { page } = await on.open(`${host.url}?lang=en`);
    await page.locator('[data-headline="today"] .headline-open').click();
    const behavior = page.locator('[data-panel="behavior"]');
    await expect.poll(() => behavior.getAttribute("data-enlarged")).toBe("");
    await expect.poll(() => behavior.getAttribute("data-sum")).toBe(String(total(counts("behavior", TODAY, TODAY + DAY_MS))));
    expect(new URL(page.url()).searchParams.get("window.behavior")).toBe("1d");
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});

describe("a frame of another moment than the rest", () => {
  it("says how many records it lacks, until they are there", async () => {
    const of = (records: number) => Object.fromEntries(Object.entries(TIMED_SCENE.frames ?? {})
      .map(([id, each]) => [id, { ...(each as object), of: id === "province" ? records : 200_000 }]));
    const host = await on.serve({ ...TIMED_SCENE, frames: of(140_000) }, { api: timed });
    const { page } = await on.open(`${host.url}?lang=en`);
    const age = page.locator('[data-panel="province"] .panel-age');
    await expect.poll(() => age.textContent()).toMatch(/^◔ 60.* records behind$/u);
    expect(await page.locator('[data-panel="behavior"] .panel-age').isVisible()).toBe(false);
    expect(await accessibilityFaults(page)).toEqual([]);
    const { greeting } = await import("../scripted/script.mjs");
    // What comes within a second is one moment.
    const [, , snapshot] = greeting({ ...TIMED_SCENE, frames: of(160_000) });
    host.send(snapshot);
    await expect.poll(() => age.isVisible()).toBe(false);
  });
});
