// The page of a host with a token, and behind a proxy that blocks WebSockets.
//
// STREAMGAUGE_BIN is the host's binary; PIPELINE, where given, its pipeline.toml.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filled, inState, launch, sums } from "./browser";
import { freePort, kill, ROOT, start, type Host } from "./host";

const TOKEN = "0123456789abcdef+/=&";

let browser: Browser;
let host: Host;
let folder: string;

/** The pipeline with a token, in a folder of its own. */
async function guarded(): Promise<string> {
  const config = resolve(ROOT, process.env["PIPELINE"] ?? "pipeline.toml");
  const text = (await readFile(config, "utf8"))
    .replace(/^(plugin = ")([^"]+)/gm, (_, key: string, path: string) =>
      key + resolve(dirname(config), path));
  const token = 'token = { env = "STREAMGAUGE_TOKEN" }';
  const file = join(folder, "pipeline.toml");
  await writeFile(file, text.includes("\n[server]\n")
    ? text.replace("\n[server]\n", `\n[server]\n${token}\n`)
    : `${text}\n[server]\n${token}\n`);
  return file;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "streamgauge-page-"));
  process.env["STREAMGAUGE_TOKEN"] = TOKEN;
  const port = await freePort();
  host = await start(["demo", "--config", await guarded(), "--listen", `127.0.0.1:${port}`]);
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  if (host !== undefined) await kill(host.child);
  await rm(folder, { recursive: true, force: true });
});

/** A tab of its own memory, in which sockets may be blocked. */
async function tab(blocked = false): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  if (blocked) {
    await page.addInitScript(() => {
      Object.assign(window, { WebSocket: class { constructor() { throw new Error("blocked"); } } });
    });
  }
  return page;
}

const withToken = () => `${host.url}#token=${encodeURIComponent(TOKEN)}`;

describe("the page of a guarded host", () => {
  it("says that it needs the token, and takes it from a link", async () => {
    const page = await tab();
    await page.goto(host.url);
    await inState(page, "locked");
    expect(await page.locator('[data-testid="state-detail"]').textContent()).toContain("#token=");
    await page.goto(withToken());
    await filled(page, 30_000);
    expect(page.url()).toBe(host.url);
    await page.reload();
    await filled(page);
  });

  it("says so too when the token is another one", async () => {
    const page = await tab();
    await page.goto(`${host.url}#token=0123456789abcdef`);
    await inState(page, "locked");
  });

  it("polls where no socket opens", async () => {
    const page = await tab(true);
    await page.goto(withToken());
    await filled(page, 30_000);
    await page.waitForFunction(() =>
      /poll|轮询/.test(document.querySelector(".badge")?.getAttribute("title") ?? ""));
    const before = await sums(page);
    await page.waitForFunction((known) => {
      const panels = [...document.querySelectorAll<HTMLElement>("[data-panel]")];
      return panels.every((panel) =>
        Number(panel.dataset["sum"]) > (known[panel.dataset["panel"] ?? ""] ?? Infinity));
    }, before, { timeout: 10_000, polling: 100 });
  });
});
