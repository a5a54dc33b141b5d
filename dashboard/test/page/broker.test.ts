// A real broker is killed under an open page. Page and host stay up and say what is missing, and
// once the broker is back both resume, exactly, without anybody's help.
//
// STREAMGAUGE_BIN is the host's binary, STREAMGAUGE_KAFKA_LIB the folder of Kafka's jars.
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { Broker } from "./broker";
import { counted, inState, tileValue, type Tab } from "./browser";
import { eventLines, projectPipeline, withQuickCheckpoints } from "./host";
import { RealStage } from "./stage";

const TOPIC = "page-and-broker";
const RECORDS = 1000;
const OUTAGE_MS = 30_000;
/** The client library looks for a lost broker every ten seconds at the latest. */
const BACK_WITHIN_MS = 20_000;

let broker: Broker;
let tab: Tab;
let produced = 0;

const on = new RealStage("broker", async ({ folder }) => {
  broker = await Broker.start();
  await writeFile(join(folder, "pipeline.toml"), await pipeline());
  await produce();
  await on.start("run");
  tab = await on.open("?lang=en");
}, 120_000);
afterAll(async () => { await broker?.end(); });

async function produce(): Promise<void> {
  const file = join(on.folder, "events.jsonl");
  await writeFile(file, eventLines(produced, RECORDS));
  await promisify(execFile)(process.env["STREAMGAUGE_BIN"] ?? "streamgauge",
    ["produce", file, "--partitions", "2"], { cwd: on.folder });
  produced += RECORDS;
}

async function pipeline(): Promise<string> {
  return withQuickCheckpoints(await projectPipeline())
    .replace('"localhost:9092"', `"${broker.address}"`)
    .replace('"taobao_user_behavior"', `"${TOPIC}"`);
}

interface Status {
  readonly mode: string;
  readonly cause: { readonly code: string } | null;
  readonly accounting: { readonly read: number };
}

async function status(): Promise<Status> {
  const response = await fetch(new URL("api/v1/status", on.url));
  expect(response.status).toBe(200);
  return await response.json() as Status;
}

async function live(count: number, timeout: number): Promise<void> {
  await counted(tab.page, count, timeout);
  expect(await tab.page.getByTestId("accounting").getAttribute("data-balanced")).toBe("true");
}

it("outlives the broker, says what is missing, and resumes with it", async () => {
  const { page } = tab;
  await live(produced, 20_000);
  await page.evaluate(() => Object.assign(window, { marker: "the first load" }));

  await broker.kill();
  const killed = performance.now();
  await inState(page, "waiting", 20_000);
  const noticed = Math.round(performance.now() - killed);
  expect(await page.getByTestId("trouble").textContent()).toContain(broker.address);
  while (performance.now() - killed < OUTAGE_MS) {
    const said = await status();
    expect([said.mode, said.cause?.code, said.accounting.read])
      .toEqual(["waiting", "broker_unreachable", produced]);
    expect((await fetch(new URL("livez", on.url))).status).toBe(200);
    expect((await fetch(new URL("readyz", on.url))).status).toBe(503);
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
