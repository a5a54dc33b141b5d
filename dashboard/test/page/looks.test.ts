// What the pipeline file says of the page: logo, accent, titles, and sentences of records.
import { expect, it } from "vitest";
import { layoutFaults, watchCanvas } from "../../scripts/layout-faults.mjs";
import { LOOKS, sentence } from "../scripted/looks.mjs";
import { update } from "../scripted/script.mjs";
import { accessibilityFaults, filled, LAPTOP, PHONE, WALL } from "./browser";
import { stage } from "./stage";

const on = stage();
const accent = () => getComputedStyle(document.documentElement).getPropertyValue("--accent").trim();

it("has its logo, its title in the language of the page, and its accent where that can be read", async () => {
  const host = await on.serve("looks");
  const { page, errors } = await on.open(`${host.url}?lang=zh&theme=light`);
  await filled(page);
  expect(await page.locator(".page-head h1").textContent()).toBe("双十一实时战报");
  await page.getByTestId("logo").waitFor();
  expect(await page.evaluate(accent)).toBe("#8a1538");
  await page.keyboard.press("l");
  await expect.poll(() => page.title()).toBe("Singles' Day, live · Streamgauge");
  await page.getByTestId("theme").click();
  await page.getByTestId("theme").click();
  await expect.poll(() => page.evaluate(accent)).toMatch(/^#[b-f]/u);
  expect(await accessibilityFaults(page)).toEqual([]);
  expect(errors).toEqual([]);
});

it("is the page's own where the pipeline says nothing, and where the logo cannot be read", async () => {
  const plain = await on.serve("live");
  const { page } = await on.open(`${plain.url}?theme=dark`);
  await filled(page);
  expect(await page.evaluate(accent)).toBe("#56b4e9");
  expect([await page.getByTestId("logo").count() > 0, await page.getByTestId("ticker").isVisible()]).toEqual([false, false]);
  const gone = await on.serve({ ...LOOKS, hello: { look: { logo: "gone.svg", accent: null } } });
  const other = await on.open(gone.url);
  await filled(other.page);
  await expect.poll(() => other.page.getByTestId("logo").count()).toBe(0);
});

it("says records as sentences, a few at a time, and none anew while the page is paused", async () => {
  const host = await on.serve("looks");
  const { page } = await on.open(`${host.url}?lang=en`);
  const first = page.getByTestId("ticker").locator("li").first();
  await expect.poll(() => first.textContent()).toBe("23:59Somebody in Inner Mongolia put something into the cart, 25–29");
  const tell = (n: number) => host.send({ ...update(1_234_567 + n, Date.now()), ticker: [sentence(n)] });
  tell(7);
  await expect.poll(() => first.textContent()).toContain("Somebody in Sichuan clicked");
  await page.keyboard.press("p");
  tell(8);
  await page.waitForTimeout(3000);
  expect(await first.textContent()).toContain("Sichuan");
  await page.keyboard.press("p");
  await expect.poll(() => first.textContent()).toContain("Somebody in Guangdong put");
});

it("moves nothing where nothing is to move", async () => {
  const host = await on.serve("looks");
  const context = await on.browser.newContext({ reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(host.url);
  await page.getByTestId("ticker").locator("li").first().waitFor();
  expect(await page.getByTestId("ticker").evaluate((ticker) => ticker.getAnimations({ subtree: true }).length)).toBe(0);
});

it.each([["zh", WALL, "&kiosk=1"], ["en", LAPTOP, ""], ["en", PHONE, ""], ["zh", { width: 1080, height: 1920 }, "&kiosk=1"]] as const)(
  "lies over nothing and is not cut: %s %o %s", async (lang, viewport, more) => {
    const host = await on.serve("looks");
    const { page } = await on.open(`${host.url}?lang=${lang}&ops=0${more}`, viewport, watchCanvas);
    await filled(page);
    await expect.poll(() => layoutFaults(page)).toEqual([]);
    const scrolls = await page.evaluate(() => document.documentElement.scrollHeight > innerHeight);
    if (more !== "") expect(scrolls).toBe(false);
  });
