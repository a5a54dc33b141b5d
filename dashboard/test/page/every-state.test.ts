// Each state of the page in a theme and a language: no fault of accessibility, nothing wider than the
// window. One page goes through them all, and from state to state to the next theme and language; the
// long form goes through all themes and both languages in each state.
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { SCENES, type Scene } from "../scripted/scenes.mjs";
import { greeting } from "../scripted/script.mjs";
import { accessibilityFaults, desaturated, filled, inState, LAPTOP, LONG, PHONE, WALL, type Rules } from "./browser";
import { stage } from "./stage";

const { open, serve } = stage();

const FIT = [WALL, LAPTOP, PHONE];

/** The themes, languages and sizes in which axe finds a fault or something stands out of the window. */
async function faults(page: Page): Promise<string[]> {
  const found: string[] = [];
  const check = async (rules: Rules) => {
    const look = await page.evaluate(() => `${document.documentElement.lang} ${document.documentElement.dataset["theme"]}`);
    found.push(...(await accessibilityFaults(page, rules)).map((fault) => `${look}: ${fault}`));
  };
  await check("all");
  if (LONG) {
    await press(page, "l", "lang");
    await check("words");
    for (const last of [false, false, true]) {
      await press(page, "t", "data-theme");
      if (!last) await check("colours");
    }
  }
  for (const size of FIT) {
    await page.setViewportSize(size);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    if (width > size.width) found.push(`${width} of ${size.width} pixels`);
  }
  await page.setViewportSize(LAPTOP);
  // Three themes and two languages: after six states each pair has had its turn.
  await press(page, "l", "lang");
  await press(page, "t", "data-theme");
  return found;
}

async function press(page: Page, key: string, attribute: string): Promise<void> {
  const before = await page.evaluate((name) => document.documentElement.getAttribute(name), attribute);
  await page.keyboard.press(key);
  await page.waitForFunction(([name, was]) =>
    document.documentElement.getAttribute(name ?? "") !== was, [attribute, before] as const);
}

describe("no look has a fault", () => {
  it("while connecting", async () => {
    const host = await serve("live", { greeting: () => [] });
    const { page } = await open(`${host.url}?ops=1`);
    await inState(page, "connecting");
    expect(await faults(page)).toEqual([]);
  }, 60_000);

  it("in whatever the host does, operations open", async () => {
    const host = await serve({ hello: { heartbeat_ms: 60_000 } });
    const { page } = await open(`${host.url}?ops=1`);
    await filled(page);
    await page.getByTestId("ops-events").locator("tbody tr").first().waitFor();
    const scenes: readonly (readonly [string, Scene])[] = [
      ["live", {}],
      ["waiting", SCENES["waiting"] ?? {}],
      ["restoring", { status: { mode: "restoring" } }],
      ["catching-up", SCENES["catching-up"] ?? {}],
      ["replaying", { status: { mode: "replaying" } }],
      ["ended", SCENES["ended"] ?? {}],
      ["failed", SCENES["failed"] ?? {}],
      ["troubled", SCENES["warned"] ?? {}],
      ["troubled", SCENES["quarantined"] ?? {}],
      ["troubled", SCENES["troubled"] ?? {}],
      ["degraded", SCENES["degraded"] ?? {}],
    ];
    for (const [state, scene] of scenes) {
      host.send(greeting(scene)[2]);
      await inState(page, state);
      expect([state, await faults(page)]).toEqual([state, []]);
    }
    await page.keyboard.press("p");
    await inState(page, "paused");
    expect(await faults(page)).toEqual([]);
  }, 420_000);

  it("where figures are of the past", async () => {
    const host = await serve({ hello: { heartbeat_ms: 200 } });
    const { page } = await open(`${host.url}?ops=1`);
    await inState(page, "stale");
    expect(await desaturated(page)).toBe(true);
    expect(await faults(page)).toEqual([]);
    const { port } = host;
    await host.stop();
    await inState(page, "reconnecting");
    expect(await faults(page)).toEqual([]);
    await page.context().setOffline(true);
    await inState(page, "offline");
    expect(await desaturated(page)).toBe(true);
    // Dead figures are dead everywhere, and their age grows.
    expect(await page.evaluate(() => [".ops", ".ops-details"].every((part) => {
      const element = document.querySelector(part);
      return element !== null && getComputedStyle(element).filter.includes("grayscale(1)");
    }))).toBe(true);
    const detail = page.getByTestId("state-detail");
    const before = await detail.textContent();
    await expect.poll(() => detail.textContent()).not.toBe(before);
    expect(await faults(page)).toEqual([]);
    await serve({ hello: { epoch: "e2" } }, { port });
    await page.context().setOffline(false);
    await inState(page, "live", 15_000);
  }, 120_000);

  it("with a record explained", async () => {
    const host = await serve({ hello: { heartbeat_ms: 60_000 } });
    const looks: readonly (readonly [string, string, Rules])[] = [
      ["dark", "zh", "all"], ["dark", "en", "words"], ["light", "zh", "colours"], ["contrast", "zh", "colours"],
    ];
    for (const [theme, lang, rules] of looks) {
      const { page } = await open(`${host.url}?ops=1&theme=${theme}&lang=${lang}`);
      await page.getByTestId("ops-late").locator("tbody button").first().click();
      await page.getByTestId("explain-dialog").locator("dl").first().waitFor();
      expect([theme, lang, await accessibilityFaults(page, rules)]).toEqual([theme, lang, []]);
      for (const size of FIT) {
        await page.setViewportSize(size);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(size.width);
      }
      await page.close();
    }
  }, 60_000);
});
