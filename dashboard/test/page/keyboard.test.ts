// The page by keyboard alone: every control is reached, in the order in which controls are seen, and
// the focus can always be seen. Nothing moves for readers who want it so.
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { SCENES } from "../scripted/scenes.mjs";
import { frame, greeting, PANELS, update } from "../scripted/script.mjs";
import { filled, inState, LAPTOP, PHONE } from "./browser";
import { PATIENT, stage } from "./stage";

/** More than there are controls on any page here. */
const STOPS_MAX = 150;

const on = stage();
const { open, serve } = on;

/** Numbers every control that a reader sees, and names each. */
function controls(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const seen = [...document.querySelectorAll<HTMLElement>(
      "a[href], button, input, select, textarea, summary, [tabindex]")].filter((element) =>
      element.tabIndex >= 0 && element.closest("[inert]") === null && element.checkVisibility()
      && !element.matches(":disabled"));
    seen.forEach((element, i) => { element.dataset["stop"] = String(i); });
    return seen.map((element) => [
      element.closest<HTMLElement>("[data-panel]")?.dataset["panel"],
      element.dataset["testid"] ?? element.dataset["scope"] ?? element.dataset["act"]
        ?? element.getAttribute("aria-label") ?? element.textContent,
    ].filter(Boolean).join(" "));
  });
}

interface Stop {
  /** The number of the control; `null` means that nothing of the page has the focus. */
  readonly index: number | null;
  /** The faults of the stop. */
  readonly faults: string[];
}

/** The place of the focus, and the faults of its marks. */
function stop(page: Page): Promise<Stop> {
  return page.evaluate(() => {
    const at = document.activeElement;
    if (!(at instanceof HTMLElement) || at === document.body) return { index: null, faults: [] };
    const faults: string[] = [];
    const box = at.getBoundingClientRect();
    const style = getComputedStyle(at);
    const marked = (style.outlineStyle !== "none" && Number.parseFloat(style.outlineWidth) >= 1)
      || style.boxShadow !== "none";
    if (!marked) faults.push("has no mark of the focus");
    if (box.width < 1 || box.height < 1) faults.push("has no size");
    if (box.bottom < 1 || box.top > innerHeight - 1 || box.right < 1 || box.left > innerWidth - 1) {
      faults.push("is out of sight");
    } else {
      const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
      const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
      const top = document.elementFromPoint(x, y);
      if (top !== null && !at.contains(top) && !top.contains(at)) faults.push("is covered");
    }
    const label = at instanceof HTMLInputElement ? at.labels?.[0]?.textContent : null;
    const name = at.getAttribute("aria-label") ?? label ?? at.textContent ?? "";
    if (name.trim() === "" && at.getAttribute("aria-labelledby") === null) faults.push("has no name");
    const { stop: number } = at.dataset;
    return { index: number === undefined ? null : Number(number), faults };
  });
}

/** Presses Tab for a whole round: the controls in their order, and their faults. */
async function tour(page: Page, key = "Tab"): Promise<{ order: number[]; faults: string[] }> {
  const names = await controls(page);
  const order: number[] = [];
  const faults: string[] = [];
  for (let i = 0; i < STOPS_MAX; i += 1) {
    await page.keyboard.press(key);
    const { index, faults: wrong } = await stop(page);
    // The round may begin with the browser's own controls.
    if (index === null && order.length === 0) continue;
    if (index === null || index === order[0]) return { order, faults };
    order.push(index);
    faults.push(...wrong.map((fault) => `${names[index] ?? ""} ${fault}`));
  }
  throw new Error(`the focus did not leave the page after ${STOPS_MAX} steps`);
}

/** Waits until no more controls come, and pauses the page so that none goes. */
async function settled(page: Page): Promise<number> {
  let [before, count] = [-1, (await controls(page)).length];
  while (count !== before) {
    await page.waitForTimeout(1200);
    [before, count] = [count, (await controls(page)).length];
  }
  await page.keyboard.press("p");
  return (await controls(page)).length;
}

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

const DAYS = [8, 9].map((day) => ({
  spec: "1d", start: `2015-11-0${day}T00:00:00+08:00`, state: "final",
  end: `2015-11-${day === 8 ? "09" : "10"}T00:00:00+08:00`,
}));

