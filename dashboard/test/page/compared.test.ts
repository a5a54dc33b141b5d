// Today against yesterday at the same moment, from records with times of day in a real Kafka:
// the page shows what the history of the host adds up to, and nothing else.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { Broker } from "./broker";
import type { Tab } from "./browser";
import { ROOT } from "./host";
import { RealStage } from "./stage";

const TOPIC = "page-compared";
const ZONE_MS = 8 * 3_600_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Midnight in the zone of the pipeline, on a Sunday. */
const FIRST = Date.parse("2026-03-22T00:00:00+08:00");
/** From one event to the next: no whole number of events in an hour. */
const STEP_MS = 7 * 60_000;
/** More than eight days, up to the middle of the last one. */
const EVENTS = 1775;
const PROVINCES = ["广东", "浙江", "江苏"];
/** As the plugin calls them in English. */
const NAMES: Readonly<Record<string, string>> = { 广东: "Guangdong", 浙江: "Zhejiang", 江苏: "Jiangsu" };

let broker: Broker;
let tab: Tab;

const on = new RealStage("compared", async ({ folder }) => {
  broker = await Broker.start();
  await writeFile(join(folder, "pipeline.toml"), pipeline());
  // Every other day lacks a third of its events, so that a day differs from the one before.
  const isThere = (i: number) => i % 3 !== 0 || Math.floor((i * STEP_MS) / DAY_MS) % 2 === 0;
  const lines = Array.from({ length: EVENTS }, (_, i) => i).filter(isThere).map((i) => JSON.stringify({
    ts: new Date(FIRST + i * STEP_MS).toISOString(), action: ((i * i) % 7) % 4, province: PROVINCES[(i * i) % 5 % 3], user: `u${i % 13}`,
  }));
  await writeFile(join(folder, "events.jsonl"), `${lines.join("\n")}\n`);
  await promisify(execFile)(process.env["STREAMGAUGE_BIN"] ?? "streamgauge",
    ["produce", "events.jsonl", "--partitions", "2", "--key", "user"], { cwd: folder });
  await on.start("run");
  tab = await on.open("?lang=en&time=1d&against=1d");
}, 120_000);
afterAll(async () => { await broker?.end(); });

function pipeline(): string {
  const plugin = (name: string) => join(ROOT, "target/plugins", `${name}.wasm`);
  return `version = 1
name = "compared"

[source.kafka]
brokers = "${broker.address}"
topic = "${TOPIC}"
group = "compared"
start = "earliest"
format = "json"

[schema]
ts = "text"
action = "unsigned"
province = "text"
user = "text"

[event_time]
field = "ts"
unit = "rfc3339"
zone = "Asia/Shanghai"
bound = "1h"
future_skew = "off"

[checkpoint]
every = "200ms"

[state.embedded]
dir = "state"

[[metric]]
id = "behavior"
plugin = "${plugin("behavior")}"
windows = ["cumulative", "1d", "1h"]

[[metric]]
id = "province"
plugin = "${plugin("province")}"
windows = ["cumulative", "1d"]

[server]
listen = "127.0.0.1:0"
`;
}

interface Window {
  readonly window: { readonly start: string; readonly end: string; readonly state: string };
  readonly total: readonly Readonly<Record<string, unknown>>[];
}

async function windows(metric: string, kind: string): Promise<readonly Window[]> {
  const response = await fetch(new URL(`api/v1/history?metric=${metric}&window=${kind}&open=true`, on.url));
  return (await response.json() as { readonly windows: readonly Window[] }).windows;
}

/** The events by key over `[from, until)`, as the history adds them up. */
async function counted(metric: string, dimension: string, kind: string, from: number, until: number): Promise<Map<string, number>> {
  const sums = new Map<string, number>();
  for (const { window, total } of await windows(metric, kind)) {
    if (Date.parse(window.start) < from || Date.parse(window.end) > until) continue;
    for (const row of total) {
      const key = String(row[dimension]);
      sums.set(key, (sums.get(key) ?? 0) + Number(row["events"]));
    }
  }
  return sums;
}

async function watermark(): Promise<number> {
  const response = await fetch(new URL("api/v1/status", on.url));
  return (await response.json() as { readonly clock: { readonly watermark: number } }).clock.watermark;
}

