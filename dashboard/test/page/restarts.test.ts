// The host is killed again and again under an open page. Each time the page must be right again
// soon after the host's return, by itself: the very same page, never loaded anew.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { Tab } from "./browser";
import { appendEvents, filePipeline, readByHost } from "./host";
import { RealStage } from "./stage";

const KILLS = 20;

/** Records between two kills. */
const RECORDS = 40;

/** The host is away so long in turn, so that it comes back at any moment between two attempts. */
const AWAY_MS = [0, 300, 900, 1500];

/** Two heartbeats, and the time that a look takes. */
const RIGHT_WITHIN_MS = 2 * 2000 + 500;

let tab: Tab;
let written = 0;

const on = new RealStage("restarts", async ({ folder }) => {
  await writeFile(join(folder, "pipeline.toml"), await filePipeline());
  await write(RECORDS);
  await on.start("run");
  tab = await on.open();
  await right(written, 15_000);
  await tab.page.evaluate(() => Object.assign(window, { marker: "the first load" }));
});

async function write(count: number): Promise<void> {
  await appendEvents(on.folder, written, count);
  written += count;
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

it(`is right again soon after each of ${KILLS} restarts of the host`, async () => {
  const taken: number[] = [];
  for (let round = 1; round <= KILLS; round += 1) {
    await on.kill();
    await write(RECORDS);
    await sleep(AWAY_MS[round % AWAY_MS.length]);
    await on.start("run");
    const back = performance.now();
    await right(written, RIGHT_WITHIN_MS);
    taken.push(Math.round(performance.now() - back));
    expect(await readByHost(on.url)).toBe(written);
  }
  taken.sort((a, b) => a - b);
  console.log(`right again after the host's return: median ${taken[KILLS / 2]} ms, at most ${taken.at(-1)} ms`);
  expect(await tab.page.evaluate(() => (window as unknown as { marker?: string }).marker))
    .toBe("the first load");
}, 150_000);

it("is right again soon after the return of a host that was away for long", async () => {
  await on.kill();
  await tab.page.waitForFunction(() => document.body.dataset["state"] === "reconnecting");
  // Long enough for the pauses between two attempts to have grown to their full length.
  await sleep(4000);
  await write(RECORDS);
  await on.start("run");
  await right(written, RIGHT_WITHIN_MS);
}, 40_000);
