// A page that is open for days: its memory stands still, and its costs stay small. Times are
// printed and have limits that even a busy machine keeps, as times say more about the machine.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium, type CDPSession, type Page } from "playwright-core";
import { expect, it, onTestFinished } from "vitest";
import { CHROMIUM, FLAGS } from "../../scripts/browser.mjs";
import { every, everyApi, everyFrames } from "../scripted/every.mjs";
import { update } from "../scripted/script.mjs";
import { filled, LONG, open, WALL } from "./browser";
import { stage } from "./stage";

const UPDATES = LONG ? 5000 : 2000;
/** After so many updates the page has seen everything that it will keep. */
const SETTLED = 500;
/** Updates that come at once; a page draws only the last of them. */
const BURST = 10;
const HEAP_GROWTH_BYTES_MAX = LONG ? 1 << 20 : 1 << 19;
const NODE_GROWTH_MAX = 50;
/** How often the end is looked at, and how long after one another: an answer that is on its way on
 * a busy machine holds what it will replace, and lets it go; a leak stays. */
const LOOKS = 20;
const LOOK_PAUSE_MS = 500;

const REDRAWS = 60;
const REDRAW_PAUSE_MS = 60;
const LOADS = 5;
const BUNDLE_BYTES_MAX = 300_000;

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));

/** Without a compiler the script heap holds data alone, and no compiled code. */
const NO_COMPILER = "--js-flags=--jitless";

const on = stage();

interface Measured {
  /** Milliseconds spent in the work of frames. */
  work: number;
  /** The most that one frame took since this was last put to 0. */
  longest: number;
  /** The moment when every panel showed its data, in milliseconds after the navigation. */
  filled?: number;
}
type MeasuredWindow = Window & { measured: Measured };

/** Runs before the page's own scripts. */
function measure(): void {
  const later = window.requestAnimationFrame.bind(window);
  const measured: Measured = { work: 0, longest: 0 };
  Object.assign(window, { measured });
  window.requestAnimationFrame = (act) => later((time) => {
    const begun = performance.now();
    act(time);
    const taken = performance.now() - begun;
    measured.work += taken;
    measured.longest = Math.max(measured.longest, taken);
  });
  const look = () => {
    const panels = [...document.querySelectorAll<HTMLElement>("[data-panel]")];
    if (panels.length > 0 && panels.every((panel) => panel.dataset["panelState"] === "ok")) {
      // The frame in which the panels are seen is over when the next one begins.
      later(() => { measured.filled = performance.now(); });
    } else later(look);
  };
  later(look);
}

async function shown(page: Page, events: number): Promise<void> {
  await page.waitForFunction((n) =>
    document.querySelector<HTMLElement>('[data-panel="gender"]')?.dataset["sum"] === String(n), events);
}

interface Footprint {
  heap: number;
  nodes: number;
}

const hasGrown = (before: Footprint, now: Footprint) =>
  now.heap - before.heap >= HEAP_GROWTH_BYTES_MAX || now.nodes - before.nodes >= NODE_GROWTH_MAX;

/** Bytes in use once all garbage is gone, and the elements of the document. */
async function footprint(session: CDPSession): Promise<Footprint> {
  for (let i = 0; i < 3; i += 1) await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const { nodes } = await session.send("Memory.getDOMCounters");
  return { heap: usedSize, nodes };
}

const median = (values: number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

it(`needs no more memory after ${UPDATES} updates than after ${SETTLED}`, async () => {
  const host = await on.serve();
  const plain = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, NO_COMPILER] });
  onTestFinished(() => plain.close());
  const { page, errors } = await open(plain, host.url);
  await filled(page);
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.enable");
  const begun = Date.now();
  let settled = { heap: NaN, nodes: NaN };
  // A multiple of a hundred, of which every share is a whole number.
  const events = (i: number) => 2_000_000 + i * 100;
  for (let i = 1; i <= UPDATES; i += 1) {
    host.send(update(events(i), begun + i * 500));
    if (i % BURST === 0) await shown(page, events(i));
    if (i === SETTLED) settled = await footprint(session);
  }
  let last = await footprint(session);
  for (let look = 1; look < LOOKS && hasGrown(settled, last); look += 1) {
    await page.waitForTimeout(LOOK_PAUSE_MS);
    last = await footprint(session);
  }
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(2);
  console.log(`JS heap: ${megabytes(settled.heap)} MB after ${SETTLED} updates, `
    + `${megabytes(last.heap)} MB after ${UPDATES}; nodes: ${settled.nodes}, ${last.nodes}`);
  expect(last.heap - settled.heap).toBeLessThan(HEAP_GROWTH_BYTES_MAX);
  expect(last.nodes - settled.nodes).toBeLessThan(NODE_GROWTH_MAX);
  expect(errors).toEqual([]);
}, 420_000);

