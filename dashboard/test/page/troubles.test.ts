// A running pipeline goes through one trouble after another under an open page. At each the page
// says what stands still, `/readyz` agrees, and after the mend the same page shows exact counts
// again, without a reload and without a restart that the trouble itself did not ask for.
//
// STREAMGAUGE_BIN is the host's binary, STREAMGAUGE_KAFKA_LIB the folder of Kafka's jars.
// TROUBLE_SECONDS: how long each trouble stands (short by itself: until the page says it).
// TROUBLE_REPORT: a folder for a picture and the words of each.
import { execFile, execFileSync } from "node:child_process";
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";
import { Broker } from "./broker";
import { sums, tileValue, WALL, type Tab } from "./browser";
import { eventLines, eventOn, projectPipeline, ROOT, withQuickCheckpoints } from "./host";
import { RealStage } from "./stage";

const TOPIC = "troubles";
const RECORDS = 200;
const SAID_WITHIN_MS = 15_000;
const BACK_WITHIN_MS = 30_000;
const STANDS_MS = Number(process.env["TROUBLE_SECONDS"] ?? 0) * 1000;
const REPORT = process.env["TROUBLE_REPORT"] ?? null;

let broker: Broker;
let tab: Tab;
/** Records in the topic, and those of them that no metric can use. */
let sent = 0;
let unusable = 0;

const on = new RealStage("troubles", async ({ folder }) => {
  broker = await Broker.start();
  await mkdir(join(folder, "disk"));
  // Only root may mount; without it the disk is full in no trouble.
  if (process.getuid?.() === 0) {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", join(folder, "disk")]);
  }
  await writeFile(join(folder, "pipeline.toml"), await pipeline());
  await produce();
  await on.start("run");
  tab = await on.open("?lang=en&ops=1", WALL);
}, 120_000);
afterAll(async () => {
  await broker?.end();
  try {
    execFileSync("umount", ["--lazy", join(on.folder, "disk")], { stdio: "ignore" });
  } catch {
    // It was not mounted.
  }
});

async function pipeline(): Promise<string> {
  return withQuickCheckpoints(await projectPipeline())
    .replace('"localhost:9092"', `"${broker.address}"\nunanswered_after = "2s"\ntransaction_open_after = "2s"`)
    .replace('"taobao_user_behavior"', `"${TOPIC}"`)
    .replace('path = "state/dead-letters.jsonl"', 'path = "disk/dead-letters.jsonl"')
    + `\n[[metric]]\nid = "faulty"\nplugin = "${join(ROOT, "target/plugins/faulty.wasm")}"\n`
    + `[metric.config]\nfault = "allocate"\nat = ${FAULT_AT}\n`;
}

/** The row of a partition at which the faulty metric fails. */
const FAULT_AT = 6000;

async function send(lines: string, bad = 0): Promise<void> {
  const file = join(on.folder, "events.jsonl");
  await writeFile(file, lines);
  // The topic gets another partition on the way.
  await streamgauge("produce", file, ...(sent === 0 ? ["--partitions", "2"] : []));
  sent += lines.split("\n").length - 1;
  unusable += bad;
}

async function streamgauge(...args: string[]): Promise<void> {
  await promisify(execFile)(process.env["STREAMGAUGE_BIN"] ?? "streamgauge", args, { cwd: on.folder });
}

const produce = () => send(eventLines(sent, RECORDS));

interface Status {
  readonly partitions: readonly {
    readonly partition: number;
    readonly offset: number;
    readonly held_back?: number | null;
  }[];
}

const status = async () => await (await fetch(new URL("api/v1/status", on.url))).json() as Status;

interface Ready {
  readonly ready: boolean;
  readonly reason?: string;
}

async function ready(): Promise<Ready | null> {
  try {
    // A host that stands still takes the question and says nothing.
    const answer = await fetch(new URL("readyz", on.url), { signal: AbortSignal.timeout(2000) });
    return await answer.json() as Ready;
  } catch {
    return null;
  }
}

/** The codes that the page says, with its state as the last one. */
function said(): Promise<string[]> {
  return tab.page.evaluate(() => {
    const notice = document.querySelector<HTMLElement>('[data-testid="notice"]');
    const codes = notice === null || notice.hidden ? "" : notice.dataset["codes"] ?? "";
    return [...codes.split(" ").filter((code) => code !== ""), document.body.dataset["state"] ?? ""];
  });
}

async function until(what: string, within: number, look: () => Promise<boolean>): Promise<number> {
  const begun = performance.now();
  while (!await look()) {
    if (performance.now() - begun > within) {
      throw new Error(`${what}: in vain for ${within} ms; the page says ${(await said()).join(" ")}; ` +
        `/readyz ${JSON.stringify(await ready())}`);
    }
    await sleep(50);
  }
  return Math.round(performance.now() - begun);
}

