// Pages that are used again. A browser does more for a new window and its first address than the page
// here does to come up, so a window goes from test to test; each test finds it as a new one.
import type { Browser, Page } from "playwright-core";
import { LAPTOP, watched, type Tab } from "./browser";

/** Takes back what was done to a page, such as `page.addInitScript` gives it. */
export interface Undo {
  dispose(): Promise<void>;
}

export class Pages {
  readonly #browser: Browser;
  readonly #idle: Page[] = [];
  readonly #used = new Map<Page, Undo[]>();

  constructor(browser: Browser) {
    this.#browser = browser;
  }

  /** A page as if it were new, of this size; `before` is done to it ahead of its first address. */
  async open(url: string, viewport = LAPTOP, before?: (page: Page) => Promise<Undo>): Promise<Tab> {
    const page = this.#idle.pop() ?? await this.#browser.newPage();
    const undo: Undo[] = [];
    this.#used.set(page, undo);
    await page.setViewportSize(viewport);
    if (before !== undefined) undo.push(await before(page));
    const tab = watched(page);
    undo.push({ dispose: async () => { tab.unwatch(); } });
    await page.goto(url);
    return tab;
  }

  /** Between two tests: makes the pages of `open` as new, and closes all others. */
  async renew(): Promise<void> {
    const ours = new Set([...this.#idle, ...this.#used.keys()].map((page) => page.context()));
    const others = this.#browser.contexts().filter((context) => !ours.has(context));
    await Promise.all(others.map((context) => context.close()));
    for (const [page, undo] of this.#used) {
      if (await renewed(page, undo)) this.#idle.push(page);
      else await page.context().close();
    }
    this.#used.clear();
  }
}

/** `false` for a page that was closed or does not answer. */
async function renewed(page: Page, undo: readonly Undo[]): Promise<boolean> {
  if (page.isClosed() || page.context().pages().length > 1) return false;
  try {
    for (const each of undo) await each.dispose();
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.context().setOffline(false);
    await page.context().clearPermissions();
    await page.context().clearCookies();
    await page.emulateMedia({ colorScheme: "light", contrast: "no-preference", reducedMotion: "no-preference" });
    await page.evaluate(() => {
      localStorage.clear();
      sessionStorage.clear();
    });
    await page.goto("about:blank");
    await page.mouse.move(0, 0);
    return true;
  } catch {
    return false;
  }
}