/** Gender has past windows to choose. */
function withWindows(name: string, search: URLSearchParams) {
  if (name === "history") {
    const windows = search.get("metric") === "gender" ? DAYS.map((window) => ({ window, total: [] })) : [];
    return { body: JSON.stringify({ metric: search.get("metric"), windows, truncated: false }) };
  }
  return { body: JSON.stringify({ ...frame(["0"], [1000]), window: DAYS[1] }) };
}

describe("by keyboard alone", () => {
  it.each([
    ["live", LAPTOP], ["live", PHONE], ["crossed", LAPTOP], ["crossed", PHONE], ["waiting", LAPTOP],
    ["warned", LAPTOP], ["failed", PHONE], ["quarantined", LAPTOP], ["many", PHONE],
  ] as const)("every control is reached, in order, and seen: %s at %o", async (scene, screen) => {
    const host = await serve(scene);
    const { page } = await open(host.url, screen);
    await page.locator("[data-panel-state]").first().waitFor();
    const count = await settled(page);
    expect(count).toBeGreaterThan(10);
    expect(await tour(page)).toEqual({ order: numbers(count), faults: [] });
    expect(await tour(page, "Shift+Tab")).toEqual({ order: numbers(count).reverse(), faults: [] });
  });

  it("windows are chosen", async () => {
    const host = await serve("live", {
      api: withWindows,
      greeting: () => greeting({ hello: PATIENT, panels: PANELS.map((panel) =>
        Object.is(panel.id, "gender") ? { ...panel, windows: ["cumulative", "1d"] } : panel) }),
    });
    const { page } = await open(host.url);
    await filled(page);
    const panel = page.locator('[data-panel="gender"]');
    const choice = panel.locator("select").filter({ visible: true });
    await choice.first().waitFor();
    const count = await settled(page);
    expect(await tour(page)).toEqual({ order: numbers(count), faults: [] });
    await choice.first().focus();
    await page.keyboard.press("End");
    await panel.locator("input[type=range]").waitFor();
    // Between the choice and the timeline is the switch of the trend.
    for (let i = 0; i < 2; i += 1) {
      await page.keyboard.press("Tab");
      expect((await stop(page)).faults).toEqual([]);
    }
    expect(await page.evaluate(() => document.activeElement?.getAttribute("type"))).toBe("range");
  });

  it("a panel's menu is gone through, and every way out of it keeps the focus", async () => {
    const host = await serve("live");
    const { page } = await open(host.url);
    await filled(page);
    const menu = page.locator('[data-panel="age"] [data-menu]');
    const inMenu = () => page.evaluate(() => document.activeElement?.getAttribute("role"));
    const onMenu = () => menu.evaluate((button) => button === document.activeElement);
    await menu.focus();
    for (const opener of ["Enter", "Space", "ArrowDown"]) {
      await page.keyboard.press(opener);
      expect(await inMenu()).toBe("menuitem");
      const items = await page.locator('[data-panel="age"] [role="menuitem"]:visible').count();
      for (let i = 0; i < items; i += 1) {
        expect((await stop(page)).faults).toEqual([]);
        await page.keyboard.press("ArrowDown");
      }
      // Figures that come meanwhile take nothing away.
      host.send(update(2_000_000 + items, Date.now()));
      await page.keyboard.press("End");
      expect(await inMenu()).toBe("menuitem");
      await page.keyboard.press("Escape");
      expect(await onMenu()).toBe(true);
    }
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    const { index, faults } = await stop(page);
    expect([typeof index, faults]).toEqual(["object", []]);
    expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe("BODY");
    expect(await page.locator('[data-panel="age"] [role="menuitem"]:visible').count()).toBe(0);
  });

  it("an enlarged panel keeps the focus and gives it back", async () => {
    const host = await serve("live");
    const { page } = await open(host.url);
    await filled(page);
    await page.locator('[data-panel="age"] [data-menu]').focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    await page.locator('[data-panel="age"][data-enlarged]').waitFor();
    const count = await settled(page);
    const inside = await page.evaluate(() => [...document.querySelectorAll<HTMLElement>("[data-stop]")]
      .filter((element) => element.checkVisibility() && element.closest("[inert]") === null)
      .every((element) => element.closest('[data-panel="age"]') !== null));
    expect(inside).toBe(true);
    expect((await stop(page)).faults).toEqual([]);
    // A round begins behind the last control.
    await page.locator('[data-panel="age"] .chart-host').focus();
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    const { order, faults } = await tour(page);
    expect([new Set(order).size, faults]).toEqual([count, []]);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.evaluate(() => document.activeElement?.hasAttribute("data-menu"))).toBe(true);
  });

  it("the controls of the page act and keep the focus", async () => {
    const host = await serve("live");
    const { page } = await open(host.url);
    await filled(page);
    const acted = async (testid: string, done: () => boolean) => {
      const before = await page.evaluate(done);
      await page.getByTestId(testid).focus();
      await page.keyboard.press("Enter");
      await page.waitForFunction(done);
      expect(before).toBe(false);
      expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset["testid"])).toBe(testid);
      expect((await stop(page)).faults).toEqual([]);
    };
    await acted("language", () => document.documentElement.lang === "en");
    await acted("theme", () => document.documentElement.dataset["theme"] !== "dark");
    await acted("pause", () => document.body.dataset["state"] === "paused");
    await page.getByTestId("help").focus();
    await page.keyboard.press("Enter");
    await page.getByTestId("help-dialog").waitFor();
    expect((await stop(page)).faults).toEqual([]);
    for (const key of ["Tab", "Tab", "Shift+Tab"]) {
      await page.keyboard.press(key);
      expect((await stop(page)).faults).toEqual([]);
      expect(await page.evaluate(() => document.activeElement?.closest("dialog") !== null)).toBe(true);
    }
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => (document.activeElement as HTMLElement).dataset["testid"])).toBe("help");
  });
});

