// A page that a test has used is a new one for the next test, and costs less.
import { expect, it } from "vitest";
import { LAPTOP, PHONE } from "./browser";
import { Pages } from "./pages";
import { stage } from "./stage";

const on = stage();

it("a used page is as new for whoever comes next", async () => {
  const host = await on.serve();
  const pages = new Pages(on.browser);
  const first = await pages.open(host.url, PHONE, (page) =>
    page.addInitScript(() => { Object.assign(window, { left: "behind" }); }));
  const { page } = first;
  const look = () => page.evaluate(() => ({
    width: window.innerWidth,
    script: "left" in window,
    kept: [localStorage.getItem("left"), sessionStorage.getItem("left")],
    still: matchMedia("(prefers-reduced-motion: reduce)").matches,
    light: matchMedia("(prefers-color-scheme: light)").matches,
    online: navigator.onLine,
  }));
  await page.evaluate(() => {
    localStorage.setItem("left", "light");
    sessionStorage.setItem("left", "b");
  });
  await page.emulateMedia({ reducedMotion: "reduce", colorScheme: "dark" });
  await page.route("**/*", () => undefined);
  await page.context().setOffline(true);
  expect(await look()).toEqual(
    { width: PHONE.width, script: true, kept: ["light", "b"], still: true, light: false, online: false });
  await pages.renew();

  const second = await pages.open(host.url);
  expect(second.page).toBe(page);
  expect(await look()).toEqual(
    { width: LAPTOP.width, script: false, kept: [null, null], still: false, light: true, online: true });
  const asked = first.requests.length;
  await page.reload();
  expect(first.requests).toHaveLength(asked);
  expect(second.requests.length).toBeGreaterThan(0);

  // What was closed, or is not of here, is gone.
  const other = await on.browser.newPage();
  await page.close();
  await pages.renew();
  expect(other.isClosed()).toBe(true);
  expect((await pages.open(host.url)).page).not.toBe(page);
});
