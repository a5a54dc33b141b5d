// The operator's section: opened, asked about, paused, and one record explained.
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { deadLetters, events } from "../scripted/api.mjs";
import { update } from "../scripted/script.mjs";
import { accessibilityFaults, filled, inState, LAPTOP, PHONE, WALL } from "./browser";
import { stage } from "./stage";

const { open, serve } = stage();

const details = (page: Page) => page.getByTestId("ops-details");
const explained = (page: Page) => page.getByTestId("explain-dialog");

describe("operations", () => {
  it("are open on wide screens, say what they know, and stay as they were chosen", async () => {
    const host = await serve();
    const { page, errors } = await open(`${host.url}?lang=en`, WALL);
    await filled(page);
    await page.getByTestId("ops-late").locator("svg rect").first().waitFor();
    expect(await page.getByTestId("bottleneck").textContent()).toContain("41.0% to spare, busiest is plugins");
    expect(await page.getByTestId("ops-marks").textContent()).toMatch(/\d\d:\d\d:\d\d started/);
    expect(await page.getByTestId("ops-throughput").locator(".plot-line").count()).toBe(2);
    expect(await page.getByTestId("ops-late").textContent()).toContain("99.9 % on time would take a bound of 7 min 5 sec");
    expect(await page.getByTestId("ops-partitions").textContent()).toContain("Partition 3 holds the watermark since");
    expect(await page.getByTestId("ops-dead").textContent()).toContain("required field missing");
    expect(await page.getByTestId("ops-plugins").locator("tbody tr").count()).toBe(4);
    expect(await page.getByTestId("ops-checkpoint").textContent()).toContain("18.2 kB");
    await page.keyboard.press("o");
    await details(page).waitFor({ state: "hidden" });
    await expect.poll(() => new URL(page.url()).searchParams.get("ops")).toBe("0");
    await page.goto(host.url);
    await filled(page);
    expect(await details(page).isVisible()).toBe(false);
    await page.getByTestId("ops-toggle").click();
    await details(page).waitFor();
    expect(errors).toEqual([]);
  });

  it("are closed on a phone, where a link opens them", async () => {
    const host = await serve();
    const { page } = await open(host.url, PHONE);
    await filled(page);
    expect(await details(page).isVisible()).toBe(false);
    expect(host.asked).not.toContain("events");
    await page.goto(`${host.url}?ops=1`);
    await details(page).locator("tbody tr").first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(PHONE.width);
  });

  it("are one row on a wall", async () => {
    const host = await serve();
    const { page } = await open(`${host.url}?kiosk=1`, WALL);
    await filled(page);
    await page.getByTestId("ops-throughput").locator(".plot-line").first().waitFor();
    expect(await details(page).isVisible()).toBe(false);
    expect(host.asked).not.toContain("events");
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(WALL.height);
  });

  it("ask for nothing while the page is paused, and the ticker stands still", async () => {
    const host = await serve();
    const { page } = await open(`${host.url}?ops=1`);
    await filled(page);
    await page.getByTestId("ops-events").locator("tbody tr").first().waitFor();
    const first = () => page.getByTestId("ops-events").locator("tbody tr").first().getAttribute("data-key");
    const before = await first();
    await expect.poll(first).not.toBe(before);
    await page.keyboard.press("p");
    await inState(page, "paused");
    // A question that was under way may still be answered.
    await page.getByTestId("ops-events").locator(".held").waitFor();
    const count = host.asked.length;
    const held = await first();
    const later = page.waitForFunction((from) => performance.now() - from > 2500, await page.evaluate(() => performance.now()));
    await later;
    expect([host.asked.length, await first()]).toEqual([count, held]);
    await page.keyboard.press("p");
    await expect.poll(first).not.toBe(held);
  });

  it("say in place what the host refuses, and show no record that it hides", async () => {
    const host = await serve("live", {
      api: (name) => name === "lateness" ? { status: 500, body: '{"error":"the state is being restored"}' }
        : name === "events" ? { body: JSON.stringify({
          shown: false, samples: events().samples.map((sample) => ({ ...sample, record: null })),
        }) } : null,
    });
    const { page } = await open(`${host.url}?ops=1&lang=en`);
    await page.getByText("The host says: the state is being restored").waitFor();
    await page.getByTestId("ops-events").getByText("the host does not show records").first().waitFor();
  });

  it("show records as text, whatever they are", async () => {
    const hostile = '<img src=x onerror="document.title=1">';
    const host = await serve("live", {
      api: (name) => name !== "dead-letters" ? null : { body: JSON.stringify({
        shown: true,
        samples: deadLetters().samples.map((sample) => ({ ...sample, reason: hostile, detail: hostile, record: hostile.repeat(40) })),
      }) },
    });
    const { page, errors } = await open(`${host.url}?ops=1`);
    await page.getByTestId("ops-dead").getByText("<img").first().waitFor();
    expect(await page.locator("#app img").count()).toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(LAPTOP.width);
    expect(errors).toEqual([]);
  });

  it("show a restart as a gap with its mark", async () => {
    const first = await serve();
    const { page } = await open(`${first.url}?ops=1&lang=en`);
    await filled(page);
    const line = page.getByTestId("ops-throughput").locator(".plot-line-0");
    await line.waitFor({ state: "attached" });
    const { port } = first;
    await first.stop();
    await inState(page, "reconnecting");
    const now = Date.now() + 20_000;
    await serve({
      now, hello: { epoch: "e2" }, series: { events_per_second: [[now - 2000, 40_000], [now - 1000, 41_000], [now, 42_000]] },
      status: { started_at: now - 3000, happened: [{ at: now - 3000, what: "started", of: null }] },
    }, { port });
    await inState(page, "live", 30_000);
    await page.getByTestId("ops-marks").getByText("restarted").waitFor();
    await expect.poll(async () => (await line.getAttribute("d"))?.split("M").length).toBe(3);
  });
});

