// The page behind a real nginx under a path of its own, and in a frame of another site. The browser
// reaches nothing but this machine. docs/configuration.md shows the settings that are used here.
//
// STREAMGAUGE_BIN is the host's binary; NGINX the proxy's where it is not /usr/sbin/nginx.
import { spawn, type ChildProcess } from "node:child_process";
import { access, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, get, type IncomingMessage, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM, FLAGS } from "../../scripts/browser.mjs";
import { filled, inState, open, risen, sums } from "./browser";
import { freePort, kill, projectPipeline, start, withServer, type Host } from "./host";

const NGINX = process.env["NGINX"] ?? "/usr/sbin/nginx";
const LOOPBACK_ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1";

let folder: string;
let proxy: ChildProcess;
let port: number;
let outer: Server;
let outerOrigin: string;
let browser: Browser;
const hosts: Host[] = [];

/** A demo with these lines under `[server]`. */
async function demo(name: string, server: string): Promise<number> {
  const file = join(folder, `${name}.toml`);
  await writeFile(file, withServer(await projectPipeline(), server));
  const at = await freePort();
  hosts.push(await start(["demo", "--config", file, "--listen", `127.0.0.1:${at}`], folder));
  return at;
}

/** Sockets always pass; the name that the browser asked for passes with `hostHeader`. */
function location(path: string, host: number, hostHeader = "proxy_set_header Host $http_host;"): string {
  return `location ${path} {
    proxy_pass http://127.0.0.1:${host}/;
    ${hostHeader}
    proxy_http_version 1.1;
    proxy_set_header Upgrade $http_upgrade;
    proxy_set_header Connection $connection_upgrade;
  }`;
}

function settings(locations: readonly string[]): string {
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${join(folder, name)};`);
  return `daemon off; master_process off; pid ${join(folder, "nginx.pid")};
events {}
http {
  ${folders.join("\n  ")}
  log_format paths "$request_uri";
  access_log ${join(folder, "access.log")} paths;
  map $http_upgrade $connection_upgrade { default upgrade; "" close; }
  server {
    listen 127.0.0.1:${port};
    ${locations.join("\n    ")}
  }
}
`;
}

async function listening(at: number): Promise<void> {
  const end = Date.now() + 10_000;
  const accepts = () => new Promise<boolean>((resolve) => {
    const socket = connect(at, "127.0.0.1");
    socket.once("connect", () => { socket.destroy(); resolve(true); });
    socket.once("error", () => resolve(false));
  });
  while (!await accepts()) {
    if (Date.now() > end) throw new Error(`nobody listens on port ${at}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function startProxy(locations: readonly string[]): Promise<void> {
  await access(NGINX).catch(() => {
    throw new Error(`there is no nginx at ${NGINX}; hint: \`cargo xtask setup\`, or set NGINX`);
  });
  const file = join(folder, "nginx.conf");
  await writeFile(file, settings(locations));
  proxy = spawn(NGINX, ["-p", folder, "-c", file, "-e", join(folder, "error.log")],
    { stdio: ["ignore", "ignore", "inherit"] });
  await listening(port);
}

/** Another site, which shows the page in a frame. */
async function startOuter(): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://outer/").searchParams.get("path") ?? "/";
    response.writeHead(200, { "content-type": "text/html" })
      .end(`<!doctype html><title>Outer</title><link rel="icon" href="data:,">`
        + `<iframe width="1300" height="700" src="http://127.0.0.1:${port}${path}"></iframe>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  outerOrigin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return server;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "streamgauge-proxy-"));
  port = await freePort();
  outer = await startOuter();
  const open = await demo("open", `frame_ancestors = ["${outerOrigin}"]\n`
    + `allow_origins = ["http://127.0.0.1:${port}", "http://gauge.example"]`);
  const closed = await demo("closed", "");
  await startProxy([
    location("/a/b/", open), location("/closed/", closed),
    location("/named/", open, ""), location("/unnamed/", closed, ""),
  ]);
  browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS, LOOPBACK_ALONE] });
});
afterAll(async () => {
  await browser?.close();
  if (proxy !== undefined) await kill(proxy);
  outer?.close();
  for (const { child } of hosts) await kill(child);
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
});

const at = (path: string) => `http://127.0.0.1:${port}${path}`;

/** The code of an answer through the proxy, asked for under that name. */
function asked(path: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const answered = (response: IncomingMessage) => { response.resume(); resolve(response.statusCode); };
    get(at(path), { headers: { host } }, answered).on("error", reject);
  });
}

