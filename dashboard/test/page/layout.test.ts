// The page on a wall, a laptop and a phone: filled, nothing over anything else,
// nothing outside the window.
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { update } from "../scripted/script.mjs";
import { filled, LAPTOP, PHONE, WALL } from "./browser";
import { stage } from "./stage";

const { open, serve } = stage();

const TABLET = { width: 820, height: 1180 };
/** Screens that show everything at once, and screens that are scrolled. */
const SCREENS = { wall: WALL, laptop: LAPTOP, tablet: TABLET, phone: PHONE };
const SCROLLED = ["tablet", "phone"];

async function show(scene: string, viewport: typeof WALL, lang: string, more = "&ops=0") {
  const host = await serve(scene);
  const { page } = await open(`${host.url}?lang=${lang}${more}`, viewport);
  await filled(page);
  return { host, page };
}

/** Everything that a reader must see whole, as boxes. */
function boxes(page: Page) {
  return page.evaluate(() => {
    const selector = ".tile, .panel[data-panel], .accounting, .head-title, .head-clocks, .controls, .ops-head, .ops-card";
    return [...document.querySelectorAll<HTMLElement>(selector)]
      .filter((element) => element.offsetParent !== null)
      .map((element) => {
        const { left, top, right, bottom } = element.getBoundingClientRect();
        const name = element.dataset["testid"] ?? element.className;
        return { name, left, top, right, bottom };
      });
  });
}

type Box = Awaited<ReturnType<typeof boxes>>[number];

function overlaps(all: readonly Box[]): string[] {
  return all.flatMap((a, i) => all.slice(i + 1)
    .filter((b) => a.left < b.right - 1 && b.left < a.right - 1
      && a.top < b.bottom - 1 && b.top < a.bottom - 1)
    .map((b) => `${a.name} / ${b.name}`));
}

/** Texts that are cut off although they belong to the page itself. */
function cutTexts(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>(
      ".tile-value, .tile-label, .panel-title h2, .badge, .clock-value, h1, .ops-card h3, .stage-name, .stage-text")]
      .filter((element) => element.offsetParent !== null)
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .map((element) => element.textContent ?? ""));
}

describe.each(Object.entries(SCREENS))("on a %s", (name, viewport) => {
  it.each([
    ["live", "zh", ""], ["live", "en", ""], ["crossed", "zh", ""], ["crossed", "en", ""],
    ["live", "en", "&ops=0"], ["live", "zh", "&ops=0"], ["crossed", "zh", "&ops=0"], ["live", "zh", "&ops=1"],
  ])("nothing overlaps, overflows or is cut: %s in %s%s", async (scene, lang, ops) => {
    const { page } = await show(scene, viewport, lang, ops);
    const all = await boxes(page);
    expect(overlaps(all)).toEqual([]);
    expect(await cutTexts(page)).toEqual([]);
    expect(all.filter((box) => box.left < 0 || box.right > viewport.width)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
    // A map of a dozen lines above an operator's row is more than a laptop holds.
    const isMuch = name === "laptop" && scene === "crossed" && ops === "";
    if (!SCROLLED.includes(name) && !isMuch) {
      // The operator's section has one row on the first screen, and the rest below it.
      const screen = ops === "&ops=0" ? "html" : ".page";
      expect(await page.evaluate((of) => document.querySelector(of)?.scrollHeight, screen)).toBe(viewport.height);
      const footer = all.find((box) => box.name === "accounting");
      expect(viewport.height - (footer?.bottom ?? 0)).toBeLessThan(24);
    }
  });
});

describe("the watermark's time", () => {
  /** The text in the widest font of any machine, in multiples of its size. */
  const WIDEST_EM = 7.4;

  it.each(Object.entries(SCREENS))("is whole in the widest of fonts on a %s", async (_name, viewport) => {
    const { page } = await show("live", viewport, "zh");
    const { em, room, needed } = await page.evaluate((wanted) => {
      const value = document.querySelector<HTMLElement>('[data-tile="watermark"] .tile-value');
      if (value === null) throw new Error("no tile of the watermark");
      const text = document.createRange();
      text.selectNodeContents(value);
      const width = () => text.getBoundingClientRect().width / parseFloat(getComputedStyle(value).fontSize);
      value.style.letterSpacing = "0";
      value.style.letterSpacing = `${(wanted - width()) / (value.textContent ?? "").length}em`;
      return { em: width(), room: value.clientWidth, needed: value.scrollWidth };
    }, WIDEST_EM);
    expect(em).toBeCloseTo(WIDEST_EM, 1);
    expect(needed).toBeLessThanOrEqual(room);
  });
});

/** Entries of legends that no reader can see, not by scrolling either. */
function cutEntries(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>(".legend")].flatMap((legend) => {
      const scrolls = legend.dataset["density"] === "scroll" && legend.tabIndex === 0;
      const box = legend.getBoundingClientRect();
      return scrolls ? [] : [...legend.querySelectorAll<HTMLElement>("li")].filter((item) => {
        const { top, bottom, right } = item.getBoundingClientRect();
        return top < box.top - 1 || bottom > box.bottom + 1 || right > box.right + 1;
      }).map((item) => `${legend.dataset["density"]}: ${item.textContent}`);
    }));
}

describe.each(Object.entries(SCREENS))("legends on a %s", (_name, viewport) => {
  it.each([["live", "en"], ["rings", "zh"], ["rings", "en"]])("are never cut: %s in %s", async (scene, lang) => {
    const { page } = await show(scene, viewport, lang);
    expect(await page.locator(".legend li").count()).toBeGreaterThan(6);
    await expect.poll(() => cutEntries(page)).toEqual([]);
  });
});

describe("the panels", () => {
  it.each(["live", "many", "crossed", "vast"])("fill the wall without holes: %s", async (scene) => {
    const { page } = await show(scene, WALL, "zh");
    const covered = await page.evaluate(() => {
      const area = (element: Element) => {
        const { width, height } = element.getBoundingClientRect();
        return width * height;
      };
      const main = document.querySelector("main");
      const panels = [...document.querySelectorAll("[data-panel]")];
      return main && panels.reduce((sum, panel) => sum + area(panel), 0) / area(main);
    });
    expect(covered).toBeGreaterThan(0.95);
  });

  it("leave no hole on two columns, whatever room they ask for", async () => {
    const { page } = await show("crossed", TABLET, "zh");
    const lines = await page.evaluate(() => {
      const widths = new Map<number, number>();
      for (const panel of document.querySelectorAll("[data-panel]")) {
        const { top, width } = panel.getBoundingClientRect();
        widths.set(Math.round(top), (widths.get(Math.round(top)) ?? 0) + width);
      }
      return { widths: [...widths.values()], all: document.querySelector("main")?.clientWidth ?? 0 };
    });
    expect(lines.widths.filter((width) => width < lines.all - 24)).toEqual([]);
  });

  it("do not grow with time", async () => {
    const { host, page } = await show("live", PHONE, "zh");
    const height = () => page.evaluate(() => document.documentElement.scrollHeight);
    const before = await height();
    for (let i = 1; i <= 20; i += 1) {
      host.send(update(1_300_000 + i, Date.now() + i));
      await page.waitForFunction((events) =>
        document.querySelector<HTMLElement>('[data-tile="events"]')?.dataset["value"] === events,
      String(1_300_000 + i));
    }
    expect(await height()).toBe(before);
  });
});
