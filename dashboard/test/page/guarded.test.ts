// The page of a host with a token, and behind a proxy that blocks WebSockets.
//
// STREAMGAUGE_BIN is the host's binary; PIPELINE, where given, its pipeline.toml.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { accessibilityFaults, filled, inState, risen, sums } from "./browser";
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
    expect(await page.getByTestId("gate-title").textContent()).toBe("此页需要令牌");
    // Nothing else is to be seen, and no figure among it.
    expect(await page.locator(".page").isVisible()).toBe(false);
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.goto(withToken());
    await filled(page, 30_000);
    expect(page.url()).toBe(on.url);
    await page.reload();
    await filled(page);
  });

  it("tells a wrong token from none, and takes the right one in a field", async () => {
    const page = await tab();
    await page.goto(`${on.url}#token=0123456789abcdef`);
    await inState(page, "locked");
    expect(await page.getByTestId("gate-title").textContent()).toBe("令牌不对");
    await page.getByTestId("gate-token").fill("another wrong one");
    await page.keyboard.press("Enter");
    await page.waitForLoadState();
    await inState(page, "locked");
    await page.getByTestId("gate-token").fill(` ${TOKEN}\n`);
    await page.getByTestId("gate-enter").click();
    await filled(page, 30_000);
    expect(page.url()).toBe(on.url);
    expect(await page.getByTestId("gate").isVisible()).toBe(false);
  });

  it("polls where no socket opens", async () => {
    const page = await tab(true);
    await page.goto(withToken());
    await filled(page, 30_000);
    await page.waitForFunction(() =>
      /poll|轮询/.test(document.querySelector(".badge")?.getAttribute("title") ?? ""));
    const before = await sums(page);
    await risen(page, before);
  });
});
