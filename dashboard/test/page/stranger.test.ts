// A plugin that the page has never seen: every chart kind, many keys, hostile
// texts, negative and missing figures, through the real host.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { accessibilityFaults, LAPTOP, PHONE, WALL, type Tab } from "./browser";
import { filePipeline, ROOT } from "./host";
import { RealStage } from "./stage";

const on = new RealStage("stranger", async ({ folder }) => {
  const metric = `\n[[metric]]\nid = "stranger"\nplugin = "${join(ROOT, "target/plugins/stranger.wasm")}"\n`;
  await writeFile(join(folder, "pipeline.toml"), await filePipeline() + metric);
  const record = JSON.stringify({
    user_id: "u1", month: 11, day: 11, action: 0, age_range: 3, gender: 1,
    province: "<img src=x onerror=\"document.title='owned'\">",
  });
  await writeFile(join(folder, "events.jsonl"), `${record}\n`.repeat(50));
  await on.start("run");
});

async function shown(tab: Tab): Promise<void> {
  await tab.page.waitForFunction(() => {
    const panels = [...document.querySelectorAll<HTMLElement>('[data-panel^="stranger."]')];
    return panels.length === 9
      && panels.every((panel) => panel.dataset["panelState"] === "ok");
  }, undefined, { timeout: 20_000, polling: 100 });
}

async function harmless({ page, errors, requests }: Tab): Promise<void> {
  expect(await page.title()).not.toContain("owned");
  expect(await page.locator("#app img, #app script").count()).toBe(0);
  const authority = new URL(on.url).host;
  expect(requests.filter((url) => new URL(url).host !== authority)).toEqual([]);
  expect(errors).toEqual([]);
}

describe.each(Object.entries({ WALL, LAPTOP, PHONE }))("a stranger's panels: %s", (_name, screen) => {
  it.each(["zh", "en"])("are shown, and only as text, in %s", async (lang) => {
    const tab = await on.open(`?lang=${lang}`, screen);
    const { page } = tab;
    await shown(tab);
    const kinds = await page.evaluate(() => Object.fromEntries(
      [...document.querySelectorAll<HTMLElement>('[data-panel^="stranger."]')]
        .map((panel) => [panel.dataset["panel"], panel.dataset["kind"]])));
    expect(kinds["stranger.heat"]).toBe("heatmap");
    expect(kinds["stranger.table"]).toBe("table");
    expect(kinds["stranger.sunburst"]).toBe("table");
    for (const id of ["pie", "bar", "hbar", "line"]) {
      const panel = page.locator(`[data-panel="stranger.${id}"]`).first();
      const box = await panel.boundingBox();
      if (box === null) throw new Error(`${id} has no box`);
      expect(box.width).toBeGreaterThan(150);
      await panel.scrollIntoViewIfNeeded();
      const chart = await panel.locator(".chart-host").boundingBox();
      if (chart === null) throw new Error(`${id} has no chart`);
      await page.mouse.move(chart.x + chart.width / 2, chart.y + chart.height * 0.3);
      await page.mouse.move(chart.x + chart.width / 3, chart.y + chart.height * 0.7);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(screen.width);
    await harmless(tab);
    await page.close();
  });
});

it("has no accessibility fault, and can be taken away as a file that no spreadsheet runs", async () => {
  const tab = await on.open(`?lang=en`);
  const { page } = tab;
  await shown(tab);
  expect(await accessibilityFaults(page)).toEqual([]);
  const panel = page.locator('[data-panel="stranger.table"]');
  await panel.locator("[data-menu]").click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    panel.getByRole("menuitem", { name: /CSV/ }).click(),
  ]);
  const csv = await readFile(await download.path(), "utf8");
  expect(csv.startsWith("\u{feff}")).toBe(true);
  expect(csv).not.toMatch(/(^|[,"\n])[=+@]/);
  expect(csv).toContain("'=HYPERLINK");
  await harmless(tab);
  await page.close();
});
