// An operator's questions to the real host: which records were late or could
// not be used and why, what the plugins are, and how the days compare.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { filled, type Tab } from "./browser";
import { eventOn, eventsOfDays, filePipeline } from "./host";
import { RealStage } from "./stage";

const DAYS = 8;
const ALL = 360;

let tab: Tab;

const on = new RealStage("operator", async ({ folder }) => {
  const pipeline = (await filePipeline())
    .replace(/(plugin = "[^"]*gender.wasm")/, '$1\nwindows = ["cumulative", "1d"]\nretention = "30d"');
  await writeFile(join(folder, "pipeline.toml"), pipeline);
  const records = eventsOfDays(DAYS);
  await writeFile(join(folder, "events.jsonl"), `${records.join("\n")}\n${eventOn(2, 0)}\n{not json\n`);
  await on.start("run");
  tab = await on.open("?lang=en&ops=1");
  await filled(tab.page);
});

it("explains the late record and the dead letter", async () => {
  const { page, errors } = tab;
  const dialog = page.getByTestId("explain-dialog");
  await page.getByTestId("ops-late").locator("tbody button").first().click();
  await dialog.getByText(/late by 5 days/).waitFor();
  expect(await dialog.textContent()).toContain(`offset ${ALL} of partition 0`);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await page.getByTestId("ops-dead").locator("tbody button").first().click();
  await dialog.getByText(/rejected/i).first().waitFor();
  expect(await dialog.textContent()).toContain("{not json");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  expect(errors).toEqual([]);
});

it("tells of partitions, plugins, checkpoints and the start", async () => {
  const { page } = tab;
  const status = await (await fetch(`${on.url}api/v1/status`)).json() as {
    metrics: { plugin: { digest: string } }[];
  };
  const plugins = page.getByTestId("ops-plugins");
  expect(await plugins.locator("tbody tr").count()).toBe(4);
  for (const { plugin } of status.metrics) {
    expect(await plugins.textContent()).toContain(plugin.digest.slice(0, 12));
  }
  expect(await page.getByTestId("ops-partitions").locator("tbody tr").count()).toBe(1);
  await expect.poll(() => page.getByTestId("ops-checkpoint").textContent()).toMatch(/[\d.]+ kB/);
  expect(await page.getByTestId("ops-marks").textContent()).toContain("started");
});

it("compares the days, and adds the last ones up", async () => {
  const { page, errors } = tab;
  const gender = page.locator('[data-panel="gender"]');
  await gender.locator(".window-select").selectOption("1d*3");
  await expect.poll(() => gender.getAttribute("data-sum")).toBe("210");
  await gender.locator('[data-toggle="trend"]').click();
  await gender.locator(".trend rect").first().waitFor();
  await gender.locator('[data-toggle="table"]').click();
  await expect.poll(() => gender.locator("tbody tr").count()).toBe(DAYS);
  expect(await gender.locator("tbody tr").first().textContent()).toContain("2015-11-08");
  expect(errors).toEqual([]);
});
