// A metric over its last windows, several of them together, and one key in full.
import { describe, expect, it } from "vitest";
import { frame, update } from "../scripted/script.mjs";
import { accessibilityFaults, filled, LAPTOP, PHONE, WALL } from "./browser";
import { stage } from "./stage";

/** What is drawn of values: neither what catches the pointer nor what hides the grid. */
const BARS = ".trend rect:not(.trend-band, .trend-back)";

const on = stage();
const { open } = on;

function serve(scene = "windowed") {
  return on.serve(scene, {
    api: (name) => {
      if (name !== "panels/behavior/data") return null;
      const window = { spec: "1d", start: "2015-11-05T00:00:00+08:00", end: "2015-11-12T00:00:00+08:00", state: "open" };
      return { body: JSON.stringify({ ...frame(["0", "1"], [700, 77]), window }) };
    },
  });
}

describe("the trend of a metric", () => {
  it.each(Object.entries({ WALL, LAPTOP, PHONE }))("is bars and a table, and a link opens it: %s", async (_name, screen) => {
    const host = await serve();
    const { page, errors } = await open(`${host.url}?lang=en`, screen);
    await filled(page);
    const panel = page.locator('[data-panel="behavior"]');
    expect(await page.locator('[data-toggle="trend"]:visible').count()).toBe(1);
    await panel.locator('[data-toggle="trend"]').click();
    await expect.poll(() => panel.locator(BARS).count()).toBe(120);
    expect(await panel.locator(".trend-legend li").allTextContents()).toEqual(["Click", "Add to cart", "Buy", "Favourite"]);
    expect(await panel.locator(".trend-band title").last().textContent())
      .toMatch(/^2015-11-11 · still open\nClick: [\d,]+\n(?:.+\n){3}Total: [\d,]+$/);
    expect(await panel.locator(".trend .plot").getAttribute("aria-label")).toContain("Behaviour · Latest 30 days · 2015-11-11");
    expect(await panel.locator(".window-text").textContent()).toBe("Latest 30 days");
    expect(host.asked).toContain("history?metric=behavior&window=1d&last=30&open=true");
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(screen.width);
    await panel.locator('[data-toggle="table"]').click();
    await expect.poll(() => panel.locator("tbody tr").count()).toBe(30);
    expect(await panel.locator("tbody th").first().textContent()).toBe("2015-11-11 · still open");
    await expect.poll(() => new URL(page.url()).searchParams.get("trend.behavior")).toBe("1");
    await page.reload();
    await panel.locator("tbody tr").first().waitFor();
    await panel.locator('[data-toggle="trend"]').click();
    await expect.poll(() => panel.getAttribute("data-kind")).toBe("table");
    expect(errors).toEqual([]);
  });

  it("is one window after the other, or several together", async () => {
    const host = await serve();
    const { page } = await open(host.url);
    await filled(page);
    const panel = page.locator('[data-panel="behavior"]');
    await panel.locator(".window-select").selectOption("1d*7");
    await expect.poll(() => panel.getAttribute("data-sum")).toBe("777");
    expect(await panel.locator(".window-text").textContent()).toBe("2015-11-05 – 2015-11-11");
    expect(decodeURIComponent(host.asked.filter((path) => path.startsWith("panels/")).at(-1) ?? "")).toBe("panels/behavior/data?window=1d*7");
    await expect.poll(() => new URL(page.url()).searchParams.get("window.behavior")).toBe("1d*7");
  });
});

describe("one key", () => {
  it("is told in full when its bar, slice, name or row is chosen", async () => {
    const host = await serve();
    const { page, errors } = await open(`${host.url}?lang=en`);
    await filled(page);
    const card = page.getByTestId("key-card-dialog");
    const heading = () => card.getByRole("heading").first().textContent();
    await page.locator('[data-panel="behavior"] .legend li').nth(2).click();
    await expect.poll(heading).toBe("Behaviour · Buy");
    await expect.poll(() => card.locator(BARS).count()).toBe(30);
    expect(await accessibilityFaults(page)).toEqual([]);
    const total = card.locator("dd").first();
    const before = await total.textContent();
    host.send(update(2_000_000, Date.now()));
    await expect.poll(() => total.textContent()).not.toBe(before);
    expect(await total.textContent()).toBe("56,000");
    await page.keyboard.press("Escape");

    const hit = async (id: string, x: number, y: number) => {
      const box = await page.locator(`[data-panel="${id}"] .chart-host`).boundingBox();
      if (box === null) throw new Error("chart has no box");
      await page.mouse.click(box.x + box.width * x, box.y + box.height * y);
      await card.waitFor();
      const text = await heading();
      await page.keyboard.press("Escape");
      await card.waitFor({ state: "hidden" });
      return text;
    };
    expect(await hit("province", 0.3, 0.02)).toBe("Province · 广东");
    expect(await hit("province", 0.5, 0.98)).toBe("Province · Other (19)");
    expect(await hit("age", 0.5, 0.4)).toMatch(/^Age · (25–29|30–34)$/);
    const ring = await page.locator('[data-panel="gender"] .chart-host').boundingBox();
    if (ring === null) throw new Error("ring has no box");
    const up = Math.min(ring.width, ring.height) * 0.39 / ring.height;
    expect(await hit("gender", 0.52, 0.5 - up)).toBe("Gender · Female");
    // By keyboard over the table.
    await page.locator('[data-panel="age"] [data-toggle="table"]').click();
    await page.locator('[data-panel="age"] tbody [role="button"]').nth(3).focus();
    await page.keyboard.press("Enter");
    await expect.poll(heading).toBe("Age · 25–29");
    expect(await card.locator(".trend").isVisible()).toBe(false);
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("25–29");
    expect(errors).toEqual([]);
  });

  it("of two dimensions is one cell", async () => {
    const host = await serve("crossed");
    const { page } = await open(`${host.url}?lang=en&ops=0`);
    await filled(page);
    const box = await page.locator('[data-panel="hours"] .chart-host').boundingBox();
    if (box === null) throw new Error("chart has no box");
    await page.mouse.click(box.x + box.width * 0.6, box.y + box.height * 0.3);
    const card = page.getByTestId("key-card-dialog");
    await card.waitFor();
    expect(await card.getByRole("heading").first().textContent()).toMatch(/^City by hour · .+ · \d\d$/);
    expect(await card.locator("dt").allTextContents()).toContain("Buyers · Late");
  });
});
