// A reader's ways with the page: enlarge, save, link to, pause, hang on a wall.
import { readFile } from "node:fs/promises";
import type { Download, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { greeting, update } from "../scripted/script.mjs";
import {
  accessibilityFaults, filled, inState, LAPTOP, PHONE, sums, tileValue,
} from "./browser";
import { PATIENT, stage } from "./stage";

const on = stage();
const { open, serve } = on;

const query = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);
const focused = (page: Page) => page.evaluate(() => {
  const at = document.activeElement as HTMLElement | null;
  return at?.dataset["act"] ?? at?.dataset["testid"] ?? (at?.dataset["menu"] === "" ? "menu" : at?.tagName);
});
const menu = (page: Page, id: string) => page.locator(`[data-panel="${id}"] [data-menu]`);
const act = (page: Page, id: string, name: string) =>
  page.locator(`[data-panel="${id}"] [data-act="${name}"]`);

describe("an enlarged panel", () => {
  it("fills the window, by keyboard, and gives the focus back", async () => {
    const host = await serve();
    const { page, errors } = await open(host.url);
    await filled(page);
    const panel = page.locator('[data-panel="age"]');
    const before = await panel.boundingBox();
    await menu(page, "age").focus();
    await page.keyboard.press("Enter");
    expect(await focused(page)).toBe("enlarge");
    await page.keyboard.press("ArrowUp");
    expect(await focused(page)).toBe("png");
    await page.keyboard.press("Home");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await expect.poll(() => panel.boundingBox()).toEqual({ x: 0, y: 0, ...LAPTOP });
    await expect.poll(() => focused(page)).toBe("shrink");
    await expect.poll(() => query(page)["panel"]).toBe("age");
    await expect.poll(() => page.locator('[data-panel="age"] canvas').evaluate((c) => c.clientHeight))
      .toBeGreaterThan(LAPTOP.height * 0.7);
    expect(await accessibilityFaults(page)).toEqual([]);
    // Only the controls of the enlarged panel can be reached.
    for (let i = 0; i < 12; i += 1) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.activeElement === document.body
        || document.activeElement?.closest('[data-panel="age"]') !== null)).toBe(true);
    }
    host.send(update(2_000_000, Date.now()));
    await page.waitForFunction(() =>
      document.querySelector<HTMLElement>('[data-panel="age"]')?.dataset["sum"] === "2000000");
    await page.keyboard.press("Escape");
    await expect.poll(() => panel.boundingBox()).toEqual(before);
    await expect.poll(() => focused(page)).toBe("menu");
    await page.waitForFunction(() =>
      document.querySelector<HTMLElement>('[data-panel="gender"]')?.dataset["sum"] === "2000000");
    await expect.poll(() => query(page)["panel"]).toBeUndefined();
    expect(errors).toEqual([]);
  });

  it("fills the window while figures are dated, on a phone too", async () => {
    const host = await serve("live", { greeting: () => greeting({ hello: { heartbeat_ms: 200 } }) });
    const { page } = await open(`${host.url}?panel=gender`, PHONE);
    await inState(page, "stale");
    expect(await page.locator('[data-panel="gender"]').boundingBox()).toEqual({ x: 0, y: 0, ...PHONE });
    expect(await page.locator('[data-panel="gender"]').evaluate((e) => getComputedStyle(e).filter))
      .toContain("grayscale(1)");
    await act(page, "gender", "shrink").click();
    await expect.poll(async () => (await page.locator('[data-panel="gender"]').boundingBox())?.height)
      .toBeLessThan(400);
  });

  it("is left alone where there is no such panel", async () => {
    const host = await serve();
    const { page, errors } = await open(`${host.url}?panel=nowhere&scope=late&scope.age=x&theme=pink`);
    await filled(page);
    expect(await page.locator("[data-enlarged]").count()).toBe(0);
    expect(await page.locator('[data-panel="age"] [data-scope="late"]').getAttribute("aria-pressed")).toBe("true");
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
    expect(errors).toEqual([]);
  });
});

