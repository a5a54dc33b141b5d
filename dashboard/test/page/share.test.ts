// What is seen can be given to others: as links, as code for another page, as pictures and files.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { expect, it, onTestFinished } from "vitest";
import { layoutFaults } from "../../scripts/layout-faults.mjs";
import { accessibilityFaults, filled, LAPTOP, PHONE } from "./browser";
import { stage } from "./stage";

const on = stage();

/** A browser that lets pages write to the clipboard. */
async function show(query: string, viewport = LAPTOP) {
  const host = await on.serve("looks");
  const context = await on.browser.newContext({ viewport, permissions: ["clipboard-read", "clipboard-write"] });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) errors.push(message.text()); });
  await page.goto(`${host.url}?${query}`);
  await filled(page);
  return { host, page, errors };
}

it("has links that are copied by keys, and code that shows the page within another one", async () => {
  const { host, page, errors } = await show("lang=en&ops=0&table.age=1");
  await page.keyboard.press("s");
  const dialog = page.getByTestId("share-dialog");
  const field = (name: string) => dialog.locator(`#share-${name}`).inputValue();
  await expect.poll(() => field("link")).toContain("table.age=1");
  expect(await field("kiosk")).toContain("kiosk=1");
  await page.keyboard.press("Enter");
  await expect.poll(() => dialog.locator('[data-share="link"]').textContent()).toBe("Copied");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await field("link"));
  expect(await accessibilityFaults(page)).toEqual([]);
  const code = await field("frame");
  const other = createServer((_request, response) => response.setHeader("content-type", "text/html").end(`<!doctype html>${code}`));
  await new Promise<void>((resolve) => { other.listen(0, "127.0.0.1", resolve); });
  onTestFinished(() => { other.close(); });
  const address = other.address();
  const outer = await on.browser.newPage();
  await outer.goto(`http://127.0.0.1:${typeof address === "object" ? address?.port : 0}/`);
  await outer.frameLocator("iframe").locator("body[data-kiosk] [data-panel='age']").waitFor();
  await page.keyboard.press("Escape");
  expect(await dialog.isVisible()).toBe(false);
  expect([errors, host.asked.filter((asked) => asked.includes("share"))]).toEqual([[], []]);
});

it.each([["zh", LAPTOP], ["en", PHONE]] as const)("saves the whole page as a picture: %s %o", async (lang, viewport) => {
  const { page, errors } = await show(`lang=${lang}&ops=0`, viewport);
  await page.getByTestId("share").click();
  const download = page.waitForEvent("download");
  await page.getByTestId("share-picture").click();
  const file = await download;
  expect(file.suggestedFilename()).toMatch(/^(双十一实时战报|Singles'_Day,_live)-20151111T000000\.png$/u);
  const bytes = await readFile(await file.path());
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  expect([bytes.readUInt32BE(16), Math.abs(bytes.readUInt32BE(20) - height) < 8]).toEqual([viewport.width, true]);
  // A picture with nothing in it is small.
  expect(bytes.length).toBeGreaterThan(60_000);
  const faults = async () => (await layoutFaults(page)).filter((fault) => fault.split("share-dialog").length > (fault.startsWith("overlap") ? 2 : 1));
  expect(await faults()).toEqual([]);
  expect(errors).toEqual([]);
});

it("saves rows and a history with labels, also where the host is asked for nothing else", async () => {
  const host = await on.serve("windowed");
  const { page, errors } = await on.open(`${host.url}?lang=zh&ops=0`);
  await filled(page);
  const panel = page.locator('[data-panel="behavior"]');
  const saved = async (act: string) => {
    await panel.locator("[data-menu]").click();
    const download = page.waitForEvent("download");
    await panel.locator(`[data-act="${act}"]`).click();
    const file = await download;
    return { name: file.suggestedFilename(), lines: (await readFile(await file.path(), "utf8")).trimEnd().split("\r\n") };
  };
  const rows = await saved("csv");
  expect(rows.lines[0]).toBe("\ufeffaction,行为,events,events_on_time,events_late,events_share,面板,窗口,开始,结束");
  expect(rows.lines[3]).toMatch(/^2,购买,\d+,\d+,\d+,0\.\d+,用户行为,/u);
  const history = await saved("history");
  expect(history.name).toMatch(/behavior-1d-20151111T000000\.csv$/u);
  expect(history.lines.length).toBeGreaterThan(50);
  expect(history.lines[1]).toMatch(/^1d,2015-\d\d-\d\d 00:00:00,2015-\d\d-\d\d 00:00:00,已结束,0,点击,\d+,/u);
  expect(errors).toEqual([]);
});
