// What tests with scripted hosts share: one browser for a file, and hosts that
// end with the test that began them.
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import { ScriptedHost } from "../scripted/host.mjs";
import { launch } from "./browser";

export type Script = Parameters<typeof ScriptedHost.start>[0];

/** Hands over the browser before the first test of the file; begins hosts. */
export function stage(
  ready: (browser: Browser) => void,
): (script: Script) => Promise<ScriptedHost> {
  const hosts: ScriptedHost[] = [];
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
    ready(browser);
  });
  afterAll(async () => { await browser.close(); });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    for (const host of hosts.splice(0)) await host.stop();
  });
  return async (script) => {
    const host = await ScriptedHost.start(script);
    hosts.push(host);
    return host;
  };
}