describe("a panel is saved", () => {
  async function saved(page: Page, id: string, name: string): Promise<Download> {
    await menu(page, id).click();
    const download = page.waitForEvent("download");
    await act(page, id, name).click();
    return download;
  }

  it("as data and as a picture, under telling names", async () => {
    const asked: string[] = [];
    const host = await serve("live", {
      api: (name: string, search: URLSearchParams) => {
        if (!name.startsWith("panels/")) return null;
        asked.push(`${name}?${search}`);
        return { body: '{"keys":["0"],"total":{"events":[1]}}' };
      },
    });
    const { page, errors } = await open(`${host.url}?lang=en`);
    await filled(page);
    const name = "淘宝实时数据分析-behavior-20151111T000000";
    for (const format of ["csv", "json"]) {
      const file = await saved(page, "behavior", format);
      expect(file.suggestedFilename()).toBe(`${name}.${format}`);
      expect(await readFile(await file.path(), "utf8")).toContain(format === "csv" ? "action,Action,events," : '"events":[1]');
      expect(await focused(page)).toBe("menu");
    }
    expect(asked).toEqual(["panels/behavior/data?format=json"]);
    const picture = await saved(page, "behavior", "png");
    expect(picture.suggestedFilename()).toBe(`${name}.png`);
    const bytes = await readFile(await picture.path());
    expect(bytes.subarray(1, 4).toString()).toBe("PNG");
    expect([bytes.readUInt32BE(16) > 1000, bytes.length > 5000]).toEqual([true, true]);
    expect(errors).toEqual([]);
  });

  it("not as a picture where it is a table", async () => {
    const host = await serve("crossed");
    const { page } = await open(host.url);
    await filled(page);
    await menu(page, "cells").click();
    expect(await act(page, "cells", "png").isVisible()).toBe(false);
    await page.keyboard.press("Escape");
    expect(await focused(page)).toBe("menu");
    await menu(page, "hours").click();
    expect(await act(page, "hours", "png").isVisible()).toBe(true);
    await page.locator(".page h1").click();
    expect(await act(page, "hours", "png").isVisible()).toBe(false);
  });
});

describe("a link", () => {
  it("opens what was seen", async () => {
    const host = await serve("crossed");
    const { page } = await open(host.url);
    await filled(page);
    await page.getByTestId("language").click();
    await page.getByTestId("theme").click();
    const hours = page.locator('[data-panel="hours"]');
    await hours.locator('[data-scope="late"]').click();
    await hours.locator(".measure-select").selectOption({ index: 1 });
    await page.locator('[data-panel="actions"] [data-toggle="table"]').click();
    await page.keyboard.press("1");
    const enlarged = await page.locator("[data-enlarged]").getAttribute("data-panel");
    await expect.poll(() => query(page)["panel"]).toBe(enlarged);
    const other = await on.browser.newContext();
    const again = await other.newPage();
    await again.goto(page.url());
    await again.waitForFunction(() => document.querySelector("[data-enlarged]") !== null);
    expect(await again.evaluate(() => [
      document.documentElement.lang, document.documentElement.dataset["theme"],
    ])).toEqual(["en", "light"]);
    expect(await again.locator("[data-enlarged]").getAttribute("data-panel")).toBe(enlarged);
    await again.keyboard.press("Escape");
    await filled(again);
    const same = again.locator('[data-panel="hours"]');
    expect(await same.locator('[data-scope="late"]').getAttribute("aria-pressed")).toBe("true");
    expect(await same.locator(".measure-select").evaluate((s: HTMLSelectElement) => s.selectedIndex)).toBe(1);
    expect(await again.locator('[data-panel="actions"]').getAttribute("data-kind")).toBe("table");
  });
});

