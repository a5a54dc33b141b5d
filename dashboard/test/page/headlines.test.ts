// The figures above the panels: large, exact, and a way to their panels.
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { layoutFaults, watchCanvas } from "../../scripts/layout-faults.mjs";
import { figures } from "../scripted/headlines.mjs";
import { update } from "../scripted/script.mjs";
import { accessibilityFaults, filled, LAPTOP, PHONE, WALL } from "./browser";
import { stage } from "./stage";

const on = stage();
const headline = (page: Page, id: string) => page.locator(`[data-headline="${id}"]`);

async function show(query = "", viewport = WALL, scene = "headlines") {
  const host = await on.serve(scene);
  const tab = await on.open(`${host.url}?${query}`, viewport);
  await filled(tab.page);
  return { host, ...tab };
}

describe("headlines", () => {
  it.each([["wall", WALL], ["laptop", LAPTOP]] as const)("are a band above the panels, and one is a giant: %s", async (_, viewport) => {
    const { page } = await show("lang=zh", viewport);
    expect(await headline(page, "all").locator(".unseen").textContent()).toBe("1,234,567");
    const size = await headline(page, "all").locator(".headline-value").evaluate((value) => parseFloat(getComputedStyle(value).fontSize));
    expect(size / viewport.height).toBeGreaterThanOrEqual(0.08);
    expect(size / viewport.height).toBeLessThanOrEqual(0.12);
    const [band, panels] = await Promise.all([page.getByTestId("headlines").boundingBox(), page.getByTestId("panels").boundingBox()]);
    expect((band?.y ?? 0) + (band?.height ?? 0)).toBeLessThanOrEqual(panels?.y ?? 0);
    expect(await headline(page, "all").locator(".headline-changes").textContent()).toBe("环比↑ 12.4%周同比↓ 4.1%至 11-10 14:00同比历史不足");
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("leave the engine one line, and its tiles are the operator's", async () => {
    const { page } = await show("lang=en&ops=1");
    expect(await page.getByTestId("engine-line").isVisible()).toBe(true);
    expect(await page.locator(".ops-details [data-tile]").count()).toBe(7);
    const line = await page.getByTestId("engine-line").boundingBox();
    expect(line?.height).toBeLessThan(40);
    const without = await show("lang=en", WALL, "live");
    expect(await without.page.getByTestId("engine-line").isVisible()).toBe(false);
    expect(await without.page.locator(".page > .tiles").count()).toBe(1);
  });

  it("roll to what they are now, and at once where nothing is to move", async () => {
    const { host, page } = await show("lang=zh");
    const to = (events: number) => host.send({ ...update(events, Date.now()), headlines: figures(events) });
    to(1_234_568);
    await headline(page, "all").locator('.roll-item[data-from="7"]').waitFor({ state: "attached" });
    await expect.poll(() => headline(page, "all").locator(".roll-item[data-from]").count()).toBe(0);
    expect(await headline(page, "all").locator(".roll").textContent()).toBe("1,234,568");
    await page.emulateMedia({ reducedMotion: "reduce" });
    to(1_999_999);
    await expect.poll(() => headline(page, "all").getAttribute("data-value")).toBe("1999999");
    expect(await headline(page, "all").locator(".roll-item[data-from]").count()).toBe(0);
  });

  it("lead to their panels, by pointer and by keyboard", async () => {
    const { page } = await show("lang=en");
    await headline(page, "women").click();
    await expect.poll(() => new URL(page.url()).searchParams.get("panel")).toBe("gender");
    await page.keyboard.press("Escape");
    // The focus goes to the panel that was enlarged.
    await expect.poll(() => page.evaluate(() => document.activeElement?.matches('[data-panel="gender"] [data-menu]'))).toBe(true);
    await headline(page, "buy").locator(".headline-open").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => new URL(page.url()).searchParams.get("panel")).toBe("behavior");
    await page.keyboard.press("Escape");
    expect(await headline(page, "none").locator('[role="button"]').count()).toBe(0);
  });

  it.each([["zh", WALL], ["en", WALL], ["zh", LAPTOP], ["en", LAPTOP], ["zh", PHONE], ["en", PHONE]] as const)(
    "lie over nothing and are not cut: %s %o", async (lang, viewport) => {
      const host = await on.serve("headlines");
      const { page } = await on.open(`${host.url}?lang=${lang}&ops=0`, viewport, watchCanvas);
      await filled(page);
      await expect.poll(() => layoutFaults(page)).toEqual([]);
      if (viewport !== PHONE) {
        expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(viewport.height);
      }
    });
});
