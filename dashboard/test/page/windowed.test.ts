// The page over a real host whose metrics have windows.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { expect, it } from "vitest";
import { filled, type Tab } from "./browser";
import { eventsOfDays, filePipeline } from "./host";
import { RealStage } from "./stage";

const DAYS = 8;

let tab: Tab;

const sumOf = (panel: Locator) => () => panel.getAttribute("data-sum");

const on = new RealStage("windowed", async ({ folder }) => {
  const pipeline = (await filePipeline())
    .replace(/(plugin = "[^"]*gender.wasm")/, '$1\nwindows = ["cumulative", "1d"]')
    .replace(/(plugin = "[^"]*age.wasm")/, '$1\nwindows = ["1d"]');
  await writeFile(join(folder, "pipeline.toml"), pipeline);
  const records = eventsOfDays(DAYS);
  await writeFile(join(folder, "events.jsonl"), `${records.join("\n")}\n`);
  await on.start("run");
  tab = await on.open();
  await filled(tab.page);
});

it("shows all time, the present window and past ones, each exactly", async () => {
  const { page, errors } = tab;
  const gender = page.locator('[data-panel="gender"]');
  const select = gender.locator(".window-select");
  await expect.poll(sumOf(gender)).toBe("360");
  // The host may have read the file after the page asked which windows are final.
  await select.waitFor({ timeout: 45_000 });
  await select.selectOption("1d@");
  await expect.poll(sumOf(gender)).toBe("50");
  expect(await gender.locator(".window-text").textContent()).toBe("◷ 2015-11-05");
  await gender.getByRole("slider").focus();
  await page.keyboard.press("ArrowLeft");
  await expect.poll(sumOf(gender)).toBe("40");
  await select.selectOption("1d");
  await expect.poll(sumOf(gender)).toBe("80");
  await select.selectOption("");
  await expect.poll(sumOf(gender)).toBe("360");
  expect(errors).toEqual([]);
});

it("says so where a metric has no figures of all time", async () => {
  const age = tab.page.locator('[data-panel="age"]');
  expect(await sumOf(age)()).toBe("80");
  await expect.poll(() => age.locator(".window-select option").allTextContents())
    .toEqual(["最新一天", ...[3, 7, 30].map((n) => `最新 ${n} 天`), "过去某一天"]);
  expect(await tab.page.locator('[data-panel="province"] .window-select').isVisible()).toBe(false);
});

it("saves what is seen", async () => {
  const gender = tab.page.locator('[data-panel="gender"]');
  await gender.locator(".window-select").selectOption("1d@");
  await expect.poll(sumOf(gender)).toBe("50");
  await gender.locator("[data-menu]").click();
  const href = await gender.locator('[data-act="csv"]').getAttribute("href");
  const answer = await fetch(href ?? "");
  expect(answer.headers.get("content-type")).toContain("text/csv");
  const total = (await answer.text()).trim().split("\n").slice(1)
    .reduce((sum, line) => sum + Number(line.split(",")[1]), 0);
  expect(total).toBe(50);
});
