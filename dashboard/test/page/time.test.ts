// One time for the whole page, what it is held against, and trends beside each other.
import { expect, it, describe } from "vitest";
import type { Page } from "playwright-core";
import { layoutFaults, watchCanvas } from "../../scripts/layout-faults.mjs";
import { counts, DAY_MS, DAYS, local, timed, TODAY, UNTIL } from "../scripted/timed.mjs";
import { accessibilityFaults, LAPTOP, PHONE, WALL } from "./browser";
import { stage } from "./stage";

const on = stage();
const serve = () => on.serve("timed", { api: timed });
const panelOf = (page: Page, id: string) => page.locator(`[data-panel="${id}"]`);
const paramOf = (page: Page, name: string) => new URL(page.url()).searchParams.get(name);
const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

async function show(query = "", viewport = LAPTOP) {
  const host = await serve();
  const tab = await on.open(`${host.url}?${query}`, viewport);
  await panelOf(tab.page, "behavior").and(tab.page.locator("[data-panel-state=ok]")).waitFor();
  return { host, ...tab };
}

async function sumIs(page: Page, id: string, sum: number): Promise<void> {
  await expect.poll(() => panelOf(page, id).getAttribute("data-sum")).toBe(String(sum));
}

const daysBack = (days: number) => TODAY - days * DAY_MS;

describe("the time of the page", () => {
  it("is that of every panel, and one that lacks it says which line adds it", async () => {
    const { page, errors } = await show("lang=en");
    await page.getByTestId("time-select").selectOption("1d*7");
    const sum = (id: string) => total(counts(id, daysBack(6), TODAY + DAY_MS));
    for (const id of ["behavior", "province", "cross"]) await sumIs(page, id, sum(id));
    const gender = panelOf(page, "gender");
    expect(await gender.getAttribute("data-panel-state")).toBe("lacking");
    expect(await gender.locator(".panel-message").textContent()).toContain('windows = ["cumulative", "1d"]');
    await expect.poll(() => paramOf(page, "time")).toBe("1d*7");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.reload();
    await sumIs(page, "behavior", sum("behavior"));
    expect(errors).toEqual([]);
  });

  it("is left by a panel with a time of its own, which is marked and undone", async () => {
    const { page } = await show("lang=en&time=1d");
    const behavior = panelOf(page, "behavior");
    await sumIs(page, "behavior", total(counts("behavior", TODAY, TODAY + DAY_MS)));
    await behavior.locator(".window-select").selectOption("1d*3");
    await sumIs(page, "behavior", total(counts("behavior", daysBack(2), TODAY + DAY_MS)));
    await sumIs(page, "cross", total(counts("cross", TODAY, TODAY + DAY_MS)));
    await expect.poll(() => paramOf(page, "window.behavior")).toBe("1d*3");
    await behavior.getByRole("button", { name: "Follow the page" }).click();
    await sumIs(page, "behavior", total(counts("behavior", TODAY, TODAY + DAY_MS)));
    await expect.poll(() => paramOf(page, "window.behavior")).toBeNull();
  });
});