describe("behind a proxy", () => {
  it("the page lives under the path that it has there, and asks for nothing outside of it", async () => {
    const tab = await open(browser, at("/a/b/"));
    await filled(tab.page);
    await risen(tab.page, await sums(tab.page));
    const panel = tab.page.locator("[data-panel]").first();
    await panel.locator("[data-menu]").click();
    const saved = await panel.locator('[data-act="csv"]').evaluate((link: HTMLAnchorElement) => link.href);
    expect(saved.startsWith(at("/a/b/api/v1/panels/"))).toBe(true);
    expect((await fetch(saved)).status).toBe(200);
    const address = tab.page.url();
    expect(address.startsWith(at("/a/b/"))).toBe(true);
    await tab.page.reload();
    await filled(tab.page);
    const outside = tab.requests.filter((url) =>
      !url.startsWith(at("/a/b/")) && !url.startsWith(at("/a/b/").replace("http", "ws")));
    expect(outside).toEqual([]);
    expect(tab.requests.some((url) => url.startsWith("ws://"))).toBe(true);
    expect(tab.errors).toEqual([]);
    const log = (await readFile(join(folder, "access.log"), "utf8")).trim().split("\n");
    expect(log.length).toBeGreaterThan(3);
    expect(log.filter((path) => !path.startsWith("/a/b/"))).toEqual([]);
  });

  it("a name that is not of the settings is not answered, but for health", async () => {
    expect(await asked("/a/b/api/v1/status", "gauge.example")).toBe(200);
    expect(await asked("/a/b/api/v1/status", "evil.example")).toBe(421);
    expect(await asked("/closed/api/v1/events", "gauge.example")).toBe(421);
    expect(await asked("/closed/livez", "evil.example")).toBe(200);
  });

  it("that keeps the name to itself, its origin is allowed by the settings", async () => {
    const tab = await open(browser, at("/named/"));
    await filled(tab.page);
    await risen(tab.page, await sums(tab.page));
    expect(tab.errors).toEqual([]);
    expect(tab.requests.filter((url) => url.includes("/stream/latest"))).toEqual([]);
  });

  it("that keeps the name to itself unknown to the settings, the page polls", async () => {
    const { page, requests } = await open(browser, at("/unnamed/"));
    await filled(page, 20_000);
    await risen(page, await sums(page));
    expect(requests.filter((url) => url.includes("/stream/latest")).length).toBeGreaterThan(1);
  });

  it("the page says that the host is gone, and comes back with it", async () => {
    const { page } = await open(browser, at("/closed/"));
    await filled(page);
    const host = hosts[1];
    if (host === undefined) throw new Error("the second host was not started");
    host.child.kill("SIGSTOP");
    try {
      await inState(page, "stale");
    } finally {
      host.child.kill("SIGCONT");
    }
    await page.waitForFunction(() => document.body.dataset["dated"] === undefined);
  });
});

describe("in a frame of another site", () => {
  const framed = (path: string) => `${outerOrigin}/?path=${path}`;

  it("the page is filled where the settings allow that site", async () => {
    const { page, errors, requests } = await open(browser, framed("/a/b/"));
    const frame = page.frameLocator("iframe");
    await expect.poll(() => frame.locator('[data-panel][data-panel-state="ok"]').count(),
      { timeout: 15_000 }).toBeGreaterThanOrEqual(4);
    const events = frame.locator('[data-tile="events"]');
    const before = Number(await events.getAttribute("data-value"));
    await expect.poll(async () => Number(await events.getAttribute("data-value"))).toBeGreaterThan(before);
    await frame.getByTestId("language").click();
    expect(errors).toEqual([]);
    expect(requests.filter((url) => !/^(http|ws):\/\/127\.0\.0\.1:/.test(url) && !url.startsWith("data:")))
      .toEqual([]);
  });

  it("the browser refuses it where they do not", async () => {
    const { page, errors } = await open(browser, framed("/closed/"));
    await expect.poll(() => errors.join("\n")).toContain("frame-ancestors");
    expect(await page.frameLocator("iframe").locator("[data-panel]").count()).toBe(0);
  });
});
