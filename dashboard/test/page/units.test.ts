// Figures with their units on the page, colours that belong to metrics, and windows by the names
// of readers.
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { LIMITS } from "../scripted/limits.mjs";
import { filled, WALL } from "./browser";
import { stage } from "./stage";

const on = stage();

/** The texts that a canvas was drawn with. */
async function drawnTexts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const texts = new Map<Element | null, string[]>();
    Object.assign(window, { texts });
    const fill = CanvasRenderingContext2D.prototype.fillText;
    CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
      const of = this.canvas.closest("[data-panel]");
      texts.set(of, [...texts.get(of) ?? [], text]);
      fill.call(this, text, ...rest as [number, number]);
    };
  });
}
const textsOf = (page: Page, id: string) => page.evaluate((name) =>
  (window as unknown as { texts: Map<Element | null, string[]> }).texts.get(document.querySelector(`[data-panel="${name}"]`)) ?? [], id);

it("are read in charts, tables, cards and enlarged panels", async () => {
  const host = await on.serve("limits");
  const page = await on.browser.newPage({ viewport: WALL });
  await drawnTexts(page);
  await page.goto(`${host.url}?lang=zh&ops=0`);
  await filled(page);
  const traffic = page.locator('[data-panel="traffic"]');
  await expect.poll(() => textsOf(page, "traffic")).toEqual(expect.arrayContaining(["✖ 17.81 MB", "✖ 17.83 MB", "12.1 MB", "⚠ 412 kB"]));
  await expect.poll(() => textsOf(page, "took")).toEqual(expect.arrayContaining(["10 ms", "100 ms", "240 ms", "⚠ 1.8 秒", "✖ 9.4 秒"]));
  await traffic.locator('[data-toggle="table"]').click();
  expect(await traffic.locator("td").first().textContent()).toBe("17.812 MB");
  await traffic.locator("tbody th span").first().click();
  await expect.poll(() => page.getByTestId("key-card-dialog").locator("dd").first().textContent()).toBe("17.812 MB · ✖ 过高 (高于 15 MB)");
});

it("have one colour for a metric, whatever stands beside it", async () => {
  const colour = async (ids: readonly string[]) => {
    const panels = (LIMITS.panels ?? []).filter(({ id }) => ids.includes(String(id)));
    const host = await on.serve({ ...LIMITS, panels: ids.flatMap((id) => panels.filter((panel) => panel["id"] === id)) });
    const { page } = await on.open(`${host.url}?lang=zh&ops=0`, WALL);
    await filled(page);
    return page.locator('[data-panel="traffic"] canvas').evaluate((canvas: HTMLCanvasElement) => {
      const to = canvas.getContext("2d");
      const counts = new Map<string, number>();
      const { data } = to?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: new Uint8ClampedArray() };
      for (let i = 0; i < data.length; i += 4) {
        const [red = 0, green = 0, blue = 0, alpha = 0] = data.slice(i, i + 4);
        if (alpha < 250) continue;
        const key = `${red >> 5} ${green >> 5} ${blue >> 5}`;
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
    });
  };
  const alone = await colour(["traffic"]);
  expect([await colour(["age", "took", "traffic"]), await colour(["traffic", "age"])]).toEqual([alone, alone]);
});

it("stand over windows that have names", async () => {
  const host = await on.serve("windowed");
  const { page } = await on.open(`${host.url}?lang=zh&ops=0`, WALL);
  await filled(page);
  const options = page.locator('[data-panel="behavior"] .window-select option');
  await expect.poll(() => options.allTextContents()).toEqual(expect.arrayContaining(["累计", "最新一天", "最新 7 天", "过去某一天"]));
  await page.keyboard.press("l");
  await expect.poll(() => options.allTextContents()).toEqual(expect.arrayContaining(["All time", "Latest day", "Latest 7 days", "A past day"]));
});
