// The stage of page tests: one browser for a file, scripted hosts that end with the
// test that began them, and a real host in a folder of its own.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { ScriptedHost } from "../scripted/host.mjs";
import { SCENES, type Scene } from "../scripted/scenes.mjs";
import { greeting } from "../scripted/script.mjs";
import { launch, LAPTOP, open, type Tab } from "./browser";
import { freePort, kill, start, type Host } from "./host";
import { Pages, type Undo } from "./pages";

export type Script = Parameters<typeof ScriptedHost.start>[0];

/** The greeting of a host that sends no heartbeat of its own: a test that is slow is not silent. */
export const PATIENT = { heartbeat_ms: 60_000 };

export interface Stage {
  /** Exists from the first test of the file on. */
  readonly browser: Browser;
  /** A page as if it were new; `before` is done to it ahead of its first address. */
  open(url: string, viewport?: typeof LAPTOP, before?: (page: Page) => Promise<Undo>): Promise<Tab>;
  /** Serves a scene by its name, or one made to order. */
  serve(scene?: string | Scene, more?: Partial<Script>): Promise<ScriptedHost>;
}

/** A browser and scripted hosts for the tests of a file. */
export function stage(): Stage {
  const hosts: ScriptedHost[] = [];
  let browser: Browser;
  let pages: Pages;
  beforeAll(async () => {
    browser = await launch();
    pages = new Pages(browser);
  });
  afterAll(async () => { await browser.close(); });
  afterEach(async () => {
    await pages.renew();
    for (const host of hosts.splice(0)) await host.stop();
  });
  return {
    get browser() { return browser; },
    open: (url, viewport, before) => pages.open(url, viewport, before),
    serve: async (scene = "live", more = {}) => {
      const script = typeof scene === "string" ? SCENES[scene] : scene;
      const patient = () => greeting({ ...script, hello: { ...PATIENT, ...script?.hello } });
      const host = await ScriptedHost.start({ greeting: patient, ...more });
      hosts.push(host);
      return host;
    },
  };
}

/** A real host and a browser for the tests of a file. */
export class RealStage {
  folder = "";
  port = 0;
  #browser: Browser | null = null;
  #host: Host | null = null;

  get browser(): Browser {
    if (this.#browser === null) throw new Error("the browser is not there yet");
    return this.#browser;
  }

  get host(): Host {
    if (this.#host === null) throw new Error("no host was started");
    return this.#host;
  }

  get url(): string {
    return this.host.url;
  }

  /** Makes the folder and the browser, then lets the file begin; ends all of it after its tests. */
  constructor(name: string, begin: (stage: RealStage) => Promise<void>, timeoutMs?: number) {
    beforeAll(async () => {
      this.folder = await mkdtemp(join(tmpdir(), `streamgauge-${name}-`));
      this.port = await freePort();
      this.#browser = await launch();
      await begin(this);
    }, timeoutMs);
    afterAll(async () => {
      await this.#browser?.close();
      if (this.#host !== null) await kill(this.#host.child);
      await rm(this.folder, { recursive: true, force: true });
    });
  }

  /** Starts a host in the folder, on the same port each time. */
  async start(command: string, ...args: readonly string[]): Promise<void> {
    this.#host = await start([command, ...args, "--listen", `127.0.0.1:${this.port}`], this.folder);
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await kill(this.host.child);
  }

  open(query = "", viewport = LAPTOP): Promise<Tab> {
    return open(this.browser, `${this.url}${query}`, viewport);
  }
}
