// A key leads on: its card is reached from every kind of panel by pointer, keyboard and touch,
// and tells its course, its place and its row in other panels.
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { layoutFaults } from "../../scripts/layout-faults.mjs";
import { keysApi } from "../scripted/keys.mjs";
import { accessibilityFaults, filled, LAPTOP, PHONE, WALL } from "./browser";
import { stage } from "./stage";

const on = stage();
const card = (page: Page) => page.getByTestId("key-card-dialog");
const title = (page: Page) => card(page).locator("h2").textContent();

async function show(query = "", viewport = WALL) {
  const host = await on.serve("keys", { api: keysApi });
  const tab = await on.open(`${host.url}?ops=0&${query}`, viewport);
  await filled(tab.page);
  return { host, ...tab };
}

describe("the card of a key", () => {
  it("has its course, its place and its rows in other panels, which lead on and back", async () => {
    const { page, host, errors } = await show("lang=zh");
    await page.locator('[data-place="51"]').click();
    expect(await title(page)).toBe("省份分布 · 四川");
    await card(page).locator(".rank path.rank-line").waitFor();
    await card(page).locator(".trend rect").first().waitFor({ state: "attached" });
    const others = card(page).locator(".key-others button");
    await expect.poll(() => others.first().textContent()).toBe("流量排行412 kB1.1%");
    expect(await others.nth(1).textContent()).toContain("没有这一项");
    expect(host.asked).toContain("panels/traffic/data?key=%E5%9B%9B%E5%B7%9D");
    expect(await accessibilityFaults(page)).toEqual([]);
    await others.first().focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => title(page)).toBe("流量排行 · 四川");
    await expect.poll(() => card(page).locator(".key-facts dd").first().textContent()).toBe("412 kB");
    expect(await card(page).locator(".key-facts dd").last().textContent()).toBe("1.1%");
    await page.getByTestId("key-back").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => title(page)).toBe("省份分布 · 四川");
    expect(await page.getByTestId("key-back").isVisible()).toBe(false);
    expect(errors).toEqual([]);
  });

  it("opens from a ring, bars and cells by keys alone", async () => {
    const { page } = await show("lang=en");
    const name = page.locator('[data-panel="behavior"] .legend-name').nth(2);
    await name.focus();
    await page.keyboard.press("Enter");
    expect(await title(page)).toBe("Behaviour · Buy");
    await page.keyboard.press("Escape");
    const bars = page.locator('[data-panel="traffic"] .chart-host');
    await bars.focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await page.locator('[data-panel="traffic"] .chart [role="status"]').textContent()).toBe("Zhejiang: 9.1 MB");
    await page.locator('[data-panel="traffic"] .chart-tip').waitFor();
    await page.keyboard.press("Enter");
    expect(await title(page)).toBe("Traffic · Zhejiang");
    await page.keyboard.press("Escape");
    await page.locator('[data-panel="bought"] .chart-host').focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    expect(await title(page)).toBe("Provinces by action · Zhejiang · Click");
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("opens by touch from tiles, rings and bars", async () => {
    const host = await on.serve("keys", { api: keysApi });
    const context = await on.browser.newContext({ hasTouch: true, viewport: PHONE });
    const page = await context.newPage();
    await page.goto(`${host.url}?ops=0&lang=en`);
    await filled(page);
    for (const [place, expected] of [
      ['[data-place="33"]', "Provinces · Zhejiang"], ['[data-panel="behavior"] .legend li >> nth=1', "Behaviour · Add to cart"],
      ['[data-panel="traffic"] .chart-host', "Traffic · "],
    ] as const) {
      await page.locator(place).tap();
      await expect.poll(() => title(page)).toContain(expected);
      await card(page).getByText("Close").tap();
    }
  });

  it.each([["zh", LAPTOP], ["en", LAPTOP], ["zh", PHONE], ["en", PHONE]] as const)("is cut nowhere: %s %o", async (lang, viewport) => {
    const { page } = await show(`lang=${lang}`, viewport);
    await page.locator('[data-place="44"]').click();
    await card(page).locator(".rank path.rank-line").waitFor({ state: "attached" });
    // The page lies behind the card.
    const faults = async () => (await layoutFaults(page)).filter((fault) =>
      fault.split("key-card-dialog").length - 1 === (fault.startsWith("overlap") ? 2 : 1) || (fault.startsWith("cut") && fault.includes("key-card-dialog")));
    await expect.poll(faults).toEqual([]);
  });

  it("is nowhere on a wall", async () => {
    const { page } = await show("kiosk=1");
    await page.locator('[data-panel="traffic"] .chart-host').click();
    expect(await card(page).isVisible()).toBe(false);
    expect(await page.locator('.chart-host[tabindex], .legend-name[tabindex]').count()).toBe(0);
  });
});
