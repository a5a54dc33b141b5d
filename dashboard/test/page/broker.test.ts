// A real broker is killed under an open page. Page and host stay up and say what is missing, and
// once the broker is back everything goes on, exactly, without anybody's help.
//
// STREAMGAUGE_BIN is the host's binary, STREAMGAUGE_KAFKA_LIB the folder of Kafka's jars.
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Broker } from "./broker";
import { inState, launch, open, sums, tileValue, type Tab } from "./browser";
import { kill, ROOT, start, type Host } from "./host";

const TOPIC = "page-and-broker";
const RECORDS = 1000;
const OUTAGE_MS = 30_000;
/** The client library looks for a lost broker every ten seconds at the latest. */
const BACK_WITHIN_MS = 20_000;

let folder: string;
let broker: Broker;
let host: Host;
let browser: Browser;
let tab: Tab;
let produced = 0;

async function produce(): Promise<void> {
  const record = (n: number) => JSON.stringify({
    user_id: `u${n}`, month: 11, day: 11, action: n % 4, age_range: n % 9, gender: n % 3,
    province: "浙江",
  });
  const lines = Array.from({ length: RECORDS }, (_, i) => `${record(produced + i)}\n`);
  const file = join(folder, "events.jsonl");
  await writeFile(file, lines.join(""));
  await promisify(execFile)(process.env["STREAMGAUGE_BIN"] ?? "streamgauge",
    ["produce", file, "--partitions", "2"], { cwd: folder });
  produced += RECORDS;
}

async function pipeline(): Promise<string> {
  return (await readFile(join(ROOT, "pipeline.toml"), "utf8"))
    .replace('"localhost:9092"', `"${broker.address}"`)
    .replace('"taobao_user_behavior"', `"${TOPIC}"`)
    .replaceAll('"target/plugins/', `"${join(ROOT, "target/plugins/")}`)
    .replace('every = "5s"', 'every = "200ms"');
}

interface Status {
  readonly mode: string;
  readonly cause: { readonly code: string } | null;
  readonly accounting: { readonly read: number };
}

async function status(): Promise<Status> {
  const response = await fetch(new URL("api/v1/status", host.url));
  expect(response.status).toBe(200);
  return await response.json() as Status;
}

async function live(count: number, timeout: number): Promise<void> {
  await tab.page.waitForFunction((n) => document.body.dataset["state"] === "live"
    && document.querySelector<HTMLElement>('[data-tile="events"]')?.dataset["value"] === String(n),
  count, { timeout, polling: 50 });
  expect(Object.values(await sums(tab.page))).toEqual([count, count, count, count]);
  expect(await tab.page.getByTestId("accounting").getAttribute("data-balanced")).toBe("true");
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "streamgauge-page-"));
  broker = await Broker.start();
  await writeFile(join(folder, "pipeline.toml"), await pipeline());
  await produce();
  host = await start(["run", "--listen", "127.0.0.1:0"], folder);
  browser = await launch();
  tab = await open(browser, `${host.url}?lang=en`);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  if (host !== undefined) await kill(host.child);
  await broker?.end();
  await rm(folder, { recursive: true, force: true });
});

it("outlives the broker, says what is missing, and goes on with it", async () => {
  const { page } = tab;
  await live(produced, 20_000);
  await page.evaluate(() => Object.assign(window, { marker: "the first load" }));

  await broker.kill();
  const killed = performance.now();
  await inState(page, "waiting", 20_000);
  const noticed = Math.round(performance.now() - killed);
  expect(await page.getByTestId("cause").textContent()).toContain(broker.address);
  while (performance.now() - killed < OUTAGE_MS) {
    const said = await status();
    expect([said.mode, said.cause?.code, said.accounting.read])
      .toEqual(["waiting", "broker_unreachable", produced]);
    expect((await fetch(new URL("livez", host.url))).status).toBe(200);
    expect((await fetch(new URL("readyz", host.url))).status).toBe(503);
    expect(await page.evaluate(() => document.body.dataset["state"])).toBe("waiting");
    expect(await tileValue(page, "events")).toBe(produced);
    await sleep(1000);
  }

  await broker.resume();
  const back = performance.now();
  await live(produced, BACK_WITHIN_MS);
  const taken = Math.round(performance.now() - back);
  await produce();
  await live(produced, BACK_WITHIN_MS);
  console.log(`the lost broker is on the page after ${noticed} ms, its return after ${taken} ms`);
  expect((await status()).accounting.read).toBe(produced);
  expect(await page.getByTestId("notice").isVisible()).toBe(false);
  expect(await page.evaluate(() => (window as unknown as { marker?: string }).marker))
    .toBe("the first load");
  expect(tab.errors).toEqual([]);
}, 150_000);
