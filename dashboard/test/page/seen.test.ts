// What a reader has seen and wants out of the way, and what lies under the pointer.
import { expect, it } from "vitest";
import { SCENES } from "../scripted/scenes.mjs";
import { CHOICES, every, everyApi, everyFrames } from "../scripted/every.mjs";
import { greeting, HELLO, update } from "../scripted/script.mjs";
import { accessibilityFaults, filled, inState, LAPTOP, PHONE } from "./browser";
import { PATIENT, stage } from "./stage";

const on = stage();

it("a warning can be put away, stays so over a reload, and comes back when it changes", async () => {
  const host = await on.serve("degraded");
  const { page } = await on.open(host.url);
  await inState(page, "degraded");
  const notice = page.getByTestId("notice");
  const away = page.getByTestId("notice-away");
  await page.getByTestId("notice-seen").click();
  await notice.waitFor({ state: "hidden" });
  expect(await away.getAttribute("title")).toContain("\n");
  expect(await accessibilityFaults(page)).toEqual([]);
  await page.reload();
  await inState(page, "degraded");
  expect(await notice.isVisible()).toBe(false);
  await away.click();
  await notice.waitFor();
  await page.getByTestId("notice-seen").click();
  await notice.waitFor({ state: "hidden" });
  const { status } = SCENES["warned"] ?? {};
  for (const message of greeting({ hello: { ...HELLO, ...PATIENT }, status: { ...status, health: {
    ready: true, troubles: [], exact_until: 1,
    degraded: ["mostly_late", "plugin_busy"].map((code) => ({
      what: "data", of: [], since: 1, cause: { code, message: code, args: { bound: "1s", bound_for_999: "2s" }, hint: null },
    })),
  } } })) host.send(message);
  await notice.waitFor();
});

it("the tooltip of a small ring stands beside it, and a trend tells a window between its bars", async () => {
  const host = await on.serve(every(8), { api: everyApi });
  const { page } = await on.open(`${host.url}?lang=en&${CHOICES.opened}&trend.hour=1`, LAPTOP);
  await filled(page);
  const ring = page.locator('[data-panel="gender"] .chart-host');
  const box = await ring.boundingBox();
  if (box === null) throw new Error("no ring");
  const radius = Math.min(box.width, box.height) / 2;
  await page.mouse.move(box.x + box.width / 2 + radius * 0.78, box.y + box.height / 2);
  const tip = page.locator(".chart-tip:has(.tip)");
  await tip.waitFor();
  const over = await tip.boundingBox();
  expect(over === null || over.x >= box.x + box.width / 2 + radius || over.x + over.width <= box.x + box.width / 2 - radius).toBe(true);
  const bands = page.locator('[data-panel="hour"] .trend-band title');
  await expect.poll(() => bands.count()).toBe(30);
  expect(await bands.last().textContent()).toContain("2015-11-11 · still open\n");
});

it("a ring that is enlarged on a phone stands above its names, which break in no word", async () => {
  const host = await on.serve(every(8), { api: everyApi });
  const { page } = await on.open(`${host.url}?lang=en&panel=source`, PHONE);
  const panel = page.locator('[data-panel="source"]');
  await panel.locator(".legend-name").first().waitFor();
  const ring = await panel.locator(".chart-stage").boundingBox();
  const legend = await panel.locator(".legend").boundingBox();
  expect(legend?.y ?? 0).toBeGreaterThanOrEqual((ring?.y ?? 0) + (ring?.height ?? Infinity));
  const names = await panel.locator(".legend-name").evaluateAll((all) =>
    all.map((name) => name.getBoundingClientRect().height / parseFloat(getComputedStyle(name).lineHeight)));
  expect(names).toHaveLength(7);
  for (const lines of names) expect(lines).toBeLessThan(1.5);
});

it("a chart whose picture would be the same is left as it is, and under a pointer tells the newest figures", async () => {
  const host = await on.serve(every(8), { api: everyApi });
  const page = await on.browser.newPage({ viewport: LAPTOP });
  await page.addInitScript(() => {
    // The library clears a canvas before it paints it.
    const clear = CanvasRenderingContext2D.prototype.clearRect;
    CanvasRenderingContext2D.prototype.clearRect = function (...at) {
      const panel = this.canvas.closest("[data-panel]");
      if (panel instanceof HTMLElement) panel.dataset["paints"] = String(Number(panel.dataset["paints"] ?? 0) + 1);
      clear.apply(this, at);
    };
  });
  await page.goto(`${host.url}?lang=en`);
  await filled(page);
  const paints = async (id: string) => Number(await page.locator(`[data-panel="${id}"]`).getAttribute("data-paints"));
  const updated = async (events: number) => {
    host.send({ ...update(events, Date.now()), frames: everyFrames(8, events) });
    await page.waitForFunction((n) => document.querySelector<HTMLElement>('[data-tile="events"]')?.dataset["value"] === String(n), events);
    await page.waitForTimeout(200);
  };
  await updated(3_000_000);
  const before = { gender: await paints("gender"), province: await paints("province"), category: await paints("category") };
  // All shares stay, and the bars of the one chart stand on an axis that does not grow with them.
  await updated(3_100_000);
  expect(await paints("gender")).toBe(before.gender);
  expect(await paints("category")).toBeGreaterThan(before.category);
  expect(await paints("province")).toBeGreaterThan(before.province);
  const box = await page.locator('[data-panel="gender"] .chart-host').boundingBox();
  if (box === null) throw new Error("no ring");
  await page.mouse.move(box.x + box.width / 2 + Math.min(box.width, box.height) * 0.39, box.y + box.height / 2);
  const tip = page.locator(".chart-tip:has(.tip)");
  await tip.waitFor();
  const figure = (events: number) => new Intl.NumberFormat("en").format(everyFrames(8, events)["gender"]?.total.events[0] ?? NaN);
  expect(await tip.textContent()).toContain(figure(3_100_000));
  await updated(3_200_000);
  expect(await tip.textContent()).toContain(figure(3_200_000));
});