describe("a paused page", () => {
  it("stands still, says so, and shows the latest once resumed", async () => {
    const host = await serve("live", { greeting: () => greeting({ events: 1000, hello: PATIENT }) });
    const { page } = await open(`${host.url}?lang=en`);
    await filled(page);
    await page.keyboard.press("p");
    await inState(page, "paused");
    const clock = await page.getByTestId("wall-clock").textContent();
    host.send(update(2000, Date.now()));
    host.send(update(3000, Date.now() + 4000));
    const detail = page.getByTestId("state-detail");
    await expect.poll(() => detail.textContent()).toMatch(/^shown as of \d\d:\d\d:\d\d · 2 updates held back$/);
    expect([await tileValue(page, "events"), (await sums(page))["gender"]]).toEqual([1000, 1000]);
    expect(await page.getByTestId("wall-clock").textContent()).toBe(clock);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByTestId("pause").click();
    await inState(page, "live");
    expect([await tileValue(page, "events"), (await sums(page))["gender"]]).toEqual([3000, 3000]);
  });

  it("tells that its host is gone", async () => {
    const host = await serve();
    const { page } = await open(`${host.url}?lang=en`);
    await filled(page);
    await page.keyboard.press("p");
    await host.stop();
    await expect.poll(() => page.getByTestId("state-detail").textContent()).toMatch(/Reconnecting$/);
    expect(await page.evaluate(() => document.body.dataset["state"])).toBe("paused");
  });
});

describe("on a wall", () => {
  it.each(["live", "crossed", "waiting", "hostile", "rings"])(
    "nothing takes the focus: %s", async (scene) => {
      const host = await serve(scene);
      const { page } = await open(`${host.url}?kiosk=1`);
      await page.locator("[data-panel-state]").first().waitFor();
      for (let i = 0; i < 8; i += 1) {
        await page.keyboard.press("Tab");
        expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("BODY");
      }
      expect(await page.locator("button:visible, select:visible, a:visible").count()).toBe(0);
    });

  it("figures go on, the pointer goes away, and Escape brings the controls back", async () => {
    const host = await serve();
    const { page } = await open(host.url);
    await filled(page);
    await page.keyboard.press("k");
    await expect.poll(() => query(page)["kiosk"]).toBe("1");
    await page.mouse.move(100, 100);
    host.send(update(2_000_000, Date.now()));
    await page.waitForFunction(() =>
      document.querySelector<HTMLElement>('[data-panel="age"]')?.dataset["sum"] === "2000000");
    await page.waitForFunction(() => getComputedStyle(document.body).cursor === "none");
    await page.mouse.move(120, 120);
    await page.waitForFunction(() => getComputedStyle(document.body).cursor !== "none");
    await page.keyboard.press("?");
    expect(await page.getByTestId("help-dialog").isVisible()).toBe(false);
    await page.keyboard.press("Escape");
    await page.getByTestId("language").waitFor();
    await expect.poll(() => query(page)["kiosk"]).toBeUndefined();
  });
});

describe("help", () => {
  it("keeps the focus until it is closed", async () => {
    const host = await serve();
    const { page } = await open(`${host.url}?lang=en`);
    await filled(page);
    await page.getByTestId("help").focus();
    await page.keyboard.press("?");
    const dialog = page.getByTestId("help-dialog");
    await dialog.waitFor();
    expect(await dialog.locator("kbd").count()).toBeGreaterThan(6);
    expect(await accessibilityFaults(page)).toEqual([]);
    for (let i = 0; i < 4; i += 1) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.activeElement?.closest("dialog") !== null)).toBe(true);
    }
    await page.keyboard.press("p");
    expect(await page.evaluate(() => document.body.dataset["state"])).toBe("live");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await focused(page)).toBe("help");
  });
});

describe("high contrast", () => {
  it("is what readers get whose system asks for it", async () => {
    const host = await serve("rings");
    const context = await on.browser.newContext({ contrast: "more", viewport: LAPTOP });
    const page = await context.newPage();
    await page.goto(host.url);
    await filled(page);
    expect(await page.evaluate(() => document.documentElement.dataset["theme"])).toBe("contrast");
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it.each(["waiting", "quarantined", "crossed"])("has no fault when %s", async (scene) => {
    const host = await serve(scene);
    const { page } = await open(`${host.url}?theme=contrast`);
    await page.locator("[data-panel-state]").first().waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
  });
});