describe("the timeline", () => {
  it("shows all that is kept, and a span is brushed by the pointer", async () => {
    const { page } = await show("lang=en");
    await page.getByTestId("time-select").selectOption("@");
    const ends = page.getByTestId("timeline").getByRole("slider");
    await expect.poll(() => ends.first().getAttribute("aria-valuemax")).toBe(String(DAYS - 1));
    const box = await page.locator(".timeline-stage").boundingBox();
    if (box === null) throw new Error("no stage");
    const at = (day: number) => box.x + ((day + 0.5) / DAYS) * box.width;
    await page.mouse.move(at(100), box.y + 20);
    await page.mouse.down();
    await page.mouse.move(at(120), box.y + 20, { steps: 4 });
    await page.mouse.move(at(129), box.y + 20);
    await page.mouse.up();
    const [from, until] = [daysBack(DAYS - 1 - 100), daysBack(DAYS - 1 - 130)];
    await expect.poll(() => paramOf(page, "time")).toBe(`1d@${local(from)}..${local(until)}`);
    await sumIs(page, "behavior", total(counts("behavior", from, until)));
    expect(await page.locator(".timeline-text").textContent()).toContain("(30 windows)");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.locator(".timeline-clear").click();
    await expect.poll(() => paramOf(page, "time")).toBeNull();
  });

  it("is moved by keys, end by end and as a whole", async () => {
    const { page } = await show("lang=zh&time=1d*3");
    await page.getByTestId("timeline-toggle").focus();
    await page.keyboard.press("Enter");
    const [first, last] = [page.locator('[data-end="first"]'), page.locator('[data-end="last"]')];
    await first.waitFor();
    await first.focus();
    await page.keyboard.press("ArrowLeft");
    const name = (back: number, ahead: number) => `1d@${local(daysBack(back))}${back === ahead ? "" : `..${local(daysBack(ahead - 1))}`}`;
    await expect.poll(() => paramOf(page, "time")).toBe(name(1, 0));
    await last.focus();
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => paramOf(page, "time")).toBe(name(1, 1));
    await page.keyboard.press("Shift+ArrowLeft");
    await expect.poll(() => paramOf(page, "time")).toBe(name(2, 2));
    await expect.poll(() => last.getAttribute("aria-valuetext")).toContain("2015-11-09");
    await sumIs(page, "cross", total(counts("cross", daysBack(2), daysBack(1))));
  });

  it("loses no key, however quickly they come", async () => {
    const { page } = await show("lang=zh&time=1d*3");
    await page.getByTestId("timeline-toggle").focus();
    await page.keyboard.press("Enter");
    const first = page.locator('[data-end="first"]');
    await first.waitFor();
    await first.evaluate((end: HTMLElement) => {
      for (let i = 0; i < 5; i += 1) end.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowLeft", bubbles: true }));
    });
    await expect.poll(() => paramOf(page, "time")).toBe(`1d@${local(daysBack(5))}..${local(daysBack(-1))}`);
  });

  it("is brushed by a finger", async () => {
    const host = await serve();
    const context = await on.browser.newContext({ viewport: PHONE, hasTouch: true });
    const page = await context.newPage();
    await page.goto(`${host.url}?lang=en`);
    await page.getByTestId("timeline-toggle").tap();
    const stageOf = page.locator(".timeline-stage");
    await expect.poll(() => page.locator('[data-end="last"]').getAttribute("aria-valuemax")).toBe(String(DAYS - 1));
    const box = await stageOf.boundingBox();
    if (box === null) throw new Error("no stage");
    await page.touchscreen.tap(box.x + box.width / 2, box.y + 10);
    await expect.poll(() => paramOf(page, "time")).toMatch(/^1d@2015-0[34]-\d\dT00:00:00\+08:00$/u);
  });
});

describe("what is held against an earlier time", () => {
  it("shows today up to the last full hour, and the day before up to that hour", async () => {
    const { page } = await show("lang=en&time=1d");
    await page.getByTestId("against-select").selectOption("1d");
    const behavior = panelOf(page, "behavior");
    await behavior.and(page.locator("[data-compared]")).waitFor();
    const [now, before] = [counts("behavior", TODAY, UNTIL), counts("behavior", daysBack(1), UNTIL - DAY_MS)];
    await sumIs(page, "behavior", total(now));
    expect(await behavior.locator(".compare-until").textContent()).toBe("to 14:00");
    await behavior.locator('[data-toggle="table"]').click();
    const cells = () => behavior.locator("tbody tr").evaluateAll((rows) => rows.map((row) =>
      [...row.querySelectorAll("td")].slice(0, 2).map((cell) => Number(cell.textContent?.replaceAll(",", "")))));
    await expect.poll(cells).toEqual(now.map((value, i) => [value, before[i]]));
    // Where the metric has no hours, closed days are compared, and the line that changes it is named.
    expect(await panelOf(page, "province").locator(".compare-why").textContent()).toContain('windows = ["cumulative", "1d", "1h"]');
    expect(await panelOf(page, "province").locator(".compare-until").textContent()).toBe("11-10 against 11-09");
    expect(await accessibilityFaults(page)).toEqual([]);
    const download = page.waitForEvent("download");
    await behavior.locator("[data-menu]").click();
    await behavior.locator('[data-act="csv"]').click();
    const text = await (await download).createReadStream().then(async (stream) => (await stream.toArray()).join(""));
    expect(text.split("\r\n")[1]).toMatch(new RegExp(`^0,Click,${now[0]},${before[0]},`, "u"));
  });

  it("chooses the present window where all time was shown, and says that a history is too short", async () => {
    const { page } = await show("lang=en");
    await page.getByTestId("against-select").selectOption("1y");
    await expect.poll(() => paramOf(page, "time")).toBe("1d");
    await panelOf(page, "behavior").and(page.locator("[data-compared]")).waitFor();
    await page.getByTestId("time-select").selectOption("1d*30");
    await expect.poll(() => panelOf(page, "behavior").locator(".compare-change").isVisible()).toBe(true);
    await page.goto(`${page.url().split("?")[0]}?lang=en&against=1y&time=${encodeURIComponent(`1d@${local(daysBack(300))}`)}`);
    await expect.poll(() => panelOf(page, "behavior").locator(".compare-why").textContent()).toBe("not enough history");
    await sumIs(page, "behavior", total(counts("behavior", daysBack(300), daysBack(299))));
  });

  it("finds in four clicks in which province purchases grew most", async () => {
    const { page } = await show("lang=en");
    // Opening a list and choosing from it are two.
    await page.getByTestId("against-select").selectOption("previous");
    const cross = panelOf(page, "cross");
    await cross.getByRole("button", { name: "Buy" }).click();
    await cross.getByRole("button", { name: "By change" }).click();
    await cross.locator('[data-toggle="table"]').click();
    const [now, before] = [counts("cross", TODAY, UNTIL), counts("cross", daysBack(1), UNTIL - DAY_MS)];
    const ratios = now.map((value, i) => ({ ratio: value / (before[i] ?? 1), place: i })).filter(({ place }) => place % 4 === 2);
    const best = [...ratios].sort((a, b) => b.ratio - a.ratio)[0];
    const names = ["广东", "浙江", "江苏", "山东", "河南", "四川"];
    await expect.poll(() => cross.locator("tbody th").first().textContent()).toBe(names[Math.floor((best?.place ?? 0) / 4)]);
    await expect.poll(() => cross.locator("h2").textContent()).toBe("Province and action · Buy");
  });
});