describe("one record", () => {
  it("is explained, by keyboard too, and the focus comes back", async () => {
    const host = await serve();
    const { page, errors } = await open(`${host.url}?ops=1&lang=en`);
    await filled(page);
    const row = page.getByTestId("ops-late").locator("tbody tr").first();
    await row.getByRole("button").focus();
    await page.keyboard.press("Enter");
    await explained(page).getByText("late by 7 min").waitFor();
    expect(await explained(page).getByRole("heading").first().textContent())
      .toBe("The record at offset 308019 of partition 3");
    expect(await explained(page).textContent()).toContain("corrects a past window");
    expect(await accessibilityFaults(page)).toEqual([]);
    for (let i = 0; i < 5; i += 1) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate(() => document.activeElement?.closest("dialog") !== null)).toBe(true);
    }
    await page.keyboard.press("o");
    expect(await details(page).isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    await explained(page).waitFor({ state: "hidden" });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("3@308019");
    await page.getByTestId("ops-events").locator("tbody tr").nth(2).click();
    await explained(page).getByText("late by 7 min").waitFor();
    await page.mouse.click(5, 5);
    await explained(page).waitFor({ state: "hidden" });
    await page.getByTestId("ops-dead").locator("tbody tr").first().click();
    await explained(page).waitFor();
    expect(errors).toEqual([]);
  });

  it("is said not to be explained, in the host's words", async () => {
    const host = await serve("live", {
      api: (name) => name !== "explain/events" ? null
        : { status: 422, body: '{"error":"too many records before it; hint: streamgauge explain 3@308019"}' },
    });
    const { page } = await open(`${host.url}?ops=1`);
    await page.getByTestId("ops-late").locator("tbody button").first().click();
    await explained(page).getByText("too many records before it; hint: streamgauge explain 3@308019").waitFor();
  });

  it("tells how far the host is, and ends its work with the dialog", async () => {
    const host = await serve("live", {
      api: (name) => name !== "explain/events" ? null : {
        body: 'event: progress\ndata: {"read":250,"of":1000}\n\nevent: prog', type: "text/event-stream", goesOn: true,
      },
    });
    const { page, errors } = await open(`${host.url}?ops=1&lang=en`);
    await page.getByTestId("ops-late").locator("tbody button").first().click();
    await explained(page).getByText("250 of 1,000 records (25.0%)").waitFor();
    expect(await page.getByTestId("explain-progress").getAttribute("value")).toBe("250");
    expect(await accessibilityFaults(page)).toEqual([]);
    await explained(page).getByRole("button", { name: "Cancel" }).click();
    await explained(page).waitFor({ state: "hidden" });
    await expect.poll(() => host.left).toBe(1);
    expect(errors).toEqual([]);
  });

  it("follows figures that go on", async () => {
    const host = await serve();
    const { page } = await open(`${host.url}?ops=1`);
    await page.getByTestId("ops-late").locator("tbody button").first().click();
    await explained(page).getByText("迟到 7 分钟").waitFor();
    host.send(update(2_000_000, Date.now()));
    await page.waitForFunction(() =>
      document.querySelector<HTMLElement>('[data-panel="gender"]')?.dataset["sum"] === "2000000");
  });
});

describe("single keys", () => {
  it("can be switched off, on a phone too, and stay so", async () => {
    const host = await serve();
    const { page } = await open(`${host.url}?lang=en`, PHONE);
    await filled(page);
    await page.getByTestId("help").click();
    await page.getByTestId("keys-switch").uncheck();
    await page.keyboard.press("Escape");
    await page.keyboard.press("p");
    await page.keyboard.press("1");
    await page.reload();
    await filled(page);
    await page.keyboard.press("l");
    expect(await page.evaluate(() => [document.body.dataset["state"], document.documentElement.lang,
      document.querySelectorAll("[data-enlarged]").length])).toEqual(["live", "en", 0]);
    await page.keyboard.press("?");
    await page.getByTestId("keys-switch").check();
    await page.keyboard.press("Escape");
    await page.keyboard.press("p");
    await inState(page, "paused");
  });
});
