// A real Chromium, with the questions of the tests about the page in it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Browser, type ConsoleMessage, type Page, type Request, type WebSocket } from "playwright-core";
import { expect } from "vitest";
import { CHROMIUM, FLAGS } from "../../scripts/browser.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** `cargo xtask test --long`: tests that have a long form take it. */
export const LONG = process.env["STREAMGAUGE_TEST_LONG"] !== undefined;

export const WALL = { width: 1920, height: 1080 };
export const LAPTOP = { width: 1366, height: 768 };
export const PHONE = { width: 390, height: 844 };

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** A page with its complaints and its requests. */
export interface Tab {
  readonly page: Page;
  readonly errors: string[];
  readonly requests: string[];
  /** Notes nothing more. */
  unwatch(): void;
}

/** A page whose complaints and requests are noted from now on. */
export function watched(page: Page): Tab {
  const errors: string[] = [];
  const requests: string[] = [];
  const complain = (message: ConsoleMessage) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  };
  const fail = (error: Error) => { errors.push(String(error)); };
  const ask = (asked: Request | WebSocket) => { requests.push(asked.url()); };
  page.on("console", complain).on("pageerror", fail).on("request", ask).on("websocket", ask);
  const unwatch = () => {
    page.off("console", complain).off("pageerror", fail).off("request", ask).off("websocket", ask);
  };
  return { page, errors, requests, unwatch };
}

export async function open(browser: Browser, url: string, viewport = LAPTOP): Promise<Tab> {
  const tab = watched(await browser.newPage({ viewport }));
  await tab.page.goto(url);
  return tab;
}

/** Waits until the page as a whole is in the given state. */
export async function inState(page: Page, state: string, timeout = 15_000): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.body.dataset["state"] === wanted, state, { timeout, polling: 50 });
}

/** Waits until every panel shows its data. */
export async function filled(page: Page, timeout = 15_000): Promise<void> {
  await page.waitForFunction(() => {
    const panels = [...document.querySelectorAll<HTMLElement>("[data-panel]")];
    return panels.length > 0 && panels.every((panel) => panel.dataset["panelState"] === "ok");
  }, undefined, { timeout, polling: 50 });
}

/** The sum of each panel by its id. */
export function sums(page: Page): Promise<Record<string, number>> {
  return page.evaluate(() => Object.fromEntries(
    [...document.querySelectorAll<HTMLElement>("[data-panel]")]
      .map((panel) => [panel.dataset["panel"] ?? "", Number(panel.dataset["sum"])])));
}

/** Waits until each panel counted more than before. */
export async function risen(page: Page, before: Record<string, number>): Promise<void> {
  await page.waitForFunction((known) => {
    const panels = [...document.querySelectorAll<HTMLElement>("[data-panel]")];
    return panels.length > 0 && panels.every((panel) =>
      Number(panel.dataset["sum"]) > (known[panel.dataset["panel"] ?? ""] ?? Infinity));
  }, before, { timeout: 15_000, polling: 50 });
}

/** Waits until the page is live with so many events, and checks that each of four panels has counted them. */
export async function counted(page: Page, events: number, timeout = 15_000): Promise<void> {
  await page.waitForFunction((n) =>
    document.body.dataset["state"] === "live"
    && document.querySelector<HTMLElement>('[data-tile="events"]')?.dataset["value"] === String(n),
  events, { timeout, polling: 50 });
  expect(Object.values(await sums(page))).toEqual([events, events, events, events]);
}

/** The exact value behind a tile. */
export async function tileValue(page: Page, id: string): Promise<number> {
  return Number(await page.locator(`[data-tile="${id}"]`).getAttribute("data-value"));
}

/** `true` where the figures have lost their colour. */
export function desaturated(page: Page): Promise<boolean> {
  return page.evaluate(() => [".tiles", ".panels", ".accounting"].every((part) => {
    const element = document.querySelector(part);
    return element !== null && getComputedStyle(element).filter.includes("grayscale(1)");
  }));
}

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly target: unknown; readonly failureSummary?: string }[];
  }[];
}

/** A theme changes colours and nothing else, a language everything but colours. */
export type Rules = "all" | "colours" | "words";

/** The faults that axe finds, one line each. */
export async function accessibilityFaults(page: Page, rules: Rules = "all"): Promise<string[]> {
  if (!await page.evaluate(() => "axe" in window)) await page.evaluate(AXE);
  const chosen = rules === "all" ? {}
    : rules === "colours" ? { runOnly: ["color-contrast"] }
    : { rules: { "color-contrast": { enabled: false } } };
  // For what passes it would look for a selector that leads to it.
  const options = { ...chosen, resultTypes: ["violations"] };
  const result = await page.evaluate((given) =>
    (window as unknown as { axe: { run(options: object): Promise<AxeResult> } }).axe.run(given), options);
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${String(node.target)} ${node.failureSummary ?? ""}`));
}