const midnight = (at: number) => Math.floor((at + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS;
const total = (sums: ReadonlyMap<string, number>) => [...sums.values()].reduce((sum, value) => sum + value, 0);

/** The table of a panel: label, now and before. */
function rowsOf(id: string): Promise<readonly (readonly [string, number, number])[]> {
  return tab.page.locator(`[data-panel="${id}"] tbody tr`).evaluateAll((rows) => rows.map((row) => {
    const [now = "", before = ""] = [...row.querySelectorAll("td")].map((cell) => cell.textContent ?? "");
    const number = (text: string) => Number(text.replaceAll(",", ""));
    return [row.querySelector("th")?.textContent ?? "", number(now), number(before)] as const;
  }));
}

it("shows today up to the last full hour, and yesterday up to that hour, as the history adds them up", async () => {
  const { page } = tab;
  const panel = page.locator('[data-panel="behavior"]');
  await panel.and(page.locator("[data-compared]")).waitFor({ timeout: 30_000 });
  const last = FIRST + (EVENTS - 1) * STEP_MS;
  await expect.poll(watermark, { timeout: 20_000 }).toBeGreaterThan(last - 2 * HOUR_MS);
  const until = Math.floor((await watermark()) / HOUR_MS) * HOUR_MS;
  const today = midnight(until - 1);
  expect(until).toBeGreaterThan(today);
  const now = await counted("behavior", "action", "1h", today, until);
  const before = await counted("behavior", "action", "1h", today - DAY_MS, until - DAY_MS);
  expect([total(now) > 0, total(before) > 0, total(now) === total(before)]).toEqual([true, true, false]);
  await expect.poll(() => panel.getAttribute("data-sum"), { timeout: 10_000 }).toBe(String(total(now)));
  const clock = new Date(until + ZONE_MS).toISOString().slice(11, 16);
  expect(await panel.locator(".compare-until").textContent()).toBe(`to ${clock}`);
  const change = Math.abs(total(now) - total(before)) / total(before);
  expect(await panel.locator(".compare-change").textContent())
    .toBe(`${total(now) > total(before) ? "↑" : "↓"} ${(change * 100).toFixed(change < 0.01 ? 2 : 1)}%`);
  await panel.locator('[data-toggle="table"]').click();
  const labels = ["Click", "Add to cart", "Buy", "Favourite"];
  await expect.poll(async () => [...await rowsOf("behavior")].sort()).toEqual(labels.flatMap((label, key) => {
    const value = now.get(String(key));
    return value === undefined ? [] : [[label, value, before.get(String(key)) ?? 0]];
  }).sort());
});

it("compares days that are closed where there are no hours, and says which line is missing", async () => {
  const panel = tab.page.locator('[data-panel="province"]');
  await panel.and(tab.page.locator("[data-compared]")).waitFor({ timeout: 20_000 });
  const days = await windows("province", "1d");
  const at = await watermark();
  const closed = days.filter(({ window }) => Date.parse(window.end) <= at).at(-1);
  if (closed === undefined) throw new Error("no day is closed");
  const start = Date.parse(closed.window.start);
  const now = await counted("province", "province", "1d", start, start + DAY_MS);
  const before = await counted("province", "province", "1d", start - DAY_MS, start);
  await panel.locator('[data-toggle="table"]').click();
  await expect.poll(async () => new Map((await rowsOf("province")).map(([label, value, past]) => [label, [value, past]])), { timeout: 10_000 })
    .toEqual(new Map([...now].map(([key, value]) => [NAMES[key], [value, before.get(key) ?? 0]])));
  expect(await panel.locator(".compare-why").textContent()).toMatch(/windows = \[.*"1d".*"1h".*\]/u);
});

it("puts any span of the timeline together as the history adds it up", async () => {
  const { page } = tab;
  await page.getByTestId("against-select").selectOption("");
  await page.getByTestId("timeline-toggle").click();
  const [first, last] = [page.locator('[data-end="first"]'), page.locator('[data-end="last"]')];
  const days = await windows("behavior", "1d");
  await expect.poll(() => last.getAttribute("aria-valuemax")).toBe(String(days.length - 1));
  await first.focus();
  for (let i = 0; i < 3; i += 1) await page.keyboard.press("ArrowLeft");
  await last.focus();
  await page.keyboard.press("ArrowLeft");
  const [from, until] = [days.at(-4), days.at(-2)].map((day) => Date.parse(day?.window.start ?? ""));
  const sums = await counted("behavior", "action", "1d", from ?? 0, (until ?? 0) + DAY_MS);
  await expect.poll(() => page.locator('[data-panel="behavior"]').getAttribute("data-sum"), { timeout: 10_000 }).toBe(String(total(sums)));
  expect(tab.errors).toEqual([]);
});
