// Walls: every screen shows all panels at once or in pages, and is read from across a hall.
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { layoutFaults, watchCanvas } from "../../scripts/layout-faults.mjs";
import { wallFaults } from "../../scripts/wall-faults.mjs";
import { every, everyApi } from "../scripted/every.mjs";
import { HEADLINE_SCENE } from "../scripted/headlines.mjs";
import { LIMITS } from "../scripted/limits.mjs";
import { LOOKS } from "../scripted/looks.mjs";
import { mapApi, MAP_SCENE } from "../scripted/map.mjs";
import { filled, WALL } from "./browser";
import { stage } from "./stage";

const on = stage();
const SCREENS = ["1920x1080", "3840x2160", "5760x1080", "2560x1080", "1080x1920"] as const;
const POSTER = { ...MAP_SCENE, ...HEADLINE_SCENE };

async function show(screen: string, query: string, scene: object = POSTER, api = mapApi) {
  const [width = 0, height = 0] = screen.split("x").map(Number);
  const host = await on.serve(scene, { api });
  const { page } = await on.open(`${host.url}?kiosk=1&${query}`, { width, height }, watchCanvas);
  await filled(page);
  return { host, page };
}

const seen = (page: Page) => page.locator("[data-panel]:visible").evaluateAll((panels) =>
  panels.map((panel) => panel.getAttribute("data-panel") ?? ""));
const pages = (page: Page) => page.getByTestId("wall-pages");

describe.each(SCREENS)("a wall of %s", (screen) => {
  it.each(["lang=zh", "lang=en&theme=light", "lang=zh&theme=contrast"])(
    "shows figures, map and charts, large and whole: %s", async (query) => {
      const { page } = await show(screen, query);
      const found = new Set<string>();
      for (let turn = 0; turn < 8; turn += 1) {
        await expect.poll(async () => [...await layoutFaults(page), ...await wallFaults(page)]).toEqual([]);
        for (const id of await seen(page)) found.add(id);
        await page.keyboard.press("ArrowRight");
      }
      expect([...found].sort()).toEqual(["age", "behavior", "gender", "province"]);
      expect(await pages(page).isVisible()).toBe(screen === "1080x1920");
    });
});

describe("a wall with the looks and the sentences of its pipeline", () => {
  it.each([["1920x1080", "lang=zh"], ["3840x2160", "lang=en&theme=light"], ["1080x1920", "lang=zh&theme=contrast"], ["5760x1080", "lang=en"]] as const)(
    "has them large, whole, and without anything that moves all the time: %s %s", async (screen, query) => {
      const { page } = await show(screen, query, LOOKS);
      await page.getByTestId("ticker").locator("li").first().waitFor();
      await page.getByTestId("logo").waitFor();
      await expect.poll(async () => [...await layoutFaults(page), ...await wallFaults(page)]).toEqual([]);
    });
});

describe("a wall with thresholds", () => {
  it.each([["1920x1080", "lang=zh"], ["1080x1920", "lang=en&theme=light"], ["2560x1080", "lang=zh&theme=contrast"]] as const)(
    "has their marks and words on every page: %s %s", async (screen, query) => {
      const { page } = await show(screen, query, LIMITS);
      const found = new Set<string>();
      for (let turn = 0; turn < 6; turn += 1) {
        await expect.poll(async () => [...await layoutFaults(page), ...await wallFaults(page)]).toEqual([]);
        for (const id of await page.locator("[data-panel]:has(.panel-strip:visible)").evaluateAll((panels) =>
          panels.map((panel) => panel.getAttribute("data-panel") ?? ""))) found.add(id);
        await page.keyboard.press("ArrowRight");
      }
      expect([...found].sort()).toEqual(["age", "behavior", "province", "took", "traffic"]);
    });
});

describe("a wall with little room for many metrics", () => {
  it.each([["390x844", "lang=zh"], ["390x844", "lang=en"], ["2560x1080", "lang=en"]] as const)(
    "shows every line of its legends and no name in part: %s %s", async (screen, query) => {
      const { page } = await show(screen, query, every(16), everyApi);
      for (let turn = 0; turn < 6; turn += 1) {
        await expect.poll(() => layoutFaults(page)).toEqual([]);
        await page.keyboard.press("ArrowRight");
      }
    });
});

describe("a wall that gets other sizes", () => {
  it.each(["lang=zh", "lang=en"])("cuts each name where its room ends, and no figure: %s", async (query) => {
    const { page } = await show("2560x1080", query, every(16), everyApi);
    for (const [width, height] of [[2350, 990], [2200, 810], [1600, 1080], [1600, 900], [1280, 1024]] as const) {
      await page.setViewportSize({ width, height });
      // An ellipsis marks a name that is cut; a figure must be whole.
      await expect.poll(() => page.locator(".tile-value:visible").evaluateAll((values) =>
        values.filter((value) => value.scrollWidth > value.clientWidth).map((value) => value.textContent))).toEqual([]);
      for (let turn = 0; turn < 6; turn += 1) {
        await expect.poll(() => layoutFaults(page)).toEqual([]);
        await page.keyboard.press("ArrowRight");
      }
    }
  });
});

describe("an upright wall", () => {
  it("has figures without comparisons above its first panel", async () => {
    const plain = (HEADLINE_SCENE.headlines ?? []).slice(0, 3).map((one) => ({ ...one, compare: [], target: null }));
    const { page } = await show("1080x1920", "lang=zh", { ...POSTER, headlines: plain });
    const figures = page.getByTestId("headlines").locator("[data-headline]:visible");
    await expect.poll(() => figures.count()).toBe(3);
    expect((await seen(page)).length).toBeGreaterThan(0);
    await expect.poll(async () => [...await layoutFaults(page), ...await wallFaults(page)]).toEqual([]);
  });
});

describe("panels that do not fit a wall", () => {
  it("come in pages, which keys turn", async () => {
    const { page } = await show("1920x1080", "lang=en&ops=0", every(16), everyApi);
    await expect.poll(() => pages(page).textContent()).toMatch(/^page 1 of [2-9]$/u);
    const count = Number(/of (\d)/u.exec(await pages(page).textContent() ?? "")?.[1]);
    const found = new Set<string>();
    for (let at = 0; at < count; at += 1) {
      await expect.poll(() => pages(page).textContent()).toBe(`page ${at + 1} of ${count}`);
      for (const id of await seen(page)) found.add(id);
      await page.keyboard.press("ArrowRight");
    }
    expect(found.size).toBe(16);
    await expect.poll(() => pages(page).textContent()).toBe(`page 1 of ${count}`);
    await page.keyboard.press("PageUp");
    await expect.poll(() => pages(page).textContent()).toBe(`page ${count} of ${count}`);
  });

  it("turn by themselves, but for readers who want nothing to move", async () => {
    const host = await on.serve(every(16), { api: everyApi });
    for (const reducedMotion of ["no-preference", "reduce"] as const) {
      const context = await on.browser.newContext({ viewport: WALL, reducedMotion });
      const page = await context.newPage();
      await page.clock.install();
      await page.goto(`${host.url}?kiosk=1&lang=en&ops=0`);
      await filled(page);
      await expect.poll(() => pages(page).textContent()).toMatch(/^page 1 /u);
      for (let second = 0; second < 25; second += 1) await page.clock.runFor(1000);
      await expect.poll(() => pages(page).textContent())
        .toMatch(reducedMotion === "reduce" ? /^page 1 /u : /^page 2 /u);
      await context.close();
    }
  });
});
