// The page over a pipeline that keeps its state: however often the host is killed, the page comes
// back by itself and shows exactly what was written, once each.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { desaturated, inState, launch, open, sums, tileValue, type Tab } from "./browser";
import { appendEvents, filePipeline, freePort, kill, start, type Host } from "./host";

/** How often the host is killed. */
const KILLS = 3;

/** Records between two kills. */
const RECORDS = 250;

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

async function shows(count: number): Promise<void> {
  await tab.page.waitForFunction((n) =>
    document.body.dataset["state"] === "live"
    && document.querySelector<HTMLElement>('[data-tile="events"]')?.dataset["value"] === String(n),
  count, { timeout: 15_000, polling: 50 });
  expect(Object.values(await sums(tab.page))).toEqual([count, count, count, count]);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "streamgauge-kept-"));
  await writeFile(join(folder, "pipeline.toml"), await filePipeline());
  await write(RECORDS);
  port = await freePort();
  host = await run();
  browser = await launch();
  tab = await open(browser, host.url);
});
afterAll(async () => {
  await browser?.close();
  if (host !== undefined) await kill(host.child);
  await rm(folder, { recursive: true, force: true });
});

it("is exact again after each kill of the host, and says so while it is gone", async () => {
  await shows(written);
  for (let round = 1; round <= KILLS; round += 1) {
    await kill(host.child);
    await inState(tab.page, "reconnecting");
    expect(await desaturated(tab.page)).toBe(true);
    expect(await tileValue(tab.page, "events")).toBe(written);
    await write(RECORDS);
    host = await run();
    await shows(written);
  }
});

it("shows three records before a silence, without waiting for more", async () => {
  await write(3);
  await shows(written);
});

it("fills a new page at once", async () => {
  const { page } = await open(browser, host.url);
  await page.waitForFunction((n) =>
    document.querySelector<HTMLElement>('[data-tile="events"]')?.dataset["value"] === String(n),
  written, { timeout: 3000 });
  await page.close();
});
