// The host is killed again and again under an open page. Each time the page must be right again
// soon after the host's return, by itself: the very same page, never loaded anew.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { launch, open, type Tab } from "./browser";
import { appendEvents, filePipeline, freePort, kill, start, type Host } from "./host";

const KILLS = 20;

/** Records between two kills. */
const RECORDS = 40;

/** How long the host is away in turn, so that it comes back at any moment between two attempts. */
const AWAY_MS = [0, 300, 900, 1500];

/** Two heartbeats, and what it takes to look. */
const RIGHT_WITHIN_MS = 2 * 2000 + 500;

let browser: Browser;
let folder: string;
let port: number;
let host: Host;
let tab: Tab;
let written = 0;

async function write(count: number): Promise<void> {
  await appendEvents(folder, written, count);
  written += count;
}

function run(): Promise<Host> {
  return start(["run", "--listen", `127.0.0.1:${port}`], folder);
}

/** Waits until every figure is that of so many records and none is dated. */
async function right(count: number, timeout: number): Promise<void> {
  await tab.page.waitForFunction((n) => {
    const panels = [...document.querySelectorAll<HTMLElement>("[data-panel]")];
    const events = document.querySelector<HTMLElement>('[data-tile="events"]');
    return document.body.dataset["state"] === "live"
      && document.body.dataset["dated"] === undefined
      && events?.dataset["value"] === String(n)
      && panels.length === 4 && panels.every((panel) => panel.dataset["sum"] === String(n));
  }, count, { timeout, polling: 50 });
}

async function readByHost(): Promise<number> {
  const response = await fetch(new URL("api/v1/status", host.url));
  return (await response.json() as { accounting: { read: number } }).accounting.read;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "streamgauge-restarts-"));
  await writeFile(join(folder, "pipeline.toml"), await filePipeline());
  await write(RECORDS);
  port = await freePort();
  host = await run();
  browser = await launch();
  tab = await open(browser, host.url);
  await right(written, 15_000);
  await tab.page.evaluate(() => Object.assign(window, { marker: "the first load" }));
});
afterAll(async () => {
  await browser?.close();
  if (host !== undefined) await kill(host.child);
  await rm(folder, { recursive: true, force: true });
});

it(`is right again soon after each of ${KILLS} restarts of the host`, async () => {
  const taken: number[] = [];
  for (let round = 1; round <= KILLS; round += 1) {
    await kill(host.child);
    await write(RECORDS);
    await sleep(AWAY_MS[round % AWAY_MS.length]);
    host = await run();
    const back = performance.now();
    await right(written, RIGHT_WITHIN_MS);
    taken.push(Math.round(performance.now() - back));
    expect(await readByHost()).toBe(written);
  }
  taken.sort((a, b) => a - b);
  console.log(`right again after the host's return: median ${taken[KILLS / 2]} ms, at most ${taken.at(-1)} ms`);
  expect(await tab.page.evaluate(() => (window as unknown as { marker?: string }).marker))
    .toBe("the first load");
}, 150_000);

it("is right again soon after the return of a host that was away for long", async () => {
  await kill(host.child);
  await tab.page.waitForFunction(() => document.body.dataset["state"] === "reconnecting");
  // Long enough for the pauses between two attempts to have grown to their full length.
  await sleep(4000);
  await write(RECORDS);
  host = await run();
  await right(written, RIGHT_WITHIN_MS);
}, 40_000);