describe("for readers who want less motion", () => {
  it.each(["live", "waiting", "catching-up", "crossed", "quarantined"])("nothing moves: %s", async (scene) => {
    const host = await serve(scene, {
      greeting: () => greeting({ ...SCENES[scene], hello: { heartbeat_ms: 200 } }),
    });
    const context = await on.browser.newContext({ reducedMotion: "reduce", viewport: LAPTOP });
    const page = await context.newPage();
    await page.goto(host.url);
    await page.locator("[data-panel-state]").first().waitFor();
    const moving = () => page.evaluate(() => document.getAnimations().map((animation) =>
      `${animation.constructor.name} ${(animation as CSSAnimation).animationName}`));
    expect(await moving()).toEqual([]);
    await page.getByTestId("theme").click();
    await page.getByTestId("language").click();
    expect(await moving()).toEqual([]);
    await inState(page, "stale");
    expect(await moving()).toEqual([]);
  });

  it("a chart is drawn once for new figures, not step by step", async () => {
    const host = await serve("live");
    const context = await on.browser.newContext({ reducedMotion: "reduce", viewport: LAPTOP });
    const page = await context.newPage();
    await page.addInitScript(() => {
      const painted = { frames: new Set<number>(), now: 0 };
      Object.assign(window, { painted });
      const later = window.requestAnimationFrame.bind(window);
      window.requestAnimationFrame = (act) => later((time) => {
        painted.now = time;
        act(time);
      });
      const prototype = CanvasRenderingContext2D.prototype;
      for (const name of ["fill", "fillRect", "stroke"] as const) {
        const paint = prototype[name] as (...args: unknown[]) => void;
        Object.assign(prototype, {
          [name](this: CanvasRenderingContext2D, ...args: unknown[]) {
            if (this.canvas.closest('[data-panel="age"]') !== null) painted.frames.add(painted.now);
            paint.apply(this, args);
          },
        });
      }
    });
    await page.goto(host.url);
    await filled(page);
    const frames = () => page.evaluate(() =>
      (window as unknown as { painted: { frames: Set<number> } }).painted.frames.size);
    // The first drawing is over once nothing more was painted for a while.
    let last = -1;
    await expect.poll(async () => {
      const before = last;
      last = await frames();
      return before === last;
    }, { interval: 300 }).toBe(true);
    const before = await frames();
    host.send(update(2_000_000, Date.now()));
    await page.waitForFunction(() =>
      document.querySelector<HTMLElement>('[data-panel="age"]')?.dataset["sum"] === "2000000");
    await page.waitForTimeout(600);
    const drawn = await frames() - before;
    expect(drawn).toBeGreaterThanOrEqual(1);
    expect(drawn).toBeLessThanOrEqual(2);
  });
});