/** All is counted, on the page and exactly. */
async function exact(): Promise<boolean> {
  if (await tileValue(tab.page, "events") !== sent) return false;
  const shown = await sums(tab.page);
  return ["age", "gender", "province"].every((panel) => shown[panel] === sent - unusable);
}

interface Trouble {
  readonly name: string;
  readonly begin: () => Promise<unknown>;
  /** What the page says, one of these: codes of causes, or a state of the page. */
  readonly says: readonly string[];
  /** What `/readyz` answers; `null` where nobody answers. */
  readonly ready: boolean | null;
  readonly mend?: () => Promise<unknown>;
  /** Stays after the mend: a result that is incomplete. */
  readonly stays?: boolean;
  /** Nothing is exact any more: the last one. */
  readonly last?: boolean;
  /** Among the few of the tests of every day. */
  readonly short?: boolean;
}

const RUNS = ["live", "catching-up", "degraded"];

const TROUBLES: readonly Trouble[] = [
  {
    name: "the broker is killed", says: ["broker_unreachable", "no_leader"], ready: false,
    begin: () => broker.kill(), mend: () => broker.resume(),
  },
  {
    name: "the broker stands still and keeps its connections", says: ["broker_silent"], ready: false, short: true,
    begin: async () => broker.freeze(), mend: async () => broker.thaw(),
  },
  {
    name: "the broker stands still again", says: ["broker_silent"], ready: false,
    begin: async () => broker.freeze(), mend: async () => broker.thaw(),
  },
  {
    name: "the broker is killed and started again at once", says: ["broker_unreachable", "no_leader", ...RUNS], ready: null,
    begin: async () => { await broker.kill(); await broker.resume(); },
  },
  {
    name: "the host is killed", says: ["host_unreachable"], ready: null,
    begin: () => on.kill(), mend: () => on.start("run"),
  },
  {
    name: "the host stands still", says: ["host_silent"], ready: null,
    begin: async () => on.host.child.kill("SIGSTOP"), mend: async () => on.host.child.kill("SIGCONT"),
  },
  {
    name: "the host starts without a broker", says: ["broker_unreachable"], ready: false, short: true,
    begin: async () => { await on.kill(); await broker.kill(); await on.start("run"); },
    mend: () => broker.resume(),
  },
  {
    name: "the host is told to end", says: ["host_unreachable"], ready: null,
    begin: async () => {
      const ended = new Promise((exited) => on.host.child.once("exit", exited));
      on.host.child.kill("SIGTERM");
      await ended;
    },
    mend: () => on.start("run"),
  },
  {
    name: "the reader has no network", says: ["no_network"], ready: true,
    begin: () => tab.page.context().setOffline(true), mend: () => tab.page.context().setOffline(false),
  },
  {
    // The troubles after this one make the host write lines that nobody takes.
    name: "nobody reads the log any more", says: RUNS, ready: true, short: true,
    begin: async () => { on.host.child.stderr?.destroy(); on.host.child.stdout?.destroy(); },
  },
  {
    name: "the topic gets another partition", says: RUNS, ready: true,
    begin: () => broker.tool("TopicCommand", "--alter", "--topic", TOPIC, "--partitions", "3"),
  },
  {
    name: "the state is removed while it is in use", says: RUNS, ready: true, short: true,
    begin: () => rm(join(on.folder, "state"), { recursive: true, maxRetries: 5, retryDelay: 20 }),
  },
  {
    name: "the host is killed after its state was made anew", says: ["host_unreachable"], ready: null,
    begin: () => on.kill(), mend: () => on.start("run"),
  },
  {
    name: "the disk of the dead letters is full", says: ["checkpoint_failing"], ready: false, short: true,
    begin: async () => {
      await writeFile(filler(), Buffer.alloc(16 << 20)).catch(() => "as much as there is room for");
      await send("no JSON\n".repeat(400), 400);
    },
    mend: () => rm(filler()),
  },
  {
    name: "records are deleted before they are read", says: ["log_start_moved"], ready: false,
    begin: async () => {
      const { partitions } = await status();
      await on.kill();
      await produce();
      const end = await endOf(0);
      await broker.deleteBefore(TOPIC, [end]);
      lost = end - (partitions.find(({ partition }) => partition === 0)?.offset ?? end);
      await on.start("run");
    },
    mend: async () => {
      await on.kill();
      const file = join(on.folder, "pipeline.toml");
      const text = await readFile(file, "utf8");
      await writeFile(file, text.replace('unanswered_after = "2s"', 'unanswered_after = "2s"\non_gap = "continue"'));
      sent -= lost;
      await on.start("run");
    },
  },
  {
    name: "a transaction hangs", says: ["transaction_open"], ready: false,
    begin: () => broker.hang(TOPIC, join(on.folder, "events.jsonl"), 50),
    // The broker ends it after its time-out.
    mend: () => until("the transaction to be aborted", 60_000, async () =>
      (await status()).partitions.every(({ held_back: held }) => (held ?? 0) === 0)),
  },
  {
    name: "a metric stops", says: ["metric_stopped"], ready: true, stays: true, short: true,
    begin: () => send(eventLines(sent, 3 * FAULT_AT)),
  },
  {
    name: "most records are no JSON", says: ["mostly_rejected"], ready: true, stays: true, short: true,
    begin: () => send("no JSON\n".repeat(sent), sent),
  },
  {
    name: "most records are late", says: ["mostly_late"], ready: true, stays: true,
    begin: () => send(`${eventOn(1, sent)}\n`.repeat(sent)),
  },
  {
    name: "the topic is deleted", says: ["topic_missing"], ready: false, last: true,
    begin: () => broker.tool("TopicCommand", "--delete", "--topic", TOPIC),
  },
];