/** Of eight panels each is of another kind: rings, bars, a ranking, a line, a heat map, a figure and a table. */
const EIGHT = 8;

it.each([["all four", 0], ["eight", EIGHT]] as const)("draws %s panels anew in a moment", async (name, kinds) => {
  const host = kinds === 0 ? await on.serve() : await on.serve(every(kinds), { api: everyApi });
  const at = (events: number) => (kinds === 0 ? {} : { frames: everyFrames(kinds, events) });
  const isShown = (events: number) => (kinds === 0 ? shown(page, events) : page.waitForFunction((n) =>
    document.querySelector<HTMLElement>('[data-tile="events"]')?.dataset["value"] === String(n), events));
  const page = await on.browser.newPage({ viewport: WALL });
  await page.addInitScript(measure);
  await page.goto(host.url);
  await filled(page);
  const begun = Date.now();
  const measured = () => page.evaluate(() => {
    const { measured } = window as unknown as MeasuredWindow;
    const { work, longest } = measured;
    measured.longest = 0;
    return { work, longest };
  });
  const taken: number[] = [];
  const longest: number[] = [];
  for (let i = 1; i <= REDRAWS; i += 1) {
    const before = await measured();
    host.send({ ...update(3_000_000 + i * 100, begun + i * 500), ...at(3_000_000 + i * 10_000) });
    await isShown(3_000_000 + i * 100);
    // A canvas is painted in a frame after the one in which the figures change.
    await page.waitForTimeout(REDRAW_PAUSE_MS);
    const after = await measured();
    taken.push(after.work - before.work);
    longest.push(after.longest);
  }
  taken.sort((a, b) => a - b);
  console.log(`a redraw of ${name} panels: median ${median(taken).toFixed(1)} ms, `
    + `95 % below ${taken[Math.floor(REDRAWS * 0.95)]?.toFixed(1)} ms; `
    + `its longest frame: median ${median(longest).toFixed(1)} ms`);
  expect(median(taken)).toBeLessThan(160);
  // A pointer moves meanwhile: charts are drawn after the rest of the page, and many in several frames.
  // In one frame they were nine tenths of all.
  if (kinds === EIGHT) expect(median(longest)).toBeLessThan(0.85 * median(taken));
});

it("shows all data soon after it is opened", async () => {
  const host = await on.serve();
  const taken: number[] = [];
  for (let i = 0; i < LOADS; i += 1) {
    const context = await on.browser.newContext({ viewport: WALL });
    const page = await context.newPage();
    await page.addInitScript(measure);
    await page.goto(host.url);
    await page.waitForFunction(() =>
      (window as unknown as MeasuredWindow).measured.filled !== undefined);
    taken.push(await page.evaluate(() =>
      (window as unknown as MeasuredWindow).measured.filled ?? NaN));
    await context.close();
  }
  console.log(`all panels filled after ${median(taken).toFixed(0)} ms `
    + `(${taken.map((ms) => ms.toFixed(0)).join(", ")})`);
  expect(median(taken)).toBeLessThan(5000);
});

it(`is fetched in less than ${BUNDLE_BYTES_MAX / 1000} kB`, async () => {
  const files = await readdir(DIST, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(files.filter((file) => file.isFile())
    .map(async (file) => gzipSync(await readFile(join(file.parentPath, file.name))).length));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`the page compressed: ${(total / 1000).toFixed(0)} kB`);
  expect(total).toBeLessThan(BUNDLE_BYTES_MAX);
});