describe("trends", () => {
  it("are stacked, logarithmic or of shares, and one huge day is cut and says so", async () => {
    const { page } = await show("lang=en&trend.behavior=1");
    const behavior = panelOf(page, "behavior");
    await behavior.locator(".trend rect").first().waitFor();
    expect(await behavior.locator(".trend-note").textContent()).toMatch(/^⚠ 2015-10-30 is 9\.\d times the next highest; its bar is cut$/u);
    expect(await behavior.locator(".trend-cut").count()).toBe(2);
    await behavior.getByRole("button", { name: "Log", exact: true }).click();
    await expect.poll(() => behavior.locator(".trend-line").count()).toBe(4);
    expect(await behavior.locator(".trend-note").isVisible()).toBe(false);
    await behavior.getByRole("button", { name: "Shares" }).click();
    await expect.poll(() => behavior.locator(".plot-text").allTextContents()).toContain("100.0%");
    await expect.poll(() => paramOf(page, "form.behavior")).toBe("share");
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("have one crosshair, by pointer and by keys", async () => {
    const { page } = await show("lang=en&trend.behavior=1&trend.province=1");
    const plot = (id: string) => panelOf(page, id).locator(".trend .plot");
    await panelOf(page, "province").locator(".trend rect").first().waitFor();
    await plot("behavior").hover();
    const readout = (id: string) => panelOf(page, id).locator(".trend-readout").textContent();
    const day = (text: string | null) => text?.slice(0, 10);
    await expect.poll(async () => day(await readout("province"))).toMatch(/^2015-1\d-\d\d$/u);
    expect(day(await readout("province"))).toBe(day(await readout("behavior")));
    await page.mouse.move(0, 0);
    await expect.poll(() => panelOf(page, "province").locator(".trend-readout").isVisible()).toBe(false);
    await plot("behavior").focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    await expect.poll(async () => day(await readout("province"))).toBe("2015-10-14");
  });
});

describe("all of it", () => {
  it.each([["zh", LAPTOP], ["en", LAPTOP], ["en", WALL], ["zh", PHONE], ["en", PHONE]] as const)(
    "lies over nothing and is not cut: %s %o", async (lang, viewport) => {
      const host = await serve();
      const address = `${host.url}?lang=${lang}&ops=0&time=1d&against=previous&slice.cross=2&trend.province=1`;
      const { page } = await on.open(address, viewport, watchCanvas);
      await page.getByTestId("timeline-toggle").click();
      await page.locator(".timeline-bars").waitFor();
      await panelOf(page, "behavior").and(page.locator("[data-compared]")).waitFor();
      await expect.poll(() => layoutFaults(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
    });

  it("is words alone on a wall", async () => {
    const { page } = await show("lang=zh&kiosk=1&time=1d&against=1d&slice.cross=2", WALL);
    expect(await page.getByTestId("time-spoken").textContent()).toBe("最新一天 · 对比: 前一日同时");
    await panelOf(page, "behavior").and(page.locator("[data-compared]")).waitFor();
    expect(await page.locator("select:visible, button:visible, input:visible, [tabindex='0']:visible").count()).toBe(0);
  });
});
