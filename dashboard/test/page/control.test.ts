// The page of a host whose pipeline is changed while it runs: the warning, the new
// title, and the button that lets a stopped metric go on.
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { SCENES } from "../scripted/scenes.mjs";
import { greeting, HELLO, PANELS, status, update } from "../scripted/script.mjs";
import { accessibilityFaults, filled, sums } from "./browser";
import { PATIENT, stage } from "./stage";

const { open, serve } = stage();
const REFUSED = {
  code: "reload_refused", hint: null, message: "m",
  args: { place: "pipeline.toml:12:8", reason: "`batch.max` is 0", faults: "1" },
};
const isStopped = (page: Page) =>
  page.locator('[data-panel="gender"][data-panel-state="quarantined"]').waitFor();
const stopped = (control: boolean) => ({ ...SCENES["quarantined"], hello: { ...PATIENT, control } });

describe("a page of a host that is changed", () => {
  it("says that a changed file was not taken over, until one was", async () => {
    const host = await serve({ events: 1000 });
    const { page, errors } = await open(host.url);
    await filled(page);
    expect(await page.getByTestId("notice").isVisible()).toBe(false);
    const now = Date.now();
    const well = { ready: true, troubles: [], degraded: [], exact_until: now };
    host.send({ ...update(1000, now), status: status(1000, now, { warnings: [REFUSED], health: well }) });
    await page.getByTestId("trouble").waitFor();
    expect(await page.getByTestId("trouble").textContent()).toContain("pipeline.toml:12:8: `batch.max` is 0");
    expect(await page.getByTestId("notice").getAttribute("role")).toBe("status");
    expect(await page.evaluate(() => document.body.dataset["state"])).toBe("live");
    host.send(update(1000, now));
    await page.getByTestId("notice").waitFor({ state: "hidden" });
    expect(errors).toEqual([]);
  });

  it("takes title and panels anew on the same stream", async () => {
    const host = await serve({ events: 1000 });
    const { page, errors } = await open(host.url);
    await filled(page);
    const messages = greeting({ events: 1000, panels: PANELS.slice(0, 2), hello: { ...PATIENT, name: "Shop" } });
    for (const message of messages) host.send(message);
    await page.waitForFunction(() => document.querySelectorAll("[data-panel]").length === 2);
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Shop");
    expect(host.connections).toBe(1);
    expect(await sums(page)).toEqual({ behavior: 999, age: 1000 });
    expect(errors).toEqual([]);
  });
});

describe("a stopped metric", () => {
  it("has no button where the page may not change anything", async () => {
    const host = await serve(stopped(false));
    const { page } = await open(host.url);
    await isStopped(page);
    expect(HELLO.control).toBe(false);
    expect(await page.getByTestId("resume").filter({ visible: true }).count()).toBe(0);
  });

  it("is let go on by its button, which says what came of it", async () => {
    let answer = { status: 409, body: '{"error":"metric `gender` has not stopped"}' };
    const api = (name: string) => name.startsWith("POST metrics/") ? answer : null;
    const host = await serve(stopped(true), { api });
    const { page, errors } = await open(host.url);
    await isStopped(page);
    const button = page.getByTestId("resume").filter({ visible: true });
    expect(await button.count()).toBe(1);
    expect(await accessibilityFaults(page)).toEqual([]);
    await button.click();
    await page.getByText("metric `gender` has not stopped").waitFor();
    answer = { status: 200, body: '{"message":"done"}' };
    await button.click();
    await page.getByText("已请求恢复该指标").waitFor();
    expect(host.asked.filter((name) => name.startsWith("POST"))).toEqual(Array(2).fill("POST metrics/gender/resume"));
    await page.keyboard.press("k");
    await button.waitFor({ state: "hidden" });
    expect(errors.filter((error) => !error.includes("409"))).toEqual([]);
  });
});
