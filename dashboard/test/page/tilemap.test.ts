// The provinces as tiles: every key is seen, by pointer and by keyboard, on any screen.
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { layoutFaults, watchCanvas } from "../../scripts/layout-faults.mjs";
import { mapApi, mapFrame } from "../scripted/map.mjs";
import { update } from "../scripted/script.mjs";
import { accessibilityFaults, filled, LAPTOP, PHONE, WALL } from "./browser";
import { stage } from "./stage";

const on = stage();
const serve = () => on.serve("tiles", { api: mapApi });
const map = (page: Page) => page.locator('[data-panel="province"]');
const place = (page: Page, code: string) => map(page).locator(`[data-place="${code}"]`);
const names = (page: Page, list = ".ranking-list li") =>
  map(page).locator(`${list} .ranking-name`).allTextContents();

async function show(query = "", viewport = WALL) {
  const host = await serve();
  const tab = await on.open(`${host.url}?${query}`, viewport);
  await filled(tab.page);
  return { host, ...tab };
}

describe("the provinces as tiles", () => {
  it("are all there, with what is not on the map beside them", async () => {
    const { page, errors } = await show("lang=zh");
    expect(await map(page).locator(".place").count()).toBe(34);
    expect(await place(page, "44").textContent()).toMatch(/^广东13\.\d万$/u);
    expect(await place(page, "11").locator(".place-name").textContent()).toBe("京");
    const listed = await names(page);
    expect([listed.length, listed[0], listed.includes("Atlantis")]).toEqual([36, "广东", true]);
    expect(await map(page).locator(".tilemap-outside").textContent()).toBe("不在图上 2 项：Atlantis 617、∅ 3");
    await expect.poll(() => map(page).locator(".ranking-since").textContent()).toBe("↑↓ 较 2015-11-10");
    expect(await map(page).locator(".ranking-arrow[data-way]").count()).toBeGreaterThan(3);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(errors).toEqual([]);
  });

  it.each([["zh", WALL], ["en", WALL], ["zh", LAPTOP], ["en", PHONE], ["zh", { width: 1080, height: 1920 }]] as const)(
    "lie over nothing and are not cut: %s %o", async (lang, viewport) => {
      const host = await serve();
      const { page } = await on.open(`${host.url}?lang=${lang}&ops=0`, viewport, watchCanvas);
      await filled(page);
      await expect.poll(() => layoutFaults(page)).toEqual([]);
      await page.goto(`${host.url}?lang=${lang}&panel=province`);
      await page.locator('[data-panel="province"][data-panel-state="ok"]').waitFor();
      await expect.poll(() => layoutFaults(page)).toEqual([]);
    });

  it("show shares where a reader wants them, and the address says so", async () => {
    const { page } = await show("lang=en");
    await map(page).locator('[data-by="share"]').focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => place(page, "44").textContent()).toMatch(/^GD1\d\.\d%$/u);
    await expect.poll(() => new URL(page.url()).searchParams.get("share.province")).toBe("1");
  });

  it("lead to the figures of one key, by pointer and by keyboard", async () => {
    const { page } = await show("lang=en");
    await place(page, "33").click();
    const card = page.getByRole("dialog");
    await expect.poll(() => card.locator("h2").first().textContent()).toContain("Zhejiang");
    await page.keyboard.press("Escape");
    const rest = map(page).locator(".ranking-rest .ranking-entry").last();
    await rest.focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => card.locator("h2").first().textContent()).toContain("\u2205");
  });

  it("are a table and a picture too", async () => {
    const { page, errors } = await show("lang=zh");
    const download = page.waitForEvent("download");
    await map(page).locator("[data-menu]").click();
    await map(page).locator('[data-act="png"]').click();
    expect((await download).suggestedFilename()).toMatch(/\.png$/u);
    await map(page).locator('[data-toggle="table"]').click();
    expect(await map(page).locator("tbody tr").count()).toBe(37);
    expect(errors).toEqual([]);
  });
});

describe("tiles that grow", () => {
  it("pulse once, and not where nothing is to move", async () => {
    const { host, page } = await show("lang=zh");
    const grow = (events: number) => host.send({ ...update(events, Date.now()), frames: { province: mapFrame(events) } });
    grow(1_300_000);
    await map(page).locator(".place[data-pulse]").first().waitFor({ state: "attached" });
    expect(await map(page).locator(".place[data-pulse]").count()).toBeLessThanOrEqual(3);
    await expect.poll(() => map(page).locator(".place[data-pulse]").count()).toBe(0);
    await page.emulateMedia({ reducedMotion: "reduce" });
    const before = await place(page, "44").getAttribute("title");
    await page.waitForTimeout(4200);
    grow(1_400_000);
    await expect.poll(() => place(page, "44").getAttribute("title")).not.toBe(before);
    expect(await map(page).locator(".place[data-pulse]").count()).toBe(0);
  });

  it("do not move the ranking while the pointer is on it", async () => {
    const { host, page } = await show("lang=zh");
    await map(page).locator(".ranking-list li").first().hover();
    const before = await names(page);
    host.send({ ...update(1_300_000, Date.now()), frames: { province: mapFrame(1_300_000, 2) } });
    await page.waitForFunction(() => document.querySelector<HTMLElement>('[data-panel="age"]')?.dataset["sum"] !== "1234567"
      || document.querySelector<HTMLElement>('[data-tile="events"]')?.dataset["value"] === "1300000");
    expect(await names(page)).toEqual(before);
    await page.mouse.move(1, 1);
    host.send({ ...update(1_300_001, Date.now()), frames: { province: mapFrame(1_300_001, 2) } });
    await expect.poll(() => names(page)).not.toEqual(before);
  });
});

describe("tiles of other places", () => {
  it.each([["zh", WALL], ["en", LAPTOP], ["en", PHONE]] as const)("stand as the pipeline file says: %s %o", async (lang, viewport) => {
    const host = await on.serve("stores");
    const { page } = await on.open(`${host.url}?lang=${lang}&ops=0`, viewport, watchCanvas);
    await filled(page);
    const tiles = page.locator('[data-panel="stores"] .place');
    expect(await tiles.count()).toBe(6);
    expect(await tiles.first().textContent()).toMatch(lang === "zh" ? /^咖啡4\.7万$/u : /^Coffee47\.0K$/u);
    const [coffee, dining] = await Promise.all([tiles.nth(0).boundingBox(), tiles.nth(4).boundingBox()]);
    expect([(coffee?.x ?? 0) < (dining?.x ?? 0), (coffee?.y ?? 0) > (dining?.y ?? 0)]).toEqual([true, true]);
    await expect.poll(() => layoutFaults(page)).toEqual([]);
  });
});