const filler = () => join(on.folder, "disk", "filler");

let lost = 0;

async function endOf(partition: number): Promise<number> {
  const told = await broker.tool("GetOffsetShell", "--topic-partitions", `${TOPIC}:${partition}`);
  return Number(told.trim().split(":").at(-1));
}

let pictures = 0;

/** Keeps what the page shows. */
async function report(name: string, words: string): Promise<void> {
  if (REPORT === null) return;
  pictures += 1;
  const stem = join(REPORT, `${String(pictures).padStart(2, "0")} ${name}`);
  await mkdir(REPORT, { recursive: true });
  await tab.page.screenshot({ path: `${stem}.png` });
  await appendFile(join(REPORT, "said.txt"), `${words}\n`);
}

/** The sentence with all its parts. */
const sentence = () => tab.page.getByTestId("notice").isVisible().then(async (isThere) =>
  isThere ? (await tab.page.locator(".notice-text").innerText()).replaceAll("\n", " / ") : "(nothing)");

async function through(trouble: Trouble): Promise<void> {
  const { name, says, begin, mend } = trouble;
  const began = performance.now();
  await begin();
  const onPage = await until(`${name}: the page to say ${says.join(" or ")}`, SAID_WITHIN_MS,
    async () => (await said()).some((word) => says.includes(word)));
  const answered = await ready();
  if (trouble.ready !== null) expect([name, answered?.ready]).toEqual([name, trouble.ready]);
  await sleep(Math.max(0, STANDS_MS - (performance.now() - began)));
  const words = await sentence();
  // Nothing beside a trouble says that all is well.
  if (answered?.ready === false && (await ready())?.ready === false) {
    expect([name, await tab.page.evaluate(() => document.body.dataset["state"])]).not.toEqual([name, "live"]);
    expect([name, await tab.page.locator('[data-tile="lag"]').getAttribute("data-value")]).not.toEqual([name, "0"]);
  }
  await report(name, `${name}\n  page after ${onPage} ms: ${(await said()).join(" ")}; /readyz: ` +
    `${answered === null ? "no answer" : answered.ready ? "200" : `503 ${answered.reason}`}\n  ${words}`);
  if (trouble.last) return;
  await mend?.();
  const back = await until(`${name}: to be over`, BACK_WITHIN_MS, async () => {
    const [answer, now] = [await ready(), await said()];
    return answer?.ready === true && now.some((state) => RUNS.includes(state))
      && (trouble.stays || !says.some((code) => now.includes(code) && !RUNS.includes(code)));
  });
  await produce();
  await until(`${name}: exact counts, ${sent} of them ${unusable} unusable`, BACK_WITHIN_MS, exact);
  await report(`${name}, over`, `  over after ${back} ms, and exact`);
}

it("says each trouble while it stands, and is exact after it", async () => {
  const { page } = tab;
  await until("the first counts", BACK_WITHIN_MS, exact);
  await page.evaluate(() => Object.assign(window, { marker: "the first load" }));
  const isMounted = process.getuid?.() === 0;
  const chosen = TROUBLES.filter(({ name, short }) =>
    (STANDS_MS > 0 || short === true) && (isMounted || !name.includes("disk")));
  for (const trouble of chosen) await through(trouble);
  expect(await page.evaluate(() => (window as unknown as { marker?: string }).marker)).toBe("the first load");
}, STANDS_MS > 0 ? 3_600_000 : 240_000);
