// The page of a host with a token, and behind a proxy that blocks WebSockets.
//
// STREAMGAUGE_BIN is the host's binary; PIPELINE, where given, its pipeline.toml.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { filled, inState, risen, sums } from "./browser";
import { projectPipeline, withServer } from "./host";
import { RealStage } from "./stage";

const TOKEN = "0123456789abcdef+/=&";

const on = new RealStage("guarded", async ({ folder }) => {
  process.env["STREAMGAUGE_TOKEN"] = TOKEN;
  const pipeline = withServer(await projectPipeline(), 'token = { env = "STREAMGAUGE_TOKEN" }');
  await writeFile(join(folder, "pipeline.toml"), pipeline);
  await on.start("demo", "--config", "pipeline.toml");
});

/** A tab of its own memory, in which sockets may be blocked. */
async function tab(blocked = false): Promise<Page> {
  const page = await (await on.browser.newContext()).newPage();
  if (blocked) {
    await page.addInitScript(() => {
      Object.assign(window, { WebSocket: class { constructor() { throw new Error("blocked"); } } });
    });
  }
  return page;
}

const withToken = () => `${on.url}#token=${encodeURIComponent(TOKEN)}`;

describe("the page of a guarded host", () => {
  it("says that it needs the token, and takes it from a link", async () => {
    const page = await tab();
    await page.goto(on.url);
    await inState(page, "locked");
    expect(await page.locator('[data-testid="state-detail"]').textContent()).toContain("#token=");
    await page.goto(withToken());
    await filled(page, 30_000);
    expect(page.url()).toBe(on.url);
    await page.reload();
    await filled(page);
  });

  it("says so too when the token is another one", async () => {
    const page = await tab();
    await page.goto(`${on.url}#token=0123456789abcdef`);
    await inState(page, "locked");
  });

  it("polls where no socket opens", async () => {
    const page = await tab(true);
    await page.goto(withToken());
    await filled(page, 30_000);
    await page.waitForFunction(() =>
      /poll|轮询/.test(document.querySelector(".badge")?.getAttribute("title") ?? ""));
    const before = await sums(page);
    await risen(page, before, 10_000);
  });
});
