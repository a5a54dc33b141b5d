// The page with the real host: the path that a user takes.
//
// STREAMGAUGE_BIN is the host's binary; PIPELINE, where given, its pipeline.toml.
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { accessibilityFaults, desaturated, filled, inState, risen, sums, tileValue, type Tab } from "./browser";
import { readByHost, ROOT } from "./host";
import { RealStage } from "./stage";

let tab: Tab;

/** The demo on the same port each time. */
const demo = () => {
  const config = process.env["PIPELINE"];
  return on.start("demo", "--config", config === undefined ? join(ROOT, "pipeline.toml") : resolve(ROOT, config));
};

const on = new RealStage("demo", async () => {
  await demo();
  tab = await on.open();
  await filled(tab.page, 30_000);
});

describe("the page of a running host", () => {
  it("has panels for every metric, each of which rises", async () => {
    const before = await sums(tab.page);
    expect(Object.keys(before).length).toBeGreaterThanOrEqual(4);
    await risen(tab.page, before);
  });

  it("agrees with the host's own figures", async () => {
    const least = await readByHost(on.url);
    await tab.page.waitForFunction((n) =>
      Number(document.querySelector<HTMLElement>('[data-tile="events"]')?.dataset["value"]) >= n,
    least);
    const shown = await tileValue(tab.page, "events");
    expect(shown).toBeLessThanOrEqual(await readByHost(on.url));
    expect(await tab.page.getByTestId("accounting").getAttribute("data-balanced")).toBe("true");
  });

  it("asks nobody else for anything and complains of nothing", () => {
    const { host: authority } = new URL(on.url);
    expect(tab.requests.length).toBeGreaterThanOrEqual(3);
    expect(tab.requests.filter((url) => new URL(url).host !== authority)).toEqual([]);
    expect(tab.errors).toEqual([]);
  });

  it.each([["zh", "dark"], ["zh", "light"], ["en", "dark"], ["en", "light"]])(
    "has no accessibility fault in %s, %s", async (lang, theme) => {
      const { page } = await on.open(`?lang=${lang}&theme=${theme}`);
      await filled(page);
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.close();
    });

  it("speaks both languages", async () => {
    const { page } = tab;
    const title = () => page.locator('[data-tile="events"] h2').textContent();
    expect(await title()).toBe("事件总数");
    await page.getByTestId("language").click();
    await page.waitForFunction(() => document.documentElement.lang === "en");
    expect(await title()).toBe("Events");
    expect(await page.locator("[data-panel] h2").allTextContents()).not.toContain("");
    await page.getByTestId("language").click();
    await page.waitForFunction(() => document.documentElement.lang === "zh-CN");
  });

  it("is filled when it is opened anew", async () => {
    const { page } = await on.open();
    await filled(page);
    expect(Object.values(await sums(page)).every((sum) => sum > 0)).toBe(true);
    await page.close();
  });
});

describe("when the host is in trouble", () => {
  it("a stopped one makes the page stale, and a resumed one live again", async () => {
    const { page } = tab;
    const before = await page.evaluate(() => document.body.dataset["state"] ?? "");
    on.host.child.kill("SIGSTOP");
    try {
      await inState(page, "stale");
      expect(await desaturated(page)).toBe(true);
    } finally {
      on.host.child.kill("SIGCONT");
    }
    await inState(page, before);
    await risen(page, await sums(page));
  });

  it("a killed one makes the page reconnect, to the state of the next one", async () => {
    const { page } = tab;
    const before = await tileValue(page, "events");
    await on.kill();
    await inState(page, "reconnecting");
    expect(await desaturated(page)).toBe(true);
    expect(await tileValue(page, "events")).toBeGreaterThanOrEqual(before);
    await demo();
    await page.waitForFunction(() => document.body.dataset["dated"] === undefined, undefined,
      { timeout: 15_000 });
    const shown = await tileValue(page, "events");
    expect(shown).toBeLessThanOrEqual(await readByHost(on.url));
    await filled(page);
    await risen(page, await sums(page));
    expect(await page.getByTestId("accounting").getAttribute("data-balanced")).toBe("true");
  });
});
